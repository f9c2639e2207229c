"""The two types of queues: which arguments each has, and what only quorum queues do."""

import pytest

from expectations import Inbox, closes_channel, drain, eventually, get, publish, ready_count

OF_4_3 = pytest.mark.leveret_only("what RabbitMQ 4.3 does; 3.10 does not know it")

OF_CLASSIC = {"x-max-priority": 5, "x-queue-version": 2, "x-queue-mode": "lazy"}
OF_QUORUM = {
    "x-delivery-limit": 5, "x-dead-letter-strategy": "at-most-once", "x-quorum-initial-group-size": 1,
    "x-max-in-memory-length": 10, "x-max-in-memory-bytes": 1000,
}
OF_NEW_QUORUM = {
    "x-consumer-timeout": 60_000, "x-consumer-disconnected-timeout": 60_000, "x-delayed-retry-type": "all",
    "x-delayed-retry-min": 10, "x-delayed-retry-max": 20, "x-member-placement-tag": "here",
}
OF_STREAMS = {
    "x-max-age": "1h", "x-stream-max-segment-size-bytes": 1_000_000, "x-initial-cluster-size": 1,
    "x-stream-filter-size-bytes": 16,
}
OF_BOTH = {
    "x-expires": 600_000, "x-message-ttl": 1000, "x-dead-letter-exchange": "amq.fanout", "x-max-length": 10,
    "x-max-length-bytes": 1000, "x-overflow": "reject-publish", "x-single-active-consumer": True,
    "x-of-nobody": "kept",
}
OF_BOTH_NOW = {"x-queue-leader-locator": "client-local"}


def rows(arguments, marks=()):
    return [pytest.param(key, value, marks=marks, id=key) for key, value in arguments.items()]


def only(arguments, *names):
    return {key: value for key, value in arguments.items() if key in names}


def but(arguments, *names):
    return {key: value for key, value in arguments.items() if key not in names}


@pytest.fixture
def declare(publisher, name):
    """Makes quorum queues, which are deleted at the end of the test."""
    made = []

    def declare(**arguments):
        made.append(name("queue"))
        publisher.queue_declare(made[-1], durable=True, arguments={"x-queue-type": "quorum", **arguments})
        return made[-1]

    yield declare
    for queue in made:
        if publisher.is_open:
            publisher.queue_delete(queue)


# Arguments

@pytest.mark.parametrize("argument, value", [*rows({**OF_BOTH, **OF_CLASSIC}), *rows(OF_BOTH_NOW, OF_4_3)])
def test_a_classic_queue_has_its_arguments(channel, name, argument, value):
    channel.queue_declare(name("queue"), exclusive=True, arguments={argument: value})


@pytest.mark.parametrize("argument, value", [
    *rows(OF_QUORUM), *rows(OF_NEW_QUORUM, OF_4_3), *rows(but(OF_STREAMS, "x-stream-filter-size-bytes")),
    *rows(only(OF_STREAMS, "x-stream-filter-size-bytes"), OF_4_3),
])
def test_an_argument_of_another_type_is_406_for_a_classic_queue(channel, name, argument, value):
    with closes_channel(406, argument):
        channel.queue_declare(name("queue"), exclusive=True, arguments={argument: value})


@pytest.mark.parametrize("argument, value", [
    *rows({**OF_BOTH, **OF_BOTH_NOW, **OF_QUORUM}), *rows(OF_NEW_QUORUM, OF_4_3)])
def test_a_quorum_queue_has_its_arguments(declare, argument, value):
    declare(**{argument: value})


@pytest.mark.parametrize("argument, value", [
    *rows(only(OF_CLASSIC, "x-max-priority", "x-queue-mode")), *rows(only(OF_CLASSIC, "x-queue-version"), OF_4_3),
    *rows(but(OF_STREAMS, "x-stream-filter-size-bytes", "x-initial-cluster-size")),
    *rows(only(OF_STREAMS, "x-stream-filter-size-bytes", "x-initial-cluster-size"), OF_4_3),
])
def test_an_argument_of_another_type_is_406_for_a_quorum_queue(channel, name, argument, value):
    arguments = {"x-queue-type": "quorum", argument: value}
    with closes_channel(406, argument):
        channel.queue_declare(name("queue"), durable=True, arguments=arguments)


@pytest.mark.parametrize("argument, first, second", [
    ("x-delivery-limit", 5, 6),
    *(pytest.param(*row, marks=OF_4_3) for row in [
        ("x-dead-letter-strategy", "at-most-once", "at-least-once"), ("x-consumer-timeout", 60_000, 60_001),
        ("x-delayed-retry-type", "all", "failed"), ("x-delayed-retry-min", 10, 11), ("x-delayed-retry-max", 10, 11),
    ]),
])
def test_every_argument_of_a_quorum_queue_is_compared(connection, declare, argument, first, second):
    queue = declare(**{argument: first})
    for value in (first, second):
        arguments = {"x-queue-type": "quorum", argument: value}
        if value == first:
            connection.channel().queue_declare(queue, durable=True, arguments=arguments)
            continue
        with closes_channel(406, f"inequivalent arg '{argument}' for queue '{queue}' in vhost '/'"):
            connection.channel().queue_declare(queue, durable=True, arguments=arguments)


