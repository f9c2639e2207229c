#!/usr/bin/env python3
"""Measures Leveret beside RabbitMQ in one run and writes Benchmarks/RESULTS.md.

Both brokers run at the same time on loopback, each scenario alternates between them, and the load comes from
`leveret perf`. Where connections count, `LeveretBare`, which is no broker, takes its turn too if it is built. Rounds go
over all scenarios, so a run that is cut off by --minutes still has every scenario; the figures are medians. Before that,
`leveret perf machine` measures once what the machine itself can do. RabbitMQ is Debian's package rabbitmq-server; without
it only Leveret is measured. Every load is bounded in time. All brokers are started here and ended here, by pid.

    python3 Benchmarks/compare.py [--rounds 3] [--scenarios S1,S3a] [--minutes 12] [--leveret .build/release/leveret]
"""

from __future__ import annotations

import argparse
import json
import statistics
import subprocess
import sys
import tempfile
import time
import shutil
from pathlib import Path

import brokers
import limits
import scenarios


class Figures:
    """What was measured: scenario, broker, name of a figure, and its value in each round."""

    def __init__(self):
        self.values: dict[tuple[str, str, str], list[float]] = {}
        self.failures: list[str] = []

    def add(self, key: str, broker: str, measured: dict) -> None:
        for name, value in measured.items():
            self.values.setdefault((key, broker, name), []).append(value)

    def median(self, key: str, broker: str, name: str) -> float | None:
        values = self.values.get((key, broker, name))
        return statistics.median(values) if values else None

    def spread(self, key: str, broker: str, name: str) -> tuple[float, float] | None:
        values = self.values.get((key, broker, name))
        return (min(values), max(values)) if values else None


def measure(chosen, running, context, figures, arguments) -> int:
    """Returns how many rounds were begun before the time was over."""
    deadline = time.monotonic() + arguments.minutes * 60
    for number in range(arguments.rounds):
        for scenario in chosen:
            if number >= (scenario.rounds or arguments.rounds):
                continue
            for broker in participants(scenario, running):
                if number > 0 and time.monotonic() > deadline:
                    return number + 1
                measure_one(scenario, broker, context, figures, number)
    return arguments.rounds


def participants(scenario, running) -> list:
    """The brokers, and where starts and connections count the servers that are none."""
    if not brokers.BARE_BINARY.exists():
        return running
    bare = [server(running[0].binary, running[0].data.parent) for server in brokers.BARE_SERVERS]
    if scenario in scenarios.CONNECTIONS:
        return [*running, *bare]
    return [*running, bare[0]] if isinstance(scenario, scenarios.Churn) else running


def measure_one(scenario, broker, context, figures, number) -> None:
    started = time.monotonic()
    try:
        measured = scenario.measure(context, broker)
    except (brokers.PerfFailed, subprocess.TimeoutExpired) as failure:
        figures.failures.append(f"{scenario.key} with {broker.name}: {failure}")
        print(figures.failures[-1], file=sys.stderr, flush=True)
        return
    figures.add(scenario.key, broker.name, measured)
    shown = ", ".join(f"{name} {value:,.3f}".rstrip("0").rstrip(".") for name, value in measured.items())
    print(f"round {number + 1} {scenario.key} {broker.name} ({time.monotonic() - started:.1f} s): {shown}", flush=True)


def measure_machine(binary: str, directory: Path, figures: Figures) -> limits.Machine | None:
    try:
        return limits.Machine.measured(binary, directory)
    except (brokers.PerfFailed, subprocess.TimeoutExpired) as failure:
        figures.failures.append(f"the machine: {failure}")
        print(figures.failures[-1], file=sys.stderr, flush=True)
        return None


# --- Writing

def text(value: float | None, decimals: int = 0) -> str:
    return "-" if value is None else f"{value:,.{decimals}f}"


def mebibytes(value: float | None) -> str:
    return "-" if value is None else f"{value / 2**20:,.1f} MiB"


