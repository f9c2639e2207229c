"""Messages that were published before: dropped, by the header that says so, for as long as that is remembered."""

import pika
import pytest

from expectations import drain, eventually, publish, ready_count
from wire import BASIC_ACK, long_string, publishing, table

pytestmark = pytest.mark.leveret_only("RabbitMQ deduplicates with a plugin")

ARGUMENTS = {"x-message-deduplication": True, "x-cache-size": 1000}
HEADER = "x-deduplication-header"


@pytest.fixture
def queue(channel, name):
    queue = name("queue")
    channel.queue_declare(queue, exclusive=True, arguments=ARGUMENTS)
    return queue


def test_a_second_message_of_the_same_key_is_dropped(channel, queue):
    publish(channel, queue, "first", headers={HEADER: "a"})
    publish(channel, queue, "second", headers={HEADER: "a"})
    publish(channel, queue, "other", headers={HEADER: "b"})
    assert drain(channel, queue) == [b"first", b"other"]


def test_a_message_is_remembered_after_it_was_consumed(channel, queue):
    publish(channel, queue, "first", headers={HEADER: "a"})
    assert drain(channel, queue) == [b"first"]
    publish(channel, queue, "second", headers={HEADER: "a"})
    assert drain(channel, queue) == []


def test_messages_without_a_key_are_all_taken(channel, queue):
    publish(channel, queue, "x", "x", "x")
    publish(channel, queue, "x", headers={"another": "header"})
    assert drain(channel, queue) == [b"x"] * 4


def test_a_dropped_message_is_confirmed(peer, queue, channel):
    wire = peer()
    wire.open_channel(1)
    wire.select_confirms(1)
    properties = b"\x20\0" + table((HEADER, b"S" + long_string(b"a")))
    for tag in (1, 2, 3):
        wire.send(publishing(1, "", queue, b"x", properties))
        assert wire.expect(1, BASIC_ACK).long_long() == tag
    assert ready_count(channel, queue) == 1
    wire.close()


@pytest.mark.parametrize("first, second, same", [
    (1, 1, True), (1, 2, False), ("1", 1, False), (True, True, True), ("a", "a", True), ("a", "A", False)])
def test_keys_are_compared_by_type_and_value(channel, queue, first, second, same):
    publish(channel, queue, "first", headers={HEADER: first})
    publish(channel, queue, "second", headers={HEADER: second})
    assert len(drain(channel, queue)) == (1 if same else 2)


def test_only_so_many_keys_are_remembered(channel, name):
    queue = name("queue")
    channel.queue_declare(queue, exclusive=True, arguments={**ARGUMENTS, "x-cache-size": 2})
    for key in ("a", "b", "c", "a"):
        publish(channel, queue, key, headers={HEADER: key})
    publish(channel, queue, "again", headers={HEADER: "c"})
    assert drain(channel, queue) == [b"a", b"b", b"c", b"a"]


def test_a_key_is_remembered_for_as_long_as_the_queue_says(channel, name):
    queue = name("queue")
    channel.queue_declare(queue, exclusive=True, arguments={**ARGUMENTS, "x-cache-ttl": 100})
    publish(channel, queue, "first", headers={HEADER: "a"})

    def is_taken_again():
        publish(channel, queue, "again", headers={HEADER: "a"})
        return ready_count(channel, queue) == 2

    eventually(is_taken_again, "the end of the memory")


def test_an_exchange_may_drop_messages_for_all_its_queues(channel, name):
    exchange, queues = name("exchange"), [name("queue") for _ in range(2)]
    channel.exchange_declare(exchange, "fanout", auto_delete=True, arguments=ARGUMENTS)
    for queue in queues:
        channel.queue_declare(queue, exclusive=True)
        channel.queue_bind(queue, exchange)
    for body in ("first", "second"):
        publish(channel, "", body, exchange=exchange, headers={HEADER: "a"})
    assert [drain(channel, queue) for queue in queues] == [[b"first"], [b"first"]]
    for queue in queues:
        channel.queue_delete(queue)


@pytest.mark.parametrize("how", ["restart", "kill"])
def test_what_was_published_before_a_restart_is_remembered(fresh_broker, open_channel, how):
    channel = open_channel()
    channel.queue_declare("work", durable=True, arguments=ARGUMENTS)
    properties = pika.BasicProperties(delivery_mode=2, headers={HEADER: "a"})
    channel.basic_publish("", "work", "first", properties)
    getattr(fresh_broker, how)()
    channel = open_channel()
    channel.basic_publish("", "work", "second", properties)
    assert drain(channel, "work") == [b"first"]
