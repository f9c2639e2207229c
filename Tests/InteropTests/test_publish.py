"""Publishing: confirms, their numbers and their order, and messages that nobody takes."""

import struct

import pika
import pytest
from pika.exceptions import UnroutableError

from expectations import closes_channel, drain, get, publish, ready_count
from wire import (
    BASIC_ACK, BASIC_PUBLISH, BASIC_RETURN, CONFIRM_SELECT, CONFIRM_SELECT_OK, PERSISTENT, content_header, method,
    publishing, short_string,
)


def read_confirms(wire, channel, count):
    """The (tag, multiple) of the acks until `count` publishings are confirmed; each exactly once."""
    confirmed, acks = set(), []
    outstanding = set(range(1, count + 1))
    while outstanding:
        arguments = wire.expect(channel, BASIC_ACK)
        tag, multiple = arguments.long_long(), arguments.octet() & 1
        settled = {each for each in outstanding if each <= tag} if multiple else {tag} & outstanding
        assert settled, f"confirm of {tag} (multiple {multiple}) settles nothing"
        assert not settled & confirmed
        confirmed |= settled
        outstanding -= settled
        acks.append((tag, bool(multiple)))
    return acks


@pytest.mark.parametrize("durable, properties", [(True, PERSISTENT), (True, b"\0\0"), (False, PERSISTENT)],
                         ids=["persistent and durable", "transient and durable", "persistent and transient"])
def test_confirms_are_numbered_from_one_and_answer_each_publishing_once(peer, name, durable, properties):
    queue, wire = name("queue"), peer()
    wire.open_channel(1)
    wire.declare_queue(1, queue, durable=durable, exclusive=not durable)
    wire.select_confirms(1)
    wire.send(*(publishing(1, "", queue, b"%d" % number, properties) for number in range(500)))
    acks = read_confirms(wire, 1, 500)
    assert max(tag for tag, multiple in acks) == 500
    assert wire.declare_queue(1, queue, passive=True)[1] == 500
    wire.close()


def test_confirm_numbers_count_only_what_was_published_after_the_select(peer, name):
    queue, wire = name("queue"), peer()
    wire.open_channel(1)
    wire.declare_queue(1, queue, exclusive=True)
    wire.send(publishing(1, "", queue, b"before"))
    wire.select_confirms(1)
    wire.send(publishing(1, "", queue, b"after"))
    assert read_confirms(wire, 1, 1) == [(1, False)]
    wire.close()


def test_each_channel_numbers_its_confirms_itself(peer, name):
    queue, wire = name("queue"), peer()
    for channel in (1, 2):
        wire.open_channel(channel)
        wire.select_confirms(channel)
    wire.declare_queue(1, queue, exclusive=True)
    for channel in (1, 2):
        wire.send(publishing(channel, "", queue, b"x"))
        assert wire.expect(channel, BASIC_ACK).long_long() == 1
    wire.close()


def test_selecting_confirms_twice_is_allowed_and_does_not_restart_the_numbers(peer, name):
    queue, wire = name("queue"), peer()
    wire.open_channel(1)
    wire.declare_queue(1, queue, exclusive=True)
    wire.select_confirms(1)
    wire.send(publishing(1, "", queue, b"x"))
    assert wire.expect(1, BASIC_ACK).long_long() == 1
    wire.select_confirms(1)
    wire.send(publishing(1, "", queue, b"x"))
    assert wire.expect(1, BASIC_ACK).long_long() == 2
    wire.close()


def test_a_confirm_select_without_wait_is_not_answered(peer, name):
    queue, wire = name("queue"), peer()
    wire.open_channel(1)
    wire.declare_queue(1, queue, exclusive=True)
    wire.send(method(1, CONFIRM_SELECT, b"\1"), publishing(1, "", queue, b"x"))
    assert wire.expect(1, BASIC_ACK).long_long() == 1
    wire.close()


def test_an_unroutable_message_is_confirmed_and_counted(peer, name):
    queue, wire = name("queue"), peer()
    wire.open_channel(1)
    wire.declare_queue(1, queue, exclusive=True)
    wire.select_confirms(1)
    wire.send(publishing(1, "", name("nowhere"), b"lost"), publishing(1, "", queue, b"kept"))
    read_confirms(wire, 1, 2)
    assert wire.get(1, queue).body == b"kept"
    wire.close()


def test_an_unroutable_mandatory_message_is_returned_in_full_before_its_confirm(peer, name):
    key, wire = name("nowhere"), peer()
    wire.open_channel(1)
    wire.select_confirms(1)
    content_type = struct.pack(">H", 1 << 15) + short_string("text/plain")
    sent = bytes(range(256)) * 2000
    wire.send(publishing(1, "amq.direct", key, sent, content_type, mandatory=True))
    returned = wire.expect_content(1, BASIC_RETURN)
    assert returned.arguments.short() == 312
    assert returned.arguments.short_string() == "NO_ROUTE"
    assert returned.arguments.short_string() == "amq.direct"
    assert returned.arguments.short_string() == key
    assert (returned.properties, returned.body) == (content_type, sent)
    assert wire.expect(1, BASIC_ACK).long_long() == 1
    wire.close()


