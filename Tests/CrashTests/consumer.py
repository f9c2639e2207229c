"""A consumer which acknowledges some, puts some back, and books which acknowledgements are settled."""

from __future__ import annotations

import random

from doomed_peer import DoomedPeer
from ledger import Copy, Ledger, decode
from wire import (
    BASIC_ACK, BASIC_CONSUME_OK, BASIC_DELIVER, BASIC_QOS_OK, CONNECTION_CLOSE, CONNECTION_CLOSE_OK, CONTENT_HEADER,
    PERSISTENT, QUEUE_DECLARE_OK, Arguments, ConnectionEnded, Frame, Peer, ack_method, consume_method,
    declare_queue_method, method, nack_method, publishing, qos_method,
)

PREFETCH = 60
MARKERS = "crash.markers"


class Consumer:
    """The only consumer of its queue; lives through many brokers.

    When is an acknowledgement settled, so that its message may never come back, not even after SIGKILL? AMQP gives no
    answer to basic.ack. But a broker which takes the commands of a channel in order and writes its journal in order
    has the acknowledgement on disk when it confirms a persistent message that was published on the same channel
    *after* the acknowledgement. So at each checkpoint the consumer asks for the state of its queue (a round trip: the
    queue has seen the acknowledgements), then publishes a marker to a durable queue, and when the marker is confirmed,
    everything acknowledged before the checkpoint is settled. Nobody consumes the markers: a message which is
    acknowledged before its commit may be confirmed without ever being written, and would prove nothing.
    """

    def __init__(self, queue: str, ledger: Ledger, seed: int):
        self.queue = queue
        self.ledger = ledger
        self.random = random.Random(seed)

    def run(self, host: str, port: int) -> None:
        """Consumes until the connection ends."""
        peer = None
        try:
            peer = DoomedPeer(host, port)
            self._start(peer)
            while True:
                self._handle(peer, peer.read_frame())
        except TimeoutError:
            raise
        except (ConnectionEnded, OSError):
            pass
        finally:
            if peer is not None:
                peer.hang_up()

    def finish(self, host: str, port: int) -> None:
        """Consumes until the queue is empty and every acknowledgement settled, and leaves properly."""
        peer = Peer(host, port)
        self._start(peer)
        while self._has_more(peer):
            self._handle(peer, peer.read_frame())
        peer.send(method(0, CONNECTION_CLOSE, b"\0\xc8\0\0\0\0\0"))
        while peer.read_frame().method != CONNECTION_CLOSE_OK:
            pass  # what is delivered now goes back into the queue
        peer.hang_up()

    def _start(self, peer: Peer) -> None:
        self.held: list[tuple[int, Copy]] = []
        self.acknowledged: list[Copy] = []
        self.checkpoints: dict[int, list[Copy]] = {}
        self.next_marker = 1
        self.round_trips: list[list[Copy]] = []
        self.patience = 1
        peer.log_in()
        peer.open_channel(1)
        peer.select_confirms(1)
        peer.send(qos_method(1, PREFETCH))
        peer.expect(1, BASIC_QOS_OK)
        peer.send(consume_method(1, self.queue))
        peer.expect(1, BASIC_CONSUME_OK)

    def _handle(self, peer: Peer, frame: Frame) -> None:
        if frame.method == BASIC_DELIVER:
            self._receive(peer, frame.arguments)
        elif frame.method == QUEUE_DECLARE_OK:
            self._mark(peer)
        elif frame.method == BASIC_ACK:
            arguments = frame.arguments
            self._settle(arguments.long_long(), bool(arguments.octet() & 1))
        else:
            raise AssertionError(f"unexpected {frame}")

    def _receive(self, peer: Peer, arguments: Arguments) -> None:
        arguments.short_string()
        tag, redelivered = arguments.long_long(), bool(arguments.octet())
        header = peer.read_frame()
        assert header.kind == CONTENT_HEADER
        size = int.from_bytes(header.payload[4:12], "big")
        body = bytearray()
        while len(body) < size:
            body += peer.read_frame().payload
        copy = Copy(self.queue, decode(bytes(body)))
        self.ledger.deliver(copy, redelivered)
        self.held.append((tag, copy))
        if len(self.held) >= self.patience:
            self._answer(peer, redelivered)
            self.patience = self.random.randint(1, PREFETCH - 10)

    def _answer(self, peer: Peer, redelivered: bool) -> None:
        """Acknowledges most of what is held, in one of the ways there are, and puts one back now and then."""
        if self.random.random() < 0.1 and not redelivered:
            tag, copy = self.held.pop()
            peer.send(nack_method(1, tag))
        if not self.held:
            return
        if self.random.random() < 0.5:
            last = self.random.randrange(len(self.held))
            peer.send(ack_method(1, self.held[last][0], multiple=True))
            self.acknowledged += [copy for _, copy in self.held[:last + 1]]
            del self.held[:last + 1]
        else:
            chosen = [entry for entry in self.held if self.random.random() < 0.8]
            peer.send(*(ack_method(1, tag) for tag, _ in chosen))
            self.acknowledged += [copy for _, copy in chosen]
            self.held = [entry for entry in self.held if entry not in chosen]
        if self.random.random() < 0.3:
            self._checkpoint(peer)

    def _checkpoint(self, peer: Peer) -> None:
        self.round_trips.append(self.acknowledged)
        self.acknowledged = []
        peer.send(declare_queue_method(1, self.queue, passive=True))

    def _mark(self, peer: Peer) -> None:
        self.checkpoints[self.next_marker] = self.round_trips.pop(0)
        self.next_marker += 1
        peer.send(publishing(1, "", MARKERS, b"marker of " + self.queue.encode(), PERSISTENT))

    def _settle(self, tag: int, multiple: bool) -> None:
        for each in [each for each in self.checkpoints if each == tag or multiple and each < tag]:
            self.ledger.settle(self.checkpoints.pop(each))

    def _has_more(self, peer: Peer) -> bool:
        """Acknowledges what is held; whether another frame is sure to come."""
        if self.held:
            peer.send(ack_method(1, 0, multiple=True))
            self.acknowledged += [copy for _, copy in self.held]
            self.held = []
        if self.acknowledged:
            self._checkpoint(peer)
        if self.round_trips or self.checkpoints:
            return True
        peer.send(declare_queue_method(1, self.queue, passive=True))
        while (frame := peer.read_frame()).method != QUEUE_DECLARE_OK:
            self._handle(peer, frame)
        arguments = frame.arguments
        arguments.short_string()
        ready = arguments.long()
        return self._has_more(peer) if self.held or self.acknowledged else ready > 0
