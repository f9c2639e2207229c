"""What queues do by themselves, and transactions, hold through SIGKILL at random moments."""

import os
import random
import time

from rules import (
    DelayedConsumer, DelayedPublisher, Mover, Publisher, Refuser, RepeatingPublisher, connect, declare, take_all,
)
from test_kill import SEED, Crowd

ROUNDS = int(os.environ.get("LEVERET_KILL_ROUNDS", "10"))
LONGEST_ROUND = 0.8
# The more lives there were, the more is left to work off.
LONGEST_FINISH = 60 + 2 * ROUNDS


class Cast:
    """All clients, and what they know at the end."""

    def __init__(self):
        self.inbox = Publisher("rules.inbox")
        self.mover = Mover()
        self.expiring = Publisher("rules.expiring")
        self.delayed = DelayedPublisher(SEED)
        self.delayed_consumer = DelayedConsumer(self.delayed)
        self.repeating = RepeatingPublisher(SEED + 1)
        self.failing = Publisher("rules.failing")
        self.refuser = Refuser()

    @property
    def publishers(self) -> list[Publisher]:
        return [self.inbox, self.expiring, self.delayed, self.repeating, self.failing]

    @property
    def consumers(self) -> list:
        return [self.mover, self.delayed_consumer, self.refuser]

    @property
    def all(self) -> list:
        return self.publishers + self.consumers


def live(broker, cast: Cast, seconds: float) -> None:
    crowd = Crowd(broker, [client.run for client in cast.all])
    time.sleep(seconds)  # the random moment, not a synchronisation
    broker.die()
    crowd.join()


def work_off(broker, cast: Cast) -> None:
    """The consumers go on until nothing is left for them."""
    crowd = Crowd(broker, [client.run for client in cast.consumers])
    channel = connect(broker.host, broker.port).channel()
    end = time.monotonic() + LONGEST_FINISH
    while time.monotonic() < end and not crowd.failures:
        left = channel.queue_declare("rules.left", passive=True).method.message_count
        expired = channel.queue_declare("rules.expired", passive=True).method.message_count
        is_done = (
            cast.refuser.is_done and cast.mover.is_done and left >= len(cast.inbox.confirmed)
            and expired >= len(cast.expiring.confirmed)
            and cast.delayed_consumer.seen >= cast.delayed.confirmed
        )
        if is_done:
            break
        channel.connection.process_data_events(0.2)
    else:
        assert crowd.failures, f"the clients did not work off what was left in {LONGEST_FINISH} s"
    broker.stop()
    crowd.join()
    broker.start()


def test_delays_retries_dead_letters_deduplication_and_transactions_hold_when_the_broker_is_killed(broker):
    print(f"\nLEVERET_KILL_SEED={SEED} LEVERET_KILL_ROUNDS={ROUNDS}")
    moments = random.Random(SEED + 4000)
    cast = Cast()
    declare(broker.host, broker.port)
    for _ in range(ROUNDS):
        live(broker, cast, moments.uniform(0.01, LONGEST_ROUND))
        broker.start()
    work_off(broker, cast)

    channel = connect(broker.host, broker.port).channel()
    left, right = ([body for _, body in take_all(channel, queue)] for queue in ("rules.left", "rules.right"))
    assert sorted(left) == sorted(right), "a transaction reached one of its two queues"
    cast.inbox.check("what was moved", left)
    expired = take_all(channel, "rules.expired")
    cast.expiring.check("what expired", [body for _, body in expired])
    assert {properties.headers["x-death"][0]["reason"] for properties, _ in expired} <= {"expired"}
    assert {properties.headers["x-death"][0]["count"] for properties, _ in expired} <= {1}
    assert cast.delayed_consumer.seen >= cast.delayed.confirmed, "a delayed message was lost"
    cast.repeating.check("what is kept once", [body for _, body in take_all(channel, "rules.once")])
    given_up = take_all(channel, "rules.given-up")
    cast.failing.check("what was given up", [body for _, body in given_up])
    assert {properties.headers["x-death"][0]["reason"] for properties, _ in given_up} <= {"delivery_limit"}
    counts = [len(publisher.confirmed) for publisher in cast.publishers]
    print("confirmed: %d moved, %d expired, %d delayed, %d with repeated keys, %d refused" % tuple(counts))
    assert min(counts) > ROUNDS, "too little happened to prove anything"
