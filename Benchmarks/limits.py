"""What the machine itself can do, as `leveret perf machine` measures it, and which of that bounds each scenario."""

from __future__ import annotations

import json
import os
import subprocess
from dataclasses import dataclass
from pathlib import Path
from typing import Callable

from brokers import Bare, Libraries, PerfFailed

COMMAND = "leveret perf machine --directory DATA --json"
SMALLEST_COMMIT, PAGE, BUSY_COMMIT = 4096, 16_384, 262_144
LOGIN_EXCHANGES = 4  # three to log in, one to open a channel
CYCLE_EXCHANGES = LOGIN_EXCHANGES + 3  # declare, get, close; publishing has no answer


class Machine:
    """The report of `leveret perf machine`. Durations are in microseconds."""

    def __init__(self, report: dict):
        self.report = report

    @classmethod
    def measured(cls, binary: str, directory: Path) -> "Machine":
        """Measures where the brokers' data will be."""
        command = [binary, "perf", "machine", "--directory", str(directory), "--json"]
        done = subprocess.run(command, capture_output=True, text=True, timeout=120)
        if done.returncode != 0:
            raise PerfFailed(f"{' '.join(command)}\n{done.stdout}{done.stderr}")
        return cls(json.loads(done.stdout))

    def forced_writes(self, size: int, appending: bool) -> dict:
        return next(writes for writes in self.report["forced_writes"]
                    if (writes["bytes"], writes["appending"]) == (size, appending))

    def connections(self, exchanges: int) -> dict:
        return next(found for found in self.report["connections"] if found["exchanges"] == exchanges)

    @property
    def round_trip(self) -> float:
        return self.report["round_trip_us"]["p50"]

    def relay(self, rate: int) -> float:
        return next(found for found in self.report["relays"] if found["rate_per_second"] == rate)["latency_us"]["p50"]

    def rows(self) -> list[list[str]]:
        """What was measured, p50 and p99 in microseconds, and per second."""
        rows = []
        for writes in self.report["forced_writes"]:
            place = "appended" if writes["appending"] else "over bytes that were there"
            rows.append([f"write and `fdatasync`, {writes['bytes'] // 1024} KiB {place}", *quantiles(writes["latency_us"]),
                         f"{writes['bytes_per_second'] / 1e6:,.1f} MB: "
                         f"{writes['messages_of_1_kib_per_second']:,.0f} messages of 1 KiB"])
        rows.append([f"round trip of {self.report['round_trip_bytes']} bytes over TCP between two threads",
                     *quantiles(self.report["round_trip_us"]), ""])
        rows.append([f"the same, answered when a third thread has forced {SMALLEST_COMMIT // 1024} KiB to the disk",
                     *quantiles(self.report["forced_answer_us"]), ""])
        for found in self.report["relays"]:
            rows.append([f"the same bytes passed on by a thread to a third, from when they were due, "
                         f"{found['rate_per_second']:,}/s", *quantiles(found["latency_us"]), ""])
        rows.append(["wake of a thread that waits at a condition variable", *quantiles(self.report["wake_us"]), ""])
        for found in self.report["connections"]:
            with_exchanges = f" and {found['exchanges']} round trips" if found["exchanges"] else ""
            rows.append([f"TCP connection{with_exchanges}; per second with its closing",
                         *quantiles(found["open_latency_us"]), f"{found['rate_per_second']:,.0f}"])
        return rows

    def lines(self) -> list[str]:
        """The table, and where the files were."""
        table = ["| | p50 µs | p99 µs | per second |", "| --- | ---: | ---: | ---: |",
                 *("| " + " | ".join(row) + " |" for row in self.rows())]
        system = self.report["file_system"] or "a file system that is not known"
        head = (f"`{COMMAND}`, before the brokers were started; each for {self.report['seconds']:g} s, the files on "
                f"{system}, where the brokers' data are.")
        return [head, "", *table]


def quantiles(latencies: dict) -> list[str]:
    return [f"{latencies[share]:,.1f}" for share in ("p50", "p99")]


@dataclass
class Bound:
    """What a scenario cannot do without, in the unit of its figure: microseconds, or something per second."""

    figure: str
    reason: str
    limit: Callable[[Machine, Callable[[str], float | None]], float | None]

    @property
    def is_better_if_small(self) -> bool:
        return not self.figure.endswith("rate")

    def shown(self, value: float) -> str:
        if self.figure.startswith("latency"):
            return f"{value:,.0f} µs"
        if self.figure.endswith("_seconds"):
            return f"{value * 1000:,.1f} ms"
        return f"{value / 2**20:,.1f} MiB" if self.figure.endswith("_bytes") else f"{value:,.0f}/s"

    def value(self, machine: Machine, median: Callable[[str], float | None], _) -> float | None:
        return self.limit(machine, median)

    def cells(self, machine: Machine, median: Callable[[str], float | None],
              bare: Callable[[str, str], float | None]) -> list[str] | None:
        """Measured, limit, how near the limit it is, and why; nothing if something was not measured."""
        measured, limit = median(self.figure), self.value(machine, median, bare)
        if not measured or not limit:
            return None
        share = limit / measured if self.is_better_if_small else measured / limit
        return [self.shown(measured), self.shown(limit), f"{share * 100:.0f} %", self.reason]


