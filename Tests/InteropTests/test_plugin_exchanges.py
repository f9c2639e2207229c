"""Exchange types which RabbitMQ has as plugins: consistent hash and delayed."""

import pytest

from expectations import closes_channel, drain, publish

pytestmark = pytest.mark.leveret_only("needs RabbitMQ's plugins")


@pytest.fixture
def queues(channel, name):
    queues = [name("queue") for _ in range(3)]
    for queue in queues:
        channel.queue_declare(queue, exclusive=True)
    return queues


def test_a_consistent_hash_exchange_sends_each_key_to_one_queue(channel, queues, name):
    exchange = name("hash")
    channel.exchange_declare(exchange, "x-consistent-hash", auto_delete=True)
    for queue in queues:
        channel.queue_bind(queue, exchange, "10")
    for _ in range(2):
        for number in range(60):
            publish(channel, f"key {number}", str(number), exchange=exchange)
    received = [drain(channel, queue) for queue in queues]
    assert sum(len(bodies) for bodies in received) == 120
    for bodies in received:
        assert bodies
        assert all(bodies.count(body) == 2 for body in bodies)


def test_a_consistent_hash_exchange_may_hash_a_header_or_a_property(channel, queues, name):
    by_header, by_property = name("header"), name("property")
    channel.exchange_declare(by_header, "x-consistent-hash", auto_delete=True, arguments={"hash-header": "user"})
    channel.exchange_declare(
        by_property, "x-consistent-hash", auto_delete=True, arguments={"hash-property": "message_id"})
    for exchange in (by_header, by_property):
        for queue in queues:
            channel.queue_bind(queue, exchange, "1")
    for number in range(30):
        for key in ("a", "b"):
            publish(channel, key, f"header {number}", exchange=by_header, headers={"user": f"user {number}"})
            publish(channel, key, f"property {number}", exchange=by_property, message_id=f"id {number}")
    for queue in queues:
        bodies = drain(channel, queue)
        assert bodies
        assert all(bodies.count(body) == 2 for body in bodies)


@pytest.mark.parametrize("weight", ["heavy", "0", "-1", ""])
def test_a_binding_key_which_is_no_weight_is_406(channel, queues, name, weight):
    exchange = name("hash")
    channel.exchange_declare(exchange, "x-consistent-hash", auto_delete=True)
    with closes_channel(406, "The binding key must be"):
        channel.queue_bind(queues[0], exchange, weight)


def test_a_delayed_exchange_routes_as_its_inner_type(channel, queues, name):
    exchange = name("delayed")
    channel.exchange_declare(exchange, "x-delayed-message", auto_delete=True, arguments={"x-delayed-type": "topic"})
    channel.queue_bind(queues[0], exchange, "a.*")
    publish(channel, "a.b", "now", exchange=exchange)
    publish(channel, "a.b", "in an hour", exchange=exchange, headers={"x-delay": 3_600_000})
    publish(channel, "b.a", "not here", exchange=exchange)
    assert drain(channel, queues[0]) == [b"now"]


@pytest.mark.parametrize("arguments", [None, {"x-delayed-type": "odd"}, {"x-delayed-type": "x-delayed-message"}])
def test_a_delayed_exchange_needs_an_inner_type(channel, name, arguments):
    with closes_channel(406):
        channel.exchange_declare(name("delayed"), "x-delayed-message", arguments=arguments)
