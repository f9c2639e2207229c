"""What is measured, each scenario with the options of `leveret perf` that make its load."""

from __future__ import annotations

import shutil
import statistics
import tempfile
import time
from dataclasses import dataclass, field
from pathlib import Path

from brokers import Bare, PerfFailed, launch_probed, resident_bytes, run_perf

DURABLE = ["--durable", "--persistent", "--confirm", "1000"]
ACKNOWLEDGED = ["--prefetch", "500", "--ack-every", "100"]


@dataclass
class Context:
    """What a scenario needs besides its broker."""

    binary: str
    directory: Path
    filled: set[str] = field(default_factory=set)  # the brokers that hold the backlog


@dataclass
class Load:
    """One run of `leveret perf`; gives its rate, the broker's processor time per message, and latencies."""

    key: str
    title: str
    options: list[str]
    latency: str | None = None  # which latency is the point: "latency_us" or "confirm_latency_us"
    rounds: int | None = None

    def measure(self, context: Context, broker) -> dict:
        result = run_perf(context.binary, broker, self.options)
        consumes = result["consumers"] > 0
        figures = {
            "rate": result["consume_rate_per_second" if consumes else "publish_rate_per_second"],
            "cpu_us": result["broker_cpu_us_per_message"],
            "generator_cpu_us": result["generator_cpu_us_per_message"],
            "resident_bytes": result["broker_resident_bytes"],
        }
        for name, value in result.get(self.latency or "", {}).items():
            figures[f"latency_{name}"] = value
        return figures

    def commands(self) -> list[str]:
        return ["leveret perf " + " ".join(self.options)]


@dataclass
class Backlog:
    """A queue is filled and later emptied; two rows from one pair of runs."""

    key: str
    title: str
    fill: list[str]
    empty: list[str]
    part: str
    latency: str | None = None
    rounds: int | None = None

    def measure(self, context: Context, broker) -> dict:
        if self.part == "empty" and broker.name in context.filled:
            context.filled.discard(broker.name)
            return self._run([*self.empty, *QUEUE], context, broker)
        # A run that does not keep its queue deletes what an earlier one may have left.
        run_perf(context.binary, broker, ["--consumers", "0", "--durable", "--count", "1", *QUEUE])
        filled = self._run([*self.fill, *QUEUE, "--keep"], context, broker)
        context.filled.add(broker.name)
        return filled if self.part == "fill" else self.measure(context, broker)

    def _run(self, options: list[str], context: Context, broker) -> dict:
        return Load(self.key, self.title, options).measure(context, broker)

    def commands(self) -> list[str]:
        options = [*self.fill, *QUEUE, "--keep"] if self.part == "fill" else [*self.empty, *QUEUE]
        return ["leveret perf " + " ".join(options)]


@dataclass
class Churn:
    key: str
    title: str
    seconds: float = 2
    latency: str | None = None
    rounds: int | None = None

    def measure(self, context: Context, broker) -> dict:
        if isinstance(broker, Bare):
            with own_broker(context, broker) as bare:
                return self.measure_running(context, bare)
        return self.measure_running(context, broker)

    def measure_running(self, context: Context, broker) -> dict:
        result = run_perf(context.binary, broker, ["churn", "--seconds", str(self.seconds)])
        return {"rate": result["cycle_rate_per_second"], "cpu_us": result["broker_cpu_us_per_cycle"]}

    def commands(self) -> list[str]:
        return [f"leveret perf churn --seconds {self.seconds}"]


@dataclass
class Restart:
    """A broker of its own is filled, killed and started again."""

    key: str
    title: str
    messages: dict[str, int]
    latency: str | None = None
    rounds: int | None = 1

    def measure(self, context: Context, broker) -> dict:
        with own_broker(context, broker) as fresh:
            messages = self.messages[broker.name]
            options = ["--consumers", "0", "--keep", "--queue", "kept", "--size", "100", *DURABLE]
            filled = run_perf(context.binary, fresh, [*options, "--count", str(messages)], timeout=300)
            filled_bytes = resident_bytes(fresh.pid)
            fresh.kill()
            found = launch_probed(context.binary, fresh, "kept", messages)
            fresh.wait_until_ready()  # tells RabbitMQ's process
            return {
                "messages": messages, "fill_rate": filled["publish_rate_per_second"],
                "filled_bytes": filled_bytes, "ready_seconds": found["ready_seconds"],
                "restarted_bytes": resident_bytes(fresh.pid),
            }

    def commands(self) -> list[str]:
        options = ["--consumers", "0", "--keep", "--queue", "kept", "--size", "100", *DURABLE]
        return ["leveret perf " + " ".join(options) + " --count MESSAGES", "SIGKILL",
                "leveret perf probe --queue kept --count MESSAGES", "start"]


