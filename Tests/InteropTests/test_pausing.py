"""Queues that operators hold up, and queues that deliver only so fast."""

import json
import time

import pytest

from expectations import Inbox, closes_channel, drain, eventually, get, publish, ready_count
from operator_commands import Refused, operate, rows

pytestmark = pytest.mark.leveret_only("RabbitMQ neither pauses queues nor limits their rate")


@pytest.fixture
def queue(channel, name):
    queue = name("queue")
    channel.queue_declare(queue, durable=True)
    return queue


def state_of(broker, queue) -> str:
    listed = rows(operate(broker, "list_queues", "name", "state", options=["--json"]))
    return next(row["state"] for row in listed if row["name"] == queue)


def test_a_paused_queue_takes_messages_and_delivers_none_until_it_is_resumed(broker, channel, queue):
    inbox = Inbox(channel, queue, auto_ack=True)
    operate(broker, "pause_queue", queue)
    assert state_of(broker, queue) == "paused"
    publish(channel, queue, "one", "two", delivery_mode=2)
    assert inbox.arrived() == []
    assert ready_count(channel, queue) == 2 and get(channel, queue) is None
    operate(broker, "resume_queue", queue)
    assert inbox.take_bodies(2) == [b"one", b"two"]
    assert state_of(broker, queue) == "running"


def test_what_a_consumer_has_of_a_paused_queue_it_can_acknowledge_and_give_back(broker, channel, queue):
    publish(channel, queue, "done", "again")
    inbox = Inbox(channel, queue)
    done, again = inbox.take(2)
    operate(broker, "pause_queue", queue)
    channel.basic_ack(done.tag)
    channel.basic_nack(again.tag, requeue=True)
    assert inbox.arrived() == [] and ready_count(channel, queue) == 1
    operate(broker, "resume_queue", queue)
    [message] = inbox.take(1)
    assert (message.body, message.redelivered) == (b"again", True)


def test_a_queue_that_is_not_there_cannot_be_paused(broker):
    with pytest.raises(Refused, match="no queue 'nobody'"):
        operate(broker, "pause_queue", "nobody")


def test_a_durable_queue_stays_paused_when_the_broker_is_killed(fresh_broker, open_channel):
    channel = open_channel()
    channel.queue_declare("held", durable=True)
    publish(channel, "held", "kept", delivery_mode=2)
    operate(fresh_broker, "pause_queue", "held")
    fresh_broker.kill()
    assert state_of(fresh_broker, "held") == "paused"
    channel = open_channel()
    assert get(channel, "held") is None
    operate(fresh_broker, "resume_queue", "held")
    fresh_broker.kill()
    assert drain(open_channel(), "held") == [b"kept"]


def test_a_queue_delivers_no_faster_than_its_limit(channel, name):
    queue = name("queue")
    channel.queue_declare(queue, exclusive=True, arguments={"x-rate-limit": 20})
    publish(channel, queue, *(b"%d" % number for number in range(15)))
    started = time.monotonic()
    inbox = Inbox(channel, queue, auto_ack=True)
    assert inbox.take_bodies(15) == [b"%d" % number for number in range(15)]
    # One at once, or two in a tenth of a second, and then one every 50 ms.
    assert time.monotonic() - started >= 0.6


def test_a_policy_limits_a_queue_that_is_there_and_lets_it_go(broker, channel, queue):
    publish(channel, queue, *(b"%d" % number for number in range(200)))
    operate(broker, "set_policy", "slow", f"^{queue}$", json.dumps({"rate-limit": 1}))
    try:
        listed = rows(operate(broker, "list_queues", "name", "rate_limit", options=["--json"]))
        assert next(row["rate_limit"] for row in listed if row["name"] == queue) == 1
        inbox = Inbox(channel, queue, auto_ack=True)
        inbox.take(1)
        assert ready_count(channel, queue) >= 190
    finally:
        operate(broker, "clear_policy", "slow")
    assert len(inbox.take(199)) == 199


@pytest.mark.parametrize("limit", [0, -5, "fast", 1_000_001])
def test_a_limit_that_makes_no_sense_is_406(channel, name, limit):
    with closes_channel(406, "x-rate-limit"):
        channel.queue_declare(name("queue"), arguments={"x-rate-limit": limit})
