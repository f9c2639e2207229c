"""Clients that take more than their share: the broker stays up, bounded, and fair to a client beside them.

These are the small ones; `Benchmarks/overload.py` measures them in full.
"""

import socket
import threading
import time

import pika
import pytest

from broker_process import BrokerProcess
from wire import BASIC_DELIVER, PERSISTENT, ConnectionEnded, Peer, consume_method, publishing

MIB = 2 ** 20


@pytest.fixture
def watched(tmp_path):
    """A broker of its own, so that what it takes is what these clients cost."""
    broker = BrokerProcess(tmp_path)
    broker.start()
    yield Watched(broker)
    broker.close()


class Watched:
    def __init__(self, broker: BrokerProcess):
        self.broker = broker
        if not broker.proc.exists():
            pytest.skip("needs /proc")

    @property
    def memory(self) -> float:
        return self.broker.memory

    @property
    def descriptors(self) -> int:
        return self.broker.descriptors

    def peer(self) -> Peer:
        peer = Peer(self.broker.host, self.broker.port)
        peer.log_in()
        peer.open_channel(1)
        return peer

    def connect(self) -> pika.BlockingConnection:
        return pika.BlockingConnection(pika.URLParameters(self.broker.url))

    def serve(self) -> None:
        """A client that behaves is served."""
        with self.connect() as connection:
            channel = connection.channel()
            queue = channel.queue_declare("", exclusive=True).method.queue
            channel.confirm_delivery()
            channel.basic_publish("", queue, b"served")
            assert channel.basic_get(queue, auto_ack=True)[2] == b"served"

    def comes_back_to(self, descriptors: int) -> None:
        wait_until(lambda: self.descriptors <= descriptors, "connections that are gone still hold descriptors")


def test_a_consumer_that_never_reads_costs_no_more_than_its_window(watched):
    with watched.connect() as connection:
        channel = connection.channel()
        channel.queue_declare("overload.deaf", durable=True)
        channel.confirm_delivery()
        for _ in range(64):
            channel.basic_publish("", "overload.deaf", bytes(MIB), pika.BasicProperties(delivery_mode=2))
        before = watched.memory
        deaf = [watched.peer() for _ in range(8)]
        for peer in deaf:
            peer.send(consume_method(1, "overload.deaf"))
        watched.serve()
        assert watched.memory < before + 96, "what is not read piles up"
        for peer in deaf:
            peer.hang_up()
        assert channel.queue_declare("overload.deaf", passive=True).method.message_count <= 64
    watched.serve()
    wait_until(lambda: watched.memory < before + 32, "memory that nobody needs any more stays with the broker")


def test_a_publisher_that_is_faster_than_the_disk_is_slowed_down_and_others_keep_their_confirms(watched):
    with watched.connect() as connection:
        connection.channel().queue_declare("overload.flood", durable=True)
    before = watched.memory
    flood = watched.peer()
    one = publishing(1, "", "overload.flood", bytes(64 * 1024), PERSISTENT)
    for _ in range(150):
        # Without confirms, as fast as the broker reads: 600 MiB in all.
        flood.send(one * 64)
        assert watched.memory < before + 96, "what the disk has not taken piles up"
    watched.serve()
    flood.hang_up()


def test_clients_that_vanish_in_the_middle_of_a_frame_leave_nothing_behind(watched):
    watched.serve()
    descriptors = watched.descriptors
    whole = publishing(1, "", "overload.nowhere", bytes(10_000))
    peers = [watched.peer() for _ in range(40)]
    for place, peer in enumerate(peers):
        peer.send(whole[:1 + place * len(whole) // 41])
        # No FIN but a reset.
        peer.socket.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, b"\1\0\0\0\0\0\0\0")
        peer.hang_up()
    watched.comes_back_to(descriptors)
    watched.serve()


def test_a_storm_of_connections_leaves_nothing_behind(watched):
    watched.serve()
    descriptors, memory = watched.descriptors, watched.memory
    failures = []

    def come_and_go() -> None:
        try:
            for _ in range(25):
                peer = watched.peer()
                peer.hang_up()
        except BaseException as failure:
            failures.append(failure)

    threads = [threading.Thread(target=come_and_go) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert not failures
    watched.comes_back_to(descriptors)
    watched.serve()
    assert watched.memory < memory + 32


class Hoarder(threading.Thread):
    """Consumes and acknowledges nothing."""

    def __init__(self, peer: Peer, queue: str):
        super().__init__(daemon=True)
        self.peer = peer
        self.received = 0
        peer.send(consume_method(1, queue))
        self.start()

    def run(self) -> None:
        try:
            while True:
                self.received += self.peer.read_frame().method == BASIC_DELIVER
        except (ConnectionEnded, OSError):
            pass

    def vanish(self) -> None:
        self.peer.socket.shutdown(socket.SHUT_RDWR)
        self.join()
        self.peer.hang_up()


def test_thousands_of_unacknowledged_deliveries_of_a_client_that_vanishes_come_back(watched):
    with watched.connect() as connection:
        channel = connection.channel()
        channel.queue_declare("overload.held")
        hoarder = Hoarder(watched.peer(), "overload.held")
        publisher = watched.peer()
        for _ in range(20):
            publisher.send(publishing(1, "", "overload.held", b"held") * 1_000)
        wait_until(lambda: hoarder.received == 20_000, "not everything was delivered")
        hoarder.vanish()
        publisher.hang_up()
        watched.serve()
        wait_until(lambda: ready(channel, "overload.held") == 20_000, "not everything came back")


def ready(channel, queue: str) -> int:
    return channel.queue_declare(queue, passive=True).method.message_count


def wait_until(is_so, otherwise: str) -> None:
    deadline = time.monotonic() + 60
    while not is_so():
        assert time.monotonic() < deadline, otherwise
        time.sleep(0.05)
