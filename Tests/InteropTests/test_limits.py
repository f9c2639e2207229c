"""What one client may use: channels, consumers, the size of a message."""

import pytest

from broker_process import BrokerProcess
from wire import Peer, consume_method, content_header, method, publish_method, publishing

pytestmark = pytest.mark.leveret_only("sets limits of the daemon")

CHANNEL_OPEN = (20, 10)
CONFIRM_OK = (60, 80)


@pytest.fixture(scope="module")
def limited_broker(tmp_path_factory):
    broker = BrokerProcess(tmp_path_factory.mktemp("limited"),
                           arguments=("--channel-max", "3", "--max-message-size", "1000"))
    try:
        broker.start()
        yield broker
    finally:
        broker.close()


@pytest.fixture
def wire(limited_broker):
    peer = Peer(limited_broker.host, limited_broker.port)
    peer.log_in()
    yield peer
    peer.hang_up()


def test_one_channel_more_than_agreed_closes_the_connection(wire):
    for number in (1, 2, 3):
        wire.open_channel(number)
    wire.send(method(4, CHANNEL_OPEN, b"\0"))
    text, offender = wire.expect_connection_close(530)
    assert text.startswith("NOT_ALLOWED - number of channels opened (3) has reached the negotiated channel_max (3)")
    assert offender == CHANNEL_OPEN


def test_a_body_of_the_largest_size_is_taken_and_one_byte_more_closes_the_channel(wire):
    wire.open_channel(1)
    wire.select_confirms(1)
    wire.send(publishing(1, "", "nowhere", b"x" * 1000))
    wire.expect(1, CONFIRM_OK)
    wire.send(publishing(1, "", "nowhere", b"x" * 1001))
    text, _ = wire.expect_channel_close(1, 406)
    assert text == "PRECONDITION_FAILED - message size 1001 is larger than configured max size 1000"


def test_a_body_announced_as_larger_than_any_may_be_closes_the_connection(wire):
    wire.open_channel(1)
    wire.send(publish_method(1, "", "nowhere"), content_header(1, (512 << 20) + 1))
    wire.expect_connection_close(501)


@pytest.mark.deadline(180)
def test_one_consumer_more_than_a_channel_may_have_closes_the_connection(wire):
    wire.open_channel(1)
    queue, _, _ = wire.declare_queue(1, "", exclusive=True)
    for number in range(10_000):
        wire.send(consume_method(1, queue, f"c{number}", no_ack=True))
        wire.expect(1, (60, 21))
    wire.send(consume_method(1, queue, "one too many", no_ack=True))
    text, _ = wire.expect_connection_close(530)
    assert text.startswith("NOT_ALLOWED - ")
