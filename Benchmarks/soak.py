#!/usr/bin/env python3
"""Runs a mixed load on one broker for a long time and draws what it takes of the machine: Docs/soak.svg.

The load is made of the clients of a small company: confirmed publishings to durable queues with consumers that
acknowledge, reject and give back, retries and dead letters, delays, times to live, a queue of limited length, messages
that are told from others, transactions, short-lived connections and exclusive queues, and a backlog that fills and
empties. All of it is bounded in rate, so that it can run beside other work. Memory (without the pages of files), the
size of the data directory, descriptors and threads are read from outside, every few seconds. It ends with status 1 if
a message that was confirmed is missing or if the broker needs more at the end than it did after the first sixth.

    python3 Benchmarks/soak.py [--minutes 60] [--rate 300] [--leveret .build/release/leveret] [--output Docs/soak.svg]

It needs pika (`make setup-test`). The broker is started here, on a free port of loopback, and ended here, by pid.
"""

import argparse
import json
import random
import shutil
import signal
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from pathlib import Path

import pika

ROOT = Path(__file__).resolve().parent.parent
WORK, FAILED, RETRY, LIMITED, UNIQUE, LATER, BACKLOG = (
    f"soak.{name}" for name in ("work", "failed", "retry", "limited", "unique", "later", "backlog"))
PERSISTENT = pika.BasicProperties(delivery_mode=2)


class Broker:
    def __init__(self, binary, directory):
        self.data = directory / "data"
        self.process = subprocess.Popen(
            [binary, "serve", "--host", "127.0.0.1", "--port", "0", "--data", str(self.data)],
            stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=open(directory / "broker.log", "wb"), text=True)
        line = self.process.stdout.readline()
        if not line.startswith("listening on "):
            sys.exit(f"the broker did not start: {line!r}; see {directory}/broker.log")
        self.url = f"amqp://guest:guest@{line.split()[-1]}/%2F?heartbeat=60"
        threading.Thread(target=self.process.stdout.read, daemon=True).start()

    def connect(self):
        return pika.BlockingConnection(pika.URLParameters(self.url))

    def sample(self):
        """What the process takes now: anonymous memory, database, descriptors, threads, processor time."""
        proc = Path(f"/proc/{self.process.pid}")
        status = dict(line.split(":", 1) for line in (proc / "status").read_text().splitlines())
        times = (proc / "stat").read_text().rsplit(")", 1)[1].split()
        size = sum(file.stat().st_size for file in self.data.iterdir() if file.name.startswith("leveret.db"))
        return {
            "memory": int(status["RssAnon"].split()[0]) / 1024,
            "database": size / 2 ** 20,
            "descriptors": len(list((proc / "fd").iterdir())),
            "threads": int(status["Threads"]),
            "processor": (int(times[11]) + int(times[12])) / 100,
        }

    def stop(self):
        self.process.send_signal(signal.SIGTERM)
        return self.process.wait(timeout=60)


class Books:
    """How many messages were confirmed and how many were settled, by kind of work."""

    def __init__(self):
        self.lock = threading.Lock()
        self.counts = {}

    def add(self, name, count=1):
        with self.lock:
            self.counts[name] = self.counts.get(name, 0) + count


def declare(broker):
    with broker.connect() as connection:
        channel = connection.channel()
        channel.queue_declare(FAILED, durable=True)
        dead = {"x-dead-letter-exchange": "", "x-dead-letter-routing-key": FAILED}
        channel.queue_declare(WORK, durable=True, arguments=dead)
        channel.queue_declare(RETRY, durable=True, arguments={
            **dead, "x-queue-type": "quorum", "x-delivery-limit": 2, "x-delayed-retry-type": "all",
            "x-delayed-retry-min": 500})
        channel.queue_declare(LIMITED, durable=True, arguments={"x-max-length": 500})
        channel.queue_declare(UNIQUE, durable=True, arguments={"x-message-deduplication": True, "x-cache-size": 5000})
        channel.queue_declare(LATER, durable=True, arguments={"x-message-ttl": 20_000})
        channel.queue_declare(BACKLOG, durable=True)


class Client(threading.Thread):
    """Does one kind of work until the end; a failure ends the run."""

    failures = []

    def __init__(self, work, *arguments):
        super().__init__(daemon=True)
        self.work, self.arguments = work, arguments
        self.start()

    def run(self):
        try:
            self.work(*self.arguments)
        except BaseException as failure:
            Client.failures.append(f"{self.work.__name__}: {failure!r}")


