"""Refusals that clients meet in everyday use: which code, which words, and what is left afterwards."""

import pika
import pytest

from expectations import Inbox, closes_channel, closes_connection, drain, get, publish, round_trip
from wire import EXCHANGE_DECLARE, QUEUE_DECLARE_OK, declare_queue_method, method, short_string, table


# An empty queue name without a queue declared before

@pytest.mark.parametrize("operation", [
    lambda channel: channel.basic_consume("", lambda *delivery: None),
    lambda channel: channel.basic_get(""),
    lambda channel: channel.queue_bind("", "amq.direct", "key"),
    lambda channel: channel.queue_unbind("", "amq.direct", "key"),
    lambda channel: channel.queue_purge(""),
    lambda channel: channel.queue_delete(""),
], ids=["consume", "get", "bind", "unbind", "purge", "delete"])
def test_an_empty_queue_name_before_any_declare_is_404(channel, operation):
    with closes_channel(404, "NOT_FOUND - no previously declared queue"):
        operation(channel)


def test_a_passive_declare_without_a_name_before_any_other_is_404(channel):
    with closes_channel(404, "NOT_FOUND"):
        channel.queue_declare("", passive=True)


# Reserved names

def test_a_passive_declare_of_a_missing_name_that_starts_with_amq_is_404_and_not_403(connection):
    with closes_channel(404, "NOT_FOUND - no queue 'amq.missing' in vhost '/'"):
        connection.channel().queue_declare("amq.missing", passive=True)
    with closes_channel(404, "NOT_FOUND - no exchange 'amq.missing' in vhost '/'"):
        connection.channel().exchange_declare("amq.missing", passive=True)


def test_a_standard_exchange_may_be_declared_again_but_not_differently(connection):
    connection.channel().exchange_declare("amq.topic", "topic", durable=True)
    with closes_channel(406, "inequivalent arg 'type' for exchange 'amq.topic' in vhost '/'"):
        connection.channel().exchange_declare("amq.topic", "fanout", durable=True)


@pytest.mark.parametrize("exchange", [
    "amq.direct", "amq.fanout", "amq.topic", "amq.headers", "amq.match", "amq.rabbitmq.trace"])
def test_no_standard_exchange_can_be_deleted(channel, exchange):
    with closes_channel(403, "ACCESS_REFUSED"):
        channel.exchange_delete(exchange)


# Equivalence of arguments

def test_integers_and_floating_point_numbers_are_not_equivalent(peer, name):
    queue, wire = name("queue"), peer()
    wire.open_channel(1)
    wire.declare_queue(1, queue, auto_delete=True, arguments=table(("x-max-length", b"I\0\0\0\x0a")))
    wire.send(declare_queue_method(1, queue, auto_delete=True, arguments=table(("x-max-length", b"d@$" + bytes(6)))))
    text, _ = wire.expect_channel_close(1, 406)
    assert text.startswith("PRECONDITION_FAILED - ") and "x-max-length" in text
    wire.close()


@pytest.mark.parametrize("argument, first, second", [
    ("x-message-ttl", 1000, 2000), ("x-max-length", 10, 20), ("x-max-length-bytes", 10, 20), ("x-expires", 60_000, 1),
    ("x-dead-letter-exchange", "a", "b"), ("x-overflow", "drop-head", "reject-publish"),
    ("x-single-active-consumer", True, False), ("x-dead-letter-routing-key", "a", "b"), ("x-max-priority", 1, 2),
])
def test_every_known_argument_is_compared(connection, name, argument, first, second):
    queue = name("queue")
    others = {"x-dead-letter-exchange": ""} if argument == "x-dead-letter-routing-key" else {}
    connection.channel().queue_declare(queue, arguments={**others, argument: first})
    connection.channel().queue_declare(queue, arguments={**others, argument: first})
    with closes_channel(406, f"PRECONDITION_FAILED - inequivalent arg '{argument}' for queue '{queue}' in vhost '/'"):
        connection.channel().queue_declare(queue, arguments={**others, argument: second})
    connection.channel().queue_delete(queue)


def test_a_failed_redeclaration_changes_nothing(connection, name):
    queue = name("queue")
    connection.channel().queue_declare(queue, durable=True)
    with closes_channel(406):
        connection.channel().queue_declare(queue, durable=False)
    connection.channel().queue_declare(queue, durable=True)
    connection.channel().queue_delete(queue)


def test_arguments_that_an_exchange_does_not_know_are_not_compared(channel, name):
    exchange = name("exchange")
    channel.exchange_declare(exchange, auto_delete=True, arguments={"x-colour": "red"})
    channel.exchange_declare(exchange, auto_delete=True, arguments={"x-colour": "blue"})


def test_line_ends_are_stripped_from_the_name_of_an_exchange_too(peer, channel, name):
    exchange, wire = name("exchange"), peer()
    wire.open_channel(1)
    arguments = b"\0\0" + short_string(exchange + "\r\n") + short_string("fanout") + b"\0" + b"\0" * 4
    wire.send(method(1, EXCHANGE_DECLARE, arguments))
    wire.expect(1, (40, 11))
    channel.exchange_declare(exchange, passive=True)
    channel.exchange_delete(exchange)
    wire.close()


