"""Exclusive and auto-delete queues and exchanges: when they go away, and for whom they exist."""

import pytest

from expectations import Inbox, closes_channel, eventually, get, publish

LOCKED = (
    "RESOURCE_LOCKED - cannot obtain exclusive access to locked queue '{}' in vhost '/'. It could be originally "
    "declared on another connection or the exclusive property value does not match that of the original declaration."
)


def exists(connection, kind: str, name: str) -> bool:
    channel = connection.channel()
    declare = channel.queue_declare if kind == "queue" else channel.exchange_declare
    try:
        declare(name, passive=True)
    except Exception as error:
        assert "NOT_FOUND" in str(error)
        return False
    channel.close()
    return True


def goes_away(connection, kind, name):
    eventually(lambda: not exists(connection, kind, name), f"the end of the {kind}")


def test_an_exclusive_queue_ends_with_its_connection(connect, connection, name):
    queue, owner = name("queue"), connect()
    owner.channel().queue_declare(queue, exclusive=True)
    owner.close()
    assert not exists(connection, "queue", queue)


def test_an_exclusive_queue_ends_when_its_connection_breaks(peer, connection, name):
    queue, wire = name("queue"), peer()
    wire.open_channel(1)
    wire.declare_queue(1, queue, exclusive=True)
    wire.hang_up()

    def is_gone():
        try:
            return not exists(connection, "queue", queue)
        except AssertionError as locked:
            assert "RESOURCE_LOCKED" in str(locked)
            return False

    eventually(is_gone, "the end of the queue")


def test_an_exclusive_queue_outlives_the_channel_which_declared_it(connection, name):
    queue, channel = name("queue"), connection.channel()
    channel.queue_declare(queue, exclusive=True)
    channel.close()
    assert exists(connection, "queue", queue)


def test_an_exclusive_queue_may_be_declared_durable(connection, name):
    queue = name("queue")
    connection.channel().queue_declare(queue, exclusive=True, durable=True)
    connection.channel().queue_declare(queue, exclusive=True, durable=True)


@pytest.mark.parametrize("operation", [
    lambda channel, queue: channel.queue_declare(queue, exclusive=True),
    lambda channel, queue: channel.queue_declare(queue),
    lambda channel, queue: channel.queue_declare(queue, passive=True),
    lambda channel, queue: channel.basic_consume(queue, lambda *delivery: None),
    lambda channel, queue: channel.basic_get(queue),
    lambda channel, queue: channel.queue_bind(queue, "amq.direct", "key"),
    lambda channel, queue: channel.queue_unbind(queue, "amq.direct", "key"),
    lambda channel, queue: channel.queue_purge(queue),
    lambda channel, queue: channel.queue_delete(queue),
], ids=["declare", "declare shared", "passive declare", "consume", "get", "bind", "unbind", "purge", "delete"])
def test_an_exclusive_queue_is_locked_for_other_connections(connect, connection, name, operation):
    queue, owner = name("queue"), connect()
    channel = owner.channel()
    channel.queue_declare(queue, exclusive=True)
    channel.queue_bind(queue, "amq.direct", "key")
    with closes_channel(405, LOCKED.format(queue)):
        operation(connection.channel(), queue)
    assert exists(owner, "queue", queue)


def test_other_connections_may_publish_to_an_exclusive_queue(channel, publisher, name):
    queue = name("queue")
    channel.queue_declare(queue, exclusive=True)
    publish(publisher, queue, "letter")
    assert get(channel, queue).body == b"letter"


@pytest.mark.parametrize("first", [True, False])
def test_redeclaring_a_queue_with_another_exclusive_flag_is_405(connection, name, first):
    queue = name("queue")
    connection.channel().queue_declare(queue, exclusive=first)
    with closes_channel(405, LOCKED.format(queue)):
        connection.channel().queue_declare(queue, exclusive=not first)
    connection.channel().queue_delete(queue)