def publish(broker, books, end, rate, seed):
    """Publishes at a rate, in bursts that are confirmed one by one or committed together."""
    chance = random.Random(seed)
    connection = broker.connect()
    confirmed, transactional = connection.channel(), connection.channel()
    confirmed.confirm_delivery()
    transactional.tx_select()
    number, start = 0, time.monotonic()
    while time.monotonic() < end:
        number += 1
        body = bytes(chance.choice((20, 100, 1000, 4000)))
        kind = chance.random()
        if kind < 0.5:
            confirmed.basic_publish("", WORK, body, PERSISTENT)
            books.add("work")
        elif kind < 0.6:
            confirmed.basic_publish("", RETRY, body, PERSISTENT)
            books.add("retry")
        elif kind < 0.7:
            confirmed.basic_publish("", LIMITED, body, PERSISTENT)
        elif kind < 0.8:
            mark = {"x-deduplication-header": chance.randrange(20_000)}
            confirmed.basic_publish("", UNIQUE, body, pika.BasicProperties(delivery_mode=2, headers=mark))
        elif kind < 0.9:
            delay = {"x-delay": chance.randrange(10_000)}
            confirmed.basic_publish("", LATER, body, pika.BasicProperties(delivery_mode=2, headers=delay))
        else:
            for _ in range(5):
                transactional.basic_publish("", WORK, body, PERSISTENT)
            transactional.tx_commit()
            books.add("work", 5)
        behind = start + number / rate - time.monotonic()
        if behind > 0:
            connection.sleep(behind)
    connection.close()


def consume(broker, books, end, queue, name, seed, failing):
    """Acknowledges most, rejects or gives back some; stays until its queue is empty."""
    chance = random.Random(seed)
    connection = broker.connect()
    channel = connection.channel()
    channel.basic_qos(prefetch_count=50)
    for delivery, _, _ in channel.consume(queue, inactivity_timeout=5):
        if delivery is None:
            if time.monotonic() > end:
                break
        elif chance.random() < failing:
            chance.choice((channel.basic_reject, channel.basic_nack))(delivery.delivery_tag, requeue=queue == RETRY)
        else:
            channel.basic_ack(delivery.delivery_tag)
            books.add(f"{name} settled")
    channel.cancel()
    connection.close()


def fill_and_empty(broker, books, end, rate):
    """A backlog grows for a while, then goes."""
    while time.monotonic() < end - 30:
        connection = broker.connect()
        channel = connection.channel()
        channel.confirm_delivery()
        begin = time.monotonic()
        count = 0
        while time.monotonic() < min(begin + 120, end - 30):
            channel.basic_publish("", BACKLOG, bytes(2000), PERSISTENT)
            count += 1
            connection.sleep(1 / rate)
        books.add("backlog", count)
        left = count
        while left:
            method, _, _ = channel.basic_get(BACKLOG)
            if method is None:
                raise AssertionError(f"{left} messages of the backlog are missing")
            channel.basic_ack(method.delivery_tag)
            left -= 1
            books.add("backlog settled")
            connection.sleep(0.001)
        connection.close()


def come_and_go(broker, books, end, seed):
    """Connections of a moment with exclusive queues; some vanish without a word."""
    chance = random.Random(seed)
    while time.monotonic() < end:
        connection = broker.connect()
        channel = connection.channel()
        queue = channel.queue_declare("", exclusive=True).method.queue
        channel.queue_bind(queue, "amq.topic", f"soak.{chance.randrange(1000)}.#")
        channel.basic_publish("", queue, b"to nobody else")
        channel.basic_get(queue)
        books.add("short connections")
        if chance.random() < 0.3:
            # pika has no way to leave like that.
            connection._impl._transport.abort()
        else:
            connection.close()
        time.sleep(0.5)


def run(broker, minutes, rate):
    books, samples = Books(), []
    declare(broker)
    start = time.monotonic()
    end = start + minutes * 60
    clients = [
        *(Client(publish, broker, books, end, rate / 2, seed) for seed in (1, 2)),
        Client(consume, broker, books, end, WORK, "work", 3, 0.02),
        Client(consume, broker, books, end, RETRY, "retry", 4, 0.3),
        Client(consume, broker, books, end, LIMITED, "limited", 5, 0),
        Client(consume, broker, books, end, UNIQUE, "unique", 6, 0),
        Client(consume, broker, books, end, LATER, "later", 7, 0),
        Client(consume, broker, books, end, FAILED, "failed", 8, 0),
        Client(fill_and_empty, broker, books, end, rate / 10),
        Client(come_and_go, broker, books, end, 9),
    ]
    while any(client.is_alive() for client in clients) and not Client.failures:
        if broker.process.poll() is not None:
            sys.exit(f"the broker ended with status {broker.process.returncode}")
        if time.monotonic() > end + 300:
            sys.exit("the clients did not come to their end")
        samples.append({"seconds": time.monotonic() - start, **broker.sample()})
        time.sleep(5)
    if Client.failures:
        sys.exit("\n".join(Client.failures))
    return books, samples