@dataclass
class Connections:
    """A broker of its own is started and left alone; another one is started and gets a thousand connections."""

    key: str
    title: str
    connections: int = 1000
    latency: str | None = None
    rounds: int | None = None

    # Starts that are quick are repeated for as long, because they differ by several milliseconds.
    starts_seconds = 4

    def measure_starts(self, context: Context, broker) -> dict:
        """Starts with an empty directory, and with the one that was left behind in order: medians."""
        first, later = [], []
        deadline = time.monotonic() + self.starts_seconds
        while not later or time.monotonic() < deadline:
            with own_broker(context, broker, start=False) as fresh:
                first.append(launch_probed(context.binary, fresh, "none", 0)["accepting_seconds"])
                fresh.wait_until_ready()
                fresh.stop()
                later.append(launch_probed(context.binary, fresh, "none", 0)["accepting_seconds"])
                fresh.wait_until_ready()
        return {"start_seconds": statistics.median(first), "later_start_seconds": statistics.median(later)}

    def measure(self, context: Context, broker) -> dict:
        starts = self.measure_starts(context, broker)
        with own_broker(context, broker, start=False) as alone:
            alone.launch()
            wait_until_listening(alone.port)
            alone.identify()
            time.sleep(2)
            idle = resident_bytes(alone.pid)
        with own_broker(context, broker) as fresh:
            time.sleep(2)  # by then a broker has let go of the code that started it
            used = resident_bytes(fresh.pid)
            options = ["connections", "--connections", str(self.connections), "--hold", "1"]
            result = run_perf(context.binary, fresh, options)
            return {
                **starts, "idle_bytes": idle, "used_bytes": used,
                "connected_bytes": result["broker_resident_bytes_held"],
                "open_rate": result["open_rate_per_second"],
            }

    def commands(self) -> list[str]:
        return ["leveret perf probe", "start", f"leveret perf connections --connections {self.connections} --hold 1"]


def wait_until_listening(port: int, seconds: float = 60) -> None:
    """Looks in the system's table, so that the server is not touched."""
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        for table in ("tcp", "tcp6"):
            for line in Path(f"/proc/net/{table}").read_text().splitlines()[1:]:
                _, local, _, state = line.split()[:4]
                if state == "0A" and int(local.rsplit(":", 1)[1], 16) == port:
                    return
        time.sleep(0.05)
    raise PerfFailed(f"nothing listens on port {port} after {seconds:g} s")


class own_broker:
    """A broker like another one, with an empty directory, for one scenario."""

    def __init__(self, context: Context, broker, start: bool = True):
        self.directory = Path(tempfile.mkdtemp(dir=context.directory))
        self.broker = type(broker)(context.binary, self.directory)
        self.start = start

    def __enter__(self):
        if self.start:
            self.broker.launch()
            self.broker.wait_until_ready()
        return self.broker

    def __exit__(self, *_):
        try:
            self.broker.stop()
        except (ProcessLookupError, OSError):
            pass  # it went by itself; the scenario has said so
        shutil.rmtree(self.directory, ignore_errors=True)


QUEUE = ["--queue", "backlog"]
FILL = ["--consumers", "0", "--size", "1024", *DURABLE, "--seconds", "2.5"]
EMPTY = ["--producers", "0", "--size", "1024", *ACKNOWLEDGED]

THROUGHPUT = [
    Load("S1", "transient, 16 B, no acknowledgements", ["--size", "16", "--seconds", "2"]),
    Load("S2", "the same, 1 KiB", ["--size", "1024", "--seconds", "2"]),
    Load("S3a", "durable, persistent, confirmed, acknowledged, 16 B",
         ["--size", "16", *DURABLE, *ACKNOWLEDGED, "--seconds", "2.5"]),
    Load("S3b", "the same, 1 KiB", ["--size", "1024", *DURABLE, *ACKNOWLEDGED, "--seconds", "2.5"]),
    Backlog("S4p", "produce only, persistent, confirmed, 1 KiB", FILL, EMPTY, "fill"),
    Backlog("S4c", "consume that backlog, acknowledged", FILL, EMPTY, "empty"),
    Load("S7", "fanout to 10 queues, 10 consumers, 100 B, per delivery",
         ["--fanout", "10", "--consumers", "10", "--size", "100", "--count", "30000"]),
    Churn("S10", "connect, declare, publish, get, close: one client, per cycle"),
    Load("S11", "4 producers, 4 consumers, 4 queues, persistent, confirmed, acknowledged, 1 KiB",
         ["--size", "1024", "--queues", "4", "--producers", "4", "--consumers", "4", *DURABLE, *ACKNOWLEDGED,
          "--seconds", "2.5"]),
]

LATENCY = [
    Load("S5", "confirm, durable and persistent, 16 B, one outstanding",
         ["--consumers", "0", "--size", "16", "--durable", "--persistent", "--confirm", "1", "--seconds", "2.3",
          "--warmup", "0.3"], latency="confirm_latency_us"),
    Load("S6a", "end to end at 5,000/s, transient, 100 B",
         ["--rate", "5000", "--size", "100", "--seconds", "3", "--warmup", "1"], latency="latency_us"),
    Load("S6b", "the same at 50,000/s",
         ["--rate", "50000", "--size", "100", "--seconds", "2.5", "--warmup", "1"], latency="latency_us"),
    Load("S6c", "end to end at 5,000/s, persistent, confirmed, acknowledged one by one, 100 B",
         ["--rate", "5000", "--size", "100", *DURABLE, "--prefetch", "500", "--ack-every", "1", "--seconds", "3",
          "--warmup", "1"], latency="latency_us"),
]

RESTART = [Restart("S8", "100 B persistent messages; SIGKILL, start", {"Leveret": 2_000_000, "RabbitMQ": 200_000})]
CONNECTIONS = [Connections("S9", "start, idle, 1,000 connections")]

ALL = [*THROUGHPUT, *LATENCY, *RESTART, *CONNECTIONS]
