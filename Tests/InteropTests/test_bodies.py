"""Bodies of every size, cut into frames, and several of them at once."""

import hashlib
import random

import pytest

from expectations import Inbox, drain, get, publish
from wire import BASIC_DELIVER, BASIC_CONSUME_OK, BODY, CONTENT_HEADER, body, consume_method, content_header
from wire import publish_method, publishing


def random_bytes(size: int) -> bytes:
    return random.Random(size).randbytes(size)


@pytest.mark.parametrize("size", [0, 1, 131063, 131064, 131065, 262128, 1_000_000, 5_000_000])
def test_a_body_arrives_as_it_was_sent(channel, publisher, name, size):
    queue, sent = name("queue"), random_bytes(size)
    channel.queue_declare(queue, exclusive=True)
    publish(publisher, queue, sent)
    assert get(channel, queue, auto_ack=True).body == sent


def test_bodies_of_many_sizes_arrive_in_order(channel, publisher, name):
    queue = name("queue")
    channel.queue_declare(queue, exclusive=True)
    inbox = Inbox(channel, queue, auto_ack=True)
    sent = [random_bytes(random.Random(seed).choice([0, 1, 100, 4088, 9000, 150_000, 400_000])) for seed in range(60)]
    publish(publisher, queue, *sent)
    assert inbox.take_bodies(60) == sent


def test_a_persistent_big_body_arrives_as_it_was_sent(channel, name):
    queue, sent = name("queue"), random_bytes(3_000_000)
    channel.queue_declare(queue, durable=True)
    publish(channel, queue, sent, delivery_mode=2)
    assert drain(channel, queue) == [sent]
    channel.queue_delete(queue)


def test_a_body_is_cut_to_the_readers_frame_size(peer, name):
    queue, sent = name("queue"), random_bytes(1_000_000)
    writer, reader = peer(), peer(frame_max=4096)
    for wire in (writer, reader):
        wire.open_channel(1)
    writer.declare_queue(1, queue, auto_delete=True)
    writer.select_confirms(1)
    writer.send(publishing(1, "", queue, sent))
    writer.expect(1, (60, 80))
    reader.send(consume_method(1, queue, no_ack=True))
    reader.expect(1, BASIC_CONSUME_OK)
    reader.expect(1, BASIC_DELIVER)
    assert reader.read_frame().kind == CONTENT_HEADER
    received = b""
    while len(received) < len(sent):
        part = reader.read_frame()
        assert part.kind == BODY and len(part.payload) <= 4096 - 8
        received += part.payload
    assert received == sent
    writer.close(), reader.close()


def test_bodies_of_several_channels_may_be_interleaved_frame_by_frame(peer, name):
    queue, wire = name("queue"), peer()
    sent = {channel: random_bytes(600_000 + channel) for channel in range(1, 6)}
    for channel in sent:
        wire.open_channel(channel)
    wire.declare_queue(1, queue, exclusive=True)
    for channel, data in sent.items():
        wire.send(publish_method(channel, "", queue), content_header(channel, len(data)))
    offsets = dict.fromkeys(sent, 0)
    generator = random.Random(7)
    while offsets:
        channel = generator.choice(sorted(offsets))
        size = generator.randint(1, 60_000)
        part = sent[channel][offsets[channel]:offsets[channel] + size]
        wire.send(body(channel, part))
        offsets[channel] += len(part)
        if offsets[channel] == len(sent[channel]):
            del offsets[channel]
    for channel in sent:
        wire.declare_queue(channel, queue, passive=True)
    received = [wire.get(1, queue).body for _ in sent]
    assert {hashlib.sha256(data).digest() for data in received} == {
        hashlib.sha256(data).digest() for data in sent.values()}
    wire.close()


def test_the_frames_of_one_delivery_are_not_interrupted_on_its_channel(peer, name):
    queues, wire = [name("queue") for _ in range(3)], peer(frame_max=4096)
    for channel, queue in enumerate(queues, 1):
        wire.open_channel(channel)
        wire.declare_queue(channel, queue, exclusive=True)
        wire.send(consume_method(channel, queue, no_ack=True))
        wire.expect(channel, BASIC_CONSUME_OK)
    for number in range(5):
        for channel, queue in enumerate(queues, 1):
            wire.send(publishing(channel, "", queue, b"%d" % channel * 50_000, frame_max=4096))
    expected, missing, done = {}, {}, 0
    while done < 15:
        frame = wire.read_frame()
        if frame.kind == CONTENT_HEADER:
            assert expected.pop(frame.channel) == "header"
            missing[frame.channel] = 50_000
        elif frame.kind == BODY:
            assert set(frame.payload) == {ord("%d" % frame.channel)}
            missing[frame.channel] -= len(frame.payload)
            if not missing[frame.channel]:
                del missing[frame.channel]
                done += 1
        else:
            assert frame.method == BASIC_DELIVER
            assert frame.channel not in missing and frame.channel not in expected
            expected[frame.channel] = "header"
    wire.close()


def test_a_hundred_megabytes_flow_through_a_queue(channel, publisher, name):
    queue, sent = name("queue"), random_bytes(1_000_000)
    channel.queue_declare(queue, exclusive=True)
    channel.basic_qos(prefetch_count=4)
    inbox = Inbox(channel, queue)
    for _ in range(25):
        for _ in range(4):
            publish(publisher, queue, sent)
        messages = inbox.take(4)
        assert all(message.body == sent for message in messages)
        channel.basic_ack(messages[-1].tag, multiple=True)
