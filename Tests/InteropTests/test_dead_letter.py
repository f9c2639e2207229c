"""Dead letters: which messages become one, where they go, and the history that they carry."""

import datetime

import pika
import pytest

from expectations import Inbox, closes_channel, drain, eventually, get, publish, ready_count


@pytest.fixture
def dead(channel, name):
    """The queue that dead letters come to."""
    dead = name("dead")
    channel.queue_declare(dead, exclusive=True)
    return dead


@pytest.fixture
def declare(channel, name, dead):
    """Makes queues whose dead letters go to `dead` by way of the default exchange."""

    def declare(**arguments):
        queue = name("queue")
        options = {"x-dead-letter-exchange": "", "x-dead-letter-routing-key": dead, **arguments}
        channel.queue_declare(queue, exclusive=True, arguments=options)
        return queue

    return declare


def take(channel, queue):
    """The next message, waiting for it."""
    taken = []
    eventually(lambda: taken.append(get(channel, queue, auto_ack=True)) or taken[-1], f"a message in {queue}")
    return taken[-1]


def headers(message):
    return message.properties.headers


# Why

def test_a_rejected_message_becomes_a_dead_letter(channel, declare, dead):
    queue = declare()
    publish(channel, queue, "a", "b", "c")
    channel.basic_reject(get(channel, queue).tag, requeue=False)
    channel.basic_nack(get(channel, queue).tag, requeue=False)
    channel.basic_ack(get(channel, queue).tag)
    letters = [take(channel, dead), take(channel, dead)]
    assert [letter.body for letter in letters] == [b"a", b"b"]
    assert [headers(letter)["x-death"][0]["reason"] for letter in letters] == ["rejected"] * 2


def test_many_messages_rejected_at_once_become_dead_letters_in_order(channel, declare, dead):
    queue = declare()
    sent = [b"%d" % number for number in range(100)]
    publish(channel, queue, *sent)
    messages = [get(channel, queue) for _ in sent]
    channel.basic_nack(messages[-1].tag, multiple=True, requeue=False)
    assert [take(channel, dead).body for _ in sent] == sent


def test_an_expired_message_becomes_a_dead_letter(channel, declare, dead):
    publish(channel, declare(**{"x-message-ttl": 20}), "late")
    letter = take(channel, dead)
    assert (letter.body, headers(letter)["x-death"][0]["reason"]) == (b"late", "expired")


def test_a_message_that_was_too_much_becomes_a_dead_letter(channel, declare, dead):
    queue = declare(**{"x-max-length": 2})
    publish(channel, queue, *"abcd")
    assert [take(channel, dead).body for _ in range(2)] == [b"a", b"b"]
    assert drain(channel, queue) == [b"c", b"d"]


def test_the_reason_for_being_too_much_is_maxlen_for_bytes_too(channel, declare, dead):
    queue = declare(**{"x-max-length-bytes": 10})
    publish(channel, queue, "x" * 6, "y" * 6)
    letter = take(channel, dead)
    assert (letter.body, headers(letter)["x-death"][0]["reason"]) == (b"x" * 6, "maxlen")


def test_purged_and_deleted_messages_are_no_dead_letters(channel, declare, dead):
    queue = declare()
    publish(channel, queue, *"abc")
    channel.queue_purge(queue)
    publish(channel, queue, *"abc")
    channel.queue_delete(queue)
    witness = declare()
    publish(channel, witness, "witness")
    channel.basic_reject(get(channel, witness).tag, requeue=False)
    assert take(channel, dead).body == b"witness"


def test_without_a_dead_letter_exchange_a_rejected_message_is_gone(channel, name):
    queue = name("queue")
    channel.queue_declare(queue, exclusive=True)
    publish(channel, queue, "gone")
    channel.basic_reject(get(channel, queue).tag, requeue=False)
    assert ready_count(channel, queue) == 0


def test_a_dead_letter_exchange_may_be_missing(channel, name):
    queue = name("queue")
    channel.queue_declare(queue, exclusive=True, arguments={"x-dead-letter-exchange": name("missing")})
    publish(channel, queue, "gone")
    channel.basic_reject(get(channel, queue).tag, requeue=False)
    assert ready_count(channel, queue) == 0


def test_a_dead_letter_routing_key_without_an_exchange_is_406(channel, name):
    with closes_channel(406, "x-dead-letter-routing-key"):
        channel.queue_declare(name("queue"), arguments={"x-dead-letter-routing-key": "key"})


# What it carries

def test_a_dead_letter_carries_its_history(channel, declare, dead):
    queue = declare()
    channel.queue_bind(queue, "amq.topic", "stock.#")
    publish(channel, "stock.nyse", "body", exchange="amq.topic", headers={"own": "header"}, message_id="7")
    before = datetime.datetime.now().timestamp()
    channel.basic_reject(get(channel, queue).tag, requeue=False)
    letter = take(channel, dead)
    [death] = headers(letter)["x-death"]
    assert abs(death.pop("time").timestamp() - before) < 120
    assert death == {"count": 1, "reason": "rejected", "queue": queue, "exchange": "amq.topic",
                     "routing-keys": ["stock.nyse"]}
    assert headers(letter)["own"] == "header" and letter.properties.message_id == "7"
    for key, value in {"reason": "rejected", "queue": queue, "exchange": "amq.topic"}.items():
        assert headers(letter)[f"x-first-death-{key}"] == value
    assert (letter.method.exchange, letter.method.routing_key, letter.body) == ("", dead, b"body")
    assert not letter.redelivered


