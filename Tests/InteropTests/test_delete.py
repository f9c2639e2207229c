"""Purging, deleting and unbinding."""

import pytest

from expectations import Inbox, closes_channel, eventually, get, publish, ready_count


def test_a_purge_tells_how_many_messages_it_removed(channel, name):
    queue = name("queue")
    channel.queue_declare(queue, exclusive=True)
    publish(channel, queue, *"abc")
    assert channel.queue_purge(queue).method.message_count == 3
    assert channel.queue_purge(queue).method.message_count == 0
    assert get(channel, queue) is None


def test_a_purge_leaves_unacknowledged_messages_alone(channel, name):
    queue = name("queue")
    channel.queue_declare(queue, exclusive=True)
    publish(channel, queue, *"abc")
    held = get(channel, queue)
    assert channel.queue_purge(queue).method.message_count == 2
    channel.basic_nack(held.tag)
    eventually(lambda: ready_count(channel, queue) == 1, "the requeue")
    assert get(channel, queue).body == b"a"


def test_a_delete_tells_how_many_messages_went_with_the_queue(channel, name):
    queue = name("queue")
    channel.queue_declare(queue)
    publish(channel, queue, *"abc")
    assert channel.queue_delete(queue).method.message_count == 3
    with closes_channel(404):
        channel.queue_declare(queue, passive=True)


def test_a_queue_declared_again_after_its_deletion_is_empty_and_unbound(channel, name):
    queue = name("queue")
    channel.queue_declare(queue)
    channel.queue_bind(queue, "amq.direct", queue + ".key")
    publish(channel, queue, *"abc")
    channel.queue_delete(queue)
    assert channel.queue_declare(queue, durable=True).method.message_count == 0
    publish(channel, queue + ".key", "x", exchange="amq.direct")
    assert ready_count(channel, queue) == 0
    channel.queue_delete(queue)


def test_deleting_a_missing_queue_is_answered_with_zero(channel, name):
    assert channel.queue_delete(name("missing")).method.message_count == 0


def test_deleting_a_missing_exchange_is_answered(channel, name):
    channel.exchange_delete(name("missing"))


def test_a_queue_with_a_consumer_is_not_deleted_if_it_must_be_unused(channel, connect, name):
    queue = name("queue")
    channel.queue_declare(queue)
    inbox = Inbox(channel, queue)
    with closes_channel(406, f"PRECONDITION_FAILED - queue '{queue}' in vhost '/' in use"):
        connect().channel().queue_delete(queue, if_unused=True)
    channel.basic_cancel(inbox.tag)
    channel.queue_delete(queue, if_unused=True)


def test_a_queue_with_messages_is_not_deleted_if_it_must_be_empty(channel, connect, name):
    queue = name("queue")
    channel.queue_declare(queue)
    publish(channel, queue, "x")
    with closes_channel(406, f"PRECONDITION_FAILED - queue '{queue}' in vhost '/' not empty"):
        connect().channel().queue_delete(queue, if_empty=True)
    channel.queue_purge(queue)
    channel.queue_delete(queue, if_empty=True)


def test_an_exchange_with_bindings_is_not_deleted_if_it_must_be_unused(channel, connect, name):
    queue, exchange = name("queue"), name("exchange")
    channel.queue_declare(queue, exclusive=True)
    channel.exchange_declare(exchange)
    channel.queue_bind(queue, exchange, "key")
    with closes_channel(406, f"PRECONDITION_FAILED - exchange '{exchange}' in vhost '/' in use"):
        connect().channel().exchange_delete(exchange, if_unused=True)
    channel.queue_unbind(queue, exchange, "key")
    channel.exchange_delete(exchange, if_unused=True)


def test_an_exchange_that_others_route_to_but_which_routes_nowhere_is_unused(channel, connect, name):
    source, destination = name("source"), name("destination")
    channel.exchange_declare(source)
    channel.exchange_declare(destination)
    channel.exchange_bind(destination, source, "key")
    with closes_channel(406, f"PRECONDITION_FAILED - exchange '{source}' in vhost '/' in use"):
        connect().channel().exchange_delete(source, if_unused=True)
    channel.exchange_delete(destination, if_unused=True)
    channel.exchange_delete(source, if_unused=True)


def test_a_deleted_exchange_takes_its_bindings_with_it(channel, name):
    queue, exchange = name("queue"), name("exchange")
    channel.queue_declare(queue, exclusive=True)
    for _ in range(2):
        channel.exchange_declare(exchange)
        publish(channel, "key", "x", exchange=exchange)
        assert ready_count(channel, queue) == 0
        channel.queue_bind(queue, exchange, "key")
        channel.exchange_delete(exchange)


@pytest.mark.parametrize("kind", ["queue", "exchange", "binding"])
def test_unbinding_what_is_missing_is_answered(channel, name, kind):
    queue, exchange = name("queue"), name("exchange")
    if kind != "queue":
        channel.queue_declare(queue, exclusive=True)
    if kind != "exchange":
        channel.exchange_declare(exchange, auto_delete=True)
    channel.queue_unbind(queue, exchange, "key")


@pytest.mark.parametrize("there", [(), ("source",), ("destination",), ("source", "destination")])
def test_unbinding_exchanges_of_which_one_or_the_binding_is_missing_is_answered(channel, name, there):
    names = {"source": name("source"), "destination": name("destination")}
    for each in there:
        channel.exchange_declare(names[each])
    channel.exchange_unbind(names["destination"], names["source"], "key")
    for each in there:
        channel.exchange_delete(names[each])


def test_unacknowledged_deliveries_of_a_deleted_queue_can_still_be_acknowledged(channel, publisher, name):
    queue = name("queue")
    publisher.queue_declare(queue)
    publish(publisher, queue, "a", "b")
    first, second = get(channel, queue), get(channel, queue)
    publisher.queue_delete(queue)
    channel.basic_ack(first.tag)
    channel.basic_nack(second.tag)
    publish(channel, queue, "the channel still works")
