"""The opening of a connection: what the broker says of itself, who may enter, and which limits hold."""

import struct

import pika
import pytest
from pika.exceptions import ProbableAccessDeniedError, ProbableAuthenticationError

from broker_process import BrokerProcess
from wire import (
    CONNECTION_CLOSE, CONNECTION_CLOSE_OK, CONNECTION_OPEN, CONNECTION_OPEN_OK, CONNECTION_START, CONNECTION_TUNE_OK,
    PROTOCOL_HEADER, ConnectionEnded, long_string, method, short_string,
)

CAPABILITIES = [
    "publisher_confirms", "exchange_exchange_bindings", "basic.nack", "consumer_cancel_notify", "connection.blocked",
    "consumer_priorities", "authentication_failure_close", "per_consumer_qos", "direct_reply_to",
]
OWN_CAPABILITIES = ["qos_applies_to_existing"]


def test_the_broker_introduces_itself(connection):
    properties = connection._impl.server_properties
    for key in ("product", "version", "platform", "copyright", "information", "cluster_name"):
        assert properties[key], key
    assert [int(part) >= 0 for part in properties["version"].split("-")[0].split("+")[0].split(".")] == [True] * 3
    for capability in CAPABILITIES:
        assert properties["capabilities"][capability] is True, capability


@pytest.mark.leveret_only("extensions of its own")
def test_the_broker_tells_which_extensions_of_its_own_clients_may_ask_for(connection):
    for capability in OWN_CAPABILITIES:
        assert connection._impl.server_properties["capabilities"][capability] is True, capability


def test_the_broker_offers_plain_amqplain_and_its_locale(peer):
    wire = peer(handshake=False)
    wire.start()
    assert {"PLAIN", "AMQPLAIN"} <= set(wire.mechanisms)
    assert wire.locales == ["en_US"]


def test_the_broker_proposes_limits(peer):
    wire = peer()
    assert wire.channel_max >= 2047 and wire.frame_max >= 131072
    wire.close()


def test_amqplain_logs_in_with_a_table_without_its_length(peer, name):
    wire = peer(handshake=False)
    wire.start()
    response = b"".join(short_string(key) + b"S" + long_string(b"guest") for key in ("LOGIN", "PASSWORD"))
    wire.send_start_ok("AMQPLAIN", response)
    wire.answer_tune()
    wire.open_virtual_host()
    wire.expect(0, CONNECTION_OPEN_OK)
    wire.open_channel(1)
    wire.declare_queue(1, name("queue"), exclusive=True)
    wire.close()


def test_a_wrong_password_by_amqplain_is_403_too(peer):
    wire = peer(handshake=False)
    wire.start()
    fields = (("LOGIN", b"guest"), ("PASSWORD", b"wrong"))
    response = b"".join(short_string(key) + b"S" + long_string(value) for key, value in fields)
    wire.send_start_ok("AMQPLAIN", response, ("authentication_failure_close",))
    text, _ = wire.expect_connection_close(403)
    assert text.startswith("ACCESS_REFUSED - Login was refused using authentication mechanism AMQPLAIN.")


@pytest.mark.leveret_only("RabbitMQ before 4 offers it only if told to")
def test_anonymous_logs_in_as_guest_from_this_machine(peer, name):
    wire = peer(handshake=False)
    wire.start()
    assert "ANONYMOUS" in wire.mechanisms
    wire.send_start_ok("ANONYMOUS", b"")
    wire.answer_tune()
    wire.open_virtual_host()
    wire.expect(0, CONNECTION_OPEN_OK)
    wire.open_channel(1)
    wire.declare_queue(1, name("queue"), exclusive=True)
    wire.close()


def test_plain_with_an_authorisation_identity_or_without_capabilities_logs_in(peer):
    wire = peer(capabilities=())
    wire.open_channel(1)
    wire.close()


def test_the_header_of_the_previous_protocol_version_is_accepted(peer):
    wire = peer(handshake=False)
    wire.send(b"AMQP\x01\x01\x00\x09")
    wire.expect(0, CONNECTION_START)


