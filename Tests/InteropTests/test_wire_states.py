"""Methods at the wrong time or place, and the edges of what was negotiated."""

import struct

import pytest

from expectations import publish
from wire import (
    BASIC_GET_OK, BODY, CHANNEL_CLOSE_OK, CHANNEL_OPEN, CONNECTION_CLOSE, CONNECTION_OPEN, CONNECTION_START_OK,
    CONNECTION_TUNE_OK, CONTENT_HEADER, HEARTBEAT, ConnectionEnded, body, consume_method, content_header, frame,
    get_method, long_string, method, publish_method, publishing, short_string,
)

START_OK_ARGUMENTS = b"\0\0\0\0" + short_string("PLAIN") + long_string(b"\0guest\0guest") + short_string("en_US")


@pytest.fixture
def wire(peer):
    """A connection with channel 1 open."""
    wire = peer()
    wire.open_channel(1)
    return wire


# Connection methods of an open connection

@pytest.mark.parametrize("identifier, arguments", [
    (CONNECTION_START_OK, START_OK_ARGUMENTS), (CONNECTION_TUNE_OK, struct.pack(">HIH", 10, 131072, 0)),
    (CONNECTION_OPEN, short_string("/") + b"\0\0"),
], ids=["start-ok", "tune-ok", "open"])
def test_a_method_of_the_handshake_after_it_is_504(wire, identifier, arguments):
    wire.send(method(0, identifier, arguments))
    text, offender = wire.expect_connection_close(504)
    assert text.startswith("CHANNEL_ERROR - unexpected method in connection state running")
    assert offender == identifier


def test_a_new_secret_is_accepted_and_the_connection_goes_on(wire):
    wire.send(method(0, (10, 70), long_string(b"guest") + short_string("it was time")))
    wire.expect(0, (10, 71))
    wire.declare_queue(1, "", exclusive=True)
    wire.close()


@pytest.mark.parametrize("kind", [CONTENT_HEADER, BODY])
def test_content_on_channel_zero_is_505(wire, kind):
    wire.send(frame(kind, 0, struct.pack(">HHQH", 60, 0, 0, 0)))
    text, _ = wire.expect_connection_close(505)
    assert text.startswith("UNEXPECTED_FRAME")


# The handshake out of order

@pytest.mark.parametrize("identifier, arguments", [
    (CONNECTION_TUNE_OK, struct.pack(">HIH", 10, 131072, 0)), (CONNECTION_OPEN, short_string("/") + b"\0\0"),
], ids=["tune-ok", "open"])
def test_a_step_of_the_handshake_before_its_time_ends_the_connection(peer, identifier, arguments):
    wire = peer(handshake=False)
    wire.start()
    wire.send(method(0, identifier, arguments))
    # Nobody has logged in yet, so the broker need not explain itself.
    try:
        assert wire.expect(0, CONNECTION_CLOSE).short() in (501, 503, 504, 505)
    except ConnectionEnded:
        pass


def test_a_client_may_leave_during_the_handshake(peer):
    wire = peer(handshake=False)
    wire.start()
    wire.answer_start("guest", "guest", ("authentication_failure_close",))
    wire.read_tune()
    wire.send(method(0, CONNECTION_CLOSE, b"\0\xc8\0\0\0\0\0"))
    try:
        wire.expect(0, (10, 51))
    except ConnectionEnded:
        pass
    peer().close()


# Frame sizes

@pytest.mark.parametrize("excess", range(9))
def test_a_frame_may_be_eight_bytes_larger_than_negotiated(peer, name, excess):
    queue, wire = name("queue"), peer(frame_max=4096)
    wire.open_channel(1)
    wire.declare_queue(1, queue, exclusive=True)
    sent = bytes(4088 + excess)
    wire.send(publish_method(1, "", queue), content_header(1, len(sent)), body(1, sent))
    assert wire.get(1, queue).body == sent
    wire.close()


def test_a_frame_nine_bytes_larger_than_negotiated_is_501(peer):
    wire = peer(frame_max=4096)
    wire.open_channel(1)
    wire.send(publish_method(1, "", "nowhere"), content_header(1, 4097), body(1, bytes(4097)))
    text, _ = wire.expect_connection_close(501)
    assert text.startswith("FRAME_ERROR")


@pytest.mark.parametrize("frame_max", [4096, 4097, 8192, 65536, 131072])
def test_the_broker_keeps_to_the_frame_size_that_the_client_chose(peer, name, frame_max):
    queue, wire = name("queue"), peer(frame_max=frame_max)
    wire.open_channel(1)
    wire.declare_queue(1, queue, exclusive=True)
    sent = bytes(300_000)
    wire.send(publishing(1, "", queue, sent, frame_max=frame_max), get_method(1, queue))
    wire.expect(1, BASIC_GET_OK)
    assert wire.read_frame().kind == CONTENT_HEADER
    received = 0
    while received < len(sent):
        part = wire.read_frame()
        assert part.kind == BODY and len(part.payload) + 8 <= frame_max
        received += len(part.payload)
    wire.close()


