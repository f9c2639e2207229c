#!/usr/bin/env python3
"""Shows what clients that take more than their share cost the others, and whether anything of them stays behind.

For each abuser a broker of its own is started. A client that behaves publishes 500 persistent messages a second,
confirmed, and acknowledges each; its latency is measured before, beside and after the abuser. Memory (without the pages
of files) and descriptors are read from outside. Writes Benchmarks/OVERLOAD.md.

    python3 Benchmarks/overload.py [--leveret .build/release/leveret] [--only NAME,...] [--output Benchmarks/OVERLOAD.md]

Everything is bounded in count and time, and the brokers listen on loopback only.
"""

import argparse
import contextlib
import json
import os
import platform
import resource
import signal
import socket
import subprocess
import sys
import tempfile
import threading
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT / "Tests/InteropTests"))

from broker_process import BrokerProcess, broker_binary  # noqa: E402
from wire import (  # noqa: E402
    BASIC_DELIVER, NO_PROPERTIES, PERSISTENT, ConnectionEnded, Peer, consume_method, declare_queue_method, method,
    publishing, qos_method, short_string,
)

MIB = 2 ** 20
SECONDS = 6


class Broker(BrokerProcess):
    """`leveret serve` with its default settings on a free port, and what others see of it."""

    def peer(self) -> Peer:
        peer = Peer(self.host, self.port, deadline=120)
        peer.log_in()
        peer.open_channel(1)
        return peer

    def perf(self, *options: str) -> subprocess.Popen:
        command = [str(broker_binary()), "perf", *options, "--url", self.url]
        return subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True)

    def latency(self) -> dict[str, float]:
        """How long messages of the client that behaves take from publisher to consumer, in milliseconds."""
        done = self.perf(
            "--rate", "500", "--size", "100", "--durable", "--persistent", "--confirm", "100", "--prefetch", "100",
            "--ack-every", "1", "--seconds", str(SECONDS - 1), "--warmup", "1", "--json")
        output = done.communicate(timeout=120)[0]
        if done.returncode != 0:
            raise SystemExit(f"the client that behaves was not served: {output}")
        figures = json.loads(output)["latency_us"]
        return {name: figures[name] / 1_000 for name in ("p50", "p99")}


class Reader(threading.Thread):
    """Counts what a peer receives."""

    def __init__(self, peer: Peer):
        super().__init__(daemon=True)
        self.peer = peer
        self.received = 0
        self.start()

    def run(self) -> None:
        needle = b"".join(word.to_bytes(2, "big") for word in BASIC_DELIVER)
        tail = b""
        with contextlib.suppress(OSError):
            while data := self.peer.socket.recv(MIB):
                self.received += (tail + data).count(needle)
                tail = data[-3:]


