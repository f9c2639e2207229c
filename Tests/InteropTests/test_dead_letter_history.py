"""What dead letters tell of their history, to the byte, and the keys by which they go on."""

import struct

import pytest

from expectations import eventually, get, publish, ready_count
from wire import (
    Arguments, BASIC_REJECT, body, content_header, long_string, method, publish_method, short_string, table,
)


@pytest.fixture
def dead(channel, name):
    """The queue that dead letters come to."""
    dead = name("dead")
    channel.queue_declare(dead, exclusive=True)
    return dead


def wait_for(channel, queue):
    """The next message, when it has come."""
    eventually(lambda: ready_count(channel, queue) > 0, f"a message in {queue}")
    return get(channel, queue, auto_ack=True)


def reject(channel, queue):
    channel.basic_reject(get(channel, queue).tag, requeue=False)


# Keys

def test_the_keys_of_cc_are_told_and_those_of_bcc_are_not(channel, name, dead):
    queue = name("queue")
    channel.queue_declare(queue, exclusive=True, arguments={
        "x-dead-letter-exchange": "", "x-dead-letter-routing-key": dead})
    publish(channel, queue, "m", headers={"CC": ["copy", "second copy"], "BCC": ["blind"], "own": 1})
    reject(channel, queue)
    headers = wait_for(channel, dead).properties.headers
    assert headers["x-death"][0]["routing-keys"] == [queue, "copy", "second copy"]
    # The queue's own key takes the place of all of them.
    assert "CC" not in headers and "BCC" not in headers and headers["own"] == 1


def test_without_a_key_of_the_queue_a_dead_letter_goes_by_all_its_keys(channel, name):
    exchange, queue = name("exchange"), name("queue")
    channel.exchange_declare(exchange, "direct", auto_delete=True)
    channel.queue_declare(queue, exclusive=True, arguments={"x-dead-letter-exchange": exchange})
    ends = [name("end") for _ in range(3)]
    for end in ends:
        channel.queue_declare(end, exclusive=True)
    for end, key in zip(ends, (queue, "copy", "other")):
        channel.queue_bind(end, exchange, key)
    publish(channel, queue, "m", headers={"CC": ["copy"]})
    reject(channel, queue)
    letters = [wait_for(channel, end) for end in ends[:2]]
    assert [letter.body for letter in letters] == [b"m", b"m"]
    assert [letter.properties.headers["CC"] for letter in letters] == [["copy"], ["copy"]]
    assert ready_count(channel, ends[2]) == 0
    for end in ends:
        channel.queue_delete(end)


# Times

def test_the_time_of_a_death_that_repeats_is_that_of_the_first(channel, name):
    wait, work = name("wait"), name("work")
    channel.queue_declare(work, exclusive=True, arguments={
        "x-dead-letter-exchange": "", "x-dead-letter-routing-key": wait})
    # A time is told in seconds, so that two deaths must be further apart.
    channel.queue_declare(wait, exclusive=True, arguments={
        "x-dead-letter-exchange": "", "x-dead-letter-routing-key": work, "x-message-ttl": 1100})
    publish(channel, work, "m")
    times = []
    for _ in range(2):
        reject(channel, work)
        eventually(lambda: ready_count(channel, work) == 1, "the message's return")
        message = get(channel, work)
        deaths = message.properties.headers["x-death"]
        times.append({death["queue"]: death["time"] for death in deaths})
        channel.basic_nack(message.tag, requeue=True)
        eventually(lambda: ready_count(channel, work) == 1, "the requeue")
    assert deaths[0]["count"] == 2 and times[0] == times[1]


# Bytes

def fields(data: Arguments) -> dict[str, tuple[str, bytes]]:
    """The fields of a table by their keys, each with its type letter and its bytes."""
    found, inner = {}, Arguments(data.long_bytes())
    while inner.offset < len(inner.data):
        key, letter = inner.short_string(), inner.take(1).decode()
        found[key] = letter, take_value(inner, letter)
    return found


def take_value(data: Arguments, letter: str) -> bytes:
    if letter in "SFA":
        return data.long_bytes()
    return data.take({"l": 8, "T": 8}[letter])


def test_the_history_has_the_types_that_clients_read(peer, name):
    queue, dead, wire = name("queue"), name("dead"), peer()
    wire.open_channel(1)
    wire.declare_queue(1, dead, exclusive=True)
    arguments = table(("x-dead-letter-exchange", b"S" + long_string(b"")),
                      ("x-dead-letter-routing-key", b"S" + long_string(dead.encode())))
    wire.declare_queue(1, queue, exclusive=True, arguments=arguments)
    # The property expiration, and no other.
    properties = struct.pack(">H", 1 << 8) + short_string("600000")
    wire.send(publish_method(1, "", queue), content_header(1, 1, properties), body(1, b"m"))
    wire.get(1, queue, no_ack=False)
    wire.send(method(1, BASIC_REJECT, struct.pack(">QB", 1, 0)))
    eventually(lambda: wire.declare_queue(1, dead, passive=True)[1] == 1, "the dead letter")
    letter = wire.get(1, dead)
    assert letter.properties[:2] == struct.pack(">H", 1 << 13), "of all properties only the headers are left"
    headers = fields(Arguments(letter.properties[2:]))
    for key, value in {"reason": "rejected", "queue": queue, "exchange": ""}.items():
        assert headers[f"x-first-death-{key}"] == ("S", value.encode())
    letter, deaths = headers["x-death"]
    assert (letter, deaths[:1]) == ("A", b"F"), "an array of tables"
    death = fields(Arguments(deaths[1:]))
    assert death.pop("time")[0] == "T"
    assert death == {
        "count": ("l", struct.pack(">q", 1)), "reason": ("S", b"rejected"), "queue": ("S", queue.encode()),
        "exchange": ("S", b""), "routing-keys": ("A", b"S" + long_string(queue.encode())),
        "original-expiration": ("S", b"600000"),
    }
    wire.close()
