"""Priorities of messages: the highest first, in order of publishing within each."""

import pytest

from expectations import Inbox, drain, eventually, get, publish, ready_count


@pytest.fixture
def queue(channel, name):
    queue = name("queue")
    channel.queue_declare(queue, exclusive=True, arguments={"x-max-priority": 10})
    return queue


def test_higher_priorities_come_first_and_equal_ones_in_order(channel, queue):
    for number, priority in enumerate([1, 5, 1, 9, 5, 0, 9, 1]):
        publish(channel, queue, f"{priority} {number}", priority=priority)
    assert drain(channel, queue) == [b"9 3", b"9 6", b"5 1", b"5 4", b"1 0", b"1 2", b"1 7", b"0 5"]


def test_a_message_without_a_priority_is_of_the_lowest(channel, queue):
    publish(channel, queue, "none")
    publish(channel, queue, "zero", priority=0)
    publish(channel, queue, "one", priority=1)
    assert drain(channel, queue) == [b"one", b"none", b"zero"]


def test_a_priority_above_the_queues_highest_counts_as_the_highest(channel, queue):
    publish(channel, queue, "ten", priority=10)
    publish(channel, queue, "two hundred", priority=200)
    publish(channel, queue, "nine", priority=9)
    assert drain(channel, queue) == [b"ten", b"two hundred", b"nine"]


def test_a_queue_without_priorities_takes_messages_in_order_whatever_they_say(channel, name):
    queue = name("queue")
    channel.queue_declare(queue, exclusive=True)
    for number, priority in enumerate([1, 9, 5]):
        publish(channel, queue, b"%d" % number, priority=priority)
    assert drain(channel, queue) == [b"0", b"1", b"2"]


def test_the_first_delivery_of_each_message_is_not_marked_redelivered(channel, queue):
    for priority in (1, 9, 5):
        publish(channel, queue, b"%d" % priority, priority=priority)
    messages = [get(channel, queue) for _ in range(3)]
    assert [message.body for message in messages] == [b"9", b"5", b"1"]
    assert not any(message.redelivered for message in messages)


def test_a_requeued_message_returns_to_its_place_within_its_priority(channel, queue):
    for number in range(3):
        publish(channel, queue, f"low {number}", priority=1)
        publish(channel, queue, f"high {number}", priority=5)
    held = [get(channel, queue) for _ in range(4)]
    assert [message.body for message in held] == [b"high 0", b"high 1", b"high 2", b"low 0"]
    for message in (held[1], held[3]):
        channel.basic_nack(message.tag)
    eventually(lambda: ready_count(channel, queue) == 4, "the requeue")
    messages = [get(channel, queue) for _ in range(4)]
    assert [message.body for message in messages] == [b"high 1", b"low 0", b"low 1", b"low 2"]
    assert [message.redelivered for message in messages] == [True, True, False, False]


def test_a_waiting_consumer_gets_what_is_most_urgent_as_soon_as_it_can_take_it(channel, publisher, queue):
    channel.basic_qos(prefetch_count=1)
    inbox = Inbox(channel, queue)
    publish(publisher, queue, "first", priority=0)
    [message] = inbox.take(1)
    for priority in (2, 8, 4):
        publish(publisher, queue, b"%d" % priority, priority=priority)
    order = []
    for _ in range(3):
        channel.basic_ack(message.tag)
        [message] = inbox.take(1)
        order.append(message.body)
    assert order == [b"8", b"4", b"2"]


def test_priorities_and_times_to_live_go_together(channel, queue):
    publish(channel, queue, "urgent but brief", priority=9, expiration="20")
    publish(channel, queue, "patient", priority=1)
    eventually(lambda: ready_count(channel, queue) == 1, "the expiry")
    assert drain(channel, queue) == [b"patient"]


def test_a_full_queue_drops_the_least_urgent_or_the_oldest_but_keeps_its_length(channel, name):
    queue = name("queue")
    channel.queue_declare(queue, exclusive=True, arguments={"x-max-priority": 5, "x-max-length": 3})
    for number in range(10):
        publish(channel, queue, b"%d" % number, priority=number % 3)
    assert ready_count(channel, queue) == 3


@pytest.mark.parametrize("highest", [1, 5, 255])
def test_every_highest_priority_up_to_255_works(channel, name, highest):
    queue = name("queue")
    channel.queue_declare(queue, exclusive=True, arguments={"x-max-priority": highest})
    for priority in (0, highest, 1):
        publish(channel, queue, b"%d" % priority, priority=priority)
    assert [int(body) for body in drain(channel, queue)] == sorted([0, highest, 1], reverse=True)


@pytest.mark.parametrize("how", ["restart", "kill"])
def test_priorities_survive_a_restart(fresh_broker, open_channel, how):
    channel = open_channel()
    channel.queue_declare("work", durable=True, arguments={"x-max-priority": 10})
    for number, priority in enumerate([1, 9, 5, 9, 1]):
        publish(channel, "work", b"%d" % number, priority=priority, delivery_mode=2)
    getattr(fresh_broker, how)()
    channel = open_channel()
    publish(channel, "work", b"5", priority=7, delivery_mode=2)
    messages = [get(channel, "work", auto_ack=True) for _ in range(6)]
    assert [message.body for message in messages] == [b"1", b"3", b"5", b"2", b"0", b"4"]
    assert not any(message.redelivered for message in messages)
