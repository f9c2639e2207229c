"""What the clients of a crash test know for certain, and the judgement over it."""

from __future__ import annotations

import threading
import zlib
from collections import defaultdict
from typing import NamedTuple


class MessageId(NamedTuple):
    """A message, by its producer and its place in that producer's work."""
    producer: int
    number: int


class Copy(NamedTuple):
    """One message in one queue: what is delivered, settled or lost."""
    queue: str
    message: MessageId


def encode(message: MessageId, size: int) -> bytes:
    """A body which names its message and shows any damage."""
    head = b"%d %d " % message
    filler = (b"%d." % message.number * (size // 2 + 1))[:size]
    return head + b"%08x " % zlib.crc32(head + filler) + filler


def decode(body: bytes) -> MessageId:
    producer, number, checksum, filler = body.split(b" ", 3)
    assert int(checksum, 16) == zlib.crc32(b"%s %s " % (producer, number) + filler), f"damaged body {body[:60]!r}"
    return MessageId(int(producer), int(number))


class Ledger:
    """The books of one test. Each queue has one consumer, so its entries are written by one thread."""

    def __init__(self):
        self.lock = threading.Lock()
        self.published: set[Copy] = set()
        self.confirmed: set[Copy] = set()
        self.delivered: dict[str, list[MessageId]] = defaultdict(list)
        self.seen: set[Copy] = set()
        self.seen_in_this_life: set[Copy] = set()
        self.settled: set[Copy] = set()
        self.violations: list[str] = []
        self.redelivered = self.duplicates = 0

    def publish(self, copies: list[Copy]) -> None:
        with self.lock:
            self.published.update(copies)

    def confirm(self, copies: list[Copy]) -> None:
        with self.lock:
            self.confirmed.update(copies)

    def settle(self, copies: list[Copy]) -> None:
        with self.lock:
            self.settled.update(copies)

    def begin_life(self) -> None:
        """The broker was started: what it delivered before, it may deliver once more."""
        self.seen_in_this_life.clear()

    def deliver(self, copy: Copy, redelivered: bool) -> None:
        with self.lock:
            if copy not in self.published:
                self.violations.append(f"invented: {copy}")
            if copy in self.settled:
                self.violations.append(f"came back although its acknowledgement was settled: {copy}")
            self.redelivered += redelivered
            if copy not in self.seen:
                self.seen.add(copy)
                self.delivered[copy.queue].append(copy.message)
            else:
                self.duplicates += 1
                if not redelivered:
                    when = "in one life of the broker" if copy in self.seen_in_this_life else "after the broker's end"
                    self.violations.append(f"delivered again {when} without the redelivered flag: {copy}")
            self.seen_in_this_life.add(copy)

    def check(self) -> None:
        """To be called when the queues have been drained to their ends."""
        lost = sorted(self.confirmed - self.seen)
        assert not lost, f"{len(lost)} confirmed messages are lost, the first: {lost[:5]}"
        assert not self.violations, f"{len(self.violations)} violations, the first: {self.violations[:5]}"
        for queue, messages in self.delivered.items():
            self._check_order(queue, messages)

    @staticmethod
    def _check_order(queue: str, messages: list[MessageId]) -> None:
        """The first deliveries of each producer's messages come in the order in which it published them."""
        latest: dict[int, int] = {}
        for producer, number in messages:
            before = latest.get(producer, -1)
            assert before < number, f"in {queue}, message {number} of producer {producer} came after {before}"
            latest[producer] = number

    def summary(self) -> str:
        return (
            f"published {len(self.published)}, confirmed {len(self.confirmed)}, delivered {len(self.seen)}, "
            f"redelivered {self.redelivered}, settled for certain {len(self.settled)}, "
            f"delivered again {self.duplicates}, lost {len(self.confirmed - self.seen)}"
        )
