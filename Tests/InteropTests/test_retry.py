"""Messages that come back: how they are counted, when they are given up, and how long they wait."""

import time

import pytest

from expectations import Inbox, closes_channel, closes_connection, drain, eventually, get, publish, ready_count

leveret_only = pytest.mark.leveret_only("what RabbitMQ 4.3 does; 3.10 counts otherwise")
restarts = pytest.mark.parametrize("how", ["restart", "kill"])


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


def counts(message):
    headers = message.properties.headers or {}
    return headers.get("x-delivery-count"), headers.get("x-acquired-count")


def next_message(channel, queue):
    """The next message that is ready, waiting for it."""
    taken = []
    eventually(lambda: taken.append(get(channel, queue)) or taken[-1], f"a message in {queue}")
    return taken[-1]


# Counting

@leveret_only
def test_the_first_delivery_has_no_count(channel, declare):
    queue = declare()
    publish(channel, queue, "new")
    assert counts(get(channel, queue)) == (None, None)


@leveret_only
def test_a_reject_counts_and_a_nack_does_not(channel, declare):
    queue = declare()
    publish(channel, queue, "back and forth")
    expected = []
    for number, give_back in enumerate([channel.basic_reject, channel.basic_nack, channel.basic_reject]):
        message = next_message(channel, queue)
        expected.append(counts(message))
        give_back(message.tag, requeue=True)
    assert counts(next_message(channel, queue)) == (2, 3)
    assert expected == [(None, None), (1, 1), (1, 2)]


@leveret_only
@pytest.mark.parametrize("end", [lambda channel: channel.close(), lambda channel: channel.connection.close()],
                         ids=["channel", "connection"])
def test_losing_a_consumer_counts(connect, channel, declare, end):
    queue = declare()
    publish(channel, queue, "lost")
    other = connect().channel()
    assert get(other, queue)
    end(other)
    message = next_message(channel, queue)
    assert counts(message) == (1, 1) and message.redelivered


@leveret_only
@restarts
def test_counts_survive_a_restart(fresh_broker, open_channel, how):
    channel = open_channel()
    channel.queue_declare("work", durable=True, arguments={"x-queue-type": "quorum", "x-delivery-limit": 3})
    publish(channel, "work", "counted", delivery_mode=2)
    for _ in range(3):
        channel.basic_reject(next_message(channel, "work").tag, requeue=True)
    eventually(lambda: ready_count(channel, "work") == 1, "the requeue")
    channel.queue_declare("witness", durable=True)
    getattr(fresh_broker, how)()
    channel = open_channel()
    message = next_message(channel, "work")
    assert counts(message)[0] == 3 and message.redelivered
    channel.basic_reject(message.tag, requeue=True)
    eventually(lambda: ready_count(channel, "work") == 0, "the end of the message")
    assert get(channel, "work") is None


# Giving up

def test_a_message_that_fails_more_often_than_the_limit_becomes_a_dead_letter(channel, declare, name):
    dead = name("dead")
    channel.queue_declare(dead, exclusive=True)
    queue = declare(**{"x-delivery-limit": 2, "x-dead-letter-exchange": "", "x-dead-letter-routing-key": dead})
    publish(channel, queue, "hopeless")
    for _ in range(3):
        channel.basic_reject(next_message(channel, queue).tag, requeue=True)
    letter = next_message(channel, dead)
    [death] = letter.properties.headers["x-death"]
    assert (letter.body, death["reason"], death["queue"], death["count"]) == (b"hopeless", "delivery_limit", queue, 1)
    assert get(channel, queue) is None


@leveret_only
def test_a_quorum_queue_gives_up_after_twenty_failures_unless_it_says_otherwise(channel, declare):
    queue, patient = declare(), declare(**{"x-delivery-limit": -1})
    for each in (queue, patient):
        publish(channel, each, "hopeless")
        for _ in range(21):
            channel.basic_reject(next_message(channel, each).tag, requeue=True)
    eventually(lambda: ready_count(channel, patient) == 1, "the last return")
    assert counts(get(channel, patient))[0] == 21
    assert get(channel, queue) is None


@leveret_only
def test_a_message_that_is_only_given_back_is_never_given_up(channel, declare):
    queue = declare(**{"x-delivery-limit": 1})
    publish(channel, queue, "patient")
    for _ in range(10):
        channel.basic_nack(next_message(channel, queue).tag, requeue=True)
    assert next_message(channel, queue).body == b"patient"


# Waiting

@leveret_only
def test_a_failed_message_waits_longer_each_time_and_lets_others_pass(channel, declare):
    queue = declare(**{"x-delayed-retry-type": "failed", "x-delayed-retry-min": 100, "x-delayed-retry-max": 150})
    publish(channel, queue, "failing")
    waits = []
    for _ in range(3):
        message = next_message(channel, queue)
        started = time.monotonic()
        channel.basic_reject(message.tag, requeue=True)
        publish(channel, queue, "other")
        assert next_message(channel, queue).body == b"other"
        eventually(lambda: ready_count(channel, queue) == 1, "the message's return")
        waits.append(time.monotonic() - started)
    assert waits[0] >= 0.1 and waits[1] >= 0.15 and waits[2] >= 0.15


