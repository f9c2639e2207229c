"""Methods whose client does not wait: they are performed, and nobody answers."""

import pytest

from expectations import publish
from wire import (
    BASIC_CANCEL, BASIC_CONSUME_OK, BASIC_GET_EMPTY, BASIC_GET_OK, CONTENT_HEADER, EMPTY_TABLE, EXCHANGE_DECLARE,
    QUEUE_BIND, QUEUE_DECLARE_OK, QUEUE_DELETE, QUEUE_PURGE, consume_method, declare_queue_method, get_method, method,
    publishing, short_string,
)

EXCHANGE_DELETE, EXCHANGE_BIND, EXCHANGE_UNBIND = (40, 20), (40, 30), (40, 40)
TICKET, NO_WAIT = b"\0\0", 1


@pytest.fixture
def wire(peer):
    """A connection with channel 1 open."""
    wire = peer()
    wire.open_channel(1)
    yield wire
    wire.close()


@pytest.fixture
def queue(wire, name):
    return wire.declare_queue(1, name("queue"), exclusive=True)[0]


def take_all(wire, queue) -> list[bytes]:
    """What is ready; nothing else may have been answered before that is."""
    taken = []
    while True:
        wire.send(declare_queue_method(1, queue, passive=True), get_method(1, queue))
        assert wire.expect(1, QUEUE_DECLARE_OK).short_string() == queue
        answer = wire.read_frame()
        if answer.method == BASIC_GET_EMPTY:
            return taken
        assert answer.method == BASIC_GET_OK, answer
        assert wire.read_frame().kind == CONTENT_HEADER
        taken.append(wire.read_frame().payload)


def binding(identifier, destination, source, bits=NO_WAIT):
    names = short_string(destination) + short_string(source) + short_string("key")
    return method(1, identifier, TICKET + names + bytes([bits]) + EMPTY_TABLE)


def test_exchanges_are_declared_bound_unbound_and_deleted(wire, queue, name, channel):
    exchange, inner = name("exchange"), name("inner")
    for each in (exchange, inner):
        bits = NO_WAIT << 4
        wire.send(method(1, EXCHANGE_DECLARE, TICKET + short_string(each) + short_string("direct") + bytes([bits])
                         + EMPTY_TABLE))
    wire.send(binding(EXCHANGE_BIND, inner, exchange), binding(QUEUE_BIND, queue, inner))
    wire.send(publishing(1, exchange, "key", b"bound"))
    assert take_all(wire, queue) == [b"bound"]
    wire.send(binding(EXCHANGE_UNBIND, inner, exchange), publishing(1, exchange, "key", b"unbound"),
              publishing(1, inner, "key", b"still bound"))
    assert take_all(wire, queue) == [b"still bound"]
    for each in (exchange, inner):
        wire.send(method(1, EXCHANGE_DELETE, TICKET + short_string(each) + bytes([NO_WAIT << 1])))
    assert take_all(wire, queue) == []
    # A new exchange may be of another type.
    channel.exchange_declare(inner, "fanout", auto_delete=True)
    channel.exchange_delete(inner)


def test_a_queue_is_purged_and_deleted(wire, channel, name):
    queue = name("queue")
    channel.queue_declare(queue)
    publish(channel, queue, *"abc")
    wire.send(method(1, QUEUE_PURGE, TICKET + short_string(queue) + bytes([NO_WAIT])))
    assert take_all(wire, queue) == []
    wire.send(method(1, QUEUE_DELETE, TICKET + short_string(queue) + bytes([NO_WAIT << 2])),
              declare_queue_method(1, queue, exclusive=True))
    assert wire.expect(1, QUEUE_DECLARE_OK).short_string() == queue


def test_a_consumer_is_cancelled(wire, queue, channel):
    wire.send(consume_method(1, queue, "brief", no_ack=True))
    wire.expect(1, BASIC_CONSUME_OK)
    wire.send(method(1, BASIC_CANCEL, short_string("brief") + bytes([NO_WAIT])), publishing(1, "", queue, b"stays"))
    assert take_all(wire, queue) == [b"stays"]