def test_a_mandatory_message_with_an_empty_body_is_returned_too(peer, name):
    wire = peer()
    wire.open_channel(1)
    wire.send(publishing(1, "", name("nowhere"), b"", mandatory=True))
    assert wire.expect_content(1, BASIC_RETURN).body == b""
    wire.close()


def test_returns_come_in_the_order_of_publishing(peer, name):
    wire = peer()
    wire.open_channel(1)
    wire.select_confirms(1)
    wire.send(*(publishing(1, "", name("nowhere"), b"%d" % number, mandatory=True) for number in range(50)))
    bodies, acknowledged = [], 0
    while acknowledged < 50:
        frame = wire.read_frame()
        if frame.method == BASIC_RETURN:
            wire.read_frame()
            bodies.append(int(wire.read_frame().payload))
        else:
            assert frame.method == BASIC_ACK
            acknowledged = frame.arguments.long_long()
            assert len(bodies) >= acknowledged, "a confirm overtook its return"
    assert bodies == list(range(50))
    wire.close()


def test_a_routable_mandatory_message_is_not_returned(channel, name):
    queue = name("queue")
    channel.queue_declare(queue, exclusive=True)
    channel.basic_publish("", queue, "here", mandatory=True)
    assert drain(channel, queue) == [b"here"]


def test_pika_reports_an_unroutable_mandatory_message(channel, name):
    key = name("nowhere")
    with pytest.raises(UnroutableError) as caught:
        channel.basic_publish("", key, "body", pika.BasicProperties(message_id="17"), mandatory=True)
    [returned] = caught.value.messages
    assert returned.method.reply_code == 312
    assert (returned.method.exchange, returned.method.routing_key) == ("", key)
    assert (returned.body, returned.properties.message_id) == (b"body", "17")


def test_publishing_to_a_missing_exchange_is_404(channel, name):
    exchange = name("missing")
    with closes_channel(404, f"NOT_FOUND - no exchange '{exchange}' in vhost '/'"):
        publish(channel, "key", "body", exchange=exchange)


def test_what_follows_a_failed_publish_on_its_channel_is_discarded(peer, name):
    queue, wire = name("queue"), peer()
    wire.open_channel(1)
    wire.open_channel(2)
    wire.declare_queue(2, queue, exclusive=True)
    wire.send(publishing(1, name("missing"), queue, b"failed" * 40000),
              *(publishing(1, "", queue, b"discarded" * 40000) for _ in range(5)))
    text, offender = wire.expect_channel_close(1, 404)
    assert offender == BASIC_PUBLISH
    wire.send(publishing(2, "", queue, b"kept"))
    wire.select_confirms(2)
    assert wire.get(2, queue).body == b"kept"
    wire.close()


def test_a_message_published_by_one_connection_reaches_another(channel, publisher, name):
    queue = name("queue")
    channel.queue_declare(queue, exclusive=True)
    publish(publisher, queue, "hello", content_type="text/plain")
    message = get(channel, queue, auto_ack=True)
    assert (message.body, message.method.exchange, message.method.routing_key) == (b"hello", "", queue)
    assert message.properties.content_type == "text/plain"


def test_a_message_is_ready_in_the_queue_once_it_is_confirmed(channel, publisher, name):
    queue = name("queue")
    channel.queue_declare(queue, exclusive=True)
    for number in range(1, 20):
        publish(publisher, queue, "x")
        assert ready_count(channel, queue) == number


def test_publishing_to_a_queue_which_was_just_deleted_is_confirmed(channel, name):
    queue = name("queue")
    channel.queue_declare(queue)
    channel.queue_delete(queue)
    publish(channel, queue, "too late")


def test_many_publishers_lose_nothing_and_keep_their_own_order(channel, connect, peer, name):
    queue = name("queue")
    channel.queue_declare(queue, exclusive=True)
    writers = []
    for number in range(4):
        wire = peer()
        wire.open_channel(1)
        wire.select_confirms(1)
        writers.append(wire)
    for step in range(100):
        for number, wire in enumerate(writers):
            wire.send(publishing(1, "", queue, b"%d %d" % (number, step)))
    for wire in writers:
        read_confirms(wire, 1, 100)
        wire.close()
    received = [tuple(map(int, body.split())) for body in drain(channel, queue)]
    assert len(received) == 400
    for number in range(4):
        assert [step for writer, step in received if writer == number] == list(range(100))


def test_confirms_and_other_replies_share_a_channel(peer, name):
    queue, wire = name("queue"), peer()
    wire.open_channel(1)
    wire.declare_queue(1, queue, exclusive=True)
    wire.send(method(1, CONFIRM_SELECT, b"\0"), publishing(1, "", queue, b"x"))
    wire.expect(1, CONFIRM_SELECT_OK)
    assert wire.expect(1, BASIC_ACK).long_long() == 1
    wire.close()


@pytest.mark.leveret_only("RabbitMQ before 4 does not look")
@pytest.mark.parametrize("exchange, key", [(b"\xff", b"key"), (b"", b"key\xc3")])
def test_an_exchange_or_a_routing_key_which_is_no_text_is_501(peer, exchange, key):
    wire = peer()
    wire.open_channel(1)
    wire.send(method(1, BASIC_PUBLISH, b"\0\0" + short_string(exchange) + short_string(key) + b"\0"),
              content_header(1, 0))
    wire.expect_connection_close(501)
