"""A RabbitMQ of Debian's package rabbitmq-server, on loopback and with its data in a directory of its own.

    python3 Tests/rabbitmq_process.py COMMAND ...

runs the command with LEVERET_RABBITMQ_URL set to such a server, which is ended afterwards. Where RabbitMQ is not
installed the command runs without it.
"""

from __future__ import annotations

import os
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
from pathlib import Path

PROGRAM = Path("/usr/lib/rabbitmq/bin/rabbitmq-server")
START_DEADLINE = 90


def is_installed() -> bool:
    return PROGRAM.exists()


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


class RabbitMQ:
    """One server; `url` is known once it is made, `pid` once it is ready. It keeps its port over restarts."""

    name = "RabbitMQ"

    def __init__(self, directory: Path, start: bool = True):
        self.home = directory / "rabbitmq"
        self.home.mkdir()
        self.port = free_port()
        self.url = f"amqp://guest:guest@127.0.0.1:{self.port}"
        (self.home / "plugins").write_text("[].\n")
        self.pid = 0
        if start:
            self.launch()
            self.wait_until_ready()
        found = subprocess.run(["dpkg-query", "-W", "-f", "${Version}", "rabbitmq-server"],
                               capture_output=True, text=True)
        self.version = "RabbitMQ " + found.stdout.strip()

    def launch(self) -> None:
        """Starts the server and does not wait for it."""
        (self.home / "pid").unlink(missing_ok=True)
        with (self.home / "out.txt").open("wb") as output:
            self.process = subprocess.Popen(
                [str(PROGRAM)], env=dict(os.environ, **self._environment()), stdin=subprocess.DEVNULL,
                stdout=output, stderr=subprocess.STDOUT, start_new_session=True)

    def _environment(self) -> dict[str, str]:
        return {
            "HOME": str(self.home), "RABBITMQ_NODENAME": f"leveret{self.port}@localhost",
            "RABBITMQ_NODE_IP_ADDRESS": "127.0.0.1", "RABBITMQ_NODE_PORT": str(self.port),
            "RABBITMQ_DIST_PORT": str(free_port()), "ERL_EPMD_ADDRESS": "127.0.0.1",
            "RABBITMQ_MNESIA_BASE": str(self.home / "data"), "RABBITMQ_LOG_BASE": str(self.home / "log"),
            "RABBITMQ_ENABLED_PLUGINS_FILE": str(self.home / "plugins"), "RABBITMQ_PID_FILE": str(self.home / "pid"),
        }

    def wait_until_ready(self) -> None:
        deadline = time.monotonic() + START_DEADLINE
        while time.monotonic() < deadline and self.process.poll() is None:
            try:
                with socket.create_connection(("127.0.0.1", self.port), timeout=1) as client:
                    client.sendall(b"AMQP\0\0\x09\x01")
                    if client.recv(1):
                        self.identify()
                        return
            except OSError:
                pass
            time.sleep(0.1)
        output = (self.home / "out.txt").read_text(errors="replace")[-2000:]
        sys.exit(f"rabbitmq-server did not start:\n{output}")

    def identify(self) -> None:
        """Learns the `pid` of a server that listens."""
        self.pid = int((self.home / "pid").read_text())

    def stop(self) -> None:
        self._end(signal.SIGTERM)

    def kill(self) -> None:
        self._end(signal.SIGKILL)

    def _end(self, number: int) -> None:
        """Signals the server, or what was launched if it never became ready, and waits for the end of both."""
        if self.pid > 0:
            os.kill(self.pid, number)
        else:
            self.process.send_signal(number)
        self.process.wait(timeout=60)
        self.pid = 0


def main() -> int:
    command = sys.argv[1:]
    if not command:
        sys.exit(__doc__)
    if not is_installed():
        return subprocess.run(command).returncode
    directory = Path(tempfile.mkdtemp(prefix="leveret-rabbitmq-"))
    try:
        server = RabbitMQ(directory)
        try:
            return subprocess.run(command, env=dict(os.environ, LEVERET_RABBITMQ_URL=server.url)).returncode
        finally:
            server.stop()
    finally:
        shutil.rmtree(directory, ignore_errors=True)


if __name__ == "__main__":
    sys.exit(main())
