#!/usr/bin/env python3
"""Shows in which parts of the program the broker's processor time goes, per message, as a table in Markdown.

Each scenario runs on each binary in turn, under Linux's `perf record` and the load of the last one. The binaries must have
their symbols: build them with `make release-symbols`.

    python3 Benchmarks/profiles.py [--scenarios S1,S3a,S3b,S7] [--rounds 3] before=OLD/leveret after=NEW/leveret
"""

from __future__ import annotations

import argparse
import re
import shutil
import signal
import subprocess
import sys
import tempfile
from collections import defaultdict
from pathlib import Path
from statistics import median

import brokers
from scenarios import ALL, Context

SAMPLES_PER_SECOND = "1999"
# Scenarios that are too short for samples, with a load of the same kind.
LONGER = {"S7": ["--fanout", "10", "--consumers", "10", "--size", "100", "--count", "600000"]}

# The first that fits counts; the expression is looked for in "shared object|symbol".
PARTS = [
    ("kernel: sockets, files, threads", r"\[k\]|^\[kernel|^\[unknown"),
    ("SQLite", r"sqlite"),
    ("memory: copied, asked for, given back", r"\|(_?_?mem(cpy|move|set|cmp)|.*malloc|.*free|_int_|realloc|calloc|swift_slow|swift_alloc|swift_dealloc|leveret_alloc)"),
    ("reference counts", r"swift_(retain|release|bridgeObject|unknownObject|arrayInit|.*[Rr]elease|.*[Rr]etain)|RefCount"),
    ("exclusive access, checked at run time", r"swift_(begin|end)Access|AccessSet"),
    ("core: routing, queues, log, gate", r"\$s11LeveretCore"),
    ("wire: frames and methods", r"\$s11LeveretWire|\$s12LeveretModel"),
    ("server: sessions, buffers", r"\$s13LeveretServer"),
    ("driver: lock, wakes", r"\$s7Leveret\d?"),
    ("journal, without SQLite", r"\$s14LeveretJournal"),
    ("SwiftNIO", r"NIO"),
    ("Swift's library and run time", r"\$s[Ss]|swift|\$s"),
    ("C library and others", r""),
]


def sqlite_functions() -> set[str]:
    """SQLite's functions, most of which do not bear its name, as they stand in a binary that it was linked into."""
    archive = brokers.ROOT / ".build/static-libraries/libsqlite3.a"
    if not archive.exists():
        return set()
    names = subprocess.run(["nm", "--defined-only", str(archive)], capture_output=True, text=True, check=True).stdout
    return {fields[2] for fields in map(str.split, names.splitlines()) if len(fields) == 3 and fields[1] in "tT"}


class Served(brokers.Leveret):
    """A broker of one binary, under the load of another: older ones do not have every load."""

    def __init__(self, server: str, generator: str, directory: Path):
        super().__init__(generator, directory)
        self.server = server

    def launch(self) -> None:
        generator, self.binary = self.binary, self.server
        super().launch()
        self.binary = generator


def profile(server: str, generator: str, scenario, directory: Path) -> dict[str, float]:
    """Microseconds per message by part."""
    context = Context(generator, directory)
    broker = Served(server, generator, directory)
    broker.launch()
    try:
        broker.wait_until_ready()
        record = directory / "perf.data"
        sampler = subprocess.Popen(
            ["perf", "record", "--quiet", "-e", "cpu-clock", "-F", SAMPLES_PER_SECOND, "-p", str(broker.pid), "-o", str(record)],
            stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        figures = scenario.measure(context, broker)
        sampler.send_signal(signal.SIGINT)
        sampler.wait(timeout=30)
    finally:
        broker.stop()
    report = subprocess.run(
        ["perf", "report", "-i", str(record), "--stdio", "--no-children", "--no-demangle", "-t", "|",
         "-F", "overhead,dso,symbol"], capture_output=True, text=True, check=True).stdout
    parts: dict[str, float] = defaultdict(float)
    sqlite = sqlite_functions()
    for line in report.splitlines():
        found = re.match(r"\s*([\d.]+)%?\s*\|(.*)", line)
        if not found:
            continue
        where = re.sub(r"\s*\|\s*", "|", found[2]).replace("[.] ", "")
        is_sqlite = where.rpartition("|")[2].strip() in sqlite
        name = "SQLite" if is_sqlite else next(name for name, expression in PARTS if re.search(expression, where))
        parts[name] += float(found[1]) / 100 * figures["cpu_us"]
    parts["all"] = figures["cpu_us"]
    return parts


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("binaries", nargs="+", help="NAME=PATH of a binary with symbols")
    parser.add_argument("--scenarios", default="S1,S3a,S3b,S7")
    parser.add_argument("--rounds", type=int, default=3)
    options = parser.parse_args()
    generator = options.binaries[-1].split("=", 1)[1]
    binaries = dict(binary.split("=", 1) for binary in options.binaries)
    scenarios = [scenario for scenario in ALL if scenario.key in options.scenarios.split(",")]
    for scenario in scenarios:
        scenario.options = LONGER.get(scenario.key, scenario.options)
    if not shutil.which("perf"):
        sys.exit("profiles.py: there is no perf: install Linux's perf tools")
    found: dict[tuple[str, str], list[dict[str, float]]] = defaultdict(list)
    for scenario in scenarios:
        for _ in range(options.rounds):
            for name, binary in binaries.items():
                with tempfile.TemporaryDirectory() as directory:
                    found[scenario.key, name].append(profile(binary, generator, scenario, Path(directory)))
    columns = [(scenario.key, name) for scenario in scenarios for name in binaries]
    print("| µs of the broker per message | " + " | ".join(f"{key} {name}" for key, name in columns) + " |")
    print("| --- |" + " ---: |" * len(columns))
    for part in [name for name, _ in PARTS] + ["all"]:
        figures = [median(run.get(part, 0) for run in found[column]) for column in columns]
        if max(figures) >= 0.005:
            print(f"| {part} | " + " | ".join(f"{figure:.2f}" for figure in figures) + " |")


if __name__ == "__main__":
    main()
