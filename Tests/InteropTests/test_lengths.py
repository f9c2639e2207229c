"""Lengths of queues: what happens to messages that are too much."""

import pytest
from pika.exceptions import NackError

from expectations import Inbox, drain, eventually, get, publish, ready_count
from wire import BASIC_ACK, BASIC_NACK, long_string, publishing, table


@pytest.fixture
def declare(channel, name):
    def declare(**arguments):
        queue = name("queue")
        channel.queue_declare(queue, exclusive=True, arguments=arguments)
        return queue

    return declare


def test_a_full_queue_drops_its_oldest_messages(channel, declare):
    queue = declare(**{"x-max-length": 3})
    publish(channel, queue, *"abcdefg")
    assert drain(channel, queue) == [b"e", b"f", b"g"]


def test_a_queue_may_be_limited_by_the_bytes_of_its_bodies(channel, declare):
    queue = declare(**{"x-max-length-bytes": 10})
    publish(channel, queue, "aaaa", "bbbb", "cccc", "dd")
    assert drain(channel, queue) == [b"bbbb", b"cccc", b"dd"][-3:]


def test_both_limits_hold(channel, declare):
    queue = declare(**{"x-max-length": 3, "x-max-length-bytes": 10})
    publish(channel, queue, *"abcd")
    assert drain(channel, queue) == [b"b", b"c", b"d"]
    publish(channel, queue, "a" * 9, "b" * 9)
    assert drain(channel, queue) == [b"b" * 9]


def test_a_message_larger_than_the_whole_queue_does_not_stay(channel, declare):
    queue = declare(**{"x-max-length-bytes": 10})
    publish(channel, queue, "x" * 11)
    assert ready_count(channel, queue) == 0
    publish(channel, queue, "fits")
    assert drain(channel, queue) == [b"fits"]


def test_only_ready_messages_count(channel, declare):
    queue = declare(**{"x-max-length": 2})
    publish(channel, queue, "a", "b")
    held = [get(channel, queue), get(channel, queue)]
    publish(channel, queue, "c", "d")
    assert drain(channel, queue) == [b"c", b"d"]
    for message in held:
        channel.basic_ack(message.tag)


def test_a_queue_of_length_zero_hands_messages_to_waiting_consumers(channel, publisher, declare):
    queue = declare(**{"x-max-length": 0})
    publish(publisher, queue, "nobody waits")
    inbox = Inbox(channel, queue, auto_ack=True)
    publish(publisher, queue, "somebody waits")
    assert inbox.take_bodies(1) == [b"somebody waits"]


def test_consumers_are_served_before_messages_are_dropped(channel, publisher, declare):
    queue = declare(**{"x-max-length": 1})
    inbox = Inbox(channel, queue, auto_ack=True)
    sent = [b"%d" % number for number in range(100)]
    publish(publisher, queue, *sent)
    assert inbox.take_bodies(100) == sent


# Refusing what is new

def test_a_full_queue_may_refuse_what_is_new(channel, declare):
    queue = declare(**{"x-max-length": 2, "x-overflow": "reject-publish"})
    publish(channel, queue, "a", "b")
    with pytest.raises(NackError):
        publish(channel, queue, "c")
    assert drain(channel, queue) == [b"a", b"b"]
    publish(channel, queue, "d")
    assert drain(channel, queue) == [b"d"]


def test_a_full_queue_refuses_by_bytes_too(channel, declare):
    queue = declare(**{"x-max-length-bytes": 4, "x-overflow": "reject-publish"})
    publish(channel, queue, "aaaa")
    with pytest.raises(NackError):
        publish(channel, queue, "b")
    assert drain(channel, queue) == [b"aaaa"]


def test_a_refused_message_without_confirms_is_dropped_silently(connection, declare):
    queue, channel = declare(**{"x-max-length": 1, "x-overflow": "reject-publish"}), connection.channel()
    publish(channel, queue, "a", "b", "c")
    eventually(lambda: ready_count(channel, queue) == 1, "the first message")
    assert drain(channel, queue) == [b"a"]


def test_each_publishing_to_a_full_queue_gets_exactly_one_answer_and_the_right_one(peer, name):
    queue, wire = name("queue"), peer()
    wire.open_channel(1)
    arguments = table(("x-max-length", b"I\0\0\0\x0a"), ("x-overflow", b"S" + long_string(b"reject-publish")))
    wire.declare_queue(1, queue, exclusive=True, arguments=arguments)
    wire.select_confirms(1)
    wire.send(*(publishing(1, "", queue, b"%d" % number) for number in range(30)))
    answers = {}
    while len(answers) < 30:
        received = wire.read_frame()
        assert received.method in (BASIC_ACK, BASIC_NACK), received
        fields = received.arguments
        tag, multiple = fields.long_long(), fields.octet() & 1
        covered = [each for each in range(1, tag + 1) if each not in answers] if multiple else [tag]
        assert covered and not set(covered) & set(answers)
        answers.update(dict.fromkeys(covered, received.method))
    assert [tag for tag in sorted(answers) if answers[tag] == BASIC_ACK] == list(range(1, 11))
    wire.close()


def test_a_message_that_one_of_its_queues_refuses_is_nacked_but_reaches_the_others(channel, declare):
    full, other = declare(**{"x-max-length": 0, "x-overflow": "reject-publish"}), declare()
    for queue in (full, other):
        channel.queue_bind(queue, "amq.fanout")
    with pytest.raises(NackError):
        publish(channel, "", "x", exchange="amq.fanout")
    assert (drain(channel, full), drain(channel, other)) == ([], [b"x"])
    channel.queue_delete(full), channel.queue_delete(other)


def test_a_refused_message_may_become_a_dead_letter(channel, declare):
    dead = declare()
    queue = declare(**{"x-max-length": 1, "x-overflow": "reject-publish-dlx", "x-dead-letter-exchange": "",
                       "x-dead-letter-routing-key": dead})
    publish(channel, queue, "a")
    with pytest.raises(NackError):
        publish(channel, queue, "b")
    eventually(lambda: ready_count(channel, dead) == 1, "the dead letter")
    letter = get(channel, dead)
    assert (letter.body, letter.properties.headers["x-death"][0]["reason"]) == (b"b", "maxlen")
    assert drain(channel, queue) == [b"a"]


def test_a_message_that_comes_back_to_a_full_queue_makes_the_queue_drop_from_its_head(channel, declare):
    queue = declare(**{"x-max-length": 2})
    publish(channel, queue, "a", "b")
    held = get(channel, queue)
    publish(channel, queue, "c")
    channel.basic_nack(held.tag)
    eventually(lambda: ready_count(channel, queue) == 2, "the requeue")
    assert drain(channel, queue) == [b"b", b"c"]


@pytest.mark.parametrize("how", ["restart", "kill"])
def test_a_limit_holds_after_a_restart(fresh_broker, open_channel, how):
    channel = open_channel()
    channel.queue_declare("work", durable=True, arguments={"x-max-length": 3})
    publish(channel, "work", *"abcde", delivery_mode=2)
    getattr(fresh_broker, how)()
    channel = open_channel()
    assert ready_count(channel, "work") == 3
    publish(channel, "work", "f", delivery_mode=2)
    assert drain(channel, "work") == [b"d", b"e", b"f"]
