"""Messages that their publishers delay: each comes in its own time, whatever comes before or behind it."""

import time

import pika
import pytest

from expectations import Inbox, closes_channel, drain, eventually, get, publish, ready_count, round_trip
from operator_commands import Refused, operate, rows
from wire import publishing, table

pytestmark = pytest.mark.leveret_only("RabbitMQ delays with a plugin")

DAYS_49 = 2 ** 32 + 50


@pytest.fixture
def queue(channel, name):
    queue = name("queue")
    channel.queue_declare(queue, exclusive=True)
    return queue


@pytest.fixture
def delaying(channel, name, queue):
    """Any exchange delays what asks for it; this one is bound to the queue."""
    exchange = name("delaying")
    channel.exchange_declare(exchange, "direct", auto_delete=True)
    channel.queue_bind(queue, exchange, "key")
    return exchange


def test_a_delayed_message_comes_when_its_time_has_come(channel, queue, delaying):
    inbox = Inbox(channel, queue, auto_ack=True)
    started = time.monotonic()
    publish(channel, "key", "later", exchange=delaying, headers={"x-delay": 200})
    assert inbox.arrived() == [] or time.monotonic() - started > 0.2
    assert inbox.take_bodies(1) == [b"later"]
    assert time.monotonic() - started >= 0.2


def test_messages_with_different_delays_do_not_hold_each_other_up(channel, queue, delaying):
    inbox = Inbox(channel, queue, auto_ack=True)
    for delay in (600_000, 400, 200, 300, 100):
        publish(channel, "key", b"%d" % delay, exchange=delaying, headers={"x-delay": delay})
    publish(channel, "key", "at once", exchange=delaying)
    assert inbox.take_bodies(5) == [b"at once", b"100", b"200", b"300", b"400"]


def test_a_message_without_a_delay_comes_at_once(channel, queue, delaying):
    publish(channel, "key", "no header", exchange=delaying)
    publish(channel, "key", "zero", exchange=delaying, headers={"x-delay": 0})
    publish(channel, "key", "long ago", exchange=delaying, headers={"x-delay": -5})
    assert drain(channel, queue) == [b"no header", b"zero", b"long ago"]


def test_a_delayed_message_is_not_ready_before_its_time(channel, queue, delaying):
    publish(channel, "key", "much later", exchange=delaying, headers={"x-delay": 600_000})
    assert ready_count(channel, queue) == 0 and get(channel, queue) is None


@pytest.mark.parametrize("delay", [DAYS_49, 2 ** 33, 2 ** 32])
def test_a_delay_longer_than_32_bits_of_milliseconds_is_not_cut(peer, channel, queue, name, delay):
    wire = peer()
    wire.open_channel(1)
    wire.select_confirms(1)
    headers = table(("x-delay", b"l" + delay.to_bytes(8, "big")))
    wire.send(publishing(1, "", queue, b"next year", b"\x20\0" + headers))
    wire.expect(1, (60, 80))
    assert ready_count(channel, queue) == 0 and get(channel, queue) is None
    wire.close()


@pytest.mark.parametrize("value", ["soon", 315_360_000_001, [1], {"a": 1}], ids=repr)
def test_a_delay_that_is_no_number_within_ten_years_is_406(channel, queue, value):
    with closes_channel(406, "x-delay"):
        publish(channel, queue, "never", headers={"x-delay": value})
        round_trip(channel)


def test_a_message_may_name_the_moment_instead(channel, queue):
    moment = int(time.time() * 1000) + 200
    publish(channel, queue, "then", headers={"x-deliver-at": moment})
    assert get(channel, queue) is None or time.time() * 1000 >= moment
    eventually(lambda: ready_count(channel, queue) == 1, "the moment")
    assert time.time() * 1000 >= moment
    assert drain(channel, queue) == [b"then"]


def test_a_delayed_message_is_confirmed_and_its_first_delivery_is_not_marked_redelivered(channel, queue):
    publish(channel, queue, "later", headers={"x-delay": 50})
    eventually(lambda: ready_count(channel, queue) == 1, "the delayed message")
    message = get(channel, queue)
    assert (message.body, message.redelivered) == (b"later", False)


def test_the_time_to_live_begins_when_the_delay_is_over(channel, queue):
    inbox = Inbox(channel, queue, auto_ack=True)
    publish(channel, queue, "later", headers={"x-delay": 150}, expiration="100")
    assert inbox.take_bodies(1) == [b"later"]


def test_a_purge_or_a_delete_of_the_queue_takes_delayed_messages_along(channel, name):
    queue = name("queue")
    channel.queue_declare(queue)
    publish(channel, queue, "never", headers={"x-delay": 50})
    channel.queue_delete(queue)
    channel.queue_declare(queue, exclusive=True)
    publish(channel, queue, "witness", headers={"x-delay": 100})
    eventually(lambda: ready_count(channel, queue) > 0, "the witness")
    assert drain(channel, queue) == [b"witness"]
    channel.queue_delete(queue)


@pytest.mark.parametrize("how", ["restart", "kill"])
def test_delayed_messages_survive_a_restart_and_still_come_in_their_time(fresh_broker, open_channel, how):
    channel = open_channel()
    channel.queue_declare("work", durable=True)
    for delay in (1500, 600_000, 1):
        channel.basic_publish("", "work", b"%d" % delay,
                              pika.BasicProperties(delivery_mode=2, headers={"x-delay": delay}))
    getattr(fresh_broker, how)()
    inbox = Inbox(open_channel(), "work", auto_ack=True)
    messages = inbox.take(2)
    assert [message.body for message in messages] == [b"1", b"1500"]
    assert inbox.arrived() == []


def test_operators_see_delayed_messages_and_can_drop_one(broker, channel, name):
    queue = name("queue")
    channel.queue_declare(queue, durable=True)
    for delay in (7_200_000, 3_600_000):
        publish(channel, queue, "x" * (delay // 3_600_000), headers={"x-delay": delay}, delivery_mode=2)
    first, second = rows(operate(broker, "list_delayed", queue, options=["--json"]))
    assert (first["bytes"], second["bytes"]) == (1, 2) and second["due_at"] - first["due_at"] > 3_500_000
    operate(broker, "cancel_delayed", queue, str(first["number"]))
    assert rows(operate(broker, "list_delayed", queue, options=["--json"])) == [second]
    with pytest.raises(Refused, match="no delayed message"):
        operate(broker, "cancel_delayed", queue, str(first["number"]))
