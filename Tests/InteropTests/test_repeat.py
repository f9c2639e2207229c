"""Messages that the broker delivers again and again."""

import time

import pytest

from expectations import Inbox, closes_channel, drain, eventually, publish, ready_count, round_trip
from operator_commands import operate, rows

pytestmark = pytest.mark.leveret_only("RabbitMQ does not repeat messages")


def waiting(broker, queue) -> list[dict]:
    return rows(operate(broker, "list_delayed", queue, options=["--json"]))


def test_a_copy_comes_each_time_without_the_headers_that_say_when(channel, name):
    queue = name("queue")
    channel.queue_declare(queue, exclusive=True)
    inbox = Inbox(channel, queue, auto_ack=True)
    started = time.monotonic()
    publish(channel, queue, "tick", headers={"x-repeat-every": 200, "job": "report"})
    copies = inbox.take(3)
    assert time.monotonic() - started >= 0.6
    assert [copy.body for copy in copies] == [b"tick"] * 3
    assert [copy.properties.headers for copy in copies] == [{"job": "report"}] * 3
    assert not any(copy.redelivered for copy in copies)


def test_a_repeated_message_is_listed_and_can_be_cancelled(broker, channel, name):
    queue = name("queue")
    channel.queue_declare(queue, durable=True)
    publish(channel, queue, "tick", delivery_mode=2, headers={"x-repeat-every": 100})
    eventually(lambda: ready_count(channel, queue) >= 2, "two copies")
    [original] = waiting(broker, queue)
    assert original["repeats"] is True and original["bytes"] == 4
    operate(broker, "cancel_delayed", queue, str(original["number"]))
    assert waiting(broker, queue) == []
    assert len(drain(channel, queue)) >= 2
    # By the time that this comes, three more copies would have.
    publish(channel, queue, "end", headers={"x-delay": 300})
    eventually(lambda: ready_count(channel, queue) > 0, "the end")
    assert drain(channel, queue) == [b"end"]


def test_a_schedule_waits_for_its_next_time(broker, channel, name):
    queue = name("queue")
    channel.queue_declare(queue, durable=True)
    publish(channel, queue, "yearly", delivery_mode=2, headers={"x-repeat-cron": "0 0 1 1 *"})
    [original] = waiting(broker, queue)
    due = time.gmtime(original["due_at"] / 1000)
    assert (due.tm_year, due.tm_mon, due.tm_mday, due.tm_hour, due.tm_min) == (time.gmtime().tm_year + 1, 1, 1, 0, 0)
    assert ready_count(channel, queue) == 0


def test_a_message_is_repeated_over_kills_of_the_broker(fresh_broker, open_channel):
    channel = open_channel()
    channel.queue_declare("jobs", durable=True)
    publish(channel, "jobs", "tick", delivery_mode=2, headers={"x-repeat-every": 300})
    for _ in range(3):
        fresh_broker.kill()
        channel = open_channel()
        before = ready_count(channel, "jobs")
        eventually(lambda: ready_count(channel, "jobs") > before, "another copy")
    assert len(waiting(fresh_broker, "jobs")) == 1
    assert set(drain(channel, "jobs")) == {b"tick"}


@pytest.mark.parametrize("headers", [
    {"x-repeat-every": 99}, {"x-repeat-every": "often"}, {"x-repeat-every": -1}, {"x-repeat-cron": "every day"},
    {"x-repeat-cron": "0 0 30 2 *"}, {"x-repeat-cron": "61 * * * *"},
])
def test_what_cannot_be_repeated_is_406(channel, name, headers):
    queue = name("queue")
    channel.queue_declare(queue, exclusive=True)
    with closes_channel(406, "invalid value of header 'x-repeat-"):
        publish(channel, queue, "never", headers=headers)
        round_trip(channel)