class BareBound(Bound):
    """What `LeveretBare` came to, in the same run."""

    def __init__(self, figure: str, reason: str, server: type[Bare] = Bare):
        super().__init__(figure, reason, lambda *_: None)
        self.server = server

    def value(self, machine, median, bare) -> float | None:
        return bare(self.server.name, self.figure)


def processors(_: Machine, median: Callable[[str], float | None]) -> float | None:
    """As many messages as all processors could do, if they did nothing but what these messages took."""
    broker, generator = median("cpu_us"), median("generator_cpu_us")
    if broker is None or generator is None or broker + generator <= 0:
        return None
    return os.cpu_count() * 1e6 / (broker + generator)


def appended(machine: Machine, _) -> float:
    return machine.forced_writes(BUSY_COMMIT, appending=True)["messages_of_1_kib_per_second"]


def appended_and_logged(machine: Machine, _) -> float:
    content = machine.forced_writes(BUSY_COMMIT, appending=True)["messages_of_1_kib_per_second"]
    page = machine.forced_writes(PAGE, appending=False)["messages_of_1_kib_per_second"]
    return 1 / (1 / content + PAGE / BUSY_COMMIT / page)


def confirm(machine: Machine, _) -> float:
    return machine.report["forced_answer_us"]["p50"]


def openings(machine: Machine, _) -> float:
    return 1e6 / machine.connections(LOGIN_EXCHANGES)["open_latency_us"]["p50"]


def cycles(machine: Machine, _) -> float:
    plain = 1e6 / machine.connections(0)["rate_per_second"]
    return 1e6 / (plain + CYCLE_EXCHANGES * machine.round_trip)


PROCESSORS = Bound("rate", "all processors, if they did nothing but what each message took of broker and generator", processors)


def passing(rate: int) -> Bound:
    return Bound("latency_p50", f"a thread that passes on what it receives, at {rate:,}/s: a broker that does nothing",
                 lambda machine, _: machine.relay(rate))


BOUNDS = {
    **{key: [PROCESSORS] for key in ("S1", "S2", "S3a", "S3b", "S4c", "S7", "S11")},
    "S4p": [
        Bound("rate", "the disk: 256 KiB appended and forced at a time, in messages of 1 KiB", appended),
        Bound("rate", "the same, and then a page of 16 KiB written over one in SQLite's log and forced",
              appended_and_logged),
    ],
    "S5": [Bound("latency_p50", "a thread that answers when another one has forced 4 KiB over bytes that were there: "
                 "a durable broker that does nothing else", confirm)],
    "S6a": [passing(5_000)], "S6b": [passing(50_000)], "S6c": [passing(5_000)],
    "S9": [
        BareBound("start_seconds", "an empty directory; a program of the same libraries that understands as long a command "
                  "line, makes as many tables, forces them to the disk, and then only answers logins", Libraries),
        BareBound("later_start_seconds", "the same with the directory of the time before", Libraries),
        BareBound("used_bytes", "a server on SwiftNIO that only answers logins, after its first client"),
        BareBound("connected_bytes", "the same, with as many connections"),
        BareBound("open_rate", "the same, as many connections opened"),
        Bound("open_rate", f"a TCP connection and {LOGIN_EXCHANGES} round trips between two threads: login and channel",
              openings),
    ],
    "S10": [BareBound("rate", "a server on SwiftNIO that only logs in, takes one message and gives it back"),
            Bound("rate", f"a TCP connection, {CYCLE_EXCHANGES} round trips, and its closing", cycles)],
}


def bounds(machine: Machine, chosen, figure: Callable[[str, str], float | None],
           bare: Callable[[str, str, str], float | None]) -> list[str]:
    """A table of what bounds each scenario; `figure` gives a scenario's median by its key and the figure's name, `bare`
    that of a server which is no broker, with the server's name between them."""
    rows = []
    for scenario in chosen:
        for bound in BOUNDS.get(scenario.key, []):
            if cells := bound.cells(machine, lambda name: figure(scenario.key, name),
                                    lambda server, name: bare(scenario.key, server, name)):
                rows.append("| " + " | ".join([scenario.key, *cells]) + " |")
    if not rows:
        return []
    return ["What bounds each row: the figure, what the machine itself would allow, and how near that is (100 %: nothing "
            "is left to gain).", "",
            "| | measured | limit | share | the limit |", "| --- | ---: | ---: | ---: | --- |", *rows]
