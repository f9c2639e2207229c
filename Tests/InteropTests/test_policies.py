"""Policies, set by operators while clients use what they apply to."""

from __future__ import annotations

import json

import pika
import pytest

from expectations import eventually
from operator_commands import operate, rows

pytestmark = pytest.mark.leveret_only("sets policies by Leveret's operator commands")


@pytest.fixture
def policy(broker):
    """Sets policies, which are cleared when the test ends."""
    names = set()

    def set_policy(name, pattern, definition, options=()):
        operate(broker, "set_policy", name, pattern, json.dumps(definition), options=list(options))
        names.add(name)

    yield set_policy
    for name in {row["name"] for row in rows(operate(broker, "list_policies", options=["--json"]))} & names:
        operate(broker, "clear_policy", name)


def ready(channel, queue) -> int:
    return channel.queue_declare(queue, passive=True).method.message_count


def bodies(channel, queue) -> list[bytes]:
    found = []
    while True:
        method, _, body = channel.basic_get(queue, auto_ack=True)
        if method is None:
            return found
        found.append(body)


def test_a_length_limit_drops_what_is_too_much_at_once(channel, name, policy):
    queue = name("queue")
    channel.queue_declare(queue, durable=True)
    for number in range(5):
        channel.basic_publish("", queue, b"%d" % number)
    policy("short", f"^{queue}$", {"max-length": 2})
    assert bodies(channel, queue) == [b"3", b"4"]


def test_a_limit_of_the_queue_and_one_of_the_policy_are_both_kept(channel, name, policy):
    narrow, wide = name("narrow"), name("wide")
    channel.queue_declare(narrow, arguments={"x-max-length": 1})
    channel.queue_declare(wide, arguments={"x-max-length": 10})
    policy("short", ".*", {"max-length": 3})
    for queue, most in ((narrow, 1), (wide, 3)):
        for number in range(5):
            channel.basic_publish("", queue, b"%d" % number)
        assert ready(channel, queue) == most


def test_a_pattern_may_match_anywhere_in_a_name(channel, name, policy):
    queue, other = name("middle"), name("other")
    for each in (queue, other):
        channel.queue_declare(each)
    policy("short", "iddl", {"max-length": 1})
    for each in (queue, other):
        for number in range(3):
            channel.basic_publish("", each, b"%d" % number)
    assert (ready(channel, queue), ready(channel, other)) == (1, 3)


@pytest.mark.parametrize("apply_to, limited", [
    ("all", {"classic", "quorum"}), ("queues", {"classic", "quorum"}), ("classic_queues", {"classic"}),
    ("quorum_queues", {"quorum"}), ("streams", set()), ("exchanges", set()),
])
def test_a_policy_is_for_queues_of_some_types_or_all(channel, name, policy, apply_to, limited):
    queues = {kind: name(kind) for kind in ("classic", "quorum")}
    for kind, queue in queues.items():
        channel.queue_declare(queue, durable=True, arguments={"x-queue-type": kind})
    definition = {"max-length": 1} if apply_to != "exchanges" else {"alternate-exchange": "amq.fanout"}
    policy("some", ".*", definition, options=["--apply-to", apply_to])
    for queue in queues.values():
        for number in range(3):
            channel.basic_publish("", queue, b"%d" % number)
    assert {kind for kind, queue in queues.items() if ready(channel, queue) == 1} == limited
    for queue in queues.values():
        channel.queue_delete(queue)


@pytest.mark.parametrize("own, of_policy", [(20, 600_000), (600_000, 20), (None, 20)])
def test_the_shorter_time_to_live_of_queue_and_policy_counts(channel, name, policy, own, of_policy):
    queue = name("queue")
    policy("brief", f"^{queue}$", {"message-ttl": of_policy})
    channel.queue_declare(queue, arguments={"x-message-ttl": own} if own else {})
    channel.basic_publish("", queue, b"brief")
    eventually(lambda: ready(channel, queue) == 0, "the expiry")


