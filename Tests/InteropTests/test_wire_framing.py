"""Legal but unusual ways to cut and join bytes, frames and commands."""

import random
import threading

from wire import (
    BASIC_ACK, BASIC_CONSUME_OK, BASIC_DELIVER, BASIC_GET_OK, CHANNEL_OPEN, CHANNEL_OPEN_OK, CONFIRM_SELECT,
    CONFIRM_SELECT_OK, QUEUE_DECLARE_OK, ack_method, body, consume_method, content_header, declare_queue_method,
    get_method, method, publish_method, publishing,
)


def conversation(queue: str) -> bytes:
    """Opens a channel, declares, publishes with a confirm and gets: one packet of ten frames."""
    return b"".join([
        method(1, CHANNEL_OPEN, b"\0"), declare_queue_method(1, queue, exclusive=True),
        method(1, CONFIRM_SELECT, b"\0"),
        publish_method(1, "", queue), content_header(1, 6), body(1, b"abc"), body(1, b"def"), get_method(1, queue),
    ])


def check_answers(wire):
    wire.expect(1, CHANNEL_OPEN_OK)
    wire.expect(1, QUEUE_DECLARE_OK)
    wire.expect(1, CONFIRM_SELECT_OK)
    confirmed = received = None
    while confirmed is None or received is None:
        frame = wire.read_frame()
        if frame.method == BASIC_ACK:
            confirmed = frame.arguments.long_long()
        else:
            assert frame.method == BASIC_GET_OK, frame
            wire.read_frame()
            received = b""
            while len(received) < 6:
                received += wire.read_frame().payload
    assert (confirmed, received) == (1, b"abcdef")


def test_commands_may_be_cut_at_every_byte(peer, name):
    length = len(conversation(name("queue")))
    for cut in range(1, length, 3):
        wire, data = peer(), conversation(name("queue"))
        wire.send(data[:cut])
        wire.send(data[cut:])
        check_answers(wire)
        wire.close()


def test_commands_may_come_one_byte_at_a_time(peer, name):
    wire = peer()
    for byte in conversation(name("queue")):
        wire.send(bytes([byte]))
    check_answers(wire)
    wire.close()


def test_a_whole_conversation_may_come_in_one_packet(peer, name):
    wire = peer()
    wire.send(conversation(name("queue")))
    check_answers(wire)
    wire.close()


def test_empty_body_frames_amid_a_body_are_skipped(peer, name):
    queue, wire = name("queue"), peer()
    wire.open_channel(1)
    wire.declare_queue(1, queue, exclusive=True)
    wire.send(publish_method(1, "", queue), content_header(1, 6), body(1, b""), body(1, b"abc"), body(1, b""),
              body(1, b""), body(1, b"def"))
    assert wire.get(1, queue).body == b"abcdef"
    wire.close()


def test_a_body_may_come_in_frames_of_one_byte(peer, name):
    queue, wire = name("queue"), peer()
    wire.open_channel(1)
    wire.declare_queue(1, queue, exclusive=True)
    sent = random.Random(1).randbytes(3000)
    wire.send(publish_method(1, "", queue), content_header(1, len(sent)), *(body(1, bytes([byte])) for byte in sent))
    assert wire.get(1, queue).body == sent
    wire.close()


def test_an_empty_body_needs_no_body_frame(peer, name):
    queue, wire = name("queue"), peer()
    wire.open_channel(1)
    wire.declare_queue(1, queue, exclusive=True)
    wire.send(publish_method(1, "", queue), content_header(1, 0), publishing(1, "", queue, b"next"))
    assert [wire.get(1, queue).body for _ in range(2)] == [b"", b"next"]
    wire.close()


def test_thousands_of_commands_need_not_wait_for_their_answers(peer, name):
    queue, wire, count = name("queue"), peer(), 5000
    wire.open_channel(1)
    wire.declare_queue(1, queue, exclusive=True)
    commands = b"".join(publishing(1, "", queue, b"%d" % number) for number in range(count))
    writer = threading.Thread(target=wire.send, args=(commands, consume_method(1, queue)))
    writer.start()
    wire.expect(1, BASIC_CONSUME_OK)
    for number in range(count):
        delivery = wire.expect_content(1, BASIC_DELIVER)
        assert delivery.body == b"%d" % number
    writer.join()
    wire.send(ack_method(1, count, multiple=True))
    assert wire.declare_queue(1, queue, passive=True)[1] == 0
    wire.close()


def test_a_client_which_publishes_much_before_it_reads_is_not_deadlocked(peer, name):
    queue, wire, count = name("queue"), peer(), 20_000
    wire.open_channel(1)
    wire.declare_queue(1, queue, exclusive=True)
    wire.select_confirms(1)
    writer = threading.Thread(target=wire.send, args=[publishing(1, "", queue, b"x" * 500) for _ in range(count)])
    writer.start()
    highest = 0
    outstanding = set(range(1, count + 1))
    while outstanding:
        arguments = wire.expect(1, BASIC_ACK)
        tag, multiple = arguments.long_long(), arguments.octet()
        highest = max(highest, tag)
        if multiple:
            outstanding = {each for each in outstanding if each > tag}
        else:
            outstanding.remove(tag)
    writer.join()
    assert highest == count
    wire.close()


def test_a_consumer_which_does_not_read_does_not_hold_up_others(peer, publisher, name):
    queue, other, wire = name("queue"), name("other"), peer()
    wire.open_channel(1)
    wire.declare_queue(1, queue, exclusive=True)
    publisher.queue_declare(other)
    wire.send(consume_method(1, queue, no_ack=True))
    wire.expect(1, BASIC_CONSUME_OK)
    data = b"x" * 1_000_000
    for _ in range(50):
        publisher.basic_publish("", queue, data)
    for number in range(100):
        publisher.basic_publish("", other, b"%d" % number)
        assert publisher.basic_get(other, auto_ack=True)[2] == b"%d" % number
    for _ in range(50):
        assert wire.expect_content(1, BASIC_DELIVER).body == data
    publisher.queue_delete(other)
    wire.close()
