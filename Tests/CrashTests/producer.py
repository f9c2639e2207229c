"""A producer which keeps a window of publishings outstanding and books exactly what was confirmed."""

from __future__ import annotations

import random

from doomed_peer import DoomedPeer
from ledger import Copy, Ledger, MessageId, encode
from wire import BASIC_ACK, BASIC_NACK, PERSISTENT, ConnectionEnded, publishing

WINDOW = 200
FANOUT = "crash.all"


class Producer:
    """Publishes to one queue or, now and then, to all of them at once; lives through many brokers."""

    def __init__(self, number: int, queues: list[str], ledger: Ledger, seed: int):
        self.number = number
        self.queues = queues
        self.ledger = ledger
        self.random = random.Random(seed)
        self.next_message = 0

    def run(self, host: str, port: int) -> None:
        """Publishes until the connection ends."""
        outstanding: dict[int, list[Copy]] = {}
        peer = None
        try:
            peer = DoomedPeer(host, port)
            self._publish(peer, outstanding)
        except TimeoutError:
            raise
        except (ConnectionEnded, OSError):
            # What the broker sent before it died may still wait in the socket, and counts.
            self._read_what_is_left(peer, outstanding)
        finally:
            if peer is not None:
                peer.hang_up()

    def _publish(self, peer: DoomedPeer, outstanding: dict[int, list[Copy]]) -> None:
        peer.log_in()
        peer.open_channel(1)
        peer.select_confirms(1)
        sequence = 0
        while True:
            burst = []
            for _ in range(min(self.random.randint(1, 30), WINDOW - len(outstanding))):
                sequence += 1
                frames, outstanding[sequence] = self._next_publishing()
                burst.append(frames)
            peer.send(*burst)
            while len(outstanding) >= WINDOW - 30:
                self._read_confirm(peer, outstanding)

    def _next_publishing(self) -> tuple[bytes, list[Copy]]:
        message = MessageId(self.number, self.next_message)
        self.next_message += 1
        size = self.random.choice((0, 10, 10, 100, 100, 1000, 5000)) if self.random.random() < 0.99 else 300_000
        body = encode(message, size)
        if self.random.random() < 0.1:
            copies = [Copy(queue, message) for queue in self.queues]
            frames = publishing(1, FANOUT, "", body, PERSISTENT)
        else:
            queue = self.random.choice(self.queues)
            copies = [Copy(queue, message)]
            frames = publishing(1, "", queue, body, PERSISTENT)
        self.ledger.publish(copies)
        return frames, copies

    def _read_confirm(self, peer: DoomedPeer, outstanding: dict[int, list[Copy]]) -> None:
        frame = peer.read_frame()
        assert frame.channel == 1 and frame.method in (BASIC_ACK, BASIC_NACK), f"unexpected {frame}"
        arguments = frame.arguments
        tag, multiple = arguments.long_long(), arguments.octet() & 1
        tags = [each for each in outstanding if each <= tag] if multiple else [tag]
        copies = [copy for each in tags for copy in outstanding.pop(each)]
        if frame.method == BASIC_ACK:
            self.ledger.confirm(copies)

    def _read_what_is_left(self, peer: DoomedPeer | None, outstanding: dict[int, list[Copy]]) -> None:
        try:
            while peer is not None and outstanding:
                self._read_confirm(peer, outstanding)
        except (ConnectionEnded, OSError):
            pass