@pytest.mark.leveret_only("RabbitMQ 3.10 knows the first death only")
def test_a_dead_letter_tells_of_its_last_death_too(channel, declare, dead, name):
    second = declare()
    first = name("queue")
    channel.queue_declare(first, exclusive=True, arguments={
        "x-dead-letter-exchange": "", "x-dead-letter-routing-key": second, "x-message-ttl": 20})
    publish(channel, first, "twice dead")
    eventually(lambda: ready_count(channel, second) == 1, "the first death")
    channel.basic_reject(get(channel, second).tag, requeue=False)
    told = headers(take(channel, dead))
    assert [told[f"x-first-death-{key}"] for key in ("reason", "queue", "exchange")] == ["expired", first, ""]
    assert [told[f"x-last-death-{key}"] for key in ("reason", "queue", "exchange")] == ["rejected", second, ""]


def test_the_latest_death_comes_first_in_the_history(channel, declare, dead, name):
    second = declare()
    first = name("queue")
    channel.queue_declare(first, exclusive=True, arguments={
        "x-dead-letter-exchange": "", "x-dead-letter-routing-key": second, "x-message-ttl": 20})
    publish(channel, first, "twice dead")
    eventually(lambda: ready_count(channel, second) == 1, "the first death")
    channel.basic_reject(get(channel, second).tag, requeue=False)
    deaths = headers(take(channel, dead))["x-death"]
    assert [(death["queue"], death["reason"], death["count"]) for death in deaths] == [
        (second, "rejected", 1), (first, "expired", 1)]


def test_the_same_death_again_counts_up(channel, name):
    work, wait = name("work"), name("wait")
    channel.queue_declare(work, exclusive=True, arguments={
        "x-dead-letter-exchange": "", "x-dead-letter-routing-key": wait})
    channel.queue_declare(wait, exclusive=True, arguments={
        "x-dead-letter-exchange": "", "x-dead-letter-routing-key": work, "x-message-ttl": 20})
    publish(channel, work, "again and again")
    for times in range(1, 5):
        eventually(lambda: ready_count(channel, work) == 1, "the message's return")
        message = get(channel, work)
        if times > 1:
            deaths = headers(message)["x-death"]
            assert [(death["queue"], death["reason"], death["count"]) for death in deaths] == [
                (wait, "expired", times - 1), (work, "rejected", times - 1)]
            assert headers(message)["x-first-death-reason"] == "rejected"
        channel.basic_reject(message.tag, requeue=False)
    channel.queue_delete(work), channel.queue_delete(wait)


def test_a_dead_letter_loses_its_own_time_to_live_but_tells_it(channel, declare, dead):
    publish(channel, declare(), "late", expiration="20")
    letter = take(channel, dead)
    assert letter.properties.expiration is None
    assert headers(letter)["x-death"][0]["original-expiration"] == "20"


@pytest.mark.leveret_only("RabbitMQ before 4.0 takes a published x-death for the message's own")
def test_a_history_that_a_client_made_up_does_not_count(channel, declare, dead):
    queue = declare()
    invented = {"x-death": [{"queue": queue, "reason": "rejected", "count": 41, "exchange": "", "routing-keys": []}]}
    publish(channel, queue, "innocent", headers=invented)
    channel.basic_reject(get(channel, queue).tag, requeue=False)
    assert [death["count"] for death in headers(take(channel, dead))["x-death"]] == [1]


def test_properties_and_body_of_a_dead_letter_are_those_of_the_message(channel, declare, dead):
    queue, body = declare(), bytes(range(256)) * 1000
    properties = dict(content_type="image/png", content_encoding="gzip", delivery_mode=2, priority=3,
                      correlation_id="c", reply_to="r", message_id="m", timestamp=1_700_000_000, type="t",
                      app_id="a")
    publish(channel, queue, body, **properties)
    channel.basic_reject(get(channel, queue).tag, requeue=False)
    letter = take(channel, dead)
    assert letter.body == body
    assert {key: getattr(letter.properties, key) for key in properties} == properties


# Where it goes

def test_a_dead_letter_keeps_its_routing_key_unless_the_queue_sets_another(channel, name):
    queue, dead, exchange = name("queue"), name("dead"), name("exchange")
    channel.exchange_declare(exchange, "direct", auto_delete=True)
    channel.queue_declare(queue, exclusive=True, arguments={"x-dead-letter-exchange": exchange})
    channel.queue_declare(dead, exclusive=True)
    channel.queue_bind(dead, exchange, queue)
    publish(channel, queue, "kept")
    channel.basic_reject(get(channel, queue).tag, requeue=False)
    letter = take(channel, dead)
    assert (letter.method.exchange, letter.method.routing_key) == (exchange, queue)
    channel.queue_delete(queue), channel.queue_delete(dead)