def judge(books, samples):
    """What is wrong: messages that are missing, or a need that has grown."""
    counts = books.counts
    taken = counts["work"] + counts["retry"]
    settled = counts["work settled"] + counts["retry settled"] + counts["failed settled"]
    problems = [] if taken == settled else [f"{taken} confirmed, {settled} settled"]
    sixth = len(samples) // 6
    for key, allowance in (("memory", 16), ("database", 48), ("descriptors", 4), ("threads", 0)):
        # The largest of the second sixth and of the last: by then every cycle of the load has been seen.
        early = max(sample[key] for sample in samples[sixth:2 * sixth])
        late = max(sample[key] for sample in samples[-sixth:])
        if late > early * 1.1 + allowance:
            problems.append(f"{key} has grown from {early:.0f} to {late:.0f}")
    return problems


PANELS = (("memory", "memory, MiB"), ("database", "database and log, MiB"), ("descriptors", "descriptors"),
          ("processor", "processor, % of one core"))


def draw(samples, title):
    """Four small charts, one below the other."""
    width, height, left, top = 860, 110, 60, 50
    seconds = samples[-1]["seconds"]
    parts = [f'<svg xmlns="http://www.w3.org/2000/svg" width="{width}" height="{top + len(PANELS) * (height + 45)}" '
             'font-family="sans-serif" font-size="12">', '<rect width="100%" height="100%" fill="white"/>',
             f'<text x="{left}" y="24" font-size="15">{title}</text>']
    for place, (key, label) in enumerate(PANELS):
        values = rates(samples) if key == "processor" else [sample[key] for sample in samples]
        ceiling = max(values) * 1.1 or 1
        base = top + place * (height + 45) + height
        points = " ".join(
            f"{left + (width - left - 20) * sample['seconds'] / seconds:.1f},{base - height * value / ceiling:.1f}"
            for sample, value in zip(samples, values))
        parts += [
            f'<text x="{left}" y="{base - height - 4}" fill="#333">{label}: median '
            f'{statistics.median(values):.0f}, highest {max(values):.0f}, at the end {values[-1]:.0f}</text>',
            f'<path d="M{left} {base - height}V{base}H{width - 20}" stroke="#999" fill="none"/>',
            f'<text x="{left - 6}" y="{base}" text-anchor="end">0</text>',
            f'<text x="{left - 6}" y="{base - height + 10}" text-anchor="end">{ceiling:.0f}</text>',
            f'<text x="{width - 20}" y="{base + 15}" text-anchor="end">{seconds / 60:.0f} min</text>',
            f'<polyline points="{points}" fill="none" stroke="#1661be" stroke-width="1.3"/>']
    return "\n".join([*parts, "</svg>", ""])


def rates(samples):
    pairs = list(zip(samples, samples[1:]))
    values = [100 * (b["processor"] - a["processor"]) / (b["seconds"] - a["seconds"]) for a, b in pairs]
    return [values[0], *values] if values else [0]


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--minutes", type=float, default=60)
    parser.add_argument("--rate", type=float, default=300, help="publishings a second")
    parser.add_argument("--leveret", type=Path, default=ROOT / ".build/release/leveret")
    parser.add_argument("--output", type=Path, default=ROOT / "Docs/soak.svg")
    options = parser.parse_args()
    directory = Path(tempfile.mkdtemp(prefix="leveret-soak-"))
    broker = Broker(options.leveret, directory)
    try:
        books, samples = run(broker, options.minutes, options.rate)
        status = broker.stop()
    finally:
        if broker.process.poll() is None:
            broker.process.kill()
    settled = sum(count for name, count in books.counts.items() if name.endswith("settled"))
    title = f"{options.minutes:.0f} minutes, {settled:,} messages settled, {books.counts['short connections']:,} " \
            "connections that came and went"
    options.output.write_text(draw(samples, title))
    problems = judge(books, samples) + ([] if status == 0 else [f"the broker left with status {status}"])
    print(json.dumps({"counts": books.counts, "last": samples[-1], "problems": problems}, indent=2))
    shutil.rmtree(directory)
    sys.exit(1 if problems else 0)


if __name__ == "__main__":
    main()
