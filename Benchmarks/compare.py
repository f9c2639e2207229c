#!/usr/bin/env python3
"""Measures Leveret beside RabbitMQ in one run and writes Benchmarks/RESULTS.md.

Both brokers run at the same time on loopback, each scenario alternates between them, and the load comes from
`leveret perf`. Three rounds, medians. RabbitMQ is Debian's package rabbitmq-server; without it only Leveret is measured.
Every load is bounded in time. Both brokers are started here and ended here, by pid.

    python3 Benchmarks/compare.py [--rounds 3] [--seconds 3] [--leveret .build/release/leveret] [--output FILE]
"""

import argparse
import json
import os
import platform
import shutil
import signal
import statistics
import subprocess
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT / "Tests"))

import rabbitmq_process  # noqa: E402

DURABLE = ["--durable", "--persistent", "--confirm", "1000", "--prefetch", "500", "--ack-every", "100"]

SCENARIOS = [
    ("transient, 16 B", ["--size", "16"]),
    ("transient, 1 KiB", ["--size", "1024"]),
    ("durable, confirmed, acknowledged, 16 B", ["--size", "16", *DURABLE]),
    ("durable, confirmed, acknowledged, 1 KiB", ["--size", "1024", *DURABLE]),
    ("durable, 4 queues, 4 producers, 4 consumers, 1 KiB",
     ["--size", "1024", "--queues", "4", "--producers", "4", "--consumers", "4", *DURABLE]),
    ("transient at 5,000/s, 100 B", ["--size", "100", "--rate", "5000"]),
    ("durable, one at a time at 2,000/s, 100 B",
     ["--size", "100", "--rate", "2000", "--durable", "--persistent", "--confirm", "1000", "--prefetch", "100",
      "--ack-every", "1"]),
]


class Leveret:
    name = "Leveret"

    def __init__(self, binary, directory):
        self.process = subprocess.Popen(
            [binary, "serve", "--host", "127.0.0.1", "--port", "0", "--data", str(directory / "leveret")],
            stdout=subprocess.PIPE, stderr=open(directory / "leveret.log", "wb"), text=True)
        line = self.process.stdout.readline()
        if not line.startswith("listening on "):
            sys.exit(f"leveret did not start: {line!r}; see {directory}/leveret.log")
        self.url = f"amqp://guest:guest@{line.split()[-1]}"
        self.pid = self.process.pid
        found = subprocess.run([binary, "--version"], capture_output=True, text=True)
        self.version = "Leveret " + found.stdout.strip()

    def stop(self):
        self.process.send_signal(signal.SIGTERM)
        self.process.wait(timeout=30)


def measure(binary, broker, options, seconds):
    command = [binary, "perf", "--url", broker.url, "--broker-pid", str(broker.pid), "--seconds", str(seconds), "--json",
               *options]
    done = subprocess.run(command, capture_output=True, text=True, timeout=300)
    if done.returncode != 0:
        sys.exit(f"{' '.join(command)}\nfailed: {done.stderr}")
    return json.loads(done.stdout)


def median(results, *path):
    def dig(result):
        for key in path:
            result = result.get(key) if isinstance(result, dict) else None
        return result
    values = [value for value in map(dig, results) if value is not None]
    return statistics.median(values) if values else None


def row(title, options, measured):
    cells = [title]
    rates = {}
    for name, results in measured.items():
        rate = median(results, "consume_rate_per_second")
        processor = median(results, "broker_cpu_us_per_message")
        p50, p99 = median(results, "latency_us", "p50"), median(results, "latency_us", "p99")
        rates[name] = rate
        cells += [f"{rate:,.0f}", f"{processor:.2f}" if processor is not None else "-",
                  f"{p50:,.0f} / {p99:,.0f}" if p50 is not None else "-"]
    if len(rates) == 2 and "--rate" not in options:
        cells.append(f"{rates['Leveret'] / rates['RabbitMQ']:.1f}")
    else:
        cells.append("-")
    return "| " + " | ".join(cells) + " |"


def processor_name():
    for line in Path("/proc/cpuinfo").read_text().splitlines():
        if line.startswith("model name"):
            return line.split(":", 1)[1].strip()
    return platform.processor()


def document(brokers, arguments, rows):
    names = [broker.name for broker in brokers]
    head = "| scenario | " + " | ".join(
        f"{name} msg/s | {name} CPU µs/msg | {name} latency p50 / p99 µs" for name in names) + " | ratio |"
    rule = "| --- |" + " ---: |" * (3 * len(names) + 1)
    command = f"python3 Benchmarks/compare.py --rounds {arguments.rounds} --seconds {arguments.seconds}"
    return "\n".join([
        "# Results",
        "",
        f"Written by `make bench` (`{command}`).",
        "",
        f"- machine: {os.cpu_count()} cores, {processor_name()}, {platform.system()} {platform.release()}",
        f"- brokers: {'; '.join(broker.version for broker in brokers)}, default settings, on loopback, the load "
        "generator (`leveret perf`) on the same cores",
        f"- {arguments.rounds} rounds of {arguments.seconds} s each, the brokers in turn; medians",
        "- CPU: user and system time of the broker's process per message delivered",
        "- latency: from the moment when a message is handed to the system (with a fixed rate: was due) to its "
        "arrival at the consumer. Without a fixed rate it shows how much is on the way, not how fast the way is",
        "- Leveret confirms after `fdatasync`, or after the message was consumed and acknowledged",
        "",
        head, rule, *rows, "",
    ])


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--seconds", type=float, default=3)
    parser.add_argument("--leveret", default=str(ROOT / ".build/release/leveret"))
    parser.add_argument("--output", default=str(ROOT / "Benchmarks/RESULTS.md"))
    arguments = parser.parse_args()
    directory = Path(tempfile.mkdtemp(prefix="leveret-compare-"))
    brokers = [Leveret(arguments.leveret, directory)]
    try:
        if rabbitmq_process.is_installed():
            brokers.append(rabbitmq_process.RabbitMQ(directory))
        rows = []
        for title, options in SCENARIOS:
            measured = {broker.name: [] for broker in brokers}
            for _ in range(arguments.rounds):
                for broker in brokers:
                    measured[broker.name].append(measure(arguments.leveret, broker, options, arguments.seconds))
            rows.append(row(title, options, measured))
            print(rows[-1], flush=True)
        Path(arguments.output).write_text(document(brokers, arguments, rows))
    finally:
        for broker in brokers:
            broker.stop()
        shutil.rmtree(directory, ignore_errors=True)


if __name__ == "__main__":
    main()
