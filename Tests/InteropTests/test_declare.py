"""Declaring queues and exchanges: what is created, what is the same, what is refused."""

import re

import pytest

from expectations import Inbox, closes_channel, drain, get, publish, ready_count, round_trip
from wire import QUEUE_DECLARE, QUEUE_DECLARE_OK, declare_queue_method, long_string, table


def test_a_new_queue_has_no_messages_and_no_consumers(channel, name):
    queue = name("queue")
    declared = channel.queue_declare(queue, auto_delete=True).method
    assert (declared.queue, declared.message_count, declared.consumer_count) == (queue, 0, 0)


def test_declaring_a_queue_again_in_the_same_way_changes_nothing(channel, name):
    queue = name("queue")
    channel.queue_declare(queue, durable=True)
    publish(channel, queue, "kept")
    assert channel.queue_declare(queue, durable=True).method.message_count == 1
    channel.queue_delete(queue)


def test_a_passive_declare_counts_ready_messages_and_consumers_only(channel, connect, name):
    queue = name("queue")
    channel.queue_declare(queue)
    publish(channel, queue, *"abc")
    other = connect().channel()
    other.basic_qos(prefetch_count=1)
    Inbox(other, queue).take(1)
    declared = channel.queue_declare(queue, passive=True).method
    assert (declared.message_count, declared.consumer_count) == (2, 1)
    channel.queue_delete(queue)


def test_a_passive_declare_ignores_the_flags(channel, name):
    queue = name("queue")
    channel.queue_declare(queue)
    channel.queue_declare(queue, passive=True, durable=True, auto_delete=True, arguments={"x-expires": -1})
    channel.queue_delete(queue)


def test_a_passive_declare_of_a_missing_queue_is_404(channel, name):
    queue = name("missing")
    with closes_channel(404, f"NOT_FOUND - no queue '{queue}' in vhost '/'"):
        channel.queue_declare(queue, passive=True)


def test_a_passive_declare_of_a_missing_exchange_is_404(channel, name):
    exchange = name("missing")
    with closes_channel(404, f"NOT_FOUND - no exchange '{exchange}' in vhost '/'"):
        channel.exchange_declare(exchange, passive=True)


@pytest.mark.parametrize("operation", [
    lambda channel, queue: channel.basic_consume(queue, lambda *delivery: None),
    lambda channel, queue: channel.basic_get(queue),
    lambda channel, queue: channel.queue_purge(queue),
    lambda channel, queue: channel.queue_bind(queue, "amq.direct", "key"),
], ids=["consume", "get", "purge", "bind"])
def test_using_a_missing_queue_is_404(channel, name, operation):
    queue = name("missing")
    with closes_channel(404, f"NOT_FOUND - no queue '{queue}' in vhost '/'"):
        operation(channel, queue)


def test_binding_to_a_missing_exchange_is_404(channel, name):
    queue, exchange = name("queue"), name("missing")
    channel.queue_declare(queue, exclusive=True)
    with closes_channel(404, f"NOT_FOUND - no exchange '{exchange}' in vhost '/'"):
        channel.queue_bind(queue, exchange, "key")


@pytest.mark.parametrize("first, second, text", [
    ({"durable": False}, {"durable": True},
     "'durable' for queue '{}' in vhost '/': received 'true' but current is 'false'"),
    ({"durable": True}, {"durable": False},
     "'durable' for queue '{}' in vhost '/': received 'false' but current is 'true'"),
    ({}, {"auto_delete": True}, "'auto_delete' for queue '{}' in vhost '/': received 'true' but current is 'false'"),
    ({"arguments": {"x-max-priority": 10}}, {},
     "'x-max-priority' for queue '{}' in vhost '/': received none but current is the value '10' of type 'signedint'"),
    ({}, {"arguments": {"x-max-priority": 10}},
     "'x-max-priority' for queue '{}' in vhost '/': received the value '10' of type 'signedint' but current is none"),
], ids=["more durable", "less durable", "auto-delete", "argument left out", "argument added"])
def test_redeclaring_a_queue_differently_is_406_and_says_what_differs(connection, name, first, second, text):
    queue = name("queue")
    channel = connection.channel()
    channel.queue_declare(queue, **first)
    with closes_channel(406, f"PRECONDITION_FAILED - inequivalent arg {text.format(queue)}"):
        channel.queue_declare(queue, **second)
    connection.channel().queue_delete(queue)


