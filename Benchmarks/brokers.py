"""The brokers under measurement, each started and ended here, on loopback and with its data in a temporary directory."""

from __future__ import annotations

import json
import os
import platform
import signal
import subprocess
import sys
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT / "Tests"))

import rabbitmq_process  # noqa: E402

RELEASE_BINARY = ROOT / ".build/release/leveret"
BARE_BINARY = ROOT / ".build/release/LeveretBare"
STOP_DEADLINE = 60


class Leveret:
    """`leveret serve` with its default settings; `port` stays the same over restarts."""

    name = "Leveret"

    def __init__(self, binary: str, directory: Path):
        self.binary = binary
        self.data = directory / "leveret"
        self.log = directory / "leveret.log"
        self.port = rabbitmq_process.free_port()
        self.url = f"amqp://guest:guest@127.0.0.1:{self.port}"
        found = subprocess.run([binary, "--version"], capture_output=True, text=True, check=True)
        self.version = "Leveret " + found.stdout.strip()
        self.process: subprocess.Popen | None = None
        self.pid = 0

    def launch(self) -> None:
        """Starts the process and does not wait for it."""
        with self.log.open("ab") as errors:
            self.process = subprocess.Popen(
                [self.binary, "serve", "--host", "127.0.0.1", "--port", str(self.port), "--data", str(self.data)],
                stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=errors)
        self.pid = self.process.pid

    def wait_until_ready(self) -> None:
        done = run_perf(self.binary, self, ["probe"], figures=False)
        assert done["accepting_seconds"] >= 0

    def identify(self) -> None:
        """The `pid` is known as soon as the process is started."""

    def stop(self) -> None:
        self.process.send_signal(signal.SIGTERM)
        self.process.wait(timeout=STOP_DEADLINE)

    def kill(self) -> None:
        self.process.kill()
        self.process.wait(timeout=STOP_DEADLINE)


class Bare(Leveret):
    """`LeveretBare`: a server on SwiftNIO that only answers logins, the least that one of its event loops costs."""

    name = "SwiftNIO alone"

    def launch(self) -> None:
        self.process = subprocess.Popen([BARE_BINARY, *self.arguments()], stdin=subprocess.DEVNULL)
        self.pid = self.process.pid

    def arguments(self) -> list[str]:
        return [str(self.port)]


class Libraries(Bare):
    """`LeveretBare` which understands a command line and makes a database, or opens it, before it listens."""

    name = "its libraries alone"

    def arguments(self) -> list[str]:
        return ["--port", str(self.port), "--data", str(self.data)]


# What has no broker, and shows what a broker on the same libraries cannot do without.
BARE_SERVERS = [Bare, Libraries]


class RabbitMQ(rabbitmq_process.RabbitMQ):
    """Debian's RabbitMQ with its default settings, started by hand."""

    def __init__(self, binary: str, directory: Path):
        super().__init__(directory, start=False)


def installed(names: list[str]):
    """The classes of the brokers that can be measured here."""
    found = [Leveret]
    if "RabbitMQ" in names and rabbitmq_process.is_installed():
        found.append(RabbitMQ)
    return found


class PerfFailed(Exception):
    """`leveret perf` came to no sound result."""


def perf_command(binary: str, broker, options: list[str], figures: bool) -> list[str]:
    command = [binary, "perf", *options, "--url", broker.url, "--json"]
    if figures:
        command += ["--broker-pid", str(broker.pid)]
    return command


def run_perf(binary: str, broker, options: list[str], figures: bool = True, timeout: float = 120) -> dict:
    """Runs `leveret perf` against a broker and returns what it reports."""
    command = perf_command(binary, broker, options, figures)
    done = subprocess.run(command, capture_output=True, text=True, timeout=timeout)
    return report(broker, command, done.returncode, done.stdout, done.stderr)


def report(broker, command: list[str], status: int, output: str, errors: str) -> dict:
    if status != 0:
        raise PerfFailed(f"{broker.name}: {' '.join(command)}\n{output}{errors}")
    return json.loads(output)


def launch_probed(binary: str, broker, queue: str, messages: int, timeout: float = 120) -> dict:
    """Starts a broker and tells after how many seconds it accepted clients, and had so many messages.

    The probe is there before, so that its own start takes nothing from the broker's."""
    options = ["probe", "--queue", queue, "--count", str(messages), "--timeout", f"{timeout:g}"]
    command = perf_command(binary, broker, options, figures=False)
    probe = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    try:
        time.sleep(0.5)
        started = time.time()
        broker.launch()
        output, errors = probe.communicate(timeout=timeout + 30)
    finally:
        if probe.poll() is None:
            probe.kill()
            probe.wait()
    found = report(broker, command, probe.returncode, output, errors)
    since = found["since"] - started
    return {moment: since + found[moment] for moment in ("accepting_seconds", "ready_seconds")}


def resident_bytes(pid: int) -> int:
    for line in Path(f"/proc/{pid}/status").read_text().splitlines():
        if line.startswith("VmRSS:"):
            return int(line.split()[1]) * 1024
    return 0


def settle(seconds: float) -> None:
    """Lets what a broker does in the background after a scenario come to its end."""
    time.sleep(seconds)


def machine() -> str:
    processor = platform.processor()
    for line in Path("/proc/cpuinfo").read_text().splitlines():
        if line.startswith("model name"):
            processor = line.split(":", 1)[1].strip()
            break
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2**30
    return f"{os.cpu_count()} cores, {processor}, {memory:.0f} GiB, {platform.system()} {platform.release()}"