def test_headers_up_to_the_frame_size_pass(peer, name):
    queue, wire = name("queue"), peer(frame_max=4096)
    wire.open_channel(1)
    wire.declare_queue(1, queue, exclusive=True)
    properties = struct.pack(">H", 1 << 13) + long_string(short_string("k") + b"S" + long_string(bytes(4060)))
    wire.send(publishing(1, "", queue, b"body", properties, frame_max=4096))
    content = wire.get(1, queue)
    assert (content.properties, content.body) == (properties, b"body")
    wire.close()


def test_a_method_frame_may_be_as_large_as_negotiated(peer, name):
    queue, wire = name("queue"), peer()
    wire.open_channel(1)
    note = short_string("note") + b"S" + long_string(bytes(120_000))
    wire.declare_queue(1, queue, exclusive=True, arguments=long_string(note))
    wire.close()


# Message sizes

@pytest.mark.leveret_only("RabbitMQ 3.10 takes 128 MiB; later ones 16")
def test_a_message_beyond_the_largest_size_is_406_and_closes_its_channel_only(peer, name):
    queue, wire, size = name("queue"), peer(), (16 << 20) + 1
    wire.open_channel(1)
    wire.open_channel(2)
    wire.declare_queue(2, queue, exclusive=True)
    wire.send(publish_method(1, "", queue), content_header(1, size))
    text, offender = wire.expect_close(1, (20, 40), 406)
    assert text == f"PRECONDITION_FAILED - message size {size} is larger than configured max size {16 << 20}"
    assert offender == (60, 40)
    left = size
    while left:
        step = min(left, 131064)
        wire.send(body(1, bytes(step)))
        left -= step
    wire.send(method(1, CHANNEL_CLOSE_OK), method(1, CHANNEL_OPEN, b"\0"), publishing(1, "", queue, b"fits"))
    wire.expect(1, (20, 11))
    assert wire.get(1, queue).body == b"fits"
    wire.close()


@pytest.mark.leveret_only("RabbitMQ 3.10 looks at the size only when the body has come")
def test_a_message_beyond_what_a_frame_header_may_ever_announce_is_refused_at_once(wire):
    wire.send(publish_method(1, "", "nowhere"), content_header(1, (512 << 20) + 1))
    received = wire.read_frame()
    assert (received.method, received.arguments.short()) in [((20, 40), 406), ((10, 50), 501)]


# Heartbeats and other oddities

def test_heartbeats_amid_a_content_are_no_part_of_it(wire, name):
    queue, beat = name("queue"), frame(HEARTBEAT, 0, b"")
    wire.declare_queue(1, queue, exclusive=True)
    wire.send(publish_method(1, "", queue), beat, content_header(1, 6), beat, body(1, b"abc"), beat, beat,
              body(1, b"def"))
    assert wire.get(1, queue).body == b"abcdef"
    wire.close()


def test_a_heartbeat_before_the_connection_is_open_does_no_harm(peer):
    wire = peer(handshake=False)
    wire.start()
    wire.send(frame(HEARTBEAT, 0, b""))
    wire.answer_start("guest", "guest")
    wire.answer_tune()
    wire.open_virtual_host()
    wire.expect(0, (10, 41))
    wire.close()


@pytest.mark.parametrize("data", [
    method(1, (50, 10), b"\0\0" + short_string(b"\xff\xfe") + b"\2" + b"\0" * 4),
    consume_method(1, "queue")[:-1] + b"\xcf",
], ids=["a name that is no UTF-8", "a wrong end"])
def test_an_error_of_the_frames_leaves_other_connections_alone(wire, publisher, name, data):
    queue = name("queue")
    publisher.queue_declare(queue)
    wire.send(data)
    wire.expect(0, CONNECTION_CLOSE)
    publish(publisher, queue, "still here")
    publisher.queue_delete(queue)


def test_bits_of_a_flag_octet_that_mean_nothing_are_ignored(wire, name):
    queue = name("queue")
    wire.send(method(1, (50, 10), b"\0\0" + short_string(queue) + b"\xe4" + b"\0" * 4))
    assert wire.expect(1, (50, 11)).short_string() == queue
    wire.close()


def test_every_ticket_is_accepted(wire, name):
    queue = name("queue")
    wire.send(method(1, (50, 10), b"\xff\xff" + short_string(queue) + b"\4" + b"\0" * 4))
    assert wire.expect(1, (50, 11)).short_string() == queue
    wire.close()


def test_bytes_behind_the_arguments_of_a_method_end_at_most_the_connection(wire, peer):
    wire.send(method(1, (50, 10), b"\0\0\0\4" + b"\0" * 4 + b"more"))
    received = wire.read_frame()
    assert received.method in [(50, 11), (10, 50)], received
    peer().close()


def test_a_channel_number_may_be_any_of_those_negotiated(peer):
    wire = peer()
    for channel in (wire.channel_max, 1, wire.channel_max - 1):
        wire.open_channel(channel)
        wire.declare_queue(channel, "", exclusive=True)
    wire.close()


def test_the_number_of_open_channels_counts_and_not_the_highest_number(peer):
    wire = peer(channel_max=2)
    for _ in range(5):
        for channel in (1, 2):
            wire.open_channel(channel)
        for channel in (1, 2):
            wire.send(method(channel, (20, 40), b"\0\xc8\0\0\0\0\0"))
            wire.expect(channel, CHANNEL_CLOSE_OK)
    wire.close()
