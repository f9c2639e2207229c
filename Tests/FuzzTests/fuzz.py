"""Sends damaged sessions to a real broker and looks after each whether it is still well.

    python Tests/FuzzTests/fuzz.py [--minutes 10] [--seed N [--count 1]]

Without a seed it begins at a random one and says so; a failure is printed with the seed that shows it again.
"""

from __future__ import annotations

import argparse
import random
import select
import socket
import struct
import sys
import tempfile
import time
from pathlib import Path

from sessions import SessionMaker

from broker_process import BrokerProcess
from wire import Peer, publishing

POLITE_EVERY = 50
LARGEST_GROWTH = 512 << 20
SPARE_DESCRIPTORS = 20


class Unwell(Exception):
    """The broker did what no input may make it do."""


def talk(host: str, port: int, parts: list[bytes], reset: bool) -> None:
    """Sends the parts, reads what comes back, and hangs up."""
    with socket.create_connection((host, port), timeout=10) as client:
        client.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        try:
            for part in parts:
                client.sendall(part)
                read_what_is_there(client, 0)
            read_what_is_there(client, 0.02)
        except (ConnectionError, socket.timeout):
            pass  # the broker may end what makes no sense
        if reset:
            client.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))


def read_what_is_there(client: socket.socket, patience: float) -> None:
    while select.select([client], [], [], patience)[0]:
        if not client.recv(65536):
            return


def check_manners(broker: BrokerProcess) -> None:
    """A well-behaved client gets what it wants."""
    peer = Peer(broker.host, broker.port)
    peer.log_in()
    peer.open_channel(1)
    queue = peer.declare_queue(1, "", exclusive=True)[0]
    peer.select_confirms(1)
    peer.send(publishing(1, "", queue, b"still there?"))
    peer.expect(1, (60, 80))
    if peer.get(1, queue).body != b"still there?":
        raise Unwell("a polite client got another's message")
    peer.close()


class Process:
    """What the system says of the broker's process."""

    def __init__(self, pid: int):
        self.directory = Path(f"/proc/{pid}")

    @property
    def descriptors(self) -> int:
        return sum(1 for _ in (self.directory / "fd").iterdir())

    @property
    def memory(self) -> int:
        for line in (self.directory / "status").read_text().splitlines():
            if line.startswith("VmRSS:"):
                return int(line.split()[1]) << 10
        return 0


def wait_for_descriptors(process: Process, most: int) -> None:
    end = time.monotonic() + 15
    while process.descriptors > most:
        if time.monotonic() > end:
            raise Unwell(f"{process.descriptors} open files after all clients have gone, {most} were expected at most")
        time.sleep(0.05)


class Run:
    """Sessions from one seed upwards against one broker."""

    def __init__(self, broker: BrokerProcess):
        self.broker = broker
        broker.start()
        check_manners(broker)
        self.process = Process(broker.process.pid)
        self.most_descriptors = self.process.descriptors + SPARE_DESCRIPTORS
        self.most_memory = self.process.memory + LARGEST_GROWTH

    def session(self, seed: int) -> None:
        talk(self.broker.host, self.broker.port, SessionMaker(seed).session(), reset=seed % 5 == 0)
        if not self.broker.is_running:
            raise Unwell(f"the broker ended with status {self.broker.process.wait()}\n{self.broker.error_tail()}")

    def check(self) -> None:
        check_manners(self.broker)
        wait_for_descriptors(self.process, self.most_descriptors)
        if self.process.memory > self.most_memory:
            raise Unwell(f"the broker holds {self.process.memory >> 20} MiB")

    def finish(self) -> None:
        """What the sessions left behind does not keep the broker from stopping and starting again."""
        self.broker.restart()
        check_manners(self.broker)


def run(first_seed: int, is_enough) -> int:
    """Returns how many sessions went well."""
    seed = first_seed
    with tempfile.TemporaryDirectory(prefix="leveret-fuzz-") as directory:
        broker = BrokerProcess(Path(directory), arguments=("--log-level", "error"))
        try:
            process = Run(broker)
            while not is_enough(seed - first_seed):
                process.session(seed)
                seed += 1
                if (seed - first_seed) % POLITE_EVERY == 0:
                    process.check()
            process.check()
            process.finish()
        except Exception as error:
            begin = max(first_seed, seed - POLITE_EVERY)
            print(f"session {seed} (or one shortly before): {type(error).__name__}: {error}\n{broker.error_tail(3000)}\n"
                  f"replay: make fuzz SEED={begin} COUNT={seed - begin + 1}", file=sys.stderr)
            raise SystemExit(1) from error
        finally:
            broker.close()
    return seed - first_seed


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--minutes", type=float, default=10)
    parser.add_argument("--seed", type=int)
    parser.add_argument("--count", type=int, help="how many sessions; without it, as many as fit in the time")
    options = parser.parse_args()
    seed = options.seed if options.seed is not None else random.SystemRandom().randrange(1, 1 << 40)
    print(f"sessions from seed {seed}", flush=True)
    end = time.monotonic() + options.minutes * 60
    done = run(seed, lambda count: time.monotonic() > end or (options.count is not None and count >= options.count))
    print(f"{done} damaged sessions, and the broker is well")


if __name__ == "__main__":
    main()
