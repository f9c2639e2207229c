"""Times to live: of messages, by their own wish and by their queue's, and of queues."""

import struct

import pika
import pytest
from pika.exceptions import ChannelClosedByBroker

from expectations import PERSISTENT, Inbox, closes_channel, drain, eventually, get, publish, ready_count
from wire import publishing, short_string

LONG = "600000"


@pytest.fixture
def queue(channel, name):
    queue = name("queue")
    channel.queue_declare(queue, exclusive=True)
    return queue


def is_gone(connection, queue):
    """Whether there is no such queue. A declare would be a use of the queue; a binding is none."""
    try:
        connection.channel().queue_bind(queue, "amq.direct", "probe")
        return False
    except ChannelClosedByBroker as error:
        assert error.reply_code == 404
        return True


def becomes_empty(channel, queue):
    eventually(lambda: ready_count(channel, queue) == 0, f"the expiry of what is in {queue}")


# Messages

def test_a_message_leaves_its_queue_when_its_time_is_over(channel, queue):
    publish(channel, queue, "short", expiration="30")
    becomes_empty(channel, queue)
    assert get(channel, queue) is None


def test_a_message_whose_time_is_not_over_stays(channel, queue):
    publish(channel, queue, "short", expiration="30")
    publish(channel, queue, "long", expiration=LONG)
    publish(channel, queue, "for ever")
    eventually(lambda: ready_count(channel, queue) == 2, "the expiry of the first")
    assert drain(channel, queue) == [b"long", b"for ever"]


@pytest.mark.leveret_only("a classic queue of RabbitMQ looks at its head only")
def test_a_message_expires_wherever_in_the_queue_it_is(channel, queue):
    publish(channel, queue, "for ever")
    publish(channel, queue, "short", expiration="30")
    publish(channel, queue, "long", expiration=LONG)
    eventually(lambda: ready_count(channel, queue) == 2, "the expiry of the one in the middle")
    assert drain(channel, queue) == [b"for ever", b"long"]


def test_a_queue_may_set_the_time_of_all_its_messages(channel, name):
    queue = name("queue")
    channel.queue_declare(queue, exclusive=True, arguments={"x-message-ttl": 30})
    publish(channel, queue, *"abc")
    becomes_empty(channel, queue)


@pytest.mark.parametrize("own, of_queue", [("30", 600_000), (LONG, 30)])
def test_the_shorter_of_a_messages_and_its_queues_time_counts(channel, name, own, of_queue):
    queue = name("queue")
    channel.queue_declare(queue, exclusive=True, arguments={"x-message-ttl": of_queue})
    publish(channel, queue, "short", expiration=own)
    becomes_empty(channel, queue)


def test_a_time_of_zero_is_for_consumers_that_wait(channel, publisher, queue):
    publish(publisher, queue, "nobody waits", expiration="0")
    inbox = Inbox(channel, queue, auto_ack=True)
    publish(publisher, queue, "somebody waits", expiration="0")
    assert inbox.take_bodies(1) == [b"somebody waits"]


def test_a_queue_whose_time_is_zero_hands_messages_to_waiting_consumers(channel, publisher, name):
    queue = name("queue")
    channel.queue_declare(queue, exclusive=True, arguments={"x-message-ttl": 0})
    publish(publisher, queue, "nobody waits")
    inbox = Inbox(channel, queue, auto_ack=True)
    publish(publisher, queue, "somebody waits")
    assert inbox.take_bodies(1) == [b"somebody waits"]


def test_the_first_delivery_of_a_message_with_a_time_is_not_marked_redelivered(channel, queue):
    publish(channel, queue, "first", expiration=LONG)
    message = get(channel, queue)
    assert not message.redelivered and message.properties.expiration == LONG


def test_an_unacknowledged_message_does_not_expire_but_does_when_it_comes_back(channel, connection, queue):
    holding = connection.channel()
    publish(channel, queue, "held", expiration="200")
    publish(channel, queue, "witness", expiration="200")
    held = get(holding, queue)
    eventually(lambda: ready_count(channel, queue) == 0, "the expiry of the witness")
    holding.basic_ack(held.tag)
    publish(channel, queue, "held again", expiration="100")
    publish(channel, queue, "witness", expiration="100")
    held = get(holding, queue)
    assert held.body == b"held again"
    eventually(lambda: ready_count(channel, queue) == 0, "the expiry of the witness")
    holding.basic_nack(held.tag)
    becomes_empty(channel, queue)


def test_the_same_message_may_expire_in_one_queue_and_stay_in_another(channel, name):
    brief, lasting = name("brief"), name("lasting")
    channel.queue_declare(brief, exclusive=True, arguments={"x-message-ttl": 30})
    channel.queue_declare(lasting, exclusive=True)
    for queue in (brief, lasting):
        channel.queue_bind(queue, "amq.fanout")
    publish(channel, "", "both", exchange="amq.fanout")
    becomes_empty(channel, brief)
    assert drain(channel, lasting) == [b"both"]
    channel.queue_delete(brief), channel.queue_delete(lasting)


