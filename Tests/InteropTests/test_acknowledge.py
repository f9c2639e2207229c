"""Acknowledge, reject, nack, recover: what is settled, what comes back, where and how it is marked."""

import pytest

from expectations import (
    Inbox, closes_channel, closes_connection, drain, eventually, get, publish, ready_count, round_trip,
)
from wire import BASIC_GET_OK, BASIC_RECOVER, BASIC_RECOVER_OK, ack_method, get_method, method

LETTERS = [b"a", b"b", b"c", b"d", b"e"]


@pytest.fixture
def queue(publisher, name):
    """A queue with five messages, which outlives the channels of the test."""
    queue = name("queue")
    publisher.queue_declare(queue)
    publish(publisher, queue, *LETTERS)
    yield queue
    if publisher.is_open:
        publisher.queue_delete(queue)


def settled_count(channel, queue, count):
    eventually(lambda: ready_count(channel, queue) == count, f"{count} ready messages")


def test_an_acknowledged_message_does_not_come_back(connection, publisher, queue):
    channel = connection.channel()
    for letter in LETTERS:
        message = get(channel, queue)
        assert message.body == letter
        channel.basic_ack(message.tag)
    channel.close()
    assert drain(publisher, queue) == []


def test_unacknowledged_messages_come_back_in_order_when_the_channel_closes(connection, publisher, queue):
    channel = connection.channel()
    Inbox(channel, queue).take(5)
    channel.close()
    messages = [get(publisher, queue) for _ in range(5)]
    assert [message.body for message in messages] == LETTERS
    assert all(message.redelivered for message in messages)


def test_unacknowledged_messages_come_back_when_the_connection_closes(connect, publisher, queue):
    other = connect()
    Inbox(other.channel(), queue).take(5)
    other.close()
    settled_count(publisher, queue, 5)
    assert drain(publisher, queue) == LETTERS


def test_only_what_was_delivered_before_is_marked_redelivered(connection, publisher, queue):
    channel = connection.channel()
    channel.basic_qos(prefetch_count=2)
    Inbox(channel, queue).take(2)
    channel.close()
    settled_count(publisher, queue, 5)
    assert [get(publisher, queue).redelivered for _ in range(5)] == [True, True, False, False, False]


def test_an_ack_of_multiple_settles_everything_up_to_its_tag(connection, publisher, queue):
    channel = connection.channel()
    messages = Inbox(channel, queue).take(5)
    channel.basic_ack(messages[2].tag, multiple=True)
    channel.close()
    settled_count(publisher, queue, 2)
    assert drain(publisher, queue) == [b"d", b"e"]


def test_an_ack_of_multiple_covers_all_consumers_and_gets_of_the_channel(connection, publisher, queue, name):
    other = name("other")
    publisher.queue_declare(other)
    publish(publisher, other, "x")
    channel = connection.channel()
    gotten = get(channel, other)
    messages = Inbox(channel, queue).take(5)
    assert gotten.tag == 1 and messages[-1].tag == 6
    channel.basic_ack(6, multiple=True)
    channel.close()
    assert drain(publisher, queue) + drain(publisher, other) == []
    publisher.queue_delete(other)


def test_an_ack_of_tag_zero_and_multiple_settles_everything(connection, publisher, queue):
    channel = connection.channel()
    Inbox(channel, queue).take(5)
    channel.basic_ack(0, multiple=True)
    channel.basic_ack(0, multiple=True)
    channel.close()
    assert drain(publisher, queue) == []


def test_an_ack_of_tag_zero_and_multiple_is_allowed_with_nothing_to_settle(connection):
    channel = connection.channel()
    channel.basic_ack(0, multiple=True)
    channel.basic_nack(0, multiple=True)
    round_trip(channel)


def test_acks_may_come_in_any_order(connection, publisher, queue):
    channel = connection.channel()
    messages = Inbox(channel, queue).take(5)
    for index in (3, 0, 4):
        channel.basic_ack(messages[index].tag)
    channel.close()
    settled_count(publisher, queue, 2)
    assert drain(publisher, queue) == [b"b", b"c"]


@pytest.mark.parametrize("operation", [
    lambda channel: channel.basic_ack(99), lambda channel: channel.basic_nack(99),
    lambda channel: channel.basic_reject(99), lambda channel: channel.basic_ack(99, multiple=True),
], ids=["ack", "nack", "reject", "ack multiple"])
def test_an_unknown_delivery_tag_is_406(connection, operation):
    channel = connection.channel()
    with closes_channel(406, "PRECONDITION_FAILED - unknown delivery tag 99"):
        operation(channel)
        round_trip(channel)


