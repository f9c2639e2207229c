"""A copy of a broker's data: made while it runs or after it has stopped, and started like any other data directory."""

from __future__ import annotations

import subprocess

import pika
import pytest

from broker_process import BrokerProcess, broker_binary

pytestmark = pytest.mark.leveret_only("starts the daemon in ways of its own")

DATA_DIRECTORY, REFUSED = 5, 4
PERSISTENT = pika.BasicProperties(delivery_mode=2)


def backup(directory, target):
    return subprocess.run([str(broker_binary()), "backup", str(directory), str(target)],
                          capture_output=True, text=True, timeout=120)


def publish(broker, first, last):
    with pika.BlockingConnection(pika.URLParameters(broker.url)) as connection:
        channel = connection.channel()
        channel.confirm_delivery()
        channel.queue_declare("orders", durable=True)
        for number in range(first, last):
            channel.basic_publish("", "orders", str(number).encode(), PERSISTENT)


def restored(tmp_path, target):
    """The messages that a broker started on the copy has."""
    broker = BrokerProcess(tmp_path / "restored")
    broker.data = target
    (tmp_path / "restored").mkdir()
    broker.start()
    try:
        with pika.BlockingConnection(pika.URLParameters(broker.url)) as connection:
            channel = connection.channel()
            bodies = []
            while (message := channel.basic_get("orders", auto_ack=True))[0] is not None:
                bodies.append(int(message[2]))
            return bodies
    finally:
        broker.stop()


def test_a_running_broker_is_copied_and_goes_on(fresh_broker, tmp_path):
    publish(fresh_broker, 0, 50)
    done = backup(fresh_broker.data, tmp_path / "copy")
    assert done.returncode == 0, done.stderr
    publish(fresh_broker, 50, 60)
    assert restored(tmp_path, tmp_path / "copy") == list(range(50))


def test_a_stopped_broker_is_copied(fresh_broker, tmp_path):
    publish(fresh_broker, 0, 50)
    fresh_broker.stop()
    done = backup(fresh_broker.data, tmp_path / "copy")
    assert done.returncode == 0, done.stderr
    assert restored(tmp_path, tmp_path / "copy") == list(range(50))


def test_a_broker_that_was_killed_is_copied_with_its_log(fresh_broker, tmp_path):
    publish(fresh_broker, 0, 50)
    fresh_broker.die()
    done = backup(fresh_broker.data, tmp_path / "copy")
    assert done.returncode == 0, done.stderr
    assert restored(tmp_path, tmp_path / "copy") == list(range(50))


def test_a_directory_in_which_something_lies_is_refused_and_left_alone(fresh_broker, tmp_path):
    publish(fresh_broker, 0, 1)
    (tmp_path / "copy").mkdir()
    (tmp_path / "copy" / "precious").write_text("keep")
    running = backup(fresh_broker.data, tmp_path / "copy")
    assert running.returncode == REFUSED and "is not empty" in running.stderr
    fresh_broker.stop()
    stopped = backup(fresh_broker.data, tmp_path / "copy")
    assert stopped.returncode == DATA_DIRECTORY and "is not empty" in stopped.stderr
    assert [entry.name for entry in (tmp_path / "copy").iterdir()] == ["precious"]


def test_a_log_that_is_gone_is_missed(fresh_broker, tmp_path):
    publish(fresh_broker, 0, 5)
    fresh_broker.die()
    (fresh_broker.data / "leveret.db-wal").unlink()
    done = backup(fresh_broker.data, tmp_path / "copy")
    assert done.returncode == DATA_DIRECTORY
    assert "write-ahead log is missing" in done.stderr
