"""What no client library says: every breach of the protocol gets its code, and the broker stays well."""

import socket
import struct

import pytest

from expectations import drain, eventually, get, publish, ready_count
from wire import (
    BASIC_CONSUME_OK, BASIC_PUBLISH, BODY, CHANNEL_FLOW, CHANNEL_OPEN, CHANNEL_OPEN_OK, CONFIRM_SELECT, HEARTBEAT,
    METHOD, PROTOCOL_HEADER, QUEUE_DECLARE, ack_method, body, consume_method, content_header,
    declare_queue_method, frame, long_string, method, publish_method, publishing, qos_method, short_string,
)


@pytest.fixture
def wire(peer):
    """A connection with channel 1 open."""
    wire = peer()
    wire.open_channel(1)
    return wire


# Before the first frame

@pytest.mark.parametrize("greeting", [
    b"AMQP\x00\x00\x08\x00", b"AMQP\x00\x01\x00\x00", b"AMQP\x03\x01\x00\x00", b"AMQP\x00\x00\x09\x02",
    b"XXXXXXXX", b"\0" * 8, b"\xff" * 64, b"AMQPAMQP",
], ids=repr)
def test_an_unknown_protocol_header_is_answered_with_ours_and_the_end(peer, greeting):
    wire = peer(handshake=False)
    wire.send(greeting)
    assert wire.read_until_end() == PROTOCOL_HEADER


def test_an_http_request_is_answered_with_our_header_and_the_end(peer):
    wire = peer(handshake=False)
    wire.send(b"GET / HTTP/1.1\r\nHost: localhost\r\n\r\n")
    assert wire.read_until_end() == PROTOCOL_HEADER


def test_a_tls_greeting_is_answered_with_our_header_and_the_end(peer):
    wire = peer(handshake=False)
    wire.send(bytes.fromhex("16030100c8010000c40303") + b"\0" * 200)
    assert wire.read_until_end() == PROTOCOL_HEADER


def test_a_client_which_hangs_up_before_or_amid_the_header_does_no_harm(peer, broker):
    for part in (b"", b"A", b"AMQP\0\0\x09"):
        wire = peer(handshake=False)
        wire.send(part)
        wire.hang_up()
    peer().close()


@pytest.mark.deadline(40)
def test_a_client_which_does_not_finish_its_handshake_is_dropped(peer):
    silent, slow = peer(handshake=False), peer(handshake=False)
    slow.start()
    for wire in (silent, slow):
        assert wire.read_until_end() == b""


# Frames

def test_a_frame_larger_than_negotiated_is_501(peer):
    wire = peer(frame_max=4096)
    wire.open_channel(1)
    wire.send(publish_method(1, "", "nowhere"), content_header(1, 10_000), body(1, b"x" * 5000))
    text, _ = wire.expect_connection_close(501)
    assert text.startswith("FRAME_ERROR")


def test_a_frame_which_announces_gigabytes_is_501_before_they_arrive(wire):
    wire.send(struct.pack(">BHI", BODY, 1, 0xFFFF_FFF0))
    wire.expect_connection_close(501)


def test_a_frame_of_exactly_the_negotiated_size_is_accepted(peer, name):
    wire = peer(frame_max=4096)
    wire.open_channel(1)
    queue = wire.declare_queue(1, name("queue"), exclusive=True)[0]
    wire.send(publish_method(1, "", queue), content_header(1, 4088), body(1, b"x" * 4088))
    assert wire.get(1, queue).body == b"x" * 4088
    wire.close()


@pytest.mark.parametrize("end", [0, 205, 207, 255])
def test_a_frame_with_a_wrong_end_is_501(wire, end):
    wire.send(frame(METHOD, 1, struct.pack(">HH", *CONFIRM_SELECT) + b"\0", end=end))
    text, offender = wire.expect_connection_close(501)
    # No method is to blame for what is wrong with a frame.
    assert text.startswith("FRAME_ERROR") and offender == (0, 0)


