"""The promise of a confirm and of a settled acknowledgement, kept through SIGKILL at random moments."""

import os
import random
import threading
import time

import pytest

from consumer import MARKERS, Consumer
from ledger import Copy, Ledger, decode
from producer import FANOUT, Producer
from wire import BASIC_GET_EMPTY, BASIC_GET_OK, Peer, get_method, method, short_string

ROUNDS = int(os.environ.get("LEVERET_KILL_ROUNDS", "20"))
SEED = int(os.environ.get("LEVERET_KILL_SEED") or random.SystemRandom().randrange(2 ** 32))
QUEUES = ["crash.left", "crash.right"]
LONGEST_ROUND = 0.8


def declare(broker) -> None:
    peer = Peer(broker.host, broker.port)
    peer.log_in()
    peer.open_channel(1)
    for queue in [*QUEUES, MARKERS]:
        peer.declare_queue(1, queue, durable=True)
    peer.send(method(1, (40, 10), b"\0\0" + short_string(FANOUT) + short_string("fanout") + b"\2" + b"\0\0\0\0"))
    peer.expect(1, (40, 11))
    for queue in QUEUES:
        peer.send(method(1, (50, 20), b"\0\0" + short_string(queue) + short_string(FANOUT) + b"\0\0" + b"\0\0\0\0"))
        peer.expect(1, (50, 21))
    peer.close()


def drain(broker, ledger: Ledger) -> None:
    """Takes what is left in the queues."""
    peer = Peer(broker.host, broker.port)
    peer.log_in()
    peer.open_channel(1)
    for queue in QUEUES:
        while True:
            peer.send(get_method(1, queue))
            frame = peer.read_frame()
            if frame.method == BASIC_GET_EMPTY:
                break
            assert frame.method == BASIC_GET_OK
            redelivered = bool(frame.arguments.data[8])
            header = peer.read_frame()
            size = int.from_bytes(header.payload[4:12], "big")
            body = b""
            while len(body) < size:
                body += peer.read_frame().payload
            ledger.deliver(Copy(queue, decode(body)), redelivered)
    peer.close()


class Crowd:
    """The work of several clients, each in a thread of its own."""

    def __init__(self, broker, work: list):
        self.failures: list[BaseException] = []
        self.threads = [threading.Thread(target=self._run, args=(each, broker), daemon=True) for each in work]
        for thread in self.threads:
            thread.start()

    def join(self, seconds: float = 60) -> None:
        end = time.monotonic() + seconds
        for thread in self.threads:
            thread.join(max(0.0, end - time.monotonic()))
            assert not thread.is_alive(), f"a client did not finish within {seconds} s"
        if self.failures:
            raise self.failures[0]

    def _run(self, work, broker) -> None:
        try:
            work(broker.host, broker.port)
        except BaseException as failure:
            self.failures.append(failure)


def live_until(broker, ledger, clients, how_it_ends, seconds: float) -> None:
    """One life of the broker under load: the clients work until the end comes, after so many seconds."""
    ledger.begin_life()
    crowd = Crowd(broker, [client.run for client in clients])
    time.sleep(seconds)  # the random moment, not a synchronisation
    how_it_ends()
    crowd.join()


@pytest.fixture
def ledger():
    return Ledger()


@pytest.fixture
def producers(ledger):
    return [Producer(number, QUEUES, ledger, SEED + number) for number in range(2)]


@pytest.fixture
def consumers(ledger):
    return [Consumer(queue, ledger, SEED + 100 + number) for number, queue in enumerate(QUEUES)]


def finish(broker, ledger, consumers) -> None:
    """A last life in which everything is consumed to the end; then the judgement."""
    ledger.begin_life()
    # The more lives there were, the more is left to consume.
    Crowd(broker, [consumer.finish for consumer in consumers]).join(60 + ROUNDS)
    drain(broker, ledger)
    print(ledger.summary())
    ledger.check()


def stop_gracefully(broker) -> None:
    status = broker.stop()
    assert status == 0, f"the broker left with status {status} after SIGTERM"


def test_no_confirmed_message_is_lost_and_no_settled_one_comes_back_when_the_broker_is_killed(
        broker, ledger, producers, consumers):
    print(f"\nLEVERET_KILL_SEED={SEED} LEVERET_KILL_ROUNDS={ROUNDS}")
    moments = random.Random(SEED + 1000)
    declare(broker)
    for _ in range(ROUNDS):
        live_until(broker, ledger, producers + consumers, broker.die, moments.uniform(0.01, LONGEST_ROUND))
        broker.start()
    finish(broker, ledger, consumers)
    assert len(ledger.confirmed) > ROUNDS and ledger.settled, "too little happened to prove anything"


def test_nothing_is_lost_or_forgotten_when_the_broker_is_stopped_under_load(broker, ledger, producers, consumers):
    print(f"\nLEVERET_KILL_SEED={SEED}")
    moments = random.Random(SEED + 2000)
    declare(broker)
    for _ in range(3):
        live_until(broker, ledger, producers + consumers, lambda: stop_gracefully(broker),
                   moments.uniform(0.1, LONGEST_ROUND))
        broker.start()
    finish(broker, ledger, consumers)


def test_a_broker_killed_while_it_starts_loses_nothing(broker, ledger, producers, consumers):
    print(f"\nLEVERET_KILL_SEED={SEED}")
    moments = random.Random(SEED + 3000)
    declare(broker)
    live_until(broker, ledger, producers, broker.die, 1)
    for _ in range(10):
        broker.launch()
        time.sleep(moments.uniform(0, 0.2))  # the random moment, not a synchronisation
        broker.die()
    broker.start()
    finish(broker, ledger, consumers)