def test_a_thousand_messages_with_mixed_times_expire_each_in_its_own(channel, queue):
    for number in range(1000):
        publish(channel, queue, b"%d" % number, **({"expiration": "50"} if number < 500 else {}))
    eventually(lambda: ready_count(channel, queue) == 500, "the expiry of one half")
    assert drain(channel, queue) == [b"%d" % number for number in range(500, 1000)]


@pytest.mark.parametrize("expiration", ["-1", "1.5", "soon", " 1", "1 ", "315360000001", "99999999999999999999"])
def test_a_time_that_is_no_number_of_milliseconds_within_ten_years_is_406(peer, name, expiration):
    wire, queue = peer(), name("queue")
    wire.open_channel(1)
    wire.declare_queue(1, queue, exclusive=True)
    properties = struct.pack(">H", 1 << 8) + short_string(expiration)
    wire.send(publishing(1, "", queue, b"x", properties))
    text, offender = wire.expect_channel_close(1, 406)
    assert text.startswith("PRECONDITION_FAILED - invalid expiration") and offender == (60, 40)
    wire.close()


# Queues

def test_an_unused_queue_goes_when_its_time_is_over_and_its_messages_with_it(channel, connect, name):
    queue = name("queue")
    channel.queue_declare(queue, arguments={"x-expires": 100})
    publish(channel, queue, "goes too")
    other = connect()
    eventually(lambda: is_gone(other, queue), "the end of the queue")


def test_a_queue_with_a_consumer_does_not_expire(channel, connect, name):
    queue, witness = name("queue"), name("witness")
    for each in (queue, witness):
        channel.queue_declare(each, arguments={"x-expires": 150})
    inbox = Inbox(channel, queue, auto_ack=True)
    cancelled = []
    channel.add_on_cancel_callback(lambda frame: cancelled.append(frame))
    other = connect()
    eventually(lambda: is_gone(other, witness), "the end of the other queue")
    publish(channel, queue, "still here")
    assert inbox.take_bodies(1) == [b"still here"] and not cancelled
    channel.queue_delete(queue)


def test_a_get_or_a_declare_is_a_use_of_the_queue(channel, name):
    used, asked, witness = name("used"), name("asked"), name("witness")
    arguments = {"x-expires": 1000}
    for each in (used, asked, witness):
        channel.queue_declare(each, arguments=arguments)
    publish(channel, used, "kept")

    def witness_is_gone():
        channel.queue_declare(asked, arguments=arguments)
        message = get(channel, used)
        assert message.body == b"kept"
        channel.basic_nack(message.tag)
        return is_gone(channel.connection, witness)

    eventually(witness_is_gone, "the end of the queue that nobody used")
    assert channel.queue_declare(asked, passive=True) and channel.queue_declare(used, passive=True)
    channel.queue_delete(used), channel.queue_delete(asked)


def test_the_time_of_a_queue_begins_when_its_last_consumer_leaves(channel, connect, name):
    queue, witness = name("queue"), name("witness")
    for each in (queue, witness):
        channel.queue_declare(each, arguments={"x-expires": 200})
    inbox = Inbox(channel, queue)
    other = connect()
    eventually(lambda: is_gone(other, witness), "the end of the other queue")
    channel.basic_cancel(inbox.tag)
    publish(channel, queue, "still here")
    assert get(channel, queue, auto_ack=True).body == b"still here"
    eventually(lambda: is_gone(other, queue), "the end of the queue")


# Over a restart

@pytest.mark.parametrize("how", ["restart", "kill"])
def test_what_expired_while_the_broker_was_away_is_not_delivered(fresh_broker, open_channel, how):
    channel = open_channel()
    channel.queue_declare("work", durable=True)
    channel.basic_publish("", "work", "short", properties_with("1"))
    channel.basic_publish("", "work", "long", properties_with(LONG))
    channel.basic_publish("", "work", "for ever", PERSISTENT)
    getattr(fresh_broker, how)()
    channel = open_channel()
    inbox = Inbox(channel, "work", auto_ack=True)
    assert inbox.take_bodies(2) == [b"long", b"for ever"]
    assert inbox.arrived() == []


@pytest.mark.parametrize("how", ["restart", "kill"])
def test_the_time_of_a_message_goes_on_after_a_restart(fresh_broker, open_channel, how):
    channel = open_channel()
    channel.queue_declare("work", durable=True, arguments={"x-message-ttl": 1500})
    publish(channel, "work", "once", delivery_mode=2)
    getattr(fresh_broker, how)()
    channel = open_channel()
    becomes_empty(channel, "work")


def properties_with(expiration):
    return pika.BasicProperties(delivery_mode=2, expiration=expiration)


def test_an_argument_of_ten_years_is_accepted_and_a_longer_one_is_not(channel, connection, name):
    channel.queue_declare(name("queue"), exclusive=True, arguments={"x-message-ttl": 315_360_000_000})
    with closes_channel(406, "x-message-ttl"):
        connection.channel().queue_declare(name("queue"), arguments={"x-message-ttl": 315_360_000_001})
