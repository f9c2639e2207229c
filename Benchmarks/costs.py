#!/usr/bin/env python3
"""Measures how the cost of a message and the broker's memory grow, and writes Benchmarks/COSTS.md and COSTS.svg.

One thing grows at a time: body size, queue depth, queues, bindings, consumers, connections, copies (fanout),
priorities. Each point is a short run of `leveret perf` on a Leveret with an empty data directory. Points that would
begin after --minutes are left out, and the table says so. What a curve means is written by hand, in EXPLANATIONS.

    python3 Benchmarks/costs.py [--minutes 8] [--only depth,queues] [--scale 1.0] [--leveret .build/release/leveret]
"""

from __future__ import annotations

import argparse
import resource
import shutil
import socket
import struct
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path

import brokers
import plot
from scenarios import ACKNOWLEDGED, DURABLE, Context, own_broker

SECONDS = "2.0"

# Why a curve is flat, or where it bends and why: written by hand, by the key of a series, and put beneath its table.
EXPLANATIONS = {
    "body": "A message costs something under 1 µs, and from 256 bytes on each byte about 1.2 ns more: the bytes go through the "
            "socket twice and are copied twice in between. Memory is what lies between the producer, which nothing holds "
            "back, and the consumer.",
    "durable": "The same, and what is not acknowledged before its batch is cut goes into the journal's pages, into its log "
               "file, and into the database, if it is still there when the log is moved, or, with much of it in one commit, "
               "into a file beside the database: so a byte costs several times as much. Memory stays flat, because a producer that waits for confirms cannot run ahead.",
    "depth": "Flat: a publishing goes to the end of the queue, whatever lies before it. Memory grows until the content that "
             "stays in memory has its limit (20 MiB); beyond that a long queue is known by runs of messages.",
    "queues": "A channel remembers the routes of its latest 128 addresses; with more queues each publishing looks its route up. "
              "Beside that the rise is slow: what one read brings goes to ever more queues, each of which is looked at "
              "for deliveries once after each read, so that ever fewer messages share this, and fewer of the queues are in "
              "the processor's caches.",
    "bindings": "Flat within what two runs differ by: a topic exchange follows the words of the routing key and meets no binding "
                "that begins otherwise. 256 keys take turns, so that remembered routes do not hide what the look-up costs. "
                "Memory is the bindings.",
    "consumers": "Each consumer has a connection of its own, a prefetch of 10 and acknowledges 5 messages at a time. One "
                 "consumer gets about ten messages with each write to its socket. The more there are that take messages in "
                 "turn, the fewer of them share a write, and with a thousand every message is a write of its own and every "
                 "acknowledgement a read: what then rises is what the system takes for these and for waking the consumer's "
                 "thread.",
    "connections": "Flat: a connection that does nothing is looked at by nobody. It takes memory alone.",
    "fanout": "Falls: the publishing is read, routed and stored once for all its copies, and the more there are, the less of "
              "that each has to bear. What is left is flat: an entry in a queue and a delivery.",
    "priorities": "The step from one priority to two is that the queue keeps its messages by priority at all. Behind it the "
                  "curve is flat.",
}


@dataclass
class Point:
    """What was measured where one thing had one size."""

    size: int
    cpu_us: float | None
    rate: float | None
    resident_bytes: int | None


@dataclass
class Series:
    key: str
    title: str
    axis: str
    sizes: list[int]
    measure: object
    per: str = "message"


