#!/usr/bin/env python3
"""Runs the micro-benchmarks several times and writes the medians to Benchmarks/MICRO.md.

    python3 Benchmarks/micro.py [--rounds 3] [--seconds 0.5] [--binary .build/release/LeveretMicro]

Without sockets and in one process: codec, core, routing, journal, and a whole broker in process. "Runs of 1000" hands
the broker a thousand messages at a time; "the library's channels" is what a program sees that links it.
"""

from __future__ import annotations

import argparse
import json
import statistics
import subprocess
from pathlib import Path

import brokers

ROOT = Path(__file__).resolve().parent.parent

HEADINGS = {
    "codec": "Codec: frames to publishings, deliveries to frames",
    "core": "Core: what a message costs it, path by path, in runs of 100",
    "routing": "Routing: publishings with many bindings",
    "journal": "Journal: SQLite, full durability, so many messages of that size a commit",
    "in process": "In process: publish, deliver and acknowledge, 16 B, without a socket",
}


def measure(binary: Path, seconds: float, rounds: int) -> dict[tuple[str, str], list[float]]:
    figures: dict[tuple[str, str], list[float]] = {}
    for _ in range(rounds):
        command = [str(binary), "--json", "--seconds", str(seconds)]
        output = subprocess.run(command, check=True, capture_output=True, text=True, timeout=600).stdout
        for one in json.loads(output):
            figures.setdefault((one["group"], one["name"]), []).append(one["ns_each"])
    return figures


def document(figures: dict[tuple[str, str], list[float]], arguments: argparse.Namespace) -> str:
    lines = [
        "# Micro-benchmarks",
        "",
        f"Written by `make bench-micro`: medians of {arguments.rounds} rounds of {arguments.seconds} s for each line, on "
        f"{brokers.machine()}.",
        "A journal's figures are the disk's: [Results](RESULTS.md) has what a forced write takes.",
    ]
    for group, heading in HEADINGS.items():
        lines += ["", f"## {heading}", "", "| | per second | ns each |", "| --- | ---: | ---: |"]
        for (owner, name), each in figures.items():
            if owner == group:
                median = statistics.median(each)
                lines.append(f"| {name} | {1e9 / median:,.0f} | {median:,.0f} |")
    return "\n".join(lines) + "\n"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--seconds", type=float, default=0.5)
    parser.add_argument("--binary", type=Path, default=ROOT / ".build/release/LeveretMicro")
    arguments = parser.parse_args()
    text = document(measure(arguments.binary, arguments.seconds, arguments.rounds), arguments)
    (ROOT / "Benchmarks/MICRO.md").write_text(text)
    print(text)


if __name__ == "__main__":
    main()