def fill(broker: Broker, queue: str, count: int, size: int, persistent: bool) -> None:
    peer = broker.peer()
    peer.declare_queue(1, queue, durable=persistent)
    one = publishing(1, "", queue, bytes(size), PERSISTENT if persistent else NO_PROPERTIES)
    batch = max(1, min(1_000, MIB // size))
    for _ in range(count // batch):
        peer.send(one * batch)
    peer.send(publishing(1, "", queue, b"last"))
    while peer.declare_queue(1, queue, durable=persistent)[1] <= count - batch:
        time.sleep(0.2)
    peer.close()


# --- The abusers: each is set up, works while others are measured, and goes away.

@contextlib.contextmanager
def deaf_consumers(broker: Broker):
    """eight consumers that never read, of a queue of 256 MiB"""
    fill(broker, "abuse", 256, MIB, True)
    peers = [broker.peer() for _ in range(8)]
    for peer in peers:
        peer.send(consume_method(1, "abuse"))
    yield
    for peer in peers:
        peer.hang_up()


@contextlib.contextmanager
def slow_consumer(broker: Broker):
    """a consumer with a prefetch of 10 that acknowledges nothing, of a queue that grows by 5,000 messages a second"""
    peer = broker.peer()
    peer.declare_queue(1, "abuse", durable=True)
    peer.send(qos_method(1, 10), consume_method(1, "abuse"))
    load = broker.perf("--consumers", "0", "--rate", "5000", "--size", "1024", "--durable", "--persistent", "--keep",
                       "--queue", "abuse", "--seconds", str(SECONDS))
    yield
    load.communicate(timeout=120)
    peer.hang_up()


@contextlib.contextmanager
def relentless_publisher(broker: Broker):
    """a publisher that never stops: 1 KiB, persistent, without confirms"""
    load = broker.perf("--consumers", "0", "--size", "1024", "--durable", "--persistent", "--keep",
                       "--queue", "abuse", "--seconds", str(SECONDS))
    yield
    load.communicate(timeout=120)


@contextlib.contextmanager
def idle_connections(broker: Broker):
    """5,000 idle connections with a channel each"""
    load = broker.perf("connections", "--connections", "5000", "--threads", "2", "--hold", str(SECONDS + 20))
    while broker.descriptors < 5_000 and load.poll() is None:
        time.sleep(0.1)
    yield
    load.send_signal(signal.SIGTERM)
    load.communicate(timeout=120)


@contextlib.contextmanager
def connection_storm(broker: Broker):
    """four clients that connect, declare, publish, get and close without a pause"""
    storm = [broker.perf("churn", "--seconds", str(SECONDS)) for _ in range(4)]
    yield
    for each in storm:
        each.communicate(timeout=120)


@contextlib.contextmanager
def vanishing_clients(broker: Broker):
    """clients that vanish in the middle of a frame, one after the other"""
    whole = publishing(1, "", "abuse", bytes(10_000))
    ended = threading.Event()

    def run() -> None:
        place = 0
        while not ended.is_set():
            place = (place + 997) % len(whole)
            with contextlib.suppress(ConnectionEnded, OSError):
                peer = broker.peer()
                peer.send(whole[:1 + place])
                peer.socket.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, b"\1\0\0\0\0\0\0\0")
                peer.hang_up()

    thread = threading.Thread(target=run)
    thread.start()
    yield
    ended.set()
    thread.join()


@contextlib.contextmanager
def million_bindings(broker: Broker):
    """a million bindings of one topic exchange, which another client made"""
    peer = broker.peer()
    peer.declare_queue(1, "abuse")
    for block in range(1_000):
        keys = (f"abuse.{block}.{number}.*" for number in range(1_000))
        peer.send(b"".join(
            method(1, (50, 20), b"\0\0" + short_string("abuse") + short_string("amq.topic") + short_string(key)
                   + b"\1" + b"\0\0\0\0")
            for key in keys))
    peer.declare_queue(1, "abuse")
    yield
    peer.send(method(1, (50, 40), b"\0\0" + short_string("abuse") + b"\0"))
    peer.expect(1, (50, 41))
    peer.hang_up()


@contextlib.contextmanager
def million_unacknowledged(broker: Broker):
    """a channel with a million unacknowledged deliveries"""
    fill(broker, "abuse", 1_000_000, 16, False)
    peer = broker.peer()
    reader = Reader(peer)
    peer.send(consume_method(1, "abuse"))
    before = -1
    while reader.received != before:
        before = reader.received
        time.sleep(0.5)
    print(f"  {reader.received:,} deliveries are unacknowledged")
    yield
    peer.socket.shutdown(socket.SHUT_RDWR)
    reader.join()
    peer.hang_up()
    other = broker.peer()
    other.send(method(1, (50, 40), b"\0\0" + short_string("abuse") + b"\0"))
    other.expect(1, (50, 41))
    other.close()


@contextlib.contextmanager
def many_queues_and_connections(broker: Broker):
    """10,000 durable queues and 5,000 connections"""
    peer = broker.peer()
    for block in range(100):
        peer.send(b"".join(
            declare_queue_method(1, f"one of many {block * 100 + number}", durable=True, no_wait=True)
            for number in range(100)))
    peer.declare_queue(1, "one of many 0", durable=True)
    with idle_connections(broker):
        yield
    peer.close()


ABUSERS = [
    deaf_consumers, slow_consumer, relentless_publisher, idle_connections, connection_storm, vanishing_clients,
    million_bindings, million_unacknowledged, many_queues_and_connections,
]


def measure(abuser) -> list[str]:
    print(abuser.__name__, flush=True)
    with tempfile.TemporaryDirectory() as directory:
        broker = Broker(Path(directory))
        broker.start()
        try:
            broker.latency()
            memory, descriptors, before = broker.memory, broker.descriptors, broker.latency()
            with abuser(broker):
                beside = broker.latency()
                memory_beside, descriptors_beside = broker.memory, broker.descriptors
            end = time.monotonic() + 20
            while broker.descriptors > descriptors and time.monotonic() < end:
                time.sleep(0.2)
            after = broker.latency()
            return [
                abuser.__doc__,
                *(f"{each['p50']:.2f} / {each['p99']:.2f}" for each in (before, beside, after)),
                f"{memory:.0f} / {memory_beside:.0f} / {broker.memory:.0f}",
                f"{descriptors} / {descriptors_beside} / {broker.descriptors}",
            ]
        finally:
            broker.close()


def write(rows: list[list[str]], path: Path) -> None:
    head = ["abuser", "latency before, ms p50 / p99", "beside", "after", "memory before / beside / after, MiB",
            "descriptors"]
    lines = [
        "# Overload", "",
        "Written by `make overload` (`python3 Benchmarks/overload.py`): what clients that take more than their share cost a",
        "client that behaves (500 persistent messages a second of 100 bytes, confirmed and acknowledged one by one; latency",
        "from publisher to consumer, measured from the moment when a message was due), and what stays behind.", "",
        f"- machine: {os.cpu_count()} cores, {platform.system()} {platform.release()}; all clients on the same cores",
        "- each line with a broker of its own, default settings, data on disk; memory without the pages of files", "",
        "| " + " | ".join(head) + " |", "| --- |" + " ---: |" * (len(head) - 1),
        *("| " + " | ".join(row) + " |" for row in rows), "",
    ]
    path.write_text("\n".join(lines))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--leveret", default=str(ROOT / ".build/release/leveret"))
    parser.add_argument("--only", default="")
    parser.add_argument("--output", type=Path, default=ROOT / "Benchmarks/OVERLOAD.md")
    options = parser.parse_args()
    _, most = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (most, most))
    names = set(options.only.split(",")) if options.only else {each.__name__ for each in ABUSERS}
    os.environ["LEVERET_BINARY"] = str(Path(options.leveret).resolve())
    rows = [measure(each) for each in ABUSERS if each.__name__ in names]
    write(rows, options.output)
    print(options.output.read_text())


if __name__ == "__main__":
    main()