@pytest.mark.parametrize("kind", [0, 4, 7, 9, 255])
def test_a_frame_of_unknown_kind_is_501(wire, kind):
    wire.send(frame(kind, 1, b"payload"))
    wire.expect_connection_close(501)


def test_a_heartbeat_on_a_channel_is_505(wire):
    wire.send(frame(HEARTBEAT, 1, b""))
    wire.expect_connection_close(505)


@pytest.mark.parametrize("payload", [b"", b"\0", b"\0\x32\0"], ids=repr)
def test_a_method_frame_too_short_for_a_method_is_501(wire, payload):
    wire.send(frame(METHOD, 1, payload))
    wire.expect_connection_close(501)


DAMAGED_TABLE = pytest.mark.leveret_only("RabbitMQ's table decoder ends without a code of the protocol")


@pytest.mark.parametrize("arguments", [
    b"", b"\0", b"\0\0\xff", b"\0\0\5abc", b"\0\0\1q\0\0\0\0\x20", b"\0\0\1q\0\0\0\0\4\1k",
    b"\0\0\2\xff\xfe\0" + b"\0\0\0\0",
    pytest.param(b"\0\0\1q\0" + b"\0\0\0\3" + b"\1kZ", marks=DAMAGED_TABLE),
    pytest.param(b"\0\0\1q\0" + b"\0\0\0\7" + b"\1kA\xff\xff\xff\xff", marks=DAMAGED_TABLE),
    pytest.param(b"\0\0\1q\0" + b"\0\0\0\x0b" + b"\1kA\0\0\0\4S\0\0\0", marks=DAMAGED_TABLE),
], ids=["nothing", "half a number", "name missing", "name cut", "table longer than the frame", "table cut",
        "name no UTF-8", "unknown field type", "array longer than the frame", "text cut in an array"])
def test_arguments_which_end_early_or_make_no_sense_are_an_error_of_the_connection(wire, arguments):
    wire.send(method(1, QUEUE_DECLARE, arguments))
    received = wire.read_frame()
    assert received.method == (10, 50), received
    assert received.arguments.short() in (501, 502)


# Order of frames

def test_a_content_header_without_a_publish_is_505(wire):
    wire.send(content_header(1, 5))
    text, _ = wire.expect_connection_close(505)
    assert text.startswith("UNEXPECTED_FRAME")


def test_a_body_without_a_content_header_is_505(wire):
    wire.send(publish_method(1, "", "nowhere"), body(1, b"x"))
    wire.expect_connection_close(505)


def test_a_method_where_a_content_header_is_due_is_505(wire):
    wire.send(publish_method(1, "", "nowhere"), declare_queue_method(1, "", exclusive=True))
    wire.expect_connection_close(505)


def test_a_method_where_a_body_is_due_is_505(wire):
    wire.send(publish_method(1, "", "nowhere"), content_header(1, 5), body(1, b"abc"),
              declare_queue_method(1, "", exclusive=True))
    wire.expect_connection_close(505)


def test_a_content_header_of_another_class_is_505(wire):
    wire.send(publish_method(1, "", "nowhere"), content_header(1, 5, class_id=50))
    wire.expect_connection_close(505)


@pytest.mark.leveret_only("RabbitMQ 3.10 does not notice and waits for more")
def test_a_body_longer_than_announced_is_501(wire):
    wire.send(publish_method(1, "", "nowhere"), content_header(1, 3), body(1, b"too long"))
    wire.expect_connection_close(501)


@pytest.mark.leveret_only("RabbitMQ 3.10 looks at the size only when the body has come")
@pytest.mark.parametrize("size", [2 ** 40, 2 ** 63, 2 ** 64 - 1])
def test_a_body_announced_beyond_all_measure_is_refused(wire, size):
    wire.send(publish_method(1, "", "nowhere"), content_header(1, size))
    received = wire.read_frame()
    assert received.method in ((10, 50), (20, 40)), received
    assert received.arguments.short() in (406, 501)


