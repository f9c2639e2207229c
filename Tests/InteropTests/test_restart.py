"""What a broker still knows after it was stopped (SIGTERM) or killed (SIGKILL)."""

import pika
import pytest
from pika.exceptions import ConnectionClosedByBroker

from expectations import Inbox, closes_channel, consumer_count, drain, eventually, get, publish, ready_count

restarts = pytest.mark.parametrize("how", ["restart", "kill"])


@restarts
def test_confirmed_persistent_messages_of_durable_queues_survive_in_order(fresh_broker, open_channel, how):
    channel = open_channel()
    channel.queue_declare("orders", durable=True)
    sent = [b"%d" % number for number in range(500)]
    publish(channel, "orders", *sent, delivery_mode=2)
    getattr(fresh_broker, how)()
    channel = open_channel()
    assert ready_count(channel, "orders") == 500
    assert drain(channel, "orders") == sent


@restarts
def test_transient_messages_and_queues_do_not_survive(fresh_broker, open_channel, how):
    channel = open_channel()
    channel.queue_declare("durable", durable=True)
    channel.queue_declare("transient")
    publish(channel, "durable", "transient 1")
    publish(channel, "durable", "persistent", delivery_mode=2)
    publish(channel, "durable", "transient 2", delivery_mode=1)
    publish(channel, "transient", "persistent", delivery_mode=2)
    getattr(fresh_broker, how)()
    channel = open_channel()
    assert drain(channel, "durable") == [b"persistent"]
    with closes_channel(404):
        channel.queue_declare("transient", passive=True)


@restarts
def test_content_and_properties_survive_unchanged(fresh_broker, open_channel, how):
    channel = open_channel()
    channel.queue_declare("orders", durable=True)
    channel.queue_bind("orders", "amq.topic", "order.#")
    properties = pika.BasicProperties(
        content_type="application/json", headers={"list": [1, "two", None], "table": {"inner": True}}, delivery_mode=2,
        priority=7, correlation_id="c", reply_to="r", message_id="m", timestamp=1_700_000_000, type="t",
        user_id="guest", app_id="a", cluster_id="k")
    body = bytes(range(256)) * 4000
    channel.basic_publish("amq.topic", "order.created", body, properties)
    publish(channel, "orders", "", delivery_mode=2)
    getattr(fresh_broker, how)()
    channel = open_channel()
    message = get(channel, "orders", auto_ack=True)
    assert (message.body, message.properties) == (body, properties)
    assert (message.method.exchange, message.method.routing_key) == ("amq.topic", "order.created")
    assert get(channel, "orders", auto_ack=True).body == b""


@restarts
def test_definitions_and_bindings_survive(fresh_broker, open_channel, how):
    channel = open_channel()
    channel.exchange_declare("events", "topic", durable=True, arguments={"alternate-exchange": "unrouted"})
    channel.exchange_declare("unrouted", "fanout", durable=True, internal=True)
    channel.exchange_declare("audit", "headers", durable=True)
    channel.queue_declare("orders", durable=True, arguments={"x-max-length": 1000})
    channel.queue_declare("rest", durable=True)
    channel.queue_declare("gone", durable=True)
    channel.queue_bind("orders", "events", "order.*")
    channel.queue_bind("rest", "unrouted", "")
    channel.queue_bind("rest", "events", "unbound.again")
    channel.queue_unbind("rest", "events", "unbound.again")
    channel.exchange_bind("audit", "events", "audit.#")
    channel.queue_bind("orders", "audit", "", {"x-match": "all", "kind": "order"})
    channel.queue_delete("gone")
    getattr(fresh_broker, how)()
    channel = open_channel()
    channel.exchange_declare("events", "topic", durable=True, arguments={"alternate-exchange": "unrouted"})
    channel.exchange_declare("unrouted", "fanout", durable=True, internal=True)
    channel.queue_declare("orders", durable=True, arguments={"x-max-length": 1000})
    publish(channel, "order.created", "by topic", exchange="events")
    publish(channel, "audit.x", "by headers", exchange="events", headers={"kind": "order"})
    publish(channel, "unbound.again", "unrouted", exchange="events")
    assert drain(channel, "orders") == [b"by topic", b"by headers"]
    assert drain(channel, "rest") == [b"unrouted"]
    with closes_channel(404):
        channel.queue_declare("gone", passive=True)


@restarts
def test_transient_and_exclusive_things_are_gone_with_their_bindings(fresh_broker, open_channel, how):
    channel = open_channel()
    channel.exchange_declare("transient", "fanout")
    channel.queue_declare("mine", exclusive=True)
    channel.queue_declare("passing")
    channel.queue_bind("passing", "amq.fanout")
    getattr(fresh_broker, how)()
    channel = open_channel()
    channel.queue_declare("mine", durable=True)
    channel.queue_declare("passing", durable=True)
    publish(channel, "", "x", exchange="amq.fanout")
    assert ready_count(channel, "passing") == 0
    with closes_channel(404):
        channel.exchange_declare("transient", passive=True)


@pytest.mark.parametrize("how", ["restart", pytest.param("kill", marks=pytest.mark.leveret_only(
    "RabbitMQ writes the acknowledgements of each queue on a schedule of their own"))])
