"""What an operator may do wrong, and what a machine may do to a broker: one clear line each, and no crash."""

from __future__ import annotations

import os
import shutil
import socket
import stat
import subprocess
import tempfile
from pathlib import Path

import pika
import pytest

from broker_process import BrokerProcess, broker_binary
from wire import Peer, consume_method

pytestmark = pytest.mark.leveret_only("starts the daemon in ways of its own")

UNREACHABLE, DATA_DIRECTORY = 3, 5
PERSISTENT = pika.BasicProperties(delivery_mode=2)


def serve(directory, *options):
    """Runs a daemon that is expected to end by itself."""
    return subprocess.run(
        [str(broker_binary()), "serve", "--host", "127.0.0.1", "--port", "0", "--data", str(directory), *options],
        capture_output=True, text=True, timeout=30)


def fails_with_one_line(done, status, *words):
    assert done.returncode == status, done
    assert done.stdout == ""
    lines = [line for line in done.stderr.splitlines() if line.startswith("leveret: ")]
    assert len(lines) == 1, done.stderr
    for word in words:
        assert word in lines[0], lines[0]


@pytest.mark.skipif(os.geteuid() != 0, reason="then everything runs as an ordinary user anyway")
def test_an_ordinary_user_runs_a_broker_as_well_as_root_does():
    nobody = 65534
    with tempfile.TemporaryDirectory() as directory:
        os.chown(directory, nobody, nobody)
        binary = Path(shutil.copy2(broker_binary(), directory))
        binary.chmod(0o755)
        broker = BrokerProcess(Path(directory), binary=binary, user=nobody)
        try:
            broker.start()
            with pika.BlockingConnection(pika.URLParameters(broker.url)) as connection:
                channel = connection.channel()
                channel.confirm_delivery()
                channel.queue_declare("q", durable=True)
                channel.basic_publish("", "q", b"hello", PERSISTENT)
                assert channel.basic_get("q", auto_ack=True)[2] == b"hello"
            assert broker.stop() == 0
        finally:
            broker.close()


def test_connections_that_the_system_has_no_room_for_are_refused_and_the_others_are_served(tmp_path):
    script = tmp_path / "few-files"
    script.write_text(f'#!/bin/sh\nulimit -n 60\nexec "{broker_binary()}" "$@"\n')
    script.chmod(0o755)
    broker = BrokerProcess(tmp_path, binary=script)
    try:
        broker.start()
        parameters = pika.URLParameters(broker.url)
        served = [pika.BlockingConnection(parameters) for _ in range(30)]
        for _ in range(40):
            with pytest.raises(pika.exceptions.AMQPConnectionError):
                pika.BlockingConnection(parameters)
        served[0].channel().queue_declare("q", durable=True)
        served.pop().close()
        served.append(pika.BlockingConnection(parameters))
        for connection in served:
            connection.close()
        assert "connections=30" in broker.error_log.read_text()
    finally:
        broker.close()


def test_a_port_in_use_is_named(fresh_broker, tmp_path):
    done = serve(tmp_path / "other", "--port", str(fresh_broker.port))
    fails_with_one_line(done, UNREACHABLE, str(fresh_broker.port), "another process")


def test_a_second_broker_on_the_same_directory_is_refused_and_the_first_goes_on(fresh_broker):
    fails_with_one_line(serve(fresh_broker.data), DATA_DIRECTORY, str(fresh_broker.data), str(fresh_broker.process.pid))
    with pika.BlockingConnection(pika.URLParameters(fresh_broker.url)) as connection:
        connection.channel().queue_declare("still-here")


def test_a_data_directory_that_is_a_file_is_refused(tmp_path):
    (tmp_path / "file").write_text("not a directory")
    fails_with_one_line(serve(tmp_path / "file"), DATA_DIRECTORY, str(tmp_path / "file"))
    assert (tmp_path / "file").read_text() == "not a directory"


def test_a_data_directory_on_a_read_only_file_system_is_refused(tmp_path):
    with mounted(tmp_path / "disk", "size=4m") as disk:
        subprocess.run(["mount", "-o", "remount,ro", disk], check=True)
        fails_with_one_line(serve(disk / "data"), DATA_DIRECTORY, str(disk))


@pytest.mark.parametrize("length", [0, 100, 5000, 40_000])
def test_a_truncated_database_is_refused_and_left_as_it_is(fresh_broker, length):
    publish_durably(fresh_broker, 300)
    fresh_broker.stop()
    database = Path(fresh_broker.data) / "leveret.db"
    with database.open("r+b") as file:
        file.truncate(length)
    before = database.read_bytes()
    fails_with_one_line(serve(fresh_broker.data), DATA_DIRECTORY, "leveret.db")
    assert database.read_bytes() == before
    assert check(fresh_broker.data).returncode == DATA_DIRECTORY


def test_a_log_that_was_deleted_after_a_kill_is_missed(fresh_broker):
    publish_durably(fresh_broker, 30)
    fresh_broker.die()
    (Path(fresh_broker.data) / "leveret.db-wal").unlink()
    fails_with_one_line(serve(fresh_broker.data), DATA_DIRECTORY, "write-ahead log is missing", "leveret check")
    assert check(fresh_broker.data).returncode == DATA_DIRECTORY