def table(head: list[str], rows: list[list[str]], left: int = 2) -> list[str]:
    rule = ["---"] * left + ["---:"] * (len(head) - left)
    return ["| " + " | ".join(row) + " |" for row in [head, rule, *rows]]


def ratio(figures: Figures, key: str, names: list[str], figure: str, inverse: bool = False) -> str:
    if len(names) < 2:
        return "-"
    ours, theirs = (figures.median(key, name, figure) for name in names[:2])
    if inverse:
        ours, theirs = theirs, ours
    return f"{ours / theirs:.1f}" if ours and theirs else "-"


def throughput(figures: Figures, chosen, names: list[str]) -> list[str]:
    head = ["", "scenario"] + [f"{name} {column}" for name in names for column in ("per second", "CPU µs")] + ["ratio"]
    rows = []
    for scenario in chosen:
        cells = [scenario.key, scenario.title]
        for name in names:
            cells += [text(figures.median(scenario.key, name, "rate")), text(figures.median(scenario.key, name, "cpu_us"), 2)]
        rows.append(cells + [ratio(figures, scenario.key, names, "rate")])
    return table(head, rows)


def latencies(figures: Figures, chosen, names: list[str]) -> list[str]:
    head = ["", "scenario"] + [f"{name} {column}" for name in names
                               for column in ("p50 / p90 / p99 / p99.9 µs", "per second", "CPU µs")]
    rows = []
    for scenario in chosen:
        cells = [scenario.key, scenario.title]
        for name in names:
            quantiles = [figures.median(scenario.key, name, f"latency_{share}") for share in ("p50", "p90", "p99", "p999")]
            cells += [" / ".join(text(value) for value in quantiles), text(figures.median(scenario.key, name, "rate")),
                      text(figures.median(scenario.key, name, "cpu_us"), 1)]
        rows.append(cells)
    return table(head, rows)


def restarts(figures: Figures, chosen, names: list[str]) -> list[str]:
    head = ["", "broker", "messages", "filled per second", "memory filled", "killed, until all are there",
            "memory then"]
    rows = []
    for scenario in chosen:
        for name in names:
            figure = lambda which: figures.median(scenario.key, name, which)  # noqa: E731
            rows.append([scenario.key, name, text(figure("messages")), text(figure("fill_rate")),
                         mebibytes(figure("filled_bytes")), f"{text(figure('ready_seconds'), 3)} s",
                         mebibytes(figure("restarted_bytes"))])
    return table(head, rows)


def connections(figures: Figures, chosen, names: list[str]) -> list[str]:
    head = ["", "broker", "first start to accepting", "a later one", "idle, no client yet", "after the first client",
            "with 1,000 connections", "connections opened per second"]
    rows = []
    for scenario in chosen:
        for name in [*names, *(server.name for server in brokers.BARE_SERVERS)]:
            if figures.median(scenario.key, name, "open_rate") is None:
                continue
            figure = lambda which: figures.median(scenario.key, name, which)  # noqa: E731
            rows.append([scenario.key, name, f"{text(figure('start_seconds'), 3)} s",
                         f"{text(figure('later_start_seconds'), 3)} s", mebibytes(figure("idle_bytes")),
                         mebibytes(figure("used_bytes")), mebibytes(figure("connected_bytes")), text(figure("open_rate"))])
    return table(head, rows)


def limits_section(machine: limits.Machine | None, figures: Figures, chosen, broker: str) -> list[str]:
    if not machine:
        return []
    bounds = limits.bounds(machine, chosen, lambda key, name: figures.median(key, broker, name),
                           figures.median)
    return ["## Limits of this machine", "", *machine.lines(), "", *([*bounds, ""] if bounds else [])]