def test_integer_arguments_are_equal_by_value_whatever_their_width(peer, name):
    queue, wire = name("queue"), peer()
    wire.open_channel(1)
    for encoded in (b"I\0\0\0\x0a", b"l" + b"\0" * 7 + b"\x0a", b"b\x0a", b"s\0\x0a"):
        wire.declare_queue(1, queue, auto_delete=True, arguments=table(("x-max-priority", encoded)))
    wire.close()


def test_arguments_which_a_queue_does_not_know_are_not_compared(channel, name):
    queue = name("queue")
    channel.queue_declare(queue, auto_delete=True, arguments={"x-colour": "red"})
    channel.queue_declare(queue, auto_delete=True, arguments={"x-colour": "blue"})
    channel.queue_declare(queue, auto_delete=True)


def test_the_classic_queue_type_is_what_a_queue_without_type_has(channel, name):
    queue = name("queue")
    channel.queue_declare(queue, auto_delete=True)
    channel.queue_declare(queue, auto_delete=True, arguments={"x-queue-type": "classic"})


@pytest.mark.parametrize("arguments", [
    {"x-max-length": -1}, {"x-message-ttl": "soon"}, {"x-expires": 0}, {"x-dead-letter-exchange": 7},
    {"x-overflow": "explode"}, {"x-queue-type": "imaginary"},
    pytest.param({"x-dead-letter-routing-key": "k" * 256, "x-dead-letter-exchange": "dlx"},
                 marks=pytest.mark.leveret_only("RabbitMQ takes a key that it cannot deliver")),
], ids=lambda arguments: next(iter(arguments)))
def test_an_invalid_queue_argument_is_406_and_named(channel, name, arguments):
    with closes_channel(406, next(iter(arguments))):
        channel.queue_declare(name("queue"), auto_delete=True, arguments=arguments)


def test_the_broker_names_a_queue_which_the_client_did_not_name(channel):
    first = channel.queue_declare("", exclusive=True).method.queue
    second = channel.queue_declare("", exclusive=True).method.queue
    assert first.startswith("amq.gen-") and second.startswith("amq.gen-")
    assert all(re.fullmatch("amq\\.gen-[A-Za-z0-9_-]{22}", queue) for queue in (first, second))
    assert first != second


@pytest.mark.leveret_only("RabbitMQ before 4.4 makes all names begin alike")
def test_a_client_may_say_how_the_name_that_the_broker_makes_begins(peer, channel, name):
    wire, prefix = peer(), name("shop")
    wire.open_channel(1)
    begins = table(("x-name-prefix", b"S" + long_string(prefix.encode())))
    queue, _, _ = wire.declare_queue(1, "", auto_delete=True, arguments=begins)
    assert re.fullmatch(re.escape(prefix) + "-[A-Za-z0-9_-]{22}", queue)
    # It is no argument of the queue: who knows the name declares it without.
    assert channel.queue_declare(queue, auto_delete=True).method.queue == queue
    # Nor does it name a queue that its client names.
    assert wire.declare_queue(1, queue, auto_delete=True, arguments=begins)[0] == queue
    too_long = table(("x-name-prefix", b"S" + long_string(b"x" * 65)))
    wire.send(declare_queue_method(1, "", exclusive=True, arguments=too_long))
    text, _ = wire.expect_channel_close(1, 406)
    assert text == f"PRECONDITION_FAILED - Queue name prefix '{'x' * 65}' exceeds the 64-byte limit"
    channel.queue_delete(queue)
    wire.close()