@leveret_only
@pytest.mark.parametrize("kind, waiting", [
    ("failed", "reject"), ("returned", "nack"), ("all", "reject"), ("all", "nack")])
def test_the_type_says_which_messages_wait(channel, declare, kind, waiting):
    queue = declare(**{"x-delayed-retry-type": kind, "x-delayed-retry-min": 600_000})
    publish(channel, queue, "waits")
    getattr(channel, f"basic_{waiting}")(get(channel, queue).tag, requeue=True)
    publish(channel, queue, "witness")
    assert next_message(channel, queue).body == b"witness"
    assert get(channel, queue) is None


@leveret_only
@pytest.mark.parametrize("kind, passing", [
    ("failed", "nack"), ("returned", "reject"), ("disabled", "reject"), ("disabled", "nack")])
def test_the_others_come_back_at_once(channel, declare, kind, passing):
    queue = declare(**{"x-delayed-retry-type": kind, "x-delayed-retry-min": 600_000})
    publish(channel, queue, "comes back")
    getattr(channel, f"basic_{passing}")(get(channel, queue).tag, requeue=True)
    assert next_message(channel, queue).body == b"comes back"


@leveret_only
@restarts
def test_a_waiting_message_survives_a_restart(fresh_broker, open_channel, how):
    channel = open_channel()
    channel.queue_declare("work", durable=True, arguments={
        "x-queue-type": "quorum", "x-delayed-retry-type": "all", "x-delayed-retry-min": 1500})
    publish(channel, "work", "waits", delivery_mode=2)
    channel.basic_reject(get(channel, "work").tag, requeue=True)
    channel.queue_declare("witness", durable=True)
    getattr(fresh_broker, how)()
    [message] = Inbox(open_channel(), "work").take(1)
    assert (message.body, message.redelivered) == (b"waits", True)


# What quorum queues are not

@pytest.mark.parametrize("options, property_name", [
    ({"durable": False}, "durable"), ({"durable": True, "exclusive": True}, "exclusive"),
    ({"durable": True, "auto_delete": True}, "auto-delete"),
], ids=["transient", "exclusive", "auto-delete"])
def test_a_quorum_queue_is_durable_and_for_everybody(channel, name, options, property_name):
    with closes_channel(406, "PRECONDITION_FAILED - invalid property"):
        channel.queue_declare(name("queue"), arguments={"x-queue-type": "quorum"}, **options)


@pytest.mark.parametrize("argument", ["x-max-priority"])
def test_an_argument_of_classic_queues_is_refused_for_a_quorum_queue(channel, name, argument):
    with closes_channel(406, argument):
        channel.queue_declare(name("queue"), durable=True, arguments={"x-queue-type": "quorum", argument: 3})


def test_an_argument_of_quorum_queues_is_refused_for_a_classic_one(channel, name):
    with closes_channel(406, "x-delivery-limit"):
        channel.queue_declare(name("queue"), arguments={"x-delivery-limit": 3})


@pytest.mark.parametrize("flag", ["if_unused", "if_empty"])
def test_a_quorum_queue_cannot_be_deleted_on_a_condition(connect, declare, flag):
    with closes_connection(540, "NOT_IMPLEMENTED"):
        connect().channel().queue_delete(declare(), **{flag: True})


def test_a_get_from_a_quorum_queue_with_a_single_active_consumer_is_405(connection, declare):
    with closes_channel(405, "RESOURCE_LOCKED"):
        get(connection.channel(), declare(**{"x-single-active-consumer": True}))


def test_a_quorum_queue_is_a_queue(channel, declare):
    queue = declare()
    publish(channel, queue, *"abc")
    assert drain(channel, queue) == [b"a", b"b", b"c"]


@leveret_only
def test_what_a_consumer_does_not_answer_in_time_goes_to_somebody_else(connect, channel, declare):
    queue = declare(**{"x-consumer-timeout": 300})
    slow = connect().channel()
    held = Inbox(slow, queue)
    publish(channel, queue, "slow")
    [late] = held.take(1)
    slow.basic_cancel(held.tag)
    other = Inbox(channel, queue)
    [message] = other.take(1)
    assert (message.body, message.redelivered, counts(message)) == (b"slow", True, (1, 1))
    channel.basic_ack(message.tag)
    # The late answer is ignored, and the channel is as before.
    slow.basic_ack(late.tag)
    assert ready_count(slow, queue) == 0


@pytest.mark.leveret_only("RabbitMQ 4.3 takes a global prefetch for one of each consumer")
def test_a_global_prefetch_and_a_quorum_queue_do_not_go_together(connect, declare):
    channel = connect().channel()
    channel.basic_qos(prefetch_count=1, global_qos=True)
    with closes_connection(540, "does not support global qos"):
        channel.basic_consume(declare(), lambda *_: None)