def test_an_auto_delete_queue_goes_with_its_last_consumer(connection, name):
    queue, channel = name("queue"), connection.channel()
    channel.queue_declare(queue, auto_delete=True)
    first, second = Inbox(channel, queue), Inbox(channel, queue)
    channel.basic_cancel(first.tag)
    assert exists(connection, "queue", queue)
    channel.basic_cancel(second.tag)
    goes_away(connection, "queue", queue)


@pytest.mark.parametrize("end", ["channel", "connection"])
def test_an_auto_delete_queue_goes_when_the_last_consumers_channel_or_connection_ends(connect, connection, name, end):
    queue, owner = name("queue"), connect()
    channel = owner.channel()
    channel.queue_declare(queue, auto_delete=True)
    Inbox(channel, queue)
    (channel if end == "channel" else owner).close()
    goes_away(connection, "queue", queue)


def test_an_auto_delete_queue_which_never_had_a_consumer_stays(connect, connection, name):
    queue, owner = name("queue"), connect()
    channel = owner.channel()
    channel.queue_declare(queue, auto_delete=True)
    publish(channel, queue, "x")
    assert get(channel, queue).body == b"x"
    owner.close()
    assert exists(connection, "queue", queue)
    connection.channel().queue_delete(queue)


def test_an_auto_delete_exchange_goes_with_its_last_binding(connection, name):
    exchange, channel = name("exchange"), connection.channel()
    queue = channel.queue_declare("", exclusive=True).method.queue
    channel.exchange_declare(exchange, auto_delete=True)
    channel.queue_bind(queue, exchange, "a")
    channel.queue_bind(queue, exchange, "b")
    channel.queue_unbind(queue, exchange, "a")
    assert exists(connection, "exchange", exchange)
    channel.queue_unbind(queue, exchange, "b")
    assert not exists(connection, "exchange", exchange)


def test_an_auto_delete_exchange_goes_when_the_last_bound_queue_is_deleted(connection, name):
    exchange, queue, channel = name("exchange"), name("queue"), connection.channel()
    channel.queue_declare(queue)
    channel.exchange_declare(exchange, auto_delete=True)
    channel.queue_bind(queue, exchange, "key")
    channel.queue_delete(queue)
    assert not exists(connection, "exchange", exchange)


def test_an_auto_delete_exchange_which_never_had_a_binding_stays(connect, connection, name):
    exchange, owner = name("exchange"), connect()
    owner.channel().exchange_declare(exchange, auto_delete=True)
    owner.close()
    assert exists(connection, "exchange", exchange)
    connection.channel().exchange_delete(exchange)


def test_an_auto_delete_exchange_counts_only_bindings_in_which_it_is_the_source(connection, name):
    exchange, channel = name("exchange"), connection.channel()
    channel.exchange_declare(exchange, auto_delete=True)
    channel.exchange_bind(exchange, "amq.direct", "key")
    channel.exchange_unbind(exchange, "amq.direct", "key")
    assert exists(connection, "exchange", exchange)
    channel.exchange_delete(exchange)


def test_the_end_of_one_auto_delete_exchange_may_end_the_next(connection, name):
    first, second, channel = name("first"), name("second"), connection.channel()
    queue = channel.queue_declare("", exclusive=True).method.queue
    channel.exchange_declare(first, "fanout", auto_delete=True)
    channel.exchange_declare(second, "fanout", auto_delete=True)
    channel.exchange_bind(second, first)
    channel.queue_bind(queue, second)
    channel.queue_unbind(queue, second)
    assert not exists(connection, "exchange", second)
    assert not exists(connection, "exchange", first)


def test_an_exclusive_queue_is_named_anew_after_it_ended(connect, name):
    queue = name("queue")
    for _ in range(5):
        owner = connect()
        assert owner.channel().queue_declare(queue, exclusive=True).method.message_count == 0
        publish(owner.channel(), queue, "goes with it")
        owner.close()