@pytest.mark.parametrize("own, of_policy", [(1, 600_000), (600_000, 1), (None, 1)])
def test_the_smaller_limit_of_bytes_of_queue_and_policy_counts(channel, name, policy, own, of_policy):
    queue = name("queue")
    policy("small", f"^{queue}$", {"max-length-bytes": of_policy})
    channel.queue_declare(queue, arguments={"x-max-length-bytes": own} if own else {})
    for body in (b"a", b"b"):
        channel.basic_publish("", queue, body)
    assert bodies(channel, queue) == [b"b"]


@pytest.mark.parametrize("own, of_policy", [(100, 600_000), (600_000, 100), (None, 100)])
def test_the_shorter_expiry_of_queue_and_policy_counts(channel, connect, name, policy, own, of_policy):
    queue, other = name("queue"), connect()
    policy("passing", f"^{queue}$", {"expires": of_policy})
    channel.queue_declare(queue, arguments={"x-expires": own} if own else {})

    def is_gone():
        try:
            other.channel().queue_bind(queue, "amq.direct", "probe")  # which is no use of the queue
            return False
        except pika.exceptions.ChannelClosedByBroker as error:
            return error.reply_code == 404

    eventually(is_gone, "the end of the queue")


@pytest.mark.parametrize("own, of_policy", [(1, 50), (50, 1), (None, 1), (-1, 1), (1, -1)])
def test_the_smaller_delivery_limit_of_queue_and_policy_counts(channel, name, policy, own, of_policy):
    queue = name("queue")
    policy("impatient", f"^{queue}$", {"delivery-limit": of_policy}, options=["--apply-to", "quorum_queues"])
    arguments = {"x-queue-type": "quorum", **({"x-delivery-limit": own} if own else {})}
    channel.queue_declare(queue, durable=True, arguments=arguments)
    channel.basic_publish("", queue, b"hopeless")
    for _ in range(2):
        eventually(lambda: ready(channel, queue) == 1, "the message's return")
        channel.basic_reject(channel.basic_get(queue)[0].delivery_tag, requeue=True)
    channel.basic_publish("", queue, b"witness")
    assert bodies(channel, queue) == [b"witness"]
    channel.queue_delete(queue)


def test_a_policy_lets_failed_messages_of_a_queue_that_is_there_wait(channel, name, policy):
    queue = name("queue")
    channel.queue_declare(queue, durable=True, arguments={"x-queue-type": "quorum"})
    policy("waits", f"^{queue}$", {"delayed-retry-type": "failed", "delayed-retry-min": 600_000})
    channel.basic_publish("", queue, b"waits")
    channel.basic_reject(channel.basic_get(queue)[0].delivery_tag, requeue=True)
    channel.basic_publish("", queue, b"witness")
    assert bodies(channel, queue) == [b"witness"]
    channel.queue_delete(queue)


def test_a_policy_says_how_long_consumers_of_a_queue_that_is_there_may_take(channel, connect, name, policy):
    queue = name("queue")
    channel.queue_declare(queue, durable=True, arguments={"x-queue-type": "quorum"})
    policy("hasty", f"^{queue}$", {"consumer-timeout": 200})
    channel.basic_publish("", queue, b"slow")
    slow = connect().channel()
    assert slow.basic_get(queue)[2] == b"slow"
    eventually(lambda: ready(channel, queue) == 1, "the message's return")
    channel.queue_delete(queue)


def test_what_a_queue_says_of_overflow_and_dead_letters_counts_before_the_policy(channel, name, policy):
    queue, own, other = name("queue"), name("own"), name("other")
    for target in (own, other):
        channel.queue_declare(target)
    arguments = {"x-dead-letter-exchange": "", "x-dead-letter-routing-key": own, "x-overflow": "drop-head"}
    channel.queue_declare(queue, arguments=arguments)
    policy(
        "dead", f"^{queue}$", {"max-length": 1, "overflow": "reject-publish", "dead-letter-routing-key": other}
    )
    for body in (b"first", b"second"):
        channel.basic_publish("", queue, body)
    assert bodies(channel, queue) == [b"second"]
    assert bodies(channel, own) == [b"first"]
    assert bodies(channel, other) == []