def test_the_types_are_compared(connection, declare, name):
    queue, classic = declare(), name("classic")
    with closes_channel(406, "inequivalent arg 'x-queue-type'"):
        connection.channel().queue_declare(queue, durable=True)
    connection.channel().queue_declare(classic, durable=True)
    with closes_channel(406, "inequivalent arg 'x-queue-type'"):
        connection.channel().queue_declare(classic, durable=True, arguments={"x-queue-type": "quorum"})
    connection.channel().queue_delete(classic)


@pytest.mark.parametrize("version, is_one", [(1, True), (2, True), (0, False), (3, False), (-1, False)])
def test_there_are_two_versions_of_classic_queues_to_ask_for(channel, name, version, is_one):
    arguments = {"x-queue-version": version}
    if is_one:
        channel.queue_declare(name("queue"), exclusive=True, arguments=arguments)
        return
    with closes_channel(406, "x-queue-version"):
        channel.queue_declare(name("queue"), exclusive=True, arguments=arguments)


def test_a_highest_priority_of_zero_is_one_priority(channel, name):
    queue = name("queue")
    channel.queue_declare(queue, exclusive=True, arguments={"x-max-priority": 0})
    for priority in (0, 5, 1):
        publish(channel, queue, b"%d" % priority, priority=priority)
    assert drain(channel, queue) == [b"0", b"5", b"1"]


def test_a_quorum_queue_needs_a_name(channel):
    with closes_channel(406, "PRECONDITION_FAILED - "):
        channel.queue_declare("", durable=True, arguments={"x-queue-type": "quorum"})


# Quorum queues

@pytest.mark.leveret_only("RabbitMQ 3.10 puts it behind them")
def test_a_message_given_back_to_a_quorum_queue_goes_before_those_published_since(channel, declare):
    queue = declare()
    publish(channel, queue, "a", "b")
    held = get(channel, queue)
    publish(channel, queue, "c")
    channel.basic_nack(held.tag)
    eventually(lambda: ready_count(channel, queue) == 3, "the requeue")
    assert drain(channel, queue) == [b"a", b"b", b"c"]


@OF_4_3
def test_a_quorum_queue_has_priorities_and_those_who_name_none_are_in_the_middle(channel, declare):
    queue = declare()
    publish(channel, queue, "none")
    for priority in (3, 4, 5, 31, 200, 0):
        publish(channel, queue, b"%d" % priority, priority=priority)
    assert drain(channel, queue) == [b"31", b"200", b"5", b"none", b"4", b"3", b"0"]


@OF_4_3
def test_the_consumer_of_the_highest_priority_is_the_next_to_be_active(connect, publisher, declare):
    queue = declare(**{"x-single-active-consumer": True})
    inboxes = [Inbox(connect().channel(), queue, auto_ack=True, arguments={"x-priority": priority})
               for priority in (5, 0, 3, 3)]
    for place in (0, 2, 3, 1):
        publish(publisher, queue, b"%d" % place)
        assert inboxes[place].take_bodies(1) == [b"%d" % place]
        inboxes[place].channel.close()


@OF_4_3
def test_a_consumer_of_a_higher_priority_is_active_once_the_one_before_has_settled_what_it_has(
        connect, publisher, declare):
    queue = declare(**{"x-single-active-consumer": True})
    low, high = connect().channel(), connect().channel()
    first = Inbox(low, queue)
    publish(publisher, queue, "a", "b")
    held = first.take(2)
    second = Inbox(high, queue, auto_ack=True, arguments={"x-priority": 1})
    publish(publisher, queue, "c")
    low.basic_ack(held[0].tag)
    assert first.arrived() + second.arrived() == []
    low.basic_ack(held[1].tag)
    assert second.take_bodies(1) == [b"c"]
    # Its place is kept for the one before.
    high.basic_cancel(second.tag)
    publish(publisher, queue, "d")
    assert [message.body for message in first.take(1)] == [b"d"]


@OF_4_3
def test_consumers_of_the_same_or_a_lower_priority_wait_for_their_turn(connect, publisher, declare):
    queue = declare(**{"x-single-active-consumer": True})
    inboxes = [Inbox(connect().channel(), queue, auto_ack=True, arguments={"x-priority": priority})
               for priority in (1, 1, 0)]
    publish(publisher, queue, "a", "b")
    assert inboxes[0].take_bodies(2) == [b"a", b"b"]
    assert inboxes[1].arrived() + inboxes[2].arrived() == []


@OF_4_3
def test_a_consumer_may_say_itself_how_long_it_may_take(connect, channel, declare):
    queue = declare(**{"x-consumer-timeout": 600_000})
    slow = connect().channel()
    slow.basic_qos(prefetch_count=1)
    patient, hasty = Inbox(slow, queue), Inbox(slow, queue, arguments={"x-consumer-timeout": 300})
    publish(channel, queue, "first", "second")
    patient.take(1), hasty.take(1)
    for inbox in (patient, hasty):
        slow.basic_cancel(inbox.tag)
    other = Inbox(channel, queue)
    [message] = other.take(1)
    assert (message.body, message.redelivered) == (b"second", True)
    assert other.arrived() == []


@OF_4_3
@pytest.mark.parametrize("value", ["soon", -1, 2 ** 62])
def test_a_time_for_a_consumer_that_makes_no_sense_is_406(connection, declare, value):
    with closes_channel(406, "x-consumer-timeout"):
        Inbox(connection.channel(), declare(), arguments={"x-consumer-timeout": value})