def test_an_ack_of_tag_zero_alone_is_406(peer):
    wire = peer()
    wire.open_channel(1)
    wire.send(ack_method(1, 0))
    text, _ = wire.expect_channel_close(1, 406)
    assert text == "PRECONDITION_FAILED - unknown delivery tag 0"
    wire.close()


def test_the_second_ack_of_a_delivery_is_406(connection, queue):
    channel = connection.channel()
    message = get(channel, queue)
    channel.basic_ack(message.tag)
    with closes_channel(406, "PRECONDITION_FAILED - unknown delivery tag 1"):
        channel.basic_ack(message.tag)
        round_trip(channel)


def test_an_ack_of_multiple_up_to_a_tag_which_is_settled_is_406(connection, queue):
    channel = connection.channel()
    messages = Inbox(channel, queue).take(3)
    channel.basic_ack(messages[1].tag)
    with closes_channel(406, "PRECONDITION_FAILED - unknown delivery tag 2"):
        channel.basic_ack(messages[1].tag, multiple=True)
        round_trip(channel)


def test_a_delivery_tag_of_another_channel_is_406(connection, queue):
    first, second = connection.channel(), connection.channel()
    message = get(first, queue)
    with closes_channel(406, f"PRECONDITION_FAILED - unknown delivery tag {message.tag}"):
        second.basic_ack(message.tag)
        round_trip(second)
    first.basic_ack(message.tag)
    round_trip(first)


def test_acking_a_delivery_which_needs_no_ack_is_406(connection, queue):
    channel = connection.channel()
    message = get(channel, queue, auto_ack=True)
    with closes_channel(406, "unknown delivery tag 1"):
        channel.basic_ack(message.tag)
        round_trip(channel)


def test_what_a_failed_channel_held_comes_back(connection, publisher, queue):
    channel = connection.channel()
    Inbox(channel, queue).take(5)
    with closes_channel(406):
        channel.basic_ack(99)
        round_trip(channel)
    settled_count(publisher, queue, 5)
    assert drain(publisher, queue) == LETTERS


def test_a_requeued_message_returns_to_its_place(connection, publisher, queue):
    channel = connection.channel()
    first, second = get(channel, queue), get(channel, queue)
    channel.basic_nack(first.tag)
    settled_count(publisher, queue, 4)
    channel.basic_reject(second.tag)
    settled_count(publisher, queue, 5)
    messages = [get(publisher, queue) for _ in range(5)]
    assert [message.body for message in messages] == LETTERS
    assert [message.redelivered for message in messages] == [True, True, False, False, False]


def test_a_nack_of_multiple_restores_the_original_order(connection, publisher, queue):
    channel = connection.channel()
    messages = Inbox(channel, queue).take(5)
    channel.basic_cancel(messages[0].method.consumer_tag)
    channel.basic_nack(messages[-1].tag, multiple=True)
    settled_count(publisher, queue, 5)
    assert drain(publisher, queue) == LETTERS


def test_messages_requeued_in_any_order_are_in_their_original_order_again(connection, publisher, queue):
    channel = connection.channel()
    messages = [get(channel, queue) for _ in range(5)]
    for index in (2, 4, 0, 3, 1):
        channel.basic_nack(messages[index].tag)
    settled_count(publisher, queue, 5)
    assert drain(publisher, queue) == LETTERS


def test_requeued_messages_go_before_those_published_since(connection, publisher, queue):
    channel = connection.channel()
    messages = [get(channel, queue) for _ in range(5)]
    publish(publisher, queue, "new")
    channel.basic_nack(messages[-1].tag, multiple=True)
    settled_count(publisher, queue, 6)
    assert drain(publisher, queue) == [*LETTERS, b"new"]


def test_a_requeued_message_is_delivered_again_to_a_waiting_consumer(connection, queue):
    channel = connection.channel()
    channel.basic_qos(prefetch_count=1)
    inbox = Inbox(channel, queue)
    [message] = inbox.take(1)
    assert not message.redelivered
    for _ in range(3):
        channel.basic_nack(message.tag)
        [again] = inbox.take(1)
        assert (again.body, again.redelivered) == (b"a", True)
        assert again.tag == message.tag + 1
        message = again


