"""Single active consumers: one gets everything, and when it goes the next takes over."""

import pytest

from expectations import Inbox, closes_channel, consumer_count, drain, eventually, publish, ready_count

ARGUMENTS = {"x-single-active-consumer": True}


@pytest.fixture
def queue(publisher, name):
    queue = name("queue")
    publisher.queue_declare(queue, arguments=ARGUMENTS)
    yield queue
    if publisher.is_open:
        publisher.queue_delete(queue)


def test_only_the_first_consumer_gets_messages(connect, publisher, queue):
    inboxes = [Inbox(connect().channel(), queue, auto_ack=True) for _ in range(3)]
    sent = [b"%d" % number for number in range(30)]
    publish(publisher, queue, *sent)
    assert inboxes[0].take_bodies(30) == sent
    assert inboxes[1].arrived() + inboxes[2].arrived() == []
    assert consumer_count(publisher, queue) == 3


@pytest.mark.parametrize("end", [
    lambda inbox: inbox.channel.basic_cancel(inbox.tag), lambda inbox: inbox.channel.close(),
    lambda inbox: inbox.channel.connection.close(),
], ids=["cancel", "channel", "connection"])
def test_the_next_in_order_of_registration_takes_over(connect, publisher, queue, end):
    inboxes = [Inbox(connect().channel(), queue, auto_ack=True) for _ in range(3)]
    for number, inbox in enumerate(inboxes):
        publish(publisher, queue, b"%d" % number)
        assert inbox.take_bodies(1) == [b"%d" % number]
        end(inbox)
    publish(publisher, queue, "nobody is left")
    assert drain(publisher, queue) == [b"nobody is left"]


def test_what_the_active_one_held_goes_to_the_next_in_order(connect, publisher, queue):
    first, second = connect(), connect()
    active = Inbox(first.channel(), queue)
    waiting = Inbox(second.channel(), queue, auto_ack=True)
    publish(publisher, queue, *"abcd")
    active.take(4)
    first.close()
    messages = waiting.take(4)
    assert [message.body for message in messages] == [b"a", b"b", b"c", b"d"]
    assert all(message.redelivered for message in messages)


def test_nobody_helps_the_active_one_when_its_prefetch_is_used_up(connect, publisher, queue):
    channel = connect().channel()
    channel.basic_qos(prefetch_count=1)
    active = Inbox(channel, queue)
    waiting = Inbox(connect().channel(), queue, auto_ack=True)
    publish(publisher, queue, "a", "b")
    [message] = active.take(1)
    assert active.arrived() + waiting.arrived() == [] and ready_count(publisher, queue) == 1
    channel.basic_ack(message.tag)
    assert active.take_bodies(1) == [b"b"]


def test_a_waiting_consumer_that_leaves_changes_nothing(connect, publisher, queue):
    active = Inbox(connect().channel(), queue, auto_ack=True)
    waiting = Inbox(connect().channel(), queue, auto_ack=True)
    waiting.channel.basic_cancel(waiting.tag)
    publish(publisher, queue, "a")
    assert active.take_bodies(1) == [b"a"]


def test_an_exclusive_consumer_is_refused(connect, queue):
    with closes_channel(403, "ACCESS_REFUSED"):
        Inbox(connect().channel(), queue, exclusive=True)


def test_the_argument_is_part_of_what_a_queue_is(connect, queue):
    with closes_channel(406, f"inequivalent arg 'x-single-active-consumer' for queue '{queue}' in vhost '/'"):
        connect().channel().queue_declare(queue)


def test_several_consumers_of_one_channel_take_turns_in_being_active_only(connect, publisher, queue):
    channel = connect().channel()
    first, second = Inbox(channel, queue, auto_ack=True), Inbox(channel, queue, auto_ack=True)
    publish(publisher, queue, *"abc")
    assert first.take_bodies(3) == [b"a", b"b", b"c"] and second.arrived() == []
    channel.basic_cancel(first.tag)
    publish(publisher, queue, "d")
    assert second.take_bodies(1) == [b"d"]


def test_after_a_kill_the_first_to_come_back_is_active(fresh_broker, open_channel):
    channel = open_channel()
    channel.queue_declare("work", durable=True, arguments=ARGUMENTS)
    Inbox(channel, "work")
    publish(channel, "work", "a", delivery_mode=2)
    fresh_broker.kill()
    active, waiting = Inbox(open_channel(), "work", auto_ack=True), Inbox(open_channel(), "work", auto_ack=True)
    assert active.take_bodies(1) == [b"a"] and waiting.arrived() == []


def test_messages_published_meanwhile_wait_for_the_change(connect, publisher, queue):
    for round_number in range(10):
        connection = connect()
        inbox = Inbox(connection.channel(), queue, auto_ack=True)
        publish(publisher, queue, b"%d" % round_number)
        assert inbox.take_bodies(1) == [b"%d" % round_number]
        connection.close()
    eventually(lambda: consumer_count(publisher, queue) == 0, "the end of all consumers")