def document(figures, machine, chosen, running, arguments, rounds: int, minutes: float) -> str:
    names = [broker.name for broker in running]
    command = "python3 Benchmarks/compare.py " + " ".join(sys.argv[1:])
    size = Path(arguments.leveret).resolve().stat().st_size
    lines = [
        "# Results", "",
        f"Written by `make bench` (`{command.strip()}`), in {minutes:.0f} minutes.", "",
        f"- machine: {brokers.machine()}",
        f"- brokers: {'; '.join(broker.version for broker in running)}, default settings, on loopback; the load "
        "generator (`leveret perf`) on the same cores",
        f"- {rounds} round{'' if rounds == 1 else 's'}, the brokers in turn in each scenario (S8: one round); medians",
        "- CPU µs: user and system time of the broker's process per message delivered (S4p, S5: published)",
        "- latency: with a fixed rate from the moment when a message was due, so that a broker which stalls is not "
        "asked less",
        "- Leveret confirms after `fdatasync`, or after the message was consumed and acknowledged",
        f"- Leveret's binary: {size / 2**20:.1f} MiB, stripped, with the Swift runtime in it", "",
    ]
    parts = [
        ("Throughput", scenarios.THROUGHPUT, throughput), ("Latency", scenarios.LATENCY, latencies),
        ("Backlog and restart", scenarios.RESTART, restarts), ("Start, memory, connections", scenarios.CONNECTIONS, connections),
    ]
    for title, members, write in parts:
        members = [scenario for scenario in members if scenario in chosen]
        if members:
            lines += [f"## {title}", "", *write(figures, members, names), ""]
    lines += limits_section(machine, figures, chosen, names[0])
    if figures.failures:
        lines += ["## Failed", "", *(f"- {failure.splitlines()[0]}" for failure in figures.failures), ""]
    lines += ["## Commands", "", *(f"- {scenario.key}: `{'`; `'.join(scenario.commands())}`" for scenario in chosen), ""]
    return "\n".join(lines)


def choose(names: str | None):
    if not names:
        return scenarios.ALL
    wanted = names.split(",")
    unknown = set(wanted) - {scenario.key for scenario in scenarios.ALL}
    if unknown:
        sys.exit(f"there is no scenario {', '.join(sorted(unknown))}; there are "
                 + ", ".join(scenario.key for scenario in scenarios.ALL))
    return [scenario for scenario in scenarios.ALL if scenario.key in wanted]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--scenarios", help="such as S1,S3a; default: all")
    parser.add_argument("--brokers", default="Leveret,RabbitMQ")
    parser.add_argument("--minutes", type=float, default=11, help="begin nothing after so long")
    parser.add_argument("--leveret", default=str(brokers.RELEASE_BINARY))
    parser.add_argument("--output", default=str(brokers.ROOT / "Benchmarks/RESULTS.md"))
    parser.add_argument("--json", help="write every value to this file as well")
    arguments = parser.parse_args()
    chosen = choose(arguments.scenarios)
    started = time.monotonic()
    directory = Path(tempfile.mkdtemp(prefix="leveret-compare-"))
    context = scenarios.Context(arguments.leveret, directory)
    figures = Figures()
    running = []
    try:
        machine = measure_machine(arguments.leveret, directory, figures)
        for kind in brokers.installed(arguments.brokers.split(",")):
            broker = kind(arguments.leveret, directory)
            broker.launch()
            running.append(broker)
            broker.wait_until_ready()
        rounds = measure(chosen, running, context, figures, arguments)
        minutes = (time.monotonic() - started) / 60
        Path(arguments.output).write_text(document(figures, machine, chosen, running, arguments, rounds, minutes))
        if arguments.json:
            values = [{"scenario": key, "broker": broker, "figure": name, "values": values}
                      for (key, broker, name), values in figures.values.items()]
            values += [{"machine": machine.report}] if machine else []
            Path(arguments.json).write_text(json.dumps(values, indent=1) + "\n")
    finally:
        for broker in running:
            broker.stop()
        shutil.rmtree(directory, ignore_errors=True)
    if figures.failures:
        sys.exit(f"{len(figures.failures)} measurements failed")


if __name__ == "__main__":
    main()
