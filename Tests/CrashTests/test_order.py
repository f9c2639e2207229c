"""The order of a broker's system calls: a confirm leaves after the disk has the message."""

from __future__ import annotations

import re
import shutil
import signal
import subprocess
from pathlib import Path

import pika
import pytest

PERSISTENT = pika.BasicProperties(delivery_mode=2)
FORCED = re.compile(r"(fdatasync|fsync)(\(\d+\)| resumed>\))\s+= 0$")
# basic.ack from the server as strace prints it: a method frame on channel 1, 13 bytes long, class 60, method 80.
CONFIRM = r"\1\0\1\0\0\0\r\0<\0P"


def follow(broker, path: Path) -> subprocess.Popen:
    """Attaches to the broker and returns when every thread is followed."""
    tracer = subprocess.Popen(
        ["strace", "-f", "-o", str(path), "-e", "trace=fdatasync,fsync,write,writev,sendto,sendmsg",
         "-s", "64", "-p", str(broker.process.pid)],
        stderr=subprocess.PIPE, text=True)
    for line in tracer.stderr:
        if "attached" in line:
            return tracer
    pytest.skip("this machine does not let a process be traced")


@pytest.mark.skipif(shutil.which("strace") is None, reason="strace is not installed")
def test_no_confirm_leaves_before_its_message_was_forced_to_the_disk(broker, tmp_path):
    calls = tmp_path / "calls.txt"
    with pika.BlockingConnection(pika.URLParameters(broker.url)) as connection:
        channel = connection.channel()
        channel.queue_declare("orders", durable=True)
        channel.confirm_delivery()
        tracer = follow(broker, calls)
        try:
            # One at a time: what is forced between two confirms is the message of the second.
            for number in range(50):
                channel.basic_publish("", "orders", f"message {number}".encode(), PERSISTENT)
        finally:
            tracer.send_signal(signal.SIGINT)
            tracer.wait(timeout=30)

    confirms, is_forced = 0, False
    for line in calls.read_text(errors="replace").splitlines():
        if FORCED.search(line):
            is_forced = True
        elif CONFIRM in line and "resumed" not in line:
            confirms += 1
            assert is_forced, f"confirm {confirms} left before its message was on the disk"
            is_forced = False
    assert confirms == 50
