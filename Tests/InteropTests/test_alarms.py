"""Resource alarms: whoever publishes is told and has to wait, everybody else goes on."""

import pika
import pytest

from broker_process import BrokerProcess
from expectations import Inbox, eventually
from operator_commands import operate
from wire import HEARTBEAT, QUEUE_DECLARE_OK, Peer, declare_queue_method, method, publishing

pytestmark = pytest.mark.leveret_only("raises alarms by settings of the daemon")

CONNECTION_BLOCKED = (10, 60)
ALARMS = {
    "memory": ("--vm-memory-high-watermark", "0"),
    "disk": ("--disk-free-limit", "1000TB"),
}


@pytest.fixture(params=ALARMS)
def alarmed_broker(request, tmp_path):
    """A daemon with an alarm, and what it is short of."""
    broker = BrokerProcess(tmp_path, arguments=ALARMS[request.param])
    try:
        broker.start()
        yield broker, request.param
        assert broker.is_running, broker.error_tail()
    finally:
        broker.close()


def test_a_publisher_is_told_what_the_broker_is_short_of(alarmed_broker):
    broker, shortage = alarmed_broker
    reasons = []
    # It is not closed at the end: a client that is not read cannot say goodbye.
    connection = pika.BlockingConnection(pika.URLParameters(broker.url))
    connection.add_on_connection_blocked_callback(lambda _, frame: reasons.append(frame.method.reason))
    channel = connection.channel()
    channel.queue_declare("q", exclusive=True)
    connection.process_data_events(0)
    assert reasons == [], "nobody is told who does not publish"
    channel.basic_publish("", "q", b"x")
    eventually(lambda: connection.process_data_events(0.05) or reasons == [f"low on {shortage}"], "a notice")


def test_a_blocked_publisher_times_out_as_its_client_has_it(alarmed_broker):
    broker, _ = alarmed_broker
    parameters = pika.URLParameters(broker.url)
    parameters.blocked_connection_timeout = 1
    connection = pika.BlockingConnection(parameters)
    channel = connection.channel()
    channel.basic_publish("", "nowhere", b"x")
    with pytest.raises(pika.exceptions.ConnectionBlockedTimeout):
        connection.process_data_events(20)


def test_others_declare_get_and_acknowledge_as_ever(alarmed_broker):
    broker, _ = alarmed_broker
    publisher = Peer(broker.host, broker.port)
    publisher.log_in(capabilities=("connection.blocked",))
    publisher.open_channel(1)
    publisher.declare_queue(1, "q")
    publisher.send(publishing(1, "", "q", b"taken"))
    publisher.expect(0, CONNECTION_BLOCKED)
    with pika.BlockingConnection(pika.URLParameters(broker.url)) as connection:
        channel = connection.channel()
        frame, _, body = channel.basic_get("q")
        assert body == b"taken", "what was sent before the broker said so is kept"
        channel.basic_ack(frame.delivery_tag)
        assert channel.queue_declare("q", passive=True).method.message_count == 0
        assert channel.queue_declare("other").method.queue == "other"
    # What a blocked client sends is not read, a declare as little as a publishing: neither refused nor done.
    publisher.send(publishing(1, "", "q", b"late"))
    publisher.send(method(1, (50, 30), b"\0\0\1q\0"))
    with pika.BlockingConnection(pika.URLParameters(broker.url)) as connection:
        assert connection.channel().queue_declare("q", passive=True).method.message_count == 0
    publisher.hang_up()


def test_consumers_go_on_getting_what_there_is(alarmed_broker):
    broker, _ = alarmed_broker
    with pika.BlockingConnection(pika.URLParameters(broker.url)) as connection:
        inbox = Inbox(connection.channel(), connection.channel().queue_declare("q").method.queue)
        for number in range(3):
            # Each publishes until the broker says stop, which is behind its first message.
            publisher = Peer(broker.host, broker.port)
            publisher.log_in(capabilities=("connection.blocked",))
            publisher.open_channel(1)
            publisher.send(publishing(1, "", "q", b"%d" % number))
            publisher.expect(0, CONNECTION_BLOCKED)
            [message] = inbox.take(1)
            assert message.body == b"%d" % number
            inbox.channel.basic_ack(message.tag)
            publisher.hang_up()
        assert inbox.arrived() == []


@pytest.mark.deadline(40)
def test_a_blocked_client_hears_heartbeats_and_need_not_be_heard(alarmed_broker):
    broker, _ = alarmed_broker
    publisher = Peer(broker.host, broker.port)
    publisher.log_in(capabilities=("connection.blocked",), heartbeat=1)
    publisher.open_channel(1)
    publisher.send(publishing(1, "", "nowhere", b"taken"))
    publisher.expect(0, CONNECTION_BLOCKED)
    # What a client sends is not read now, so that it cannot be blamed for its silence.
    for _ in range(10):
        assert publisher.read_any_frame().kind == HEARTBEAT
    publisher.hang_up()


def test_a_client_that_did_not_ask_for_notices_gets_none(tmp_path):
    broker = BrokerProcess(tmp_path, arguments=ALARMS["memory"])
    try:
        broker.start()
        publisher = Peer(broker.host, broker.port)
        publisher.log_in()
        publisher.open_channel(1)
        publisher.declare_queue(1, "q")
        publisher.send(publishing(1, "", "q", b"taken"))
        with pika.BlockingConnection(pika.URLParameters(broker.url)) as connection:
            eventually(lambda: connection.channel().queue_declare("q", passive=True).method.message_count == 1,
                       "the message")
        publisher.send(declare_queue_method(1, "other"))
        operate(broker, "set_vm_memory_high_watermark", "0.9")
        # Neither of the two notices comes before the answer.
        publisher.expect(1, QUEUE_DECLARE_OK)
        publisher.close()
    finally:
        broker.close()


def test_a_client_that_cannot_be_told_is_not_read_either(alarmed_broker):
    broker, _ = alarmed_broker
    publisher = Peer(broker.host, broker.port)
    publisher.log_in()
    publisher.open_channel(1)
    publisher.declare_queue(1, "q")
    publisher.send(publishing(1, "", "q", b"taken"))
    with pika.BlockingConnection(pika.URLParameters(broker.url)) as connection:
        channel = connection.channel()
        eventually(lambda: channel.queue_declare("q", passive=True).method.message_count == 1, "a message")
        publisher.send(publishing(1, "", "q", b"late"))
        assert channel.queue_declare("q", passive=True).method.message_count == 1
    publisher.hang_up()
