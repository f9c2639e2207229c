"""Messages that an application of another language publishes with its own transactions, through `leveret outbox`."""

import signal
import sqlite3
import subprocess

import pytest

from broker_process import broker_binary
from expectations import drain, eventually, ready_count

pytestmark = pytest.mark.leveret_only("the tool is Leveret's")

INSERT = "INSERT INTO leveret_outbox (exchange, routing_key, body) VALUES ('', ?, ?)"


def run_outbox(*arguments: str) -> str:
    command = [str(broker_binary()), "outbox", *arguments]
    return subprocess.run(command, check=True, capture_output=True, text=True, timeout=60).stdout


@pytest.fixture
def application(tmp_path):
    """An application's database, with a table of its own and an outbox."""
    path = tmp_path / "shop.db"
    database = sqlite3.connect(path, isolation_level=None)
    database.execute("PRAGMA journal_mode = WAL")
    database.execute("CREATE TABLE orders (id INTEGER PRIMARY KEY, article TEXT)")
    run_outbox(str(path), "--create")
    yield database, str(path)
    database.close()


@pytest.fixture
def relay(broker, application):
    """Starts `leveret outbox`, as often as a test wants."""
    started = []

    def start(*arguments: str) -> subprocess.Popen:
        command = [str(broker_binary()), "outbox", application[1], "--url", broker.url, "--interval", "10", *arguments]
        started.append(subprocess.Popen(command, stdin=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True))
        return started[-1]

    yield start
    for process in started:
        if process.poll() is None:
            process.kill()
        process.communicate()


@pytest.fixture
def queue(channel, name):
    """A queue which drops what it has had."""
    queue = name("orders")
    channel.queue_declare(queue, durable=True, arguments={"x-message-deduplication": True})
    return queue


def take_order(database, queue, article, commits=True):
    database.execute("BEGIN")
    database.execute("INSERT INTO orders (article) VALUES (?)", [article])
    database.execute(INSERT, [queue, article])
    database.execute("COMMIT" if commits else "ROLLBACK")


def waiting(database) -> int:
    return database.execute("SELECT count(*) FROM leveret_outbox").fetchone()[0]


def test_what_an_application_commits_is_published_in_order_and_what_it_rolls_back_is_not(
    application, relay, channel, queue
):
    database, _ = application
    process = relay()
    for number in range(300):
        take_order(database, queue, str(number), commits=number % 3 != 0)
    eventually(lambda: waiting(database) == 0, "the outbox is empty")
    assert drain(channel, queue) == [b"%d" % number for number in range(300) if number % 3 != 0]
    process.send_signal(signal.SIGTERM)
    assert process.wait(30) == 0


def test_a_relay_killed_between_confirm_and_deletion_neither_loses_nor_doubles(application, relay, channel, queue):
    database, _ = application
    expected = []
    for round_number in range(3):
        for number in range(50):
            expected.append(b"%d.%d" % (round_number, number))
            take_order(database, queue, expected[-1].decode())
        # Whoever holds the write lock lets others read: the relay publishes and is confirmed, and cannot delete.
        database.execute("BEGIN IMMEDIATE")
        process = relay()
        eventually(lambda: ready_count(channel, queue) == len(expected), "everything is published")
        process.kill()
        process.wait()
        database.execute("ROLLBACK")
        assert waiting(database) == 50, "the rows are still there after the confirms"
        again = relay()
        eventually(lambda: waiting(database) == 0, "the outbox is empty")
        again.kill()
        again.wait()
    assert drain(channel, queue) == expected


def test_a_relay_outlives_the_broker(fresh_broker, open_channel, application, name):
    database, path = application
    channel = open_channel()
    queue = name("orders")
    channel.queue_declare(queue, durable=True, arguments={"x-message-deduplication": True})
    command = [str(broker_binary()), "outbox", path, "--url", fresh_broker.url, "--interval", "10"]
    process = subprocess.Popen(command, stdin=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        for number in range(100):
            take_order(database, queue, str(number))
            if number in (30, 60):
                fresh_broker.kill()
        eventually(lambda: waiting(database) == 0, "the outbox is empty", 60)
        assert drain(open_channel(), queue) == [b"%d" % number for number in range(100)]
    finally:
        process.kill()
        process.wait()


def test_what_is_there_can_be_published_once(application, broker, channel, queue):
    database, path = application
    for number in range(10):
        take_order(database, queue, str(number))
    assert run_outbox(path, "--once", "--url", broker.url) == "published 10 messages\n"
    assert ready_count(channel, queue) == 10
    assert run_outbox(path, "--once", "--url", broker.url) == "published 0 messages\n"