@pytest.mark.parametrize("user, password", [("guest", "wrong"), ("nobody", "guest"), ("", ""), ("guest", "")])
def test_bad_credentials_are_403_for_a_client_which_understands_that(peer, user, password):
    wire = peer(handshake=False)
    wire.start()
    wire.answer_start(user, password, capabilities=("authentication_failure_close",))
    text, _ = wire.expect_connection_close(403)
    assert text.startswith("ACCESS_REFUSED - Login was refused using authentication mechanism PLAIN.")
    assert "wrong" not in text


@pytest.mark.deadline(30)
def test_bad_credentials_end_the_connection_of_a_client_which_does_not_understand_that(peer):
    wire = peer(handshake=False)
    wire.start()
    wire.answer_start("guest", "wrong")
    with pytest.raises(ConnectionEnded):
        wire.read_frame()


def test_pika_reports_bad_credentials(connect):
    with pytest.raises(ProbableAuthenticationError):
        connect(credentials=pika.PlainCredentials("guest", "wrong"))


def test_an_unknown_virtual_host_is_530(connect):
    with pytest.raises(ProbableAccessDeniedError, match="530.*NOT_ALLOWED - vhost nowhere not found"):
        connect(virtual_host="nowhere")


def test_an_empty_virtual_host_is_not_the_standard_one(peer):
    wire = peer(handshake=False)
    wire.start()
    wire.answer_start("guest", "guest", ("authentication_failure_close",))
    wire.answer_tune()
    wire.open_virtual_host("")
    text, offender = wire.expect_connection_close(530)
    assert text.startswith("NOT_ALLOWED - ") and offender == CONNECTION_OPEN


def test_the_answer_to_open_carries_an_empty_text(peer):
    wire = peer(handshake=False)
    wire.start()
    wire.answer_start("guest", "guest")
    wire.answer_tune()
    wire.open_virtual_host()
    assert wire.expect(0, CONNECTION_OPEN_OK).rest() == b"\0"
    wire.close()


@pytest.mark.leveret_only("RabbitMQ drops the socket after some seconds without saying why")
def test_an_unknown_authentication_mechanism_is_503(peer):
    wire = peer(handshake=False)
    wire.start()
    wire.send_start_ok("MAGIC", b"abracadabra")
    wire.expect_connection_close(503)


@pytest.mark.leveret_only("RabbitMQ drops the socket after some seconds without saying why")
@pytest.mark.parametrize("mechanism, response", [
    ("PLAIN", b""), ("PLAIN", b"guest"), ("PLAIN", b"\0guest"), ("AMQPLAIN", b"\xffLOGIN"), ("AMQPLAIN", b""),
])
def test_a_malformed_authentication_response_is_refused(peer, mechanism, response):
    wire = peer(handshake=False)
    wire.start()
    wire.send_start_ok(mechanism, response, capabilities=("authentication_failure_close",))
    arguments = wire.expect(0, CONNECTION_CLOSE)
    assert arguments.short() in (403, 501, 502)
    wire.hang_up()


@pytest.mark.leveret_only("RabbitMQ drops the socket after some seconds without saying why")
@pytest.mark.parametrize("limits", [
    {"channel_max": 65535}, {"channel_max": 0}, {"frame_max": 2 ** 31}, {"frame_max": 0}, {"frame_max": 1000},
], ids=str)
def test_limits_outside_of_what_the_broker_proposed_are_530(peer, limits):
    wire = peer(handshake=False)
    wire.start()
    wire.answer_start("guest", "guest", ("authentication_failure_close",))
    wire.answer_tune(**limits)
    text, _ = wire.expect_connection_close(530)
    assert text.startswith("NOT_ALLOWED - negotiated ")


def test_limits_below_what_the_broker_proposed_are_accepted(peer):
    wire = peer(channel_max=1, frame_max=4096, heartbeat=30)
    wire.open_channel(1)
    wire.close()