def test_acknowledged_messages_do_not_come_back(fresh_broker, open_channel, how):
    channel = open_channel()
    channel.queue_declare("orders", durable=True)
    channel.queue_declare("markers", durable=True)
    publish(channel, "orders", *(b"%d" % number for number in range(100)), delivery_mode=2)
    messages = [get(channel, "orders") for _ in range(60)]
    for message in messages[:40]:
        channel.basic_ack(message.tag)
    ready_count(channel, "orders")
    # The confirm of a persistent message which nobody consumes comes after the acks before it are on disk.
    publish(channel, "markers", "marker", delivery_mode=2)
    getattr(fresh_broker, how)()
    assert drain(open_channel(), "orders") == [b"%d" % number for number in range(40, 100)]


@pytest.mark.leveret_only("RabbitMQ writes what it delivered when it stops in peace")
def test_what_had_been_delivered_is_marked_redelivered_after_a_kill(fresh_broker, open_channel):
    channel = open_channel()
    channel.queue_declare("orders", durable=True)
    publish(channel, "orders", *"ab", delivery_mode=2)
    get(channel, "orders"), get(channel, "orders")
    fresh_broker.kill()
    channel = open_channel()
    messages = [get(channel, "orders") for _ in range(2)]
    assert [(message.body, message.redelivered) for message in messages] == [(b"a", True), (b"b", True)]


def test_what_had_been_delivered_is_marked_redelivered_after_a_restart(fresh_broker, open_channel):
    channel = open_channel()
    channel.queue_declare("orders", durable=True)
    publish(channel, "orders", *"abcd", delivery_mode=2)
    get(channel, "orders"), get(channel, "orders")
    fresh_broker.restart()
    channel = open_channel()
    messages = [get(channel, "orders") for _ in range(4)]
    assert [message.body for message in messages] == [b"a", b"b", b"c", b"d"]
    assert [message.redelivered for message in messages] == [True, True, False, False]


@restarts
def test_a_purge_and_a_delete_survive(fresh_broker, open_channel, how):
    channel = open_channel()
    for queue in ("purged", "deleted"):
        channel.queue_declare(queue, durable=True)
        publish(channel, queue, *"abc", delivery_mode=2)
    assert channel.queue_purge("purged").method.message_count == 3
    channel.queue_delete("deleted")
    publish(channel, "purged", "after", delivery_mode=2)
    getattr(fresh_broker, how)()
    channel = open_channel()
    assert drain(channel, "purged") == [b"after"]
    assert channel.queue_declare("deleted", durable=True).method.message_count == 0


@restarts
def test_a_message_in_several_queues_survives_in_each_of_them(fresh_broker, open_channel, how):
    channel = open_channel()
    queues = [f"queue {number}" for number in range(5)]
    for queue in queues:
        channel.queue_declare(queue, durable=True)
        channel.queue_bind(queue, "amq.fanout")
    publish(channel, "", "a", "b", exchange="amq.fanout", delivery_mode=2)
    channel.basic_ack(get(channel, queues[0]).tag)
    ready_count(channel, queues[0])
    publish(channel, "", "c", exchange="amq.fanout", delivery_mode=2)
    getattr(fresh_broker, how)()
    channel = open_channel()
    assert [drain(channel, queue) for queue in queues] == [[b"b", b"c"]] + [[b"a", b"b", b"c"]] * 4


@restarts
def test_the_broker_survives_many_restarts_in_a_row(fresh_broker, open_channel, how):
    for number in range(5):
        channel = open_channel()
        channel.queue_declare("orders", durable=True)
        publish(channel, "orders", b"%d" % number, delivery_mode=2)
        assert ready_count(channel, "orders") == number + 1
        getattr(fresh_broker, how)()
    assert drain(open_channel(), "orders") == [b"0", b"1", b"2", b"3", b"4"]


def test_a_graceful_stop_tells_the_clients(fresh_broker, open_channel):
    channel = open_channel()
    channel.queue_declare("orders", durable=True)
    Inbox(channel, "orders")
    assert fresh_broker.stop() == 0
    with pytest.raises(ConnectionClosedByBroker) as caught:
        while True:
            channel.connection.process_data_events(1)
    assert caught.value.reply_code == 320
    assert caught.value.reply_text.startswith("CONNECTION_FORCED")


def test_a_stop_with_nobody_connected_is_clean(fresh_broker):
    assert fresh_broker.stop() == 0


def test_work_goes_on_after_a_kill_amid_consuming(fresh_broker, open_channel):
    channel = open_channel()
    channel.queue_declare("orders", durable=True)
    publish(channel, "orders", *(b"%d" % number for number in range(50)), delivery_mode=2)
    channel.basic_qos(prefetch_count=10)
    held = Inbox(channel, "orders").take(10)
    assert len(held) == 10
    fresh_broker.kill()
    channel = open_channel()
    eventually(lambda: consumer_count(channel, "orders") == 0 and ready_count(channel, "orders") == 50, "recovery")
    assert Inbox(channel, "orders", auto_ack=True).take_bodies(50) == [b"%d" % number for number in range(50)]


@restarts
def test_a_committed_transaction_survives_in_all_queues_and_an_open_one_in_none(fresh_broker, open_channel, how):
    # Not the channel itself: it confirms, and a channel does one or the other.
    channel = open_channel().connection.channel()
    for queue in ("first", "second"):
        channel.queue_declare(queue, durable=True)
    channel.tx_select()
    for queue in ("first", "second"):
        publish(channel, queue, "committed", delivery_mode=2)
    channel.tx_commit()
    for queue in ("first", "second"):
        publish(channel, queue, "open", delivery_mode=2)
    assert ready_count(channel, "first") == 1
    getattr(fresh_broker, how)()
    channel = open_channel()
    assert [drain(channel, queue) for queue in ("first", "second")] == [[b"committed"], [b"committed"]]