@pytest.mark.leveret_only("RabbitMQ 3.10 refuses the name although the queue exists")
def test_a_queue_which_the_broker_named_can_be_declared_again_by_that_name(channel):
    queue = channel.queue_declare("", exclusive=True).method.queue
    assert channel.queue_declare(queue, exclusive=True).method.queue == queue


def test_clients_may_not_create_queues_whose_names_start_with_amq(channel):
    with closes_channel(403, "ACCESS_REFUSED - queue name 'amq.mine' contains reserved prefix 'amq.*'"):
        channel.queue_declare("amq.mine")


def test_clients_may_not_create_exchanges_whose_names_start_with_amq(channel):
    with closes_channel(403, "ACCESS_REFUSED - exchange name 'amq.mine' contains reserved prefix 'amq.*'"):
        channel.exchange_declare("amq.mine")


@pytest.mark.parametrize("operation", [
    lambda channel, queue: channel.exchange_declare("", "direct", durable=True),
    lambda channel, queue: channel.exchange_declare("", passive=True),
    lambda channel, queue: channel.exchange_delete(""),
    lambda channel, queue: channel.queue_bind(queue, "", queue),
    lambda channel, queue: channel.queue_unbind(queue, "", queue),
    lambda channel, queue: channel.exchange_bind("", "amq.direct", "key"),
    lambda channel, queue: channel.exchange_bind("amq.direct", "", "key"),
    lambda channel, queue: channel.exchange_unbind("", "amq.direct", "key"),
    lambda channel, queue: channel.exchange_unbind("amq.direct", "", "key"),
], ids=["declare", "passive declare", "delete", "bind queue", "unbind queue", "bind as destination", "bind as source",
        "unbind as destination", "unbind as source"])
def test_the_default_exchange_cannot_be_touched(channel, name, operation):
    queue = name("queue")
    channel.queue_declare(queue, exclusive=True)
    with closes_channel(403, "ACCESS_REFUSED - operation not permitted on the default exchange"):
        operation(channel, queue)


@pytest.mark.parametrize("exchange, kind", [
    ("amq.direct", "direct"), ("amq.fanout", "fanout"), ("amq.topic", "topic"),
    ("amq.headers", "headers"), ("amq.match", "headers"), ("amq.rabbitmq.trace", "topic"),
])
def test_the_standard_exchanges_exist_and_are_durable(channel, exchange, kind):
    # Only the broker publishes to the one of the firehose.
    channel.exchange_declare(exchange, kind, durable=True, internal=exchange == "amq.rabbitmq.trace")


def test_a_standard_exchange_cannot_be_deleted(channel):
    with closes_channel(403, "ACCESS_REFUSED"):
        channel.exchange_delete("amq.direct")


@pytest.mark.parametrize("second, text", [
    ({"exchange_type": "fanout"}, "'type' for exchange '{}' in vhost '/': received 'fanout' but current is 'direct'"),
    ({"durable": True}, "'durable' for exchange '{}' in vhost '/': received 'true' but current is 'false'"),
    ({"auto_delete": False}, "'auto_delete' for exchange '{}' in vhost '/': received 'false' but current is 'true'"),
    ({"internal": True}, "'internal' for exchange '{}' in vhost '/': received 'true' but current is 'false'"),
], ids=["type", "durable", "auto-delete", "internal"])
def test_redeclaring_an_exchange_differently_is_406_and_says_what_differs(connection, name, second, text):
    exchange = name("exchange")
    first = {"exchange_type": "direct", "auto_delete": True}
    channel = connection.channel()
    channel.exchange_declare(exchange, **first)
    channel.exchange_declare(exchange, **first)
    with closes_channel(406, f"PRECONDITION_FAILED - inequivalent arg {text.format(exchange)}"):
        channel.exchange_declare(exchange, **{**first, **second})
    connection.channel().exchange_delete(exchange)


@pytest.mark.leveret_only("RabbitMQ 3.10 closes the connection with 503; later ones the channel with 406")
def test_an_unknown_exchange_type_is_406(channel, name):
    with closes_channel(406, "exchange type 'imaginary'"):
        channel.exchange_declare(name("exchange"), "imaginary")