def test_a_message_rejected_without_requeue_is_gone(connection, publisher, queue):
    channel = connection.channel()
    channel.basic_reject(get(channel, queue).tag, requeue=False)
    channel.basic_nack(get(channel, queue).tag, requeue=False)
    channel.close()
    assert drain(publisher, queue) == [b"c", b"d", b"e"]


def test_a_nack_of_multiple_without_requeue_drops_everything_up_to_its_tag(connection, publisher, queue):
    channel = connection.channel()
    messages = Inbox(channel, queue).take(5)
    channel.basic_nack(messages[3].tag, multiple=True, requeue=False)
    channel.close()
    settled_count(publisher, queue, 1)
    assert drain(publisher, queue) == [b"e"]


def test_a_requeued_message_may_go_to_another_consumer(connect, publisher, queue):
    first, second = connect().channel(), connect().channel()
    first.basic_qos(prefetch_count=5)
    held = Inbox(first, queue)
    messages = held.take(5)
    other = Inbox(second, queue, auto_ack=True)
    first.basic_cancel(held.tag)
    first.basic_nack(messages[-1].tag, multiple=True)
    again = other.take(5)
    assert [message.body for message in again] == LETTERS
    assert all(message.redelivered for message in again)


def test_delivery_tags_rise_by_one_over_deliveries_and_gets(connection, queue, publisher):
    channel = connection.channel()
    tags = [get(channel, queue).tag, get(channel, queue, auto_ack=True).tag]
    tags += [message.tag for message in Inbox(channel, queue).take(3)]
    assert tags == [1, 2, 3, 4, 5]


def test_each_channel_counts_its_delivery_tags_from_one(connection, queue):
    assert [get(connection.channel(), queue).tag for _ in range(3)] == [1, 1, 1]


def test_recover_brings_back_what_the_channel_holds_in_order_and_marked(connection, queue):
    channel = connection.channel()
    inbox = Inbox(channel, queue)
    messages = inbox.take(5)
    channel.basic_ack(messages[1].tag)
    channel.basic_recover(requeue=True)
    again = inbox.take(4)
    assert [message.body for message in again] == [b"a", b"c", b"d", b"e"]
    assert all(message.redelivered for message in again)
    assert [message.tag for message in again] == [6, 7, 8, 9]


def test_recover_with_nothing_to_recover_is_answered(connection):
    connection.channel().basic_recover(requeue=True)


def test_a_recover_without_requeue_is_540(connect):
    channel = connect().channel()
    with closes_connection(540, "NOT_IMPLEMENTED"):
        channel.basic_recover(requeue=False)


def test_the_asynchronous_recover_requeues_too_but_is_not_answered(peer, queue):
    wire = peer()
    wire.open_channel(1)
    wire.get(1, queue, no_ack=False)
    wire.send(method(1, (60, 100), b"\1"), get_method(1, queue))
    again = wire.expect_content(1, BASIC_GET_OK)
    assert (again.body, again.arguments.long_long(), again.arguments.octet()) == (b"a", 2, 1)
    wire.close()


def test_the_deliveries_of_a_recover_may_come_around_its_answer_but_come(peer, queue):
    wire = peer()
    wire.open_channel(1)
    for _ in range(5):
        wire.get(1, queue, no_ack=False)
    wire.send(method(1, BASIC_RECOVER, b"\1"))
    wire.expect(1, BASIC_RECOVER_OK)
    assert [wire.get(1, queue).body for _ in range(5)] == LETTERS
    wire.close()


def test_acks_in_one_packet_with_a_channel_close_are_heard(peer, publisher, queue):
    wire = peer()
    wire.open_channel(1)
    wire.get(1, queue, no_ack=False)
    wire.get(1, queue, no_ack=False)
    wire.send(ack_method(1, 1), ack_method(1, 2), method(1, (20, 40), b"\0\xc8\0\0\0\0\0"))
    wire.expect(1, (20, 41))
    settled_count(publisher, queue, 3)
    assert drain(publisher, queue) == [b"c", b"d", b"e"]
    wire.close()


def test_acks_in_one_packet_with_a_connection_close_are_heard(peer, publisher, queue):
    wire = peer()
    wire.open_channel(1)
    wire.get(1, queue, no_ack=False)
    wire.send(ack_method(1, 1), method(0, (10, 50), b"\0\xc8\0\0\0\0\0"))
    wire.expect(0, (10, 51))
    settled_count(publisher, queue, 4)
    assert drain(publisher, queue) == [b"b", b"c", b"d", b"e"]