def test_a_flipped_byte_in_a_message_is_found_by_check_and_never_delivered(fresh_broker):
    publish_durably(fresh_broker, 300)
    fresh_broker.stop()
    assert check(fresh_broker.data).returncode == 0
    database = Path(fresh_broker.data) / "leveret.db"
    content = bytearray(database.read_bytes())
    place = content.rindex(b"message 299 ")
    content[place] ^= 1
    database.write_bytes(content)
    found = check(fresh_broker.data)
    assert found.returncode == DATA_DIRECTORY and "segment" in found.stdout + found.stderr
    # The broker either refuses to start or stops when it meets the damage: it never hands out the message.
    delivered = []
    try:
        fresh_broker.start()
        with pika.BlockingConnection(pika.URLParameters(fresh_broker.url)) as connection:
            for _, _, message in connection.channel().consume("durable", inactivity_timeout=5):
                if message is None:
                    break
                delivered.append(message)
    except Exception:
        pass
    assert all(message.startswith(b"message ") for message in delivered)
    assert len(delivered) < 300


def test_data_is_readable_by_its_owner_only(fresh_broker):
    data = Path(fresh_broker.data)
    assert stat.S_IMODE(data.stat().st_mode) & 0o077 == 0
    operator_socket = data / "leveret.sock"
    assert stat.S_IMODE(operator_socket.stat().st_mode) == 0o600


def test_operators_see_queues_through_the_data_directory(fresh_broker):
    publish_durably(fresh_broker, 3)
    done = subprocess.run([str(broker_binary()), "queues", "--data", str(fresh_broker.data)],
                          capture_output=True, text=True, timeout=30)
    assert done.returncode == 0, done.stderr
    assert any("durable" in line and "3" in line.split() for line in done.stdout.splitlines()), done.stdout


def test_a_full_disk_blocks_publishers_and_loses_nothing(tmp_path):
    with mounted(tmp_path / "disk", "size=12m") as disk:
        # Without a limit of free space, so that the disk really fills up.
        broker = BrokerProcess(disk, arguments=("--disk-free-limit", "0"))
        broker.error_log = tmp_path / "stderr.txt"
        try:
            broker.start()
            confirmed = fill_disk(broker, disk)
            assert broker.is_running, broker.error_tail()
            broker.die()
            (disk / "ballast").unlink()
            broker.start()
            with pika.BlockingConnection(pika.URLParameters(broker.url)) as connection:
                held = connection.channel().queue_declare("durable", passive=True).method.message_count
            assert held >= confirmed
        finally:
            broker.close()


def fill_disk(broker, disk):
    """Publishes until the broker says that it is blocked; gives how many it had confirmed."""
    parameters = pika.URLParameters(broker.url)
    parameters.blocked_connection_timeout = 3
    confirmed = 0
    with pika.BlockingConnection(parameters) as connection:
        channel = connection.channel()
        channel.queue_declare("durable", durable=True)
        channel.confirm_delivery()
        (disk / "ballast").write_bytes(b"\0" * (4 << 20))
        with pytest.raises((pika.exceptions.ConnectionBlockedTimeout, pika.exceptions.AMQPError)):
            while confirmed < 10_000:
                channel.basic_publish("", "durable", os.urandom(10_000), PERSISTENT)
                confirmed += 1
    assert 0 < confirmed < 10_000
    return confirmed


def test_a_consumer_that_never_reads_does_not_grow_the_broker(fresh_broker):
    """200 MB are published to a consumer without acknowledgements that reads nothing; the queue is durable and its
    messages persistent, so they can leave memory."""
    lazy = Peer(fresh_broker.host, fresh_broker.port)
    lazy.log_in()
    lazy.open_channel()
    with pika.BlockingConnection(pika.URLParameters(fresh_broker.url)) as connection:
        channel = connection.channel()
        channel.queue_declare("durable", durable=True)
        lazy.send(consume_method(1, "durable", no_ack=True))
        channel.confirm_delivery()
        block = os.urandom(1 << 20)
        for _ in range(200):
            channel.basic_publish("", "durable", block, PERSISTENT)
        assert resident_megabytes(fresh_broker.process.pid) < 400
        # Other clients are served as before.
        assert channel.queue_declare("other").method.queue == "other"
    lazy.hang_up()


def test_garbage_does_not_disturb_other_clients(fresh_broker):
    with pika.BlockingConnection(pika.URLParameters(fresh_broker.url)) as connection:
        channel = connection.channel()
        channel.queue_declare("calm")
        for seed in range(50):
            with socket.create_connection((fresh_broker.host, fresh_broker.port), timeout=10) as client:
                client.sendall(b"AMQP\0\0\x09\x01" + bytes((seed * 7 + i * 13) % 256 for i in range(400)))
        channel.basic_publish("", "calm", b"x")
        assert channel.queue_declare("calm", passive=True).method.message_count <= 1
    assert fresh_broker.is_running


def publish_durably(broker, count):
    with pika.BlockingConnection(pika.URLParameters(broker.url)) as connection:
        channel = connection.channel()
        channel.queue_declare("durable", durable=True)
        channel.confirm_delivery()
        for number in range(count):
            channel.basic_publish("", "durable", f"message {number} ".encode() + b"x" * 500, PERSISTENT)


def check(directory):
    return subprocess.run([str(broker_binary()), "check", str(directory)], capture_output=True, text=True,
                          timeout=60)


def resident_megabytes(pid):
    for line in Path(f"/proc/{pid}/status").read_text().splitlines():
        if line.startswith("VmRSS:"):
            return int(line.split()[1]) / 1024
    raise AssertionError("no VmRSS")


class mounted:
    """A small file system in memory, for what only root may do; otherwise the test is skipped."""

    def __init__(self, place, options):
        self.place, self.options = place, options

    def __enter__(self):
        self.place.mkdir()
        done = subprocess.run(["mount", "-t", "tmpfs", "-o", self.options, "tmpfs", str(self.place)],
                              capture_output=True)
        if done.returncode != 0:
            shutil.rmtree(self.place)
            pytest.skip("mounting a small file system needs more rights than this user has")
        return self.place

    def __exit__(self, *_):
        subprocess.run(["umount", "--lazy", str(self.place)], check=True)