def test_an_empty_queue_name_means_the_queue_last_declared_on_the_channel(channel, name):
    first, second = name("first"), name("second")
    channel.queue_declare(first, exclusive=True)
    channel.queue_declare(second, exclusive=True)
    channel.queue_bind("", "amq.direct", second + ".key")
    publish(channel, second + ".key", "1", "2", "3", exchange="amq.direct")
    assert get(channel, "", auto_ack=True).body == b"1"
    assert channel.queue_purge("").method.message_count == 2
    publish(channel, second, "4")
    assert Inbox(channel, "", auto_ack=True).take_bodies(1) == [b"4"]
    channel.queue_delete("")
    with closes_channel(404):
        channel.queue_declare(second, passive=True)


def test_an_empty_name_and_key_in_a_binding_both_mean_the_queue_last_declared(channel, name):
    queue = name("queue")
    channel.queue_declare(queue, exclusive=True)
    channel.queue_bind("", "amq.direct", "")
    publish(channel, queue, "found", exchange="amq.direct")
    assert drain(channel, queue) == [b"found"]


def test_the_last_declared_queue_belongs_to_the_channel_and_not_to_the_connection(connection, name):
    connection.channel().queue_declare(name("queue"), exclusive=True)
    with closes_channel(404, "NOT_FOUND - no previously declared queue"):
        connection.channel().basic_get("")


def test_a_passive_declare_is_a_declare_for_an_empty_queue_name_too(channel, connect, name):
    queue, publisher = name("queue"), connect().channel()
    publisher.queue_declare(queue, auto_delete=True)
    publish(publisher, queue, "found")
    round_trip(publisher)
    channel.queue_declare("", exclusive=True)
    channel.queue_declare(queue, passive=True)
    assert get(channel, "", auto_ack=True).body == b"found"
    publisher.queue_delete(queue)


def test_a_queue_name_of_255_bytes_is_accepted(channel, name):
    queue = name("long").ljust(255, "x")
    assert channel.queue_declare(queue, exclusive=True).method.queue == queue
    publish(channel, queue, "there")
    assert ready_count(channel, queue) == 1


def test_a_queue_name_may_be_any_text(channel, name):
    queue = name("Bestellungen für 東京 / ☃ #*'\"")
    channel.queue_declare(queue, exclusive=True)
    publish(channel, queue, "there")
    assert drain(channel, queue) == [b"there"]


def test_line_ends_are_stripped_from_a_declared_name(peer, name):
    queue, wire = name("queue"), peer()
    wire.open_channel(1)
    assert wire.declare_queue(1, queue + "\r\n", exclusive=True)[0] == queue
    wire.close()


def test_a_declare_without_wait_is_not_answered(peer, name):
    queue, wire = name("queue"), peer()
    wire.open_channel(1)
    wire.send(declare_queue_method(1, queue, exclusive=True, no_wait=True),
              declare_queue_method(1, queue, passive=True))
    assert wire.expect(1, QUEUE_DECLARE_OK).short_string() == queue
    wire.close()


def test_a_declare_without_wait_still_raises_its_error(peer, name):
    wire = peer()
    wire.open_channel(1)
    wire.send(declare_queue_method(1, name("missing"), passive=True, no_wait=True))
    text, method = wire.expect_channel_close(1, 404)
    assert method == QUEUE_DECLARE
    wire.close()


def test_a_queue_is_known_to_every_channel_once_it_is_declared(channel, connect, name):
    queue = name("queue")
    channel.queue_declare(queue)
    round_trip(channel)
    assert connect().channel().queue_declare(queue, passive=True).method.message_count == 0
    channel.queue_delete(queue)


@pytest.mark.leveret_only("RabbitMQ has streams")
def test_a_stream_is_406_and_named(channel, name):
    with closes_channel(406, "has no queues of type 'stream'"):
        channel.queue_declare(name("stream"), durable=True, arguments={"x-queue-type": "stream"})