def test_the_whole_opening_may_be_sent_in_one_go(peer):
    wire = peer(handshake=False)
    start_ok = short_string("PLAIN") + long_string(b"\0guest\0guest") + short_string("en_US")
    wire.send(PROTOCOL_HEADER, method(0, (10, 11), b"\0\0\0\0" + start_ok),
              method(0, CONNECTION_TUNE_OK, struct.pack(">HIH", 100, 131072, 0)),
              method(0, CONNECTION_OPEN, short_string("/") + b"\0\0"), method(1, (20, 10), b"\0"))
    received = [wire.read_frame().method for _ in range(4)]
    assert received == [(10, 10), (10, 30), (10, 41), (20, 11)]
    wire.close()


def test_large_client_properties_are_accepted(peer):
    wire = peer(handshake=False)
    wire.start()
    field = short_string("token") + b"S" + long_string(b"x" * 3500)
    wire.send(method(0, (10, 11), long_string(field) + short_string("PLAIN") + long_string(b"\0guest\0guest")
                     + short_string("en_US")))
    wire.answer_tune()
    wire.open_virtual_host()
    wire.expect(0, CONNECTION_OPEN_OK)
    wire.close()


@pytest.mark.parametrize("size, is_accepted", [(8192, True), (8193 + 8, False)])
@pytest.mark.leveret_only("RabbitMQ's limit before tuning was lower in some versions")
def test_the_answer_to_start_may_have_8192_bytes(peer, size, is_accepted):
    wire = peer(handshake=False)
    wire.start()
    start_ok = short_string("PLAIN") + long_string(b"\0guest\0guest") + short_string("en_US")
    padding = size - 8 - len(long_string(short_string("token") + b"S" + long_string(b""))) - len(start_ok) - 4
    field = short_string("token") + b"S" + long_string(b"x" * padding)
    frame = method(0, (10, 11), long_string(field) + start_ok)
    assert len(frame) == size
    wire.send(frame)
    if is_accepted:
        wire.answer_tune()
        wire.open_virtual_host()
        wire.expect(0, CONNECTION_OPEN_OK)
        wire.close()
    else:
        wire.expect_connection_close(501)


@pytest.mark.leveret_only("RabbitMQ 3.10 hears only the answer to its own close")
def test_both_sides_may_close_the_connection_at_once(peer):
    wire = peer()
    # The second open makes the broker close the connection while the client's own close is on its way.
    wire.send(method(1, (20, 10), b"\0"), method(1, (20, 10), b"\0"),
              method(0, CONNECTION_CLOSE, struct.pack(">H", 200) + short_string("bye") + b"\0" * 4))
    received = [wire.read_frame().method for _ in range(3)]
    assert received == [(20, 11), CONNECTION_CLOSE, CONNECTION_CLOSE_OK]
    wire.send(method(0, CONNECTION_CLOSE_OK))
    assert wire.read_until_end() == b""


def test_a_method_before_its_time_ends_the_connection(peer):
    wire = peer(handshake=False)
    wire.start()
    wire.send(method(1, (20, 10), b"\0"))
    # Nobody has logged in yet, so the broker need not explain itself.
    try:
        assert wire.expect(0, CONNECTION_CLOSE).short() in (501, 503, 504, 505)
    except ConnectionEnded:
        pass


def test_the_connection_name_of_the_client_is_accepted(connect):
    connect(client_properties={"connection_name": "the order service"}).channel()


def test_a_client_may_close_its_connection_as_soon_as_it_is_open(connect):
    for _ in range(20):
        connect().close()


@pytest.mark.leveret_only("an option of Leveret's")
def test_the_broker_may_be_taken_for_rabbitmq(tmp_path):
    broker = BrokerProcess(tmp_path, arguments=("--compatibility-version", "3.13.0"))
    try:
        broker.start()
        with pika.BlockingConnection(pika.URLParameters(broker.url)) as connection:
            properties = connection._impl.server_properties
            assert (properties["product"], properties["version"]) == ("RabbitMQ", "3.13.0")
    finally:
        broker.close()
