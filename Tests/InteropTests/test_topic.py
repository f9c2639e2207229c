"""Topic exchanges: which routing keys a binding key matches."""

import pytest

from expectations import closes_channel, drain, publish, ready_count

MATCHES = [
    # binding key, keys it matches, keys it does not match
    ("a.b.c", ["a.b.c"], ["a.b", "a.b.c.d", "a.b.C", "", "a.b.c."]),
    ("a.*.c", ["a.b.c", "a.x.c", "a..c"], ["a.c", "a.b.b.c", "a.b.d", ".b.c"]),
    ("*", ["a", "*", "#"], ["", "a.b", "."]),
    ("*.*", ["a.b", ".", "a.", ".b"], ["a", "a.b.c", ""]),
    ("*.b", ["a.b", ".b"], ["b", "a.b.c", "a.a.b"]),
    ("#", ["", "a", "a.b", ".", "a..b"], []),
    ("a.#", ["a", "a.b", "a.b.c", "a."], ["", "b", "ab", "b.a"]),
    ("#.c", ["c", "b.c", "a.b.c", ".c"], ["", "c.d", "bc"]),
    ("a.#.c", ["a.c", "a.b.c", "a.b.b.c", "a..c"], ["a", "c", "a.b", "a.c.d"]),
    ("#.b.#", ["b", "a.b", "b.c", "a.b.c", "a.a.b.c.c", "b.b"], ["", "a", "a.bb.c"]),
    ("#.#", ["", "a", "a.b", "a.b.c"], []),
    ("#.*", ["a", "a.b", "a.b.c", "."], [""]),
    ("*.#", ["a", "a.b", "a.b.c", "."], [""]),
    ("*.#.*", ["a.b", "a.b.c", "."], ["a", ""]),
    ("#.*.#", ["a", "a.b", "a.b.c"], [""]),
    ("", [""], ["a", "."]),
    (".", ["."], ["", "a", ".."]),
    ("a..b", ["a..b"], ["a.b", "a.x.b"]),
    ("a.*.#", ["a.b", "a.b.c", "a."], ["a", "b.a"]),
    ("*a.b", ["*a.b"], ["xa.b", "a.b"]),
    ("a#", ["a#"], ["a", "ab", "a.b"]),
    ("ü.*", ["ü.ß"], ["u.ß"]),
]


@pytest.mark.parametrize("pattern, matching, others", MATCHES, ids=[row[0] or "empty" for row in MATCHES])
def test_a_binding_key_matches_these_routing_keys_and_no_others(channel, name, pattern, matching, others):
    exchange, queue = name("topic"), name("queue")
    channel.exchange_declare(exchange, "topic", auto_delete=True)
    channel.queue_declare(queue, exclusive=True)
    channel.queue_bind(queue, exchange, pattern)
    for key in matching + others:
        publish(channel, key, key, exchange=exchange)
    assert [body.decode() for body in drain(channel, queue)] == matching


def test_a_hundred_bindings_of_one_exchange_route_together_as_each_would_alone(channel, name):
    exchange = name("topic")
    channel.exchange_declare(exchange, "topic", auto_delete=True)
    keys = sorted({key for _, matching, others in MATCHES for key in matching + others})
    queues = {}
    for pattern, _, _ in MATCHES:
        queues[pattern] = name("queue")
        channel.queue_declare(queues[pattern], exclusive=True)
        channel.queue_bind(queues[pattern], exchange, pattern)
    for key in keys:
        publish(channel, key, key, exchange=exchange)
    for pattern, matching, others in MATCHES:
        received = {body.decode() for body in drain(channel, queues[pattern])}
        assert received >= set(matching), pattern
        assert not received & set(others), pattern


def test_a_queue_gets_one_copy_however_many_of_its_bindings_match(channel, name):
    exchange, queue = name("topic"), name("queue")
    channel.exchange_declare(exchange, "topic", auto_delete=True)
    channel.queue_declare(queue, exclusive=True)
    for pattern in ("#", "a.#", "*.b", "a.b", "#.#"):
        channel.queue_bind(queue, exchange, pattern)
    publish(channel, "a.b", "once", exchange=exchange)
    assert drain(channel, queue) == [b"once"]


def test_an_unbound_pattern_no_longer_matches_while_others_stay(channel, name):
    exchange, queue = name("topic"), name("queue")
    channel.exchange_declare(exchange, "topic")
    channel.queue_declare(queue, exclusive=True)
    channel.queue_bind(queue, exchange, "a.*")
    channel.queue_bind(queue, exchange, "a.#")
    channel.queue_unbind(queue, exchange, "a.#")
    publish(channel, "a.b.c", "unmatched", exchange=exchange)
    publish(channel, "a.b", "matched", exchange=exchange)
    assert drain(channel, queue) == [b"matched"]
    channel.queue_unbind(queue, exchange, "a.*")
    publish(channel, "a.b", "unmatched", exchange=exchange)
    assert ready_count(channel, queue) == 0
    channel.exchange_delete(exchange)


def test_a_binding_made_after_a_key_was_routed_counts_at_once(channel, name):
    exchange, first, second = name("topic"), name("first"), name("second")
    channel.exchange_declare(exchange, "topic", auto_delete=True)
    for queue in (first, second):
        channel.queue_declare(queue, exclusive=True)
    channel.queue_bind(first, exchange, "a.#")
    publish(channel, "a.b", "1", exchange=exchange)
    channel.queue_bind(second, exchange, "#.b")
    publish(channel, "a.b", "2", exchange=exchange)
    assert (drain(channel, first), drain(channel, second)) == ([b"1", b"2"], [b"2"])


@pytest.mark.leveret_only("RabbitMQ before 4.4 takes it, and may take long to match it")
@pytest.mark.parametrize("key", ["#.a.#.b.#", "#.#.#", "#.*.#.*.#.*.#"])
def test_a_binding_key_with_more_than_two_wildcards_for_many_words_is_406(channel, name, key):
    queue = name("queue")
    channel.queue_declare(queue, exclusive=True)
    with closes_channel(406, "#"):
        channel.queue_bind(queue, "amq.topic", key)