@pytest.mark.parametrize("arguments", [
    {"x-dead-letter-routing-key": "key"}, {"x-max-length-bytes": -1}, {"x-max-length": "many"},
    {"x-message-ttl": -1}, {"x-expires": -1}, {"x-expires": "soon"}, {"x-max-priority": -1},
    {"x-max-priority": 256}, {"x-max-priority": "high"}, {"x-dead-letter-exchange": True}, {"x-overflow": 1},
    {"x-single-active-consumer": "yes"}, {"x-queue-type": 7},
], ids=str)
def test_an_argument_that_makes_no_sense_is_406_and_named(channel, name, arguments):
    with closes_channel(406, next(iter(arguments))):
        channel.queue_declare(name("queue"), auto_delete=True, arguments=arguments)


def test_a_queue_whose_declaration_failed_does_not_exist(connection, name):
    queue = name("queue")
    with closes_channel(406):
        connection.channel().queue_declare(queue, arguments={"x-expires": 0})
    with closes_channel(404):
        connection.channel().queue_declare(queue, passive=True)


# What errors leave behind

@pytest.mark.parametrize("operation, code", [
    (lambda channel: channel.basic_get("interop.missing"), 404),
    (lambda channel: channel.exchange_declare("amq.mine"), 403),
    (lambda channel: channel.basic_ack(99) or round_trip(channel), 406),
    (lambda channel: publish(channel, "", "x", exchange="interop.missing") or round_trip(channel), 404),
    (lambda channel: channel.queue_declare("interop.q", arguments={"x-expires": 0}), 406),
], ids=["get", "declare", "ack", "publish", "argument"])
def test_a_channel_error_leaves_its_connection_and_its_number_usable(connection, name, operation, code):
    queue = name("queue")
    other, failing = connection.channel(), connection.channel()
    other.queue_declare(queue, exclusive=True)
    with closes_channel(code):
        operation(failing)
    again = connection.channel(failing.channel_number)
    publish(again, queue, "through the same number")
    round_trip(again)
    assert drain(other, queue) == [b"through the same number"]


def test_a_connection_error_gives_back_what_all_its_channels_held(connect, publisher, name):
    queue = name("queue")
    publisher.queue_declare(queue)
    publish(publisher, queue, *"abc")
    failing = connect()
    for _ in range(3):
        get(failing.channel(), queue)
    with closes_connection(540):
        failing.channel().basic_recover(requeue=False)
    publisher.connection.process_data_events(0)
    inbox = Inbox(publisher, queue, auto_ack=True)
    assert inbox.take_bodies(3) == [b"a", b"b", b"c"]
    publisher.queue_delete(queue)


def test_the_words_of_an_error_reach_the_client_whole(connection, name):
    queue = name("Größe ☃")
    with closes_channel(404, f"NOT_FOUND - no queue '{queue}' in vhost '/'"):
        connection.channel().queue_declare(queue, passive=True)


def test_an_empty_expiration_or_user_id_is_not_taken_for_an_absent_one(connection, name):
    queue = name("queue")
    channel = connection.channel()
    channel.queue_declare(queue, exclusive=True)
    with closes_channel(406, "expiration"):
        publish(channel, queue, "x", expiration="")
        round_trip(channel)


def test_no_wait_errors_close_the_channel_at_the_failing_method(peer, name):
    wire, queue = peer(), name("queue")
    wire.open_channel(1)
    wire.open_channel(2)
    wire.send(method(1, (50, 20), b"\0\0" + short_string(queue) + short_string("amq.direct") + short_string("k") + b"\1"
                     + b"\0" * 4), declare_queue_method(1, queue, exclusive=True, no_wait=True))
    text, offender = wire.expect_channel_close(1, 404)
    assert offender == (50, 20) and f"no queue '{queue}'" in text
    wire.send(declare_queue_method(2, queue, exclusive=True))
    assert wire.expect(2, QUEUE_DECLARE_OK).short_string() == queue
    wire.close()


def test_get_deliveries_take_no_room_in_a_consumers_prefetch(channel, publisher, name):
    queue, other = name("queue"), name("other")
    for each in (queue, other):
        channel.queue_declare(each, exclusive=True)
        publish(channel, each, *"abcde")
    channel.basic_qos(prefetch_count=2)
    for _ in range(3):
        assert get(channel, other)
    inbox = Inbox(channel, queue)
    assert inbox.take_bodies(2) == [b"a", b"b"]
    assert inbox.arrived() == []


def test_pika_sees_a_refused_login_as_an_authentication_error_and_not_as_a_lost_connection(connect):
    with pytest.raises(pika.exceptions.ProbableAuthenticationError, match="ACCESS_REFUSED"):
        connect(credentials=pika.PlainCredentials("nobody", "nothing"))