class Measure:
    """The measurements; each gets a fresh broker and the size of the thing that grows."""

    def __init__(self, binary: str, scale: float):
        self.binary = binary
        self.scale = scale

    def load(self, broker, options: list[str]) -> tuple[float, float]:
        result = brokers.run_perf(self.binary, broker, options)
        rate = result["consume_rate_per_second" if result["consumers"] else "publish_rate_per_second"]
        return result["broker_cpu_us_per_message"], rate

    def timed(self, broker, size: int, options: list[str]) -> Point:
        cpu, rate = self.load(broker, [*options, "--seconds", SECONDS])
        return Point(size, cpu, rate, brokers.resident_bytes(broker.pid))

    def body(self, broker, size: int) -> Point:
        return self.timed(broker, size, ["--size", str(size), "--prefetch", "500", "--ack-every", "100"])

    def durable_body(self, broker, size: int) -> Point:
        window = max(2, min(1000, (32 << 20) // size))
        return self.timed(broker, size, ["--size", str(size), "--durable", "--persistent", "--confirm", str(window),
                                         "--prefetch", "100", "--ack-every", "20"])

    def depth(self, broker, size: int) -> Point:
        if size:
            fill = ["--consumers", "0", "--keep", "--queue", "deep", "--size", "16", "--count", str(size), *DURABLE]
            brokers.run_perf(self.binary, broker, fill, timeout=300)
        else:
            brokers.run_perf(self.binary, broker, ["--consumers", "0", "--keep", "--queue", "deep", "--count", "1", *DURABLE])
        filled = brokers.resident_bytes(broker.pid)
        cpu, rate = self.load(broker, ["--keep", "--queue", "deep", "--producers", "1", "--consumers", "0", "--size", "16",
                                       *DURABLE, "--count", "100000"])
        return Point(size, cpu, rate, filled)

    def queues(self, broker, size: int) -> Point:
        return self.timed(broker, size, ["--queues", str(size)])

    def bindings(self, broker, size: int) -> Point:
        bind_topics(broker, size)
        # More keys in turn than a channel remembers the routes of, so that what the look-up costs is seen.
        keys = [argument for number in range(256) for argument in ("--routing-key", f"last.{number}.a")]
        return self.timed(broker, size, ["--exchange", "costs", *keys])

    def consumers(self, broker, size: int) -> Point:
        return self.timed(broker, size, ["--consumers", str(size), "--prefetch", "10", "--ack-every", "5"])

    def connections(self, broker, size: int) -> Point:
        """The cost of messages while other connections do nothing."""
        before = open_files(broker.pid)
        idle = subprocess.Popen([self.binary, "perf", "connections", "--connections", str(size), "--hold", "60",
                                 "--url", broker.url], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        try:
            wait_for_connections(broker.pid, before + size)
            memory = brokers.resident_bytes(broker.pid)
            cpu, rate = self.load(broker, ["--seconds", SECONDS])
        finally:
            idle.terminate()
            idle.wait(timeout=60)
        return Point(size, cpu, rate, memory)

    def fanout(self, broker, size: int) -> Point:
        count = max(1000, int(500_000 * self.scale) // size)
        cpu, rate = self.load(broker, ["--fanout", str(size), "--consumers", str(min(size, 10)), "--size", "100",
                                       "--count", str(count)])
        return Point(size, cpu, rate, brokers.resident_bytes(broker.pid))

    def priorities(self, broker, size: int) -> Point:
        arguments = ["--argument", f"x-max-priority={size - 1}", "--priorities", str(size)] if size > 1 else []
        return self.timed(broker, size, [*arguments, *ACKNOWLEDGED])


def all_series(measure: Measure) -> list[Series]:
    return [
        Series("body", "Body size, transient, acknowledged", "bytes", [16, 256, 4096, 65536, 1 << 20], measure.body),
        Series("durable", "Body size, persistent, confirmed, acknowledged", "bytes", [16, 256, 4096, 65536, 1 << 20],
               measure.durable_body),
        Series("depth", "Persistent messages that lie in the queue already, 16 B", "messages",
               [0, 10_000, 100_000, 1_000_000, 10_000_000], measure.depth),
        Series("queues", "Queues that messages go to in turn", "queues", [1, 10, 100, 1000, 10_000], measure.queues),
        Series("bindings", "Bindings of a topic exchange", "bindings", [1, 100, 1000, 10_000, 100_000], measure.bindings),
        Series("consumers", "Consumers of one queue", "consumers", [1, 10, 100, 1000], measure.consumers),
        Series("connections", "Connections that do nothing", "connections", [1, 10, 100, 1000, 5000], measure.connections),
        Series("fanout", "Queues that get a copy of each message, per delivery", "queues", [1, 3, 10, 30, 100], measure.fanout,
               "delivery"),
        Series("priorities", "Priorities of one queue", "priorities", [1, 2, 10, 100, 255], measure.priorities),
    ]


# --- What perf does not make

def bind_topics(broker, count: int) -> None:
    """Declares the topic exchange `costs` with `count` bindings of one queue, with frames that need no answers."""
    with socket.create_connection(("127.0.0.1", broker.port), timeout=60) as client:
        client.sendall(b"AMQP\0\0\x09\x01")
        read_method(client)
        client.sendall(method(0, 10, 11, struct.pack(">I", 0) + short("PLAIN") + long(b"\0guest\0guest") + short("en_US")))
        read_method(client)
        client.sendall(method(0, 10, 31, struct.pack(">HIH", 2047, 131072, 0)) + method(0, 10, 40, short("/") + short("") + b"\0"))
        read_method(client)
        client.sendall(method(1, 20, 10, short("")))
        read_method(client)
        client.sendall(method(1, 40, 10, struct.pack(">H", 0) + short("costs") + short("topic") + b"\0" + struct.pack(">I", 0)))
        read_method(client)
        client.sendall(method(1, 50, 10, struct.pack(">H", 0) + short("bound") + b"\0" + struct.pack(">I", 0)))
        read_method(client)
        for first in range(0, count, 1000):
            frames = b"".join(bind(f"region-{number // 100}.item-{number % 100}.#", no_wait=True)
                              for number in range(first, min(first + 1000, count)))
            client.sendall(frames)
        client.sendall(bind("unused", no_wait=False))
        read_method(client)


def bind(key: str, no_wait: bool) -> bytes:
    arguments = struct.pack(">H", 0) + short("bound") + short("costs") + short(key)
    return method(1, 50, 20, arguments + bytes([no_wait]) + struct.pack(">I", 0))


def method(channel: int, class_id: int, method_id: int, arguments: bytes) -> bytes:
    payload = struct.pack(">HH", class_id, method_id) + arguments
    return struct.pack(">BHI", 1, channel, len(payload)) + payload + b"\xce"


def short(text: str) -> bytes:
    return bytes([len(text)]) + text.encode()


def long(value: bytes) -> bytes:
    return struct.pack(">I", len(value)) + value


def read_method(client: socket.socket) -> tuple[int, int]:
    """The numbers of the next method; an exception if it closes the channel or the connection."""
    _, _, size = struct.unpack(">BHI", read_exactly(client, 7))
    found = struct.unpack(">HH", read_exactly(client, size + 1)[:4])
    if found in ((10, 50), (20, 40)):
        raise ConnectionError("the broker refuses what the benchmark declares")
    return found


def read_exactly(client: socket.socket, count: int) -> bytes:
    found = b""
    while len(found) < count:
        part = client.recv(count - len(found))
        if not part:
            raise ConnectionError("the broker closed the connection")
        found += part
    return found


def open_files(pid: int) -> int:
    """How many files and sockets a process has open."""
    return sum(1 for _ in Path(f"/proc/{pid}/fd").iterdir())


def wait_for_connections(pid: int, count: int) -> None:
    """Waits until a process has so many files and sockets open."""
    deadline = time.monotonic() + 60
    while open_files(pid) < count:
        if time.monotonic() > deadline:
            raise TimeoutError(f"not {count} open files and sockets after a minute")
        time.sleep(0.05)


# --- Writing

def document(series: list[Series], points: dict[str, list[Point]], left_out: list[str], minutes: float) -> str:
    lines = [
        "# How costs grow", "",
        f"Written by `make bench-costs` (`python3 Benchmarks/costs.py {' '.join(sys.argv[1:])}`), in {minutes:.1f} minutes, on "
        f"{brokers.machine()}.", "",
        "CPU µs: user and system time of the broker's process per message. Memory: resident, after the run (depth: before "
        "it). Transient, 16 B, without acknowledgements, where nothing else is said; each point is one short run with an "
        "empty broker.", "", "![How costs grow](COSTS.svg)", "",
    ]
    for one in series:
        if not points[one.key]:
            continue
        lines += [f"## {one.title}", "", f"| {one.axis} | CPU µs per {one.per} | per second | memory |",
                  "| ---: | ---: | ---: | ---: |"]
        lines += [f"| {point.size:,} | {point.cpu_us:.2f} | {point.rate:,.0f} | {point.resident_bytes / 2**20:,.1f} MiB |"
                  for point in points[one.key]]
        lines += ["", EXPLANATIONS[one.key], ""] if one.key in EXPLANATIONS else [""]
    if left_out:
        lines += ["## Left out", "", *(f"- {reason}" for reason in left_out), ""]
    return "\n".join(lines)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--minutes", type=float, default=8)
    parser.add_argument("--only", help="such as body,depth; default: all")
    parser.add_argument("--scale", type=float, default=1.0, help="below 1: leave out the largest points, to try the script")
    parser.add_argument("--leveret", default=str(brokers.RELEASE_BINARY))
    parser.add_argument("--output", default=str(brokers.ROOT / "Benchmarks"))
    arguments = parser.parse_args()
    hard = resource.getrlimit(resource.RLIMIT_NOFILE)[1]
    resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))
    series = all_series(Measure(arguments.leveret, arguments.scale))
    if arguments.only:
        series = [one for one in series if one.key in arguments.only.split(",")]
    directory = Path(tempfile.mkdtemp(prefix="leveret-costs-"))
    context = Context(arguments.leveret, directory)
    points: dict[str, list[Point]] = {one.key: [] for one in series}
    left_out: list[str] = []
    started = time.monotonic()
    try:
        # The cheap points of all series first, so that a run which is cut off still has a part of each.
        for position in range(max(len(one.sizes) for one in series)):
            for one in series:
                if position >= len(one.sizes) or one.sizes[position] > arguments.scale * one.sizes[-1]:
                    continue
                measure_point(one, one.sizes[position], context, points, left_out, arguments, started)
    finally:
        shutil.rmtree(directory, ignore_errors=True)
    output = Path(arguments.output)
    (output / "COSTS.md").write_text(document(series, points, left_out, (time.monotonic() - started) / 60))
    (output / "COSTS.svg").write_text(plot.panels([
        plot.Panel(one.title, one.axis, [(point.size, point.cpu_us) for point in points[one.key]],
                   [(point.size, point.resident_bytes / 2**20) for point in points[one.key]])
        for one in series if points[one.key]]))


def measure_point(one, size, context, points, left_out, arguments, started) -> None:
    if time.monotonic() - started > arguments.minutes * 60:
        left_out.append(f"{one.title}, {size:,} {one.axis}: the time was over")
        return
    try:
        with own_broker(context, brokers.Leveret(context.binary, context.directory)) as broker:
            point = one.measure(broker, size)
    except (brokers.PerfFailed, subprocess.TimeoutExpired, ConnectionError, TimeoutError) as failure:
        left_out.append(f"{one.title}, {size:,} {one.axis}: {str(failure).splitlines()[-1]}")
        print(left_out[-1], file=sys.stderr, flush=True)
        return
    points[one.key].append(point)
    print(f"{one.key} {size:,}: {point.cpu_us:.2f} µs, {point.rate:,.0f}/s, {point.resident_bytes / 2**20:.1f} MiB", flush=True)


if __name__ == "__main__":
    main()
