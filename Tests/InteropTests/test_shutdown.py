"""SIGTERM ends the broker within its bound, whatever its clients do, and loses nothing."""

import time

import pika
import pytest

from broker_process import BrokerProcess
from wire import Peer, consume_method

PERSISTENT = pika.BasicProperties(delivery_mode=2)


@pytest.fixture
def brief_broker(tmp_path):
    """A broker that gives its clients a second to leave."""
    broker = BrokerProcess(tmp_path, arguments=("--shutdown-grace", "1"))
    broker.start()
    yield broker
    broker.close()


def publish(broker, queue: str, count: int, size: int) -> None:
    with pika.BlockingConnection(pika.URLParameters(broker.url)) as connection:
        channel = connection.channel()
        channel.queue_declare(queue, durable=True)
        channel.confirm_delivery()
        for number in range(count):
            channel.basic_publish("", queue, b"%d " % number + bytes(size), PERSISTENT)


def numbers(broker, queue: str) -> list[tuple[int, bool]]:
    """The messages that are left, and whether each is said to come again."""
    with pika.BlockingConnection(pika.URLParameters(broker.url)) as connection:
        channel = connection.channel()
        left = []
        while (got := channel.basic_get(queue, auto_ack=True))[0] is not None:
            left.append((int(got[2].split(b" ", 1)[0]), got[0].redelivered))
        return left


def stop_in_time(broker) -> None:
    start = time.monotonic()
    assert broker.stop() == 0
    assert time.monotonic() - start < 20, "the bound of a second was passed by far"


def test_a_client_that_never_reads_does_not_hold_up_the_end(brief_broker):
    publish(brief_broker, "shutdown.flood", 200, 100_000)
    deaf = Peer(brief_broker.host, brief_broker.port)
    deaf.log_in()
    deaf.open_channel(1)
    # Twenty megabytes are more than the sockets take, so the broker cannot even say that it ends.
    deaf.send(consume_method(1, "shutdown.flood"))
    stop_in_time(brief_broker)
    deaf.hang_up()
    brief_broker.start()
    assert [number for number, _ in numbers(brief_broker, "shutdown.flood")] == list(range(200))


def test_what_was_not_acknowledged_is_there_after_the_end_and_is_said_to_come_again(brief_broker):
    publish(brief_broker, "shutdown.held", 10, 10)
    connection = pika.BlockingConnection(pika.URLParameters(brief_broker.url))
    channel = connection.channel()
    for number in range(6):
        method, _, _ = channel.basic_get("shutdown.held")
        if number < 3:
            channel.basic_ack(method.delivery_tag)
    channel.queue_declare("shutdown.held", passive=True)
    stop_in_time(brief_broker)
    brief_broker.start()
    expected = [(number, number < 6) for number in range(3, 10)]
    assert numbers(brief_broker, "shutdown.held") == expected
