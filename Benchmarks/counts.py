#!/usr/bin/env python3
"""Counts what a message costs the core on its hot paths, and compares with what is checked in (Benchmarks/counts.json).

Nothing is timed: the figures are allocations, bytes copied, effects, journal transactions and, with valgrind, machine
instructions, each the same in every run. A program sends N and 2 N messages along a path; the difference divided by N
is the cost of a message without that of the start. It is a release build of the core alone, which builds fast.

    python3 Benchmarks/counts.py [--update] [--binary .build/release/LeveretCounts]

Status 1 if a figure is over its bound. What has become cheaper is said and does not fail: run with --update and commit.
"""

from __future__ import annotations

import argparse
import json
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
EXPECTED = ROOT / "Benchmarks/counts.json"
MESSAGES = 10_000

# By how much a figure may be over what is checked in, as a share and in units per message. Counters of the core are
# exact. Allocations and copied bytes move a little where buffers double their size; instructions with the compiler.
BOUNDS = {
    "effects": (0.0, 0.0), "transactions": (0.0, 0.0), "journal_bytes": (0.0, 0.0),
    "allocations": (0.02, 0.005), "allocated_bytes": (0.05, 2.0), "copied_bytes": (0.05, 2.0),
    "instructions": (0.05, 0.0),
}
# Hash seeds decide about collisions in dictionaries.
ENVIRONMENT = dict(os.environ, SWIFT_DETERMINISTIC_HASHING="1")


def paths(binary: str) -> list[str]:
    return subprocess.run([binary], capture_output=True, text=True, check=True).stdout.split()


def counted(binary: str, path: str, messages: int) -> dict[str, int]:
    done = subprocess.run([binary, path, str(messages)], capture_output=True, text=True, check=True, env=ENVIRONMENT)
    return json.loads(done.stdout)


def instructions(binary: str, path: str, messages: int) -> int:
    command = ["valgrind", "--tool=callgrind", "--callgrind-out-file=/dev/null", binary, path, str(messages)]
    done = subprocess.run(command, capture_output=True, text=True, env=ENVIRONMENT)
    found = re.search(r"Collected : (\d+)", done.stderr)
    if done.returncode != 0 or not found:
        sys.exit(f"{' '.join(command)} failed:\n{done.stderr}")
    return int(found.group(1))


def cost(binary: str, path: str, has_valgrind: bool) -> dict[str, float]:
    once, twice = (counted(binary, path, count) for count in (MESSAGES, 2 * MESSAGES))
    figures = {name: (twice[name] - once[name]) / MESSAGES for name in once}
    if has_valgrind:
        figures["instructions"] = (instructions(binary, path, 2 * MESSAGES)
                                   - instructions(binary, path, MESSAGES)) / MESSAGES
    return {name: round(value, 4) for name, value in figures.items()}


def compiler() -> str:
    found = subprocess.run(["swift", "--version"], capture_output=True, text=True)
    version = re.search(r"Swift version (\S+)", found.stdout + found.stderr)
    return f"Swift {version.group(1) if version else '?'}, {os.uname().machine}"


def verdict(name: str, value: float, expected: float | None, same_compiler: bool) -> tuple[str, bool]:
    """A word for a figure, and whether it is within its bound."""
    if expected is None:
        return "new", True
    if name == "instructions" and not same_compiler:
        return "other compiler", True
    share, units = BOUNDS[name]
    if value > expected * (1 + share) + units:
        return "TOO MUCH", False
    if value < expected * (1 - max(share, 0.01)) - units:
        return "cheaper", True
    return "", True


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--update", action="store_true", help="write what is counted to Benchmarks/counts.json")
    parser.add_argument("--binary", default=str(ROOT / ".build/release/LeveretCounts"))
    arguments = parser.parse_args()
    has_valgrind = shutil.which("valgrind") is not None
    if not has_valgrind:
        print("valgrind is not installed: instructions are not counted", file=sys.stderr)
    expected = json.loads(EXPECTED.read_text()) if EXPECTED.exists() else {"compiler": "", "paths": {}}
    same_compiler = expected["compiler"] == compiler()
    measured = {path: cost(arguments.binary, path, has_valgrind) for path in paths(arguments.binary)}
    within = True
    print(f"{'per message':<24}{'figure':<18}{'counted':>12}{'expected':>12}")
    for path, figures in measured.items():
        for name, value in figures.items():
            known = expected["paths"].get(path, {}).get(name)
            word, is_within = verdict(name, value, known, same_compiler)
            within = within and is_within
            print(f"{path:<24}{name:<18}{value:>12,.3f}{'-' if known is None else format(known, ',.3f'):>12}  {word}".rstrip())
    if arguments.update:
        EXPECTED.write_text(json.dumps({"compiler": compiler(), "paths": measured}, indent=2) + "\n")
    elif not within:
        sys.exit("a message costs more than before: see TOO MUCH above. If that is wanted, run "
                 "`python3 Benchmarks/counts.py --update`, say why in the commit message, and commit counts.json")


if __name__ == "__main__":
    main()
