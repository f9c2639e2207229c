"""amqplib, the client of Node.js: an order service and an email service, written as its tutorials write them.

They need `node` and the package amqplib where node looks for packages (`NODE_PATH`).
"""

import json
import os
import queue as queues
import shutil
import subprocess
import threading
from pathlib import Path

import pytest

from expectations import eventually, ready_count

SERVICES = Path(__file__).resolve().parent / "amqplib_services"
BOUND = 20


@pytest.fixture(scope="module", autouse=True)
def amqplib():
    """Without the client there is nothing to test."""
    if not shutil.which("node"):
        pytest.skip("node is not installed")
    asked = subprocess.run(["node", "-e", "require('amqplib')"], capture_output=True, cwd=SERVICES)
    if asked.returncode != 0:
        pytest.skip("node does not find the package amqplib; NODE_PATH says where it is")


class Service:
    """A running program, and the lines that it says."""

    def __init__(self, program: str, url: str, *arguments: str):
        command = ["node", str(SERVICES / program), *arguments]
        self.process = subprocess.Popen(command, env={**os.environ, "AMQP_URL": url}, stdin=subprocess.DEVNULL,
                                        stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
        self.lines: queues.Queue[str] = queues.Queue()
        threading.Thread(target=self._read, daemon=True).start()

    def says(self, count: int) -> list[str]:
        """The next lines; waits for them."""
        return [self.lines.get(timeout=BOUND) for _ in range(count)]

    def ends(self) -> int:
        return self.process.wait(BOUND)

    def kill(self) -> None:
        self.process.kill()
        self.process.wait()

    def _read(self) -> None:
        with self.process.stdout:
            for line in self.process.stdout:
                self.lines.put(line.rstrip("\n"))


@pytest.fixture
def start():
    """Starts services, none of which outlives the test."""
    started = []

    def start(program: str, url: str, *arguments: str) -> Service:
        started.append(Service(program, url, *arguments))
        return started[-1]

    yield start
    for service in started:
        service.kill()


def orders(count: int, **more) -> list[str]:
    return [json.dumps({"id": number, **more}) for number in range(count)]


def test_orders_are_mailed_one_by_one_in_their_order(broker, start, channel, name):
    queue = name("orders")
    mailing = start("email_service.js", broker.url, queue)
    assert mailing.says(1) == ["waiting"]
    ordering = start("order_service.js", broker.url, queue, *orders(20))
    assert ordering.ends() == 0
    assert mailing.says(20) == [f"mailed {number}" for number in range(20)]
    eventually(lambda: ready_count(channel, queue) == 0, "the last acknowledgement")
    channel.queue_delete(queue)
    assert mailing.says(1) == ["cancelled"]
    assert mailing.ends() == 0


def test_an_order_put_back_is_the_next_one_again(broker, start, channel, name):
    queue = name("orders")
    assert start("order_service.js", broker.url, queue, *orders(3, failsAtFirst=True)).ends() == 0
    mailing = start("email_service.js", broker.url, queue)
    said = mailing.says(7)
    said.remove("waiting")
    assert said == ["put back 0", "mailed 0", "put back 1", "mailed 1", "put back 2", "mailed 2"]
    channel.queue_delete(queue)
    assert mailing.ends() == 0


def test_two_email_services_share_the_orders(broker, start, channel, name):
    queue = name("orders")
    services = [start("email_service.js", broker.url, queue) for _ in range(2)]
    for service in services:
        assert service.says(1) == ["waiting"]
    assert start("order_service.js", broker.url, queue, *orders(40)).ends() == 0
    eventually(lambda: sum(service.lines.qsize() for service in services) == 40, "all mails")
    said = [service.says(service.lines.qsize()) for service in services]
    assert sorted(sum(said, [])) == sorted(f"mailed {number}" for number in range(40))
    assert all(said), "one of them got nothing"
    channel.queue_delete(queue)


def test_orders_outlive_a_kill_of_the_broker(fresh_broker, start):
    mailing = start("email_service.js", fresh_broker.url, "orders")
    assert mailing.says(1) == ["waiting"]
    mailing.kill()
    assert start("order_service.js", fresh_broker.url, "orders", *orders(10)).ends() == 0
    fresh_broker.kill()
    mailing = start("email_service.js", fresh_broker.url, "orders")
    said = mailing.says(11)
    assert [line for line in said if line != "waiting"] == [f"mailed {number}" for number in range(10)]
