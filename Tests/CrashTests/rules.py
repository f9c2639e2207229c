"""Clients that use what queues do by themselves (delays, times to live, retries, dead letters, deduplication) and
transactions, and book what must be true of each message whenever the broker is killed."""

from __future__ import annotations

import random
import time
from collections import Counter

import pika
from pika.exceptions import AMQPError

DELIVERY_LIMIT = 3
DEFINITIONS = {
    "rules.inbox": {},
    "rules.left": {},
    "rules.right": {},
    "rules.expiring": {"x-message-ttl": 100, "x-dead-letter-exchange": "", "x-dead-letter-routing-key": "rules.expired"},
    "rules.expired": {},
    "rules.later": {},
    "rules.once": {"x-message-deduplication": True, "x-cache-size": 1_000_000},
    "rules.failing": {
        "x-queue-type": "quorum", "x-delivery-limit": DELIVERY_LIMIT,
        "x-delayed-retry-type": "all", "x-delayed-retry-min": 5, "x-delayed-retry-max": 50,
        "x-dead-letter-exchange": "", "x-dead-letter-routing-key": "rules.given-up",
    },
    "rules.given-up": {},
    "rules.marker": {"x-max-length": 1},
}


class Client:
    """Works until the connection ends, through many lives of the broker."""

    def run(self, host: str, port: int) -> None:
        try:
            connection = connect(host, port)
            channel = connection.channel()
            self.prepare(channel)
            while True:
                self.step(channel)
        except (AMQPError, OSError):
            return

    def prepare(self, channel) -> None:
        channel.confirm_delivery()

    def step(self, channel) -> None:
        raise NotImplementedError


class Publisher(Client):
    """Publishes persistent messages to one queue, one after the other, and knows which were confirmed."""

    def __init__(self, queue: str):
        self.queue = queue
        self.published: list[str] = []
        self.confirmed: set[str] = set()

    def step(self, channel) -> None:
        body = str(len(self.published))
        self.published.append(body)
        self.publish(channel, body, {})
        self.confirmed.add(body)

    def publish(self, channel, body: str, headers: dict) -> None:
        properties = pika.BasicProperties(delivery_mode=2, headers=headers)
        channel.basic_publish("", self.queue, body.encode(), properties)

    def check(self, where: str, found: list[str]) -> None:
        """What was confirmed is there once; what was not is there once or not at all."""
        counts = Counter(found)
        lost = self.confirmed - set(counts)
        doubled = [body for body, count in counts.items() if count > 1]
        invented = set(counts) - set(self.published)
        assert not lost, f"{where} lacks {len(lost)} confirmed messages, such as {sorted(lost)[:5]}"
        assert not doubled, f"{where} has {len(doubled)} messages more than once, such as {doubled[:5]}"
        assert not invented, f"{where} has what nobody published: {sorted(invented)[:5]}"


class Mover(Client):
    """Moves each message of the inbox to two queues in one transaction."""

    def __init__(self):
        self.is_done = False

    def prepare(self, channel) -> None:
        channel.tx_select()

    def step(self, channel) -> None:
        method, _, body = channel.basic_get("rules.inbox")
        self.is_done = method is None
        if method is None:
            channel.connection.process_data_events(0.01)
            return
        for queue in ("rules.left", "rules.right"):
            channel.basic_publish("", queue, body, pika.BasicProperties(delivery_mode=2))
        channel.basic_ack(method.delivery_tag)
        channel.tx_commit()


class DelayedPublisher(Publisher):
    """Names the moment at which each message may be delivered, at the earliest."""

    def __init__(self, seed: int):
        super().__init__("rules.later")
        self.random = random.Random(seed)
        self.due: dict[str, int] = {}

    def publish(self, channel, body: str, headers: dict) -> None:
        self.due[body] = int(time.time() * 1000) + self.random.randrange(1500)
        super().publish(channel, body, {"x-deliver-at": self.due[body]})


class DelayedConsumer(Client):
    """Takes what is due, and sees that it comes no earlier."""

    def __init__(self, publisher: DelayedPublisher):
        self.publisher = publisher
        self.seen: set[str] = set()

    def step(self, channel) -> None:
        method, _, body = channel.basic_get("rules.later")
        if method is None:
            channel.connection.process_data_events(0.01)
            return
        text = body.decode()
        early = self.publisher.due[text] - int(time.time() * 1000)
        assert early <= 0, f"message {text} came {early} ms too early"
        self.seen.add(text)
        channel.basic_ack(method.delivery_tag)


class RepeatingPublisher(Publisher):
    """Publishes each key several times, over many lives: one message of each must be left."""

    def __init__(self, seed: int):
        super().__init__("rules.once")
        self.random = random.Random(seed)

    def step(self, channel) -> None:
        key = self.random.randrange(1 + len(self.published) // 2)
        body = f"{key}:{len(self.published)}"
        self.published.append(body)
        self.publish(channel, body, {"x-deduplication-header": str(key)})
        self.confirmed.add(body)

    def check(self, where: str, found: list[str]) -> None:
        keys = Counter(body.split(":")[0] for body in found)
        lost = {body.split(":")[0] for body in self.confirmed} - set(keys)
        doubled = [key for key, count in keys.items() if count > 1]
        assert not lost, f"{where} lacks {len(lost)} confirmed keys, such as {sorted(lost)[:5]}"
        assert not doubled, f"{where} has {len(doubled)} keys more than once, such as {doubled[:5]}"
        assert set(found) <= set(self.published), f"{where} has what nobody published"


class Refuser(Client):
    """Refuses every message until the queue gives it up, and sees that no failure is forgotten which was on disk."""

    def __init__(self):
        self.failures: dict[str, int] = {}
        self.latest = time.monotonic()

    @property
    def is_done(self) -> bool:
        """Whether nothing has come for far longer than a refused message waits."""
        return time.monotonic() > self.latest + 2

    def step(self, channel) -> None:
        method, properties, body = channel.basic_get("rules.failing")
        if method is None:
            channel.connection.process_data_events(0.01)
            return
        text = body.decode()
        self.latest = time.monotonic()
        count = (properties.headers or {}).get("x-delivery-count", 0)
        known = self.failures.get(text, 0)
        assert count >= known, f"message {text} has failed {known} times, and the broker knows of {count}"
        channel.basic_reject(method.delivery_tag, requeue=True)
        # Its confirm says that the refusal before it is on disk too.
        channel.basic_publish("", "rules.marker", b"", pika.BasicProperties(delivery_mode=2))
        self.failures[text] = count + 1


def connect(host: str, port: int):
    parameters = pika.ConnectionParameters(host, port, heartbeat=0, socket_timeout=10, blocked_connection_timeout=60)
    return pika.BlockingConnection(parameters)


def declare(host: str, port: int) -> None:
    connection = connect(host, port)
    channel = connection.channel()
    for queue, arguments in DEFINITIONS.items():
        channel.queue_declare(queue, durable=True, arguments=arguments)
    connection.close()


def take_all(channel, queue: str) -> list[tuple[pika.BasicProperties, str]]:
    """All messages of a queue."""
    messages = []
    while True:
        method, properties, body = channel.basic_get(queue, auto_ack=True)
        if method is None:
            return messages
        messages.append((properties, body.decode()))