def test_dead_letters_go_where_the_policy_says(channel, name, policy):
    queue, dead = name("queue"), name("dead")
    channel.queue_declare(queue)
    channel.queue_declare(dead)
    policy("dead", f"^{queue}$", {"dead-letter-exchange": "", "dead-letter-routing-key": dead})
    channel.basic_publish("", queue, b"rejected")
    method, _, _ = channel.basic_get(queue)
    channel.basic_reject(method.delivery_tag, requeue=False)
    assert bodies(channel, dead) == [b"rejected"]


def test_a_time_to_live_counts_for_messages_to_come(channel, name, policy):
    queue, dead = name("queue"), name("dead")
    channel.queue_declare(dead)
    channel.queue_declare(queue, arguments={"x-dead-letter-exchange": "", "x-dead-letter-routing-key": dead})
    channel.basic_publish("", queue, b"before")
    policy("brief", f"^{queue}$", {"message-ttl": 0})
    channel.basic_publish("", queue, b"after")
    assert bodies(channel, dead) == [b"after"]
    assert bodies(channel, queue) == [b"before"]


def test_publishings_over_the_limit_are_refused_if_the_policy_says_so(channel, name, policy):
    queue = name("queue")
    channel.queue_declare(queue)
    policy("strict", f"^{queue}$", {"max-length": 1, "overflow": "reject-publish"})
    channel.basic_publish("", queue, b"first")
    with pytest.raises(pika.exceptions.NackError):
        channel.basic_publish("", queue, b"second")
    assert bodies(channel, queue) == [b"first"]


def test_the_highest_priority_counts_alone(broker, channel, name, policy):
    queue = name("queue")
    channel.queue_declare(queue)
    policy("low", f"^{queue}$", {"max-length": 1})
    policy("high", f"^{queue}$", {"max-length": 3}, options=["--priority", "5"])
    for number in range(5):
        channel.basic_publish("", queue, b"%d" % number)
    assert ready(channel, queue) == 3
    operate(broker, "clear_policy", "high")
    assert ready(channel, queue) == 1


def test_an_alternate_exchange_may_come_from_a_policy(broker, channel, name, policy):
    exchange, lost = name("exchange"), name("lost")
    channel.exchange_declare(exchange, "direct")
    channel.queue_declare(lost)
    channel.queue_bind(lost, "amq.fanout")
    policy("unrouted", f"^{exchange}$", {"alternate-exchange": "amq.fanout"}, options=["--apply-to", "exchanges"])
    channel.basic_publish(exchange, "nobody", b"stray", mandatory=True)
    assert bodies(channel, lost) == [b"stray"]
    operate(broker, "clear_policy", "unrouted")
    with pytest.raises(pika.exceptions.UnroutableError):
        channel.basic_publish(exchange, "nobody", b"stray", mandatory=True)


def test_a_policy_survives_a_kill(fresh_broker):
    operate(fresh_broker, "set_policy", "short", "^q", '{"max-length": 1}')
    fresh_broker.kill()
    with pika.BlockingConnection(pika.URLParameters(fresh_broker.url)) as connection:
        channel = connection.channel()
        channel.confirm_delivery()
        channel.queue_declare("q", durable=True)
        for body in (b"a", b"b"):
            channel.basic_publish("", "q", body)
        assert bodies(channel, "q") == [b"b"]


def test_policies_that_come_and_go_while_clients_publish_and_delete_lose_nothing(connect, channel, name, policy, broker):
    """Policies are applied live; nothing that happens meanwhile may end the broker or a message."""
    kept = f"{name}-kept"
    channel.queue_declare(kept, durable=True)
    sent = []
    for number in range(6):
        policy("comes-and-goes", f"^{name}", {"max-length": 1_000 + number, "message-ttl": 3_600_000})
        for step in range(20):
            gone = f"{name}-gone-{step}"
            channel.queue_declare(gone, durable=True)
            channel.basic_publish("", gone, b"x")
            body = b"%d" % (number * 20 + step)
            channel.basic_publish("", kept, body, pika.BasicProperties(delivery_mode=2))
            sent.append(body)
            channel.queue_delete(gone)
        operate(broker, "clear_policy", "comes-and-goes")
    policy("comes-and-goes", f"^{name}", {"max-length": 1_000})
    assert bodies(connect().channel(), kept) == sent
    channel.queue_delete(kept)