def test_a_dead_letter_goes_to_every_queue_that_its_exchange_routes_to(channel, name):
    queue, exchange, dead = name("queue"), name("exchange"), [name("dead") for _ in range(3)]
    channel.exchange_declare(exchange, "fanout", auto_delete=True)
    channel.queue_declare(queue, exclusive=True, arguments={"x-dead-letter-exchange": exchange})
    for each in dead:
        channel.queue_declare(each, exclusive=True)
        channel.queue_bind(each, exchange)
    publish(channel, queue, "to all")
    channel.basic_reject(get(channel, queue).tag, requeue=False)
    assert [take(channel, each).body for each in dead] == [b"to all"] * 3


def test_a_consumer_of_the_dead_letters_gets_them_as_they_come(channel, publisher, declare, dead):
    queue = declare(**{"x-message-ttl": 10})
    inbox = Inbox(channel, dead, auto_ack=True)
    sent = [b"%d" % number for number in range(200)]
    publish(publisher, queue, *sent)
    assert inbox.take_bodies(200) == sent


# Circles

def test_a_message_that_expires_in_a_circle_is_dropped(channel, name):
    queue, witness = name("circle"), name("witness")
    channel.queue_declare(queue, exclusive=True, arguments={
        "x-dead-letter-exchange": "", "x-dead-letter-routing-key": queue, "x-message-ttl": 20})
    publish(channel, queue, "around")
    eventually(lambda: ready_count(channel, queue) == 0, "the end of the circle")
    channel.queue_declare(witness, exclusive=True, arguments={
        "x-dead-letter-exchange": "", "x-dead-letter-routing-key": queue, "x-message-ttl": 20})
    publish(channel, witness, "comes once")
    assert take(channel, queue).body == b"comes once"


def test_a_message_that_is_rejected_in_a_circle_goes_on(channel, name):
    queue = name("circle")
    channel.queue_declare(queue, exclusive=True, arguments={
        "x-dead-letter-exchange": "", "x-dead-letter-routing-key": queue})
    publish(channel, queue, "around")
    for times in range(1, 6):
        eventually(lambda: ready_count(channel, queue) == 1, "the message's return")
        message = get(channel, queue)
        assert times == 1 or headers(message)["x-death"][0]["count"] == times - 1
        channel.basic_reject(message.tag, requeue=False)


def test_every_message_comes_through_a_queue_that_delays_and_not_only_the_first(channel, name):
    work, wait = name("work"), name("wait")
    channel.queue_declare(work, exclusive=True)
    channel.queue_declare(wait, exclusive=True, arguments={
        "x-dead-letter-exchange": "", "x-dead-letter-routing-key": work, "x-message-ttl": 20})
    inbox = Inbox(channel, work, auto_ack=True)
    for number in range(5):
        publish(channel, wait, b"%d" % number)
        [message] = inbox.take(1)
        assert message.body == b"%d" % number
        # The way of many programs: what came is published again, with the headers that it came with.
        channel.basic_publish("", wait, b"again", message.properties)
        assert inbox.take_bodies(1) == [b"again"]


# Durability

@pytest.mark.parametrize("how", ["restart", "kill"])
def test_a_dead_letter_is_neither_lost_nor_doubled_over_a_restart(fresh_broker, open_channel, how):
    channel = open_channel()
    channel.queue_declare("dead", durable=True)
    channel.queue_declare("work", durable=True, arguments={
        "x-dead-letter-exchange": "", "x-dead-letter-routing-key": "dead"})
    sent = [b"%d" % number for number in range(50)]
    publish(channel, "work", *sent, delivery_mode=2)
    for _ in range(30):
        channel.basic_reject(get(channel, "work").tag, requeue=False)
    # A durable declare is answered when everything before it is on disk.
    channel.queue_declare("witness", durable=True)
    getattr(fresh_broker, how)()
    channel = open_channel()
    letters = [get(channel, "dead", auto_ack=True) for _ in range(ready_count(channel, "dead"))]
    assert [letter.body for letter in letters] == sent[:30]
    assert all(headers(letter)["x-death"][0]["reason"] == "rejected" for letter in letters)
    assert drain(channel, "work") == sent[30:]


@pytest.mark.parametrize("how", ["restart", "kill"])
def test_a_message_that_expired_while_the_broker_was_away_becomes_a_dead_letter(fresh_broker, open_channel, how):
    channel = open_channel()
    channel.queue_declare("dead", durable=True)
    channel.queue_declare("work", durable=True, arguments={
        "x-dead-letter-exchange": "", "x-dead-letter-routing-key": "dead", "x-message-ttl": 300})
    channel.basic_publish("", "work", "late", pika.BasicProperties(delivery_mode=2))
    getattr(fresh_broker, how)()
    assert take(open_channel(), "dead").body == b"late"
