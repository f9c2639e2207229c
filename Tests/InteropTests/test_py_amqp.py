"""py-amqp, the low-level client under kombu and Celery."""

import socket

import amqp
import pytest
from amqp import Message
from amqp.exceptions import AccessRefused, ConsumerCancelled, NotFound, PreconditionFailed


@pytest.fixture
def open_connection(broker):
    opened = []

    def open_connection(**options):
        connection = amqp.Connection(f"{broker.host}:{broker.port}", "guest", "guest", **options)
        connection.connect()
        opened.append(connection)
        return connection

    yield open_connection
    for connection in opened:
        connection.collect()


@pytest.fixture
def channel(open_connection):
    return open_connection(confirm_publish=True).channel()


def test_a_message_goes_through_an_exchange_to_a_consumer(channel, name):
    exchange, queue, received = name("exchange"), name("queue"), []
    channel.exchange_declare(exchange, "topic", auto_delete=True)
    channel.queue_declare(queue, exclusive=True)
    channel.queue_bind(queue, exchange, "orders.*")
    channel.basic_consume(queue, callback=received.append)
    channel.basic_publish(Message("first", content_type="text/plain", delivery_mode=2), exchange, "orders.new")
    channel.basic_publish(Message("second"), exchange, "orders.paid")
    while len(received) < 2:
        channel.connection.drain_events(timeout=20)
    assert [message.body for message in received] == ["first", "second"]
    assert received[0].properties["content_type"] == "text/plain"
    assert received[1].delivery_info["routing_key"] == "orders.paid"
    for message in received:
        channel.basic_ack(message.delivery_tag)
    assert channel.queue_declare(queue, passive=True).message_count == 0


def test_a_prefetch_of_one_and_a_requeue(channel, name):
    queue, received = name("queue"), []
    channel.queue_declare(queue, exclusive=True)
    for body in "abc":
        channel.basic_publish(Message(body), "", queue)
    channel.basic_qos(0, 1, False)
    channel.basic_consume(queue, callback=received.append)
    seen = []
    while len(seen) < 4:
        while not received:
            channel.connection.drain_events(timeout=20)
        message = received.pop()
        seen.append((message.body, message.delivery_info["redelivered"]))
        if len(seen) == 1:
            channel.basic_reject(message.delivery_tag, requeue=True)
        else:
            channel.basic_ack(message.delivery_tag)
    assert seen == [("a", False), ("a", True), ("b", False), ("c", False)]


def test_an_unroutable_message_is_returned(channel, name):
    returned = []
    channel.events["basic_return"].add(lambda *arguments: returned.append(arguments))
    key = name("nowhere")
    channel.basic_publish(Message("lost"), "", key, mandatory=True)
    [(error, exchange, routing_key, message)] = returned
    assert (error.reply_code, exchange, routing_key, message.body) == (312, "", key, "lost")


def test_errors_of_the_broker_are_exceptions_of_the_client(open_connection, name):
    connection, queue = open_connection(), name("queue")
    with pytest.raises(NotFound):
        connection.channel().queue_declare(queue, passive=True)
    connection.channel().queue_declare(queue, auto_delete=False)
    with pytest.raises(PreconditionFailed):
        connection.channel().queue_declare(queue, durable=True, auto_delete=False)
    connection.channel().queue_delete(queue)
    with pytest.raises(AccessRefused):
        amqp.Connection(connection.host, "guest", "wrong").connect()


def test_a_big_body_passes(channel, name):
    queue, body = name("queue"), bytes(range(256)) * 8000
    channel.queue_declare(queue, exclusive=True)
    channel.basic_publish(Message(body), "", queue)
    assert channel.basic_get(queue, no_ack=True).body == body


def test_a_consumer_hears_that_its_queue_is_gone(open_connection, channel, name):
    queue = name("queue")
    channel.queue_declare(queue, auto_delete=False)
    consuming = open_connection()
    consuming.channel().basic_consume(queue, callback=print)
    channel.queue_delete(queue)
    with pytest.raises(ConsumerCancelled):
        consuming.drain_events(timeout=20)


def test_heartbeats_keep_an_idle_connection(open_connection, name):
    connection = open_connection(heartbeat=2)
    assert connection.heartbeat == 2
    channel = connection.channel()
    for _ in range(20):
        try:
            connection.drain_events(timeout=0.25)
        except socket.timeout:
            pass
        connection.heartbeat_tick()
    channel.queue_declare(name("queue"), exclusive=True)