def test_content_on_channel_zero_is_an_error_of_the_connection(wire):
    wire.send(content_header(0, 5))
    received = wire.read_frame()
    assert received.method == (10, 50) and received.arguments.short() in (503, 504, 505)


# Channels

@pytest.mark.parametrize("data", [
    declare_queue_method(9, "", exclusive=True), publishing(9, "", "nowhere", b""), ack_method(9, 1),
], ids=["declare", "publish", "ack"])
def test_a_method_on_a_channel_which_was_never_opened_is_504(wire, data):
    wire.send(data)
    text, _ = wire.expect_connection_close(504)
    assert text.startswith("CHANNEL_ERROR")


@pytest.mark.leveret_only("RabbitMQ answers 505")
@pytest.mark.parametrize("data", [content_header(9, 5), body(9, b"x")], ids=["content header", "body"])
def test_content_on_a_channel_which_was_never_opened_is_504(wire, data):
    wire.send(data)
    wire.expect_connection_close(504)


def test_opening_a_channel_twice_is_504(wire):
    wire.send(method(1, CHANNEL_OPEN, b"\0"))
    text, offender = wire.expect_connection_close(504)
    assert text.startswith("CHANNEL_ERROR") and offender == CHANNEL_OPEN


def test_using_a_channel_after_the_client_closed_it_is_504(wire):
    wire.send(method(1, (20, 40), b"\0\xc8\0\0\0\0\0"))
    wire.expect(1, (20, 41))
    wire.send(declare_queue_method(1, "", exclusive=True))
    wire.expect_connection_close(504)


def test_a_channel_method_on_channel_zero_is_an_error_of_the_connection(wire):
    wire.send(declare_queue_method(0, "", exclusive=True))
    received = wire.read_frame()
    assert received.method == (10, 50) and received.arguments.short() in (503, 504)


def test_a_connection_method_on_a_channel_is_an_error_of_the_connection(wire):
    wire.send(method(1, (10, 40), short_string("/") + b"\0\0"))
    received = wire.read_frame()
    assert received.method == (10, 50) and received.arguments.short() in (503, 504)


# Methods

@pytest.mark.parametrize("identifier", [(60, 99), (99, 10), (50, 99), (0, 0), (65535, 65535)])
@pytest.mark.leveret_only("RabbitMQ's decoder ends without a code of the protocol")
def test_an_unknown_method_is_503(wire, identifier):
    wire.send(method(1, identifier, b"arguments"))
    text, offender = wire.expect_connection_close(503)
    assert text.startswith("COMMAND_INVALID")


@pytest.mark.parametrize("identifier, arguments", [
    ((50, 11), short_string("q") + b"\0" * 8), ((60, 72), b"\0"), ((20, 11), b"\0\0\0\0"),
], ids=["queue.declare-ok", "basic.get-empty", "channel.open-ok"])
def test_a_method_which_only_brokers_send_is_503(wire, identifier, arguments):
    wire.send(method(1, identifier, arguments))
    wire.expect_connection_close(503)


def test_an_immediate_publish_is_540(wire):
    wire.send(publish_method(1, "", "nowhere", immediate=True), content_header(1, 0))
    text, offender = wire.expect_connection_close(540)
    assert text.startswith("NOT_IMPLEMENTED") and offender == BASIC_PUBLISH


def test_a_prefetch_size_is_540(wire):
    wire.send(qos_method(1, 1, size=1000))
    text, _ = wire.expect_connection_close(540)
    assert text.startswith("NOT_IMPLEMENTED")


def test_asking_the_broker_to_stop_its_deliveries_is_540(wire):
    wire.send(method(1, CHANNEL_FLOW, b"\0"))
    wire.expect_connection_close(540)


def test_an_error_names_the_method_which_caused_it(wire, name):
    wire.send(declare_queue_method(1, name("missing"), passive=True))
    _, offender = wire.expect_channel_close(1, 404)
    assert offender == QUEUE_DECLARE
    wire.close()


