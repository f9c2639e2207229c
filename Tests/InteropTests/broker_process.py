"""The daemon as a child process: started, watched, stopped and killed by its own process id."""

from __future__ import annotations

import os
import queue
import re
import signal
import subprocess
import threading
import time
from pathlib import Path

REPOSITORY = Path(__file__).resolve().parents[2]
LISTENING = re.compile(r"^listening on (?P<host>\S+):(?P<port>\d+)(?P<tls> \(TLS\))?\s*$")

START_DEADLINE = float(os.environ.get("LEVERET_START_DEADLINE", "30"))
STOP_DEADLINE = float(os.environ.get("LEVERET_STOP_DEADLINE", "30"))


def broker_binary() -> Path:
    """The daemon under test: `LEVERET_BINARY`, or the debug build of this repository."""
    binary = Path(os.environ.get("LEVERET_BINARY", ".build/debug/leveret"))
    return binary if binary.is_absolute() else REPOSITORY / binary


class BrokerProcess:
    """One `leveret serve` on one data directory; it keeps its port over restarts."""

    def __init__(self, directory: Path, host: str = "127.0.0.1", arguments: tuple[str, ...] = (), binary: Path | None = None,
                 user: int | None = None):
        self.host = host
        self.binary = binary
        self.user = user  # whose process it is, by number; only root may choose
        self.port = 0
        self.tls_port = 0
        self.data = directory / "data"
        self.error_log = directory / "stderr.txt"
        self.extra_arguments = arguments
        self.process: subprocess.Popen | None = None
        self.lines: queue.Queue[str | None] = queue.Queue()

    @property
    def url(self) -> str:
        return f"amqp://guest:guest@{self.host}:{self.port}/%2F"

    @property
    def is_running(self) -> bool:
        return self.process is not None and self.process.poll() is None

    @property
    def proc(self) -> Path:
        """What Linux tells of the process."""
        return Path(f"/proc/{self.process.pid}")

    @property
    def memory(self) -> float:
        """Resident without the pages of files, in MiB."""
        lines = (self.proc / "status").read_text().splitlines()
        return next(int(line.split()[1]) for line in lines if line.startswith("RssAnon")) / 1024

    @property
    def descriptors(self) -> int:
        return len(os.listdir(self.proc / "fd"))

    def start(self) -> None:
        """Starts the daemon and returns when it has said that it accepts connections."""
        self.launch()
        self._wait_until_listening()

    def launch(self) -> None:
        """Starts the daemon and does not wait for it."""
        assert not self.is_running, "the broker is already running"
        binary = self.binary or broker_binary()
        if not binary.exists():
            raise FileNotFoundError(f"no broker at {binary}: build it, or set LEVERET_BINARY")
        command = [str(binary), "serve", "--host", self.host, "--port", str(self.port), "--data", str(self.data)]
        self.lines = queue.Queue()
        with self.error_log.open("ab") as errors:
            self.process = subprocess.Popen(
                [*command, *self.extra_arguments],
                stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=errors, text=True,
                user=self.user, group=self.user, extra_groups=None if self.user is None else [],
            )
        reader = threading.Thread(target=self._read_output, args=(self.process, self.lines), daemon=True)
        reader.start()

    def stop(self) -> int:
        """Asks the daemon to finish (SIGTERM) and returns its exit status."""
        assert self.process is not None
        self.process.send_signal(signal.SIGTERM)
        return self._wait_for_exit()

    def die(self) -> None:
        """Ends the daemon as a power cut would end it, as far as the process is concerned (SIGKILL)."""
        assert self.process is not None
        self.process.kill()
        status = self._wait_for_exit()
        assert status == -signal.SIGKILL, f"the broker had ended by itself with status {status}\n{self.error_tail()}"

    def restart(self) -> None:
        """A graceful stop, which must succeed, and a start on the same directory and port."""
        status = self.stop()
        assert status == 0, f"the broker left with status {status} after SIGTERM\n{self.error_tail()}"
        self.start()

    def kill(self) -> None:
        """SIGKILL and a start on the same directory and port."""
        self.die()
        self.start()

    def close(self) -> None:
        """Leaves no process behind, whatever state a failed test left it in."""
        if self.process is None:
            return
        if self.process.poll() is None:
            self.process.kill()
        self.process.wait()

    def error_tail(self, limit: int = 8000) -> str:
        """The end of what the daemon wrote on standard error."""
        if not self.error_log.exists():
            return ""
        return self.error_log.read_bytes()[-limit:].decode("utf-8", "replace")

    def _wait_for_exit(self) -> int:
        try:
            return self.process.wait(STOP_DEADLINE)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()
            raise AssertionError(f"the broker did not end within {STOP_DEADLINE} s\n{self.error_tail()}") from None

    def _wait_until_listening(self) -> None:
        deadline = time.monotonic() + START_DEADLINE
        while True:
            try:
                line = self.lines.get(timeout=max(0.0, deadline - time.monotonic()))
            except queue.Empty:
                self.close()
                raise AssertionError(f"the broker was not listening after {START_DEADLINE} s\n{self.error_tail()}")
            if line is None:
                status = self.process.wait()
                raise AssertionError(f"the broker ended with status {status} at its start\n{self.error_tail()}")
            match = LISTENING.match(line)
            if match:
                self._note_address(int(match["port"]), is_tls=match["tls"] is not None)
            elif line.startswith("data in "):
                return

    def _note_address(self, port: int, is_tls: bool) -> None:
        if is_tls:
            self.tls_port = port
        else:
            self.port = port

    @staticmethod
    def _read_output(process: subprocess.Popen, lines: queue.Queue) -> None:
        with process.stdout:
            for line in process.stdout:
                lines.put(line)
        lines.put(None)


class ForeignBroker:
    """A broker that somebody else runs, named by `LEVERET_INTEROP_URL`."""

    is_running = True

    def __init__(self, host: str, port: int):
        self.host = host
        self.port = port
        self.url = f"amqp://guest:guest@{host}:{port}/%2F"

    def error_tail(self, limit: int = 0) -> str:
        return ""
