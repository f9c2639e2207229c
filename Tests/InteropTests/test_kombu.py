"""kombu: messaging as Celery does it."""

import socket

import pytest
from kombu import Connection, Consumer, Exchange, Producer, Queue
from kombu.exceptions import OperationalError
from kombu.pools import producers


@pytest.fixture
def connection(broker):
    with Connection(broker.url) as connection:
        yield connection


def test_a_simple_queue_gives_back_what_was_put_into_it(connection, name):
    with connection.SimpleQueue(simple := name("simple"), queue_opts={"durable": True, "auto_delete": False}) as queue:
        queue.put({"order": 17, "lines": ["a", "ü"]}, compression="zlib")
        queue.put("second")
        first = queue.get(timeout=20)
        assert first.payload == {"order": 17, "lines": ["a", "ü"]}
        first.ack()
        second = queue.get(timeout=20)
        second.requeue()
        again = queue.get(timeout=20)
        assert (again.payload, again.delivery_info["redelivered"]) == ("second", True)
        again.ack()
        with pytest.raises(queue.Empty):
            queue.get(block=False)
        assert queue.qsize() == 0
    Queue(simple)(connection.default_channel).delete()


def test_a_simple_buffer_gives_back_what_was_put_into_it(connection, name):
    with connection.SimpleBuffer(name("buffer")) as buffer:
        for number in range(20):
            buffer.put(number)
        assert [buffer.get(timeout=20).payload for _ in range(20)] == list(range(20))


def test_producers_and_consumers_meet_at_an_exchange(connection, name):
    exchange = Exchange(name("exchange"), "direct", durable=True)
    queues = [Queue(name(key), exchange, routing_key=key, auto_delete=True) for key in ("red", "green")]
    received = []

    def receive(body, message):
        received.append((message.delivery_info["routing_key"], body))
        message.ack()

    with Consumer(connection.channel(), queues, callbacks=[receive], accept=["json", "pickle"]):
        with producers[connection].acquire(block=True) as producer:
            for number in range(10):
                key = "red" if number % 2 else "green"
                producer.publish({"number": number}, exchange=exchange, routing_key=key, declare=queues,
                                 retry=True, delivery_mode="persistent", headers={"attempt": 1})
        while len(received) < 10:
            connection.drain_events(timeout=20)
    assert [body["number"] for key, body in received if key == "red"] == [1, 3, 5, 7, 9]
    assert [body["number"] for key, body in received if key == "green"] == [0, 2, 4, 6, 8]
    exchange(connection.default_channel).delete()


def test_a_publish_with_confirms_returns_when_the_broker_has_the_message(broker, name):
    with Connection(broker.url, transport_options={"confirm_publish": True}) as connection:
        queue = Queue(name("queue"), durable=False, exclusive=True)
        bound = queue(connection.default_channel)
        bound.declare()
        producer = Producer(connection.default_channel)
        producer.publish("there", routing_key=queue.name)
        assert bound.get(no_ack=True).payload == "there"


def test_a_prefetch_can_be_set_for_a_consumer(connection, name):
    queue, received = Queue(name("queue"), exclusive=True, durable=False), []
    channel = connection.channel()
    producer = Producer(channel)
    with Consumer(channel, [queue], on_message=received.append, prefetch_count=1):
        for number in range(3):
            producer.publish(number, routing_key=queue.name)
        for number in range(3):
            while len(received) <= number:  # py-amqp may have read it already while it published
                connection.drain_events(timeout=20)
            with pytest.raises(socket.timeout):
                connection.drain_events(timeout=0.1)
            assert [message.payload for message in received] == list(range(number + 1))
            received[-1].ack()


def test_a_connection_can_be_checked_and_made_again(connection):
    assert connection.ensure_connection(max_retries=3, timeout=20)
    connection.close()
    connection.connect()
    assert connection.connected


def test_wrong_credentials_are_an_error(broker):
    with pytest.raises((OperationalError, Exception), match="403|refused|ACCESS_REFUSED"):
        Connection(broker.url.replace("guest:guest", "guest:wrong")).connect()