def test_an_error_text_is_cut_to_what_fits(wire):
    wire.send(declare_queue_method(1, "ü" * 127, passive=True))
    text, _ = wire.expect_channel_close(1, 404)
    assert text.startswith("NOT_FOUND - no queue 'üü") and len(text.encode()) <= 255
    wire.close()


# Clients that vanish

def test_what_a_client_held_when_it_vanished_amid_a_frame_comes_back(peer, publisher, name):
    queue, wire = name("queue"), peer()
    publisher.queue_declare(queue)
    publish(publisher, queue, *"abc")
    wire.open_channel(1)
    for _ in range(2):
        wire.get(1, queue, no_ack=False)
    wire.send(publishing(1, "", queue, b"x" * 1000)[:-300])
    wire.hang_up()
    eventually(lambda: ready_count(publisher, queue) == 3, "the requeue")
    messages = [get(publisher, queue, auto_ack=True) for _ in range(3)]
    assert [(message.body, message.redelivered) for message in messages] == [(b"a", True), (b"b", True), (b"c", False)]
    publisher.queue_delete(queue)


def test_what_was_delivered_to_a_client_which_reset_its_connection_comes_back(peer, publisher, name):
    queue, wire = name("queue"), peer()
    publisher.queue_declare(queue)
    sent = [b"%d" % number for number in range(100)]
    publish(publisher, queue, *sent)
    wire.open_channel(1)
    wire.send(consume_method(1, queue))
    wire.expect(1, BASIC_CONSUME_OK)
    wire.socket.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    wire.hang_up()
    eventually(lambda: ready_count(publisher, queue) == 100, "the requeue")
    assert drain(publisher, queue) == sent
    publisher.queue_delete(queue)


def test_the_broker_outlives_a_thousand_rude_clients(peer, broker):
    breaches = [b"", b"garbage!", PROTOCOL_HEADER, PROTOCOL_HEADER + b"\xff" * 100,
                PROTOCOL_HEADER + frame(METHOD, 0, b"\0\x0a\0\x0b" + b"\xff" * 50),
                PROTOCOL_HEADER + frame(METHOD, 0, b"\0\x0a\0\x0b" + long_string(b"\1kF\xff\xff\xff\xff"))]
    for number in range(1000):
        wire = peer(handshake=False)
        wire.send(breaches[number % len(breaches)])
        wire.hang_up()
    polite = peer()
    polite.open_channel(1)
    polite.declare_queue(1, "", exclusive=True)
    polite.close()


def test_what_was_delivered_to_a_client_that_never_read_it_may_have_been_read(peer, publisher, name):
    queue, wire = name("queue"), peer()
    publisher.queue_declare(queue)
    wire.open_channel(1)
    wire.send(consume_method(1, queue))
    publish(publisher, queue, *"abc")
    eventually(lambda: ready_count(publisher, queue) == 0, "the deliveries")
    wire.hang_up()
    eventually(lambda: ready_count(publisher, queue) == 3, "the requeue")
    messages = [get(publisher, queue, auto_ack=True) for _ in range(3)]
    assert [(message.body, message.redelivered) for message in messages] == [(b"a", True), (b"b", True), (b"c", True)]
    publisher.queue_delete(queue)


def test_a_half_closed_connection_is_ended(wire, publisher, name):
    queue = name("queue")
    publisher.queue_declare(queue)
    publish(publisher, queue, "held")
    wire.get(1, queue, no_ack=False)
    wire.socket.shutdown(socket.SHUT_WR)
    assert wire.read_until_end() == b""
    eventually(lambda: ready_count(publisher, queue) == 1, "the requeue")
    publisher.queue_delete(queue)


def test_channel_open_ok_carries_a_long_string(peer):
    wire = peer()
    wire.send(method(1, CHANNEL_OPEN, b"\0"))
    assert wire.expect(1, CHANNEL_OPEN_OK).rest() == b"\0\0\0\0"
    wire.close()
