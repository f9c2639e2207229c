"""What the tests expect of a broker, said once, in terms of pika."""

from __future__ import annotations

import time
from contextlib import contextmanager
from typing import Any, Callable, NamedTuple

import pika
import pytest
from pika.exceptions import ChannelClosedByBroker, ConnectionClosedByBroker

PERSISTENT = pika.BasicProperties(delivery_mode=2)


class Message(NamedTuple):
    """A delivery, or what a get returned."""
    body: bytes
    method: Any
    properties: pika.BasicProperties

    @property
    def tag(self) -> int:
        return self.method.delivery_tag

    @property
    def redelivered(self) -> bool:
        return self.method.redelivered


@contextmanager
def closes_channel(code: int, text: str = ""):
    """The broker answers with a channel exception of this code, whose reply text contains this text."""
    with pytest.raises(ChannelClosedByBroker) as caught:
        yield
    assert caught.value.reply_code == code, caught.value.reply_text
    assert text in caught.value.reply_text


@contextmanager
def closes_connection(code: int, text: str = ""):
    """The broker answers with a connection exception of this code, whose reply text contains this text."""
    with pytest.raises(ConnectionClosedByBroker) as caught:
        yield
    assert caught.value.reply_code == code, caught.value.reply_text
    assert text in caught.value.reply_text


def round_trip(channel) -> None:
    """Returns when the broker has dealt with everything sent on the channel before, errors included."""
    channel.queue_declare("", exclusive=True, auto_delete=True)


def eventually(is_true: Callable[[], bool], what: str, seconds: float = 20) -> None:
    """For what the protocol gives no event for."""
    end = time.monotonic() + seconds
    while not is_true():
        assert time.monotonic() < end, f"did not happen within {seconds} s: {what}"
        time.sleep(0.01)


def publish(channel, queue: str, *bodies: bytes | str, exchange: str = "", **properties) -> None:
    for body in bodies:
        channel.basic_publish(exchange, queue, body, pika.BasicProperties(**properties))


def ready_count(channel, queue: str) -> int:
    return channel.queue_declare(queue, passive=True).method.message_count


def consumer_count(channel, queue: str) -> int:
    return channel.queue_declare(queue, passive=True).method.consumer_count


def get(channel, queue: str, auto_ack: bool = False) -> Message | None:
    method, properties, body = channel.basic_get(queue, auto_ack=auto_ack)
    return None if method is None else Message(body, method, properties)


def drain(channel, queue: str) -> list[bytes]:
    """Takes and settles what is ready, in order."""
    bodies = []
    while message := get(channel, queue, auto_ack=True):
        bodies.append(message.body)
    return bodies


class Inbox:
    """A consumer which keeps what was delivered to it until the test takes it."""

    def __init__(self, channel, queue: str, **options):
        self.channel = channel
        self.waiting: list[Message] = []
        self.tag = channel.basic_consume(queue, self._receive, **options)

    def take(self, count: int, seconds: float = 20) -> list[Message]:
        """The next deliveries; waits for them."""
        end = time.monotonic() + seconds
        while len(self.waiting) < count:
            left = end - time.monotonic()
            assert left > 0, f"{len(self.waiting)} of {count} deliveries came within {seconds} s"
            self.channel.connection.process_data_events(time_limit=min(left, 0.5))
        taken, self.waiting = self.waiting[:count], self.waiting[count:]
        return taken

    def take_bodies(self, count: int) -> list[bytes]:
        return [message.body for message in self.take(count)]

    def arrived(self) -> list[Message]:
        """What has been delivered by the time the broker has answered two round trips on the channel."""
        round_trip(self.channel)
        round_trip(self.channel)
        self.channel.connection.process_data_events(time_limit=0)
        return self.take(len(self.waiting))

    def _receive(self, channel, method, properties, body) -> None:
        self.waiting.append(Message(body, method, properties))
