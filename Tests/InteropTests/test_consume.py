"""Consumers: what they get, in which order, who may consume, and how a consumer ends."""

import pika
import pytest

from expectations import Inbox, closes_channel, closes_connection, consumer_count, drain, eventually, get, publish
from expectations import ready_count
from wire import (
    BASIC_CANCEL, BASIC_CANCEL_OK, BASIC_CONSUME, BASIC_CONSUME_OK, BASIC_DELIVER, EMPTY_TABLE, QUEUE_DELETE,
    QUEUE_DELETE_OK, consume_method, method, publishing, short_string,
)


def test_messages_arrive_in_the_order_of_publishing(channel, publisher, name):
    queue = name("queue")
    channel.queue_declare(queue, exclusive=True)
    sent = [b"%d" % number for number in range(300)]
    publish(publisher, queue, *sent[:150])
    inbox = Inbox(channel, queue, auto_ack=True)
    publish(publisher, queue, *sent[150:])
    assert inbox.take_bodies(300) == sent


def test_a_delivery_tells_where_it_comes_from(channel, name):
    queue = name("queue")
    channel.queue_declare(queue, exclusive=True)
    channel.queue_bind(queue, "amq.topic", "stock.#")
    inbox = Inbox(channel, queue)
    publish(channel, "stock.nyse", "up", exchange="amq.topic", app_id="ticker")
    [message] = inbox.take(1)
    assert (message.method.exchange, message.method.routing_key) == ("amq.topic", "stock.nyse")
    assert (message.method.consumer_tag, message.tag, message.redelivered) == (inbox.tag, 1, False)
    assert message.properties.app_id == "ticker"


def test_the_consume_ok_comes_before_the_first_delivery(peer, name):
    queue, wire = name("queue"), peer()
    wire.open_channel(1)
    wire.declare_queue(1, queue, exclusive=True)
    wire.send(publishing(1, "", queue, b"ready"), consume_method(1, queue, "mine", no_ack=True))
    assert wire.expect(1, BASIC_CONSUME_OK).short_string() == "mine"
    delivery = wire.expect_content(1, BASIC_DELIVER)
    assert (delivery.arguments.short_string(), delivery.body) == ("mine", b"ready")
    wire.close()


def test_a_consume_without_wait_is_not_answered_but_delivers(peer, name):
    queue, wire = name("queue"), peer()
    wire.open_channel(1)
    wire.declare_queue(1, queue, exclusive=True)
    wire.send(publishing(1, "", queue, b"ready"), consume_method(1, queue, "mine", no_ack=True, no_wait=True))
    assert wire.expect_content(1, BASIC_DELIVER).arguments.short_string() == "mine"
    wire.close()


def test_the_broker_names_a_consumer_which_the_client_did_not_name(peer, name):
    queue, wire = name("queue"), peer()
    wire.open_channel(1)
    wire.declare_queue(1, queue, exclusive=True)
    tags = set()
    for _ in range(2):
        wire.send(consume_method(1, queue))
        tags.add(wire.expect(1, BASIC_CONSUME_OK).short_string())
    assert len(tags) == 2
    assert all(tag.startswith("amq.ctag-") for tag in tags)
    wire.close()


def test_messages_are_dealt_out_in_turn_among_the_consumers_of_a_queue(connect, publisher, name):
    queue = name("queue")
    publisher.queue_declare(queue, auto_delete=True)
    inboxes = [Inbox(connect().channel(), queue, auto_ack=True) for _ in range(3)]
    publish(publisher, queue, *(b"%d" % number for number in range(30)))
    received = [inbox.take_bodies(10) for inbox in inboxes]
    assert sorted(sum(received, []), key=int) == [b"%d" % number for number in range(30)]
    for bodies in received:
        numbers = [int(body) for body in bodies]
        assert [later - earlier for earlier, later in zip(numbers, numbers[1:])] == [3] * 9


def test_messages_are_dealt_out_in_turn_among_consumers_on_one_channel(channel, publisher, name):
    queue = name("queue")
    channel.queue_declare(queue, exclusive=True)
    first = Inbox(channel, queue, auto_ack=True)
    second = Inbox(channel, queue, auto_ack=True)
    publisher.queue_declare("", exclusive=True)
    publish(publisher, queue, *"abcdef")
    assert {len(first.take(3)), len(second.take(3))} == {3}


def test_a_consumer_without_acknowledgements_settles_what_it_gets(channel, publisher, name):
    queue = name("queue")
    publisher.queue_declare(queue)
    connection_channel = channel.connection.channel()
    inbox = Inbox(connection_channel, queue, auto_ack=True)
    publish(publisher, queue, "a", "b")
    inbox.take(2)
    connection_channel.close()
    assert ready_count(publisher, queue) == 0
    publisher.queue_delete(queue)


def test_a_consumer_without_acknowledgements_is_not_held_by_a_prefetch(channel, name):
    queue = name("queue")
    channel.queue_declare(queue, exclusive=True)
    channel.basic_qos(prefetch_count=1)
    inbox = Inbox(channel, queue, auto_ack=True)
    publish(channel, queue, *"abcde")
    assert inbox.take_bodies(5) == [b"a", b"b", b"c", b"d", b"e"]


def test_a_client_that_asks_not_to_hear_itself_hears_itself_all_the_same(peer, name):
    queue, wire = name("queue"), peer()
    wire.open_channel(1)
    wire.declare_queue(1, queue, exclusive=True)
    no_local, no_ack = 1, 2
    wire.send(method(1, BASIC_CONSUME, b"\0\0" + short_string(queue) + short_string("") + bytes([no_local | no_ack])
                     + EMPTY_TABLE))
    wire.expect(1, BASIC_CONSUME_OK)
    wire.send(publishing(1, "", queue, b"own"))
    assert wire.expect_content(1, BASIC_DELIVER).body == b"own"
    wire.close()


def test_an_exclusive_consumer_is_the_only_one(channel, connect, name):
    queue = name("queue")
    channel.queue_declare(queue, auto_delete=True)
    Inbox(channel, queue, exclusive=True)
    with closes_channel(403, f"ACCESS_REFUSED - queue '{queue}' in vhost '/' in exclusive use"):
        Inbox(connect().channel(), queue)


def test_a_queue_with_a_consumer_refuses_an_exclusive_one(channel, connect, name):
    queue = name("queue")
    channel.queue_declare(queue, auto_delete=True)
    Inbox(channel, queue)
    with closes_channel(403, f"ACCESS_REFUSED - queue '{queue}' in vhost '/' in exclusive use"):
        Inbox(connect().channel(), queue, exclusive=True)


def test_a_queue_is_free_again_once_its_exclusive_consumer_is_cancelled(channel, connect, name):
    queue = name("queue")
    channel.queue_declare(queue)
    inbox = Inbox(channel, queue, exclusive=True)
    channel.basic_cancel(inbox.tag)
    Inbox(connect().channel(), queue, exclusive=True)
    channel.queue_delete(queue)


def test_a_consumer_tag_used_twice_on_a_channel_is_530_and_ends_the_connection(peer, name):
    queue, wire = name("queue"), peer()
    wire.open_channel(1)
    wire.declare_queue(1, queue, exclusive=True)
    wire.send(consume_method(1, queue, "twin"))
    wire.expect(1, BASIC_CONSUME_OK)
    wire.send(consume_method(1, queue, "twin"))
    text, _ = wire.expect_connection_close(530)
    assert text.startswith("NOT_ALLOWED - attempt to reuse consumer tag 'twin'")


def test_a_consumer_tag_may_be_used_on_two_channels_and_again_after_a_cancel(connection, name):
    queue = name("queue")
    first, second = connection.channel(), connection.channel()
    first.queue_declare(queue, exclusive=True)
    for channel in (first, second):
        Inbox(channel, queue, consumer_tag="shared")
    first.basic_cancel("shared")
    Inbox(first, queue, consumer_tag="shared")
    assert consumer_count(first, queue) == 2


def test_nothing_is_delivered_to_a_consumer_after_its_cancel_ok(peer, name):
    queue, wire = name("queue"), peer()
    wire.open_channel(1)
    wire.declare_queue(1, queue, exclusive=True)
    wire.send(consume_method(1, queue, "short", no_ack=True))
    wire.expect(1, BASIC_CONSUME_OK)
    wire.send(*(publishing(1, "", queue, b"%d" % number) for number in range(100)),
              method(1, BASIC_CANCEL, short_string("short") + b"\0"),
              *(publishing(1, "", queue, b"%d" % number) for number in range(100, 120)))
    delivered = 0
    while (frame := wire.read_frame()).method != BASIC_CANCEL_OK:
        delivered += frame.method == BASIC_DELIVER
    assert frame.arguments.short_string() == "short"
    kept = []
    while len(kept) < 120 - delivered:
        kept.append(int(wire.get(1, queue).body))
    assert kept == list(range(delivered, 120)), "a delivery followed the cancel-ok, or a message is gone"
    wire.close()


def test_what_was_delivered_stays_unacknowledged_after_a_cancel(channel, name):
    queue = name("queue")
    channel.queue_declare(queue, exclusive=True)
    publish(channel, queue, "a", "b")
    inbox = Inbox(channel, queue)
    first, second = inbox.take(2)
    # pika's own cancel would reject what it holds, so the consumer's callback has taken it all before.
    channel.basic_cancel(inbox.tag)
    assert ready_count(channel, queue) == 0
    channel.basic_ack(first.tag)
    channel.basic_nack(second.tag)
    eventually(lambda: ready_count(channel, queue) == 1, "the requeue")
    assert get(channel, queue).body == b"b"


def test_cancelling_an_unknown_consumer_is_answered(peer):
    wire = peer()
    wire.open_channel(1)
    wire.send(method(1, BASIC_CANCEL, short_string("nobody") + b"\0"))
    assert wire.expect(1, BASIC_CANCEL_OK).short_string() == "nobody"
    wire.close()


def test_a_consumer_is_told_when_its_queue_is_deleted(channel, publisher, name):
    queue, cancelled = name("queue"), []
    publisher.queue_declare(queue)
    channel.add_on_cancel_callback(lambda frame: cancelled.append(frame.method.consumer_tag))
    inbox = Inbox(channel, queue)
    publisher.queue_delete(queue)
    eventually(lambda: channel.connection.process_data_events(0.1) or cancelled == [inbox.tag], "the cancellation")
    publish(channel, queue, "the channel still works")


def test_a_client_which_cannot_be_cancelled_is_not_told(peer, name):
    queue, wire = name("queue"), peer(capabilities=())
    wire.open_channel(1)
    wire.declare_queue(1, queue)
    wire.send(consume_method(1, queue, "deaf"))
    wire.expect(1, BASIC_CONSUME_OK)
    wire.send(method(1, QUEUE_DELETE, b"\0\0" + short_string(queue) + b"\0"))
    wire.expect(1, QUEUE_DELETE_OK)
    wire.declare_queue(1, "", exclusive=True)
    wire.close()


@pytest.mark.leveret_only("RabbitMQ 3.10 closes the connection with 503")
def test_a_client_may_answer_the_brokers_cancel(peer, name):
    queue, wire = name("queue"), peer()
    wire.open_channel(1)
    wire.declare_queue(1, queue)
    wire.send(consume_method(1, queue, "polite"))
    wire.expect(1, BASIC_CONSUME_OK)
    wire.send(method(1, QUEUE_DELETE, b"\0\0" + short_string(queue) + b"\0"))
    received = {frame.method: frame.arguments for frame in (wire.read_frame(), wire.read_frame())}
    assert received.keys() == {BASIC_CANCEL, QUEUE_DELETE_OK}
    # The broker does not wait for an answer, and says so.
    assert (received[BASIC_CANCEL].short_string(), received[BASIC_CANCEL].octet()) == ("polite", 1)
    wire.send(method(1, BASIC_CANCEL_OK, short_string("polite")))
    wire.declare_queue(1, "", exclusive=True)
    wire.close()


@pytest.mark.parametrize("priorities, expected", [((10, 1), 0), ((1, 10), 1), ((None, -1), 0), ((5, None), 0)])
def test_a_consumer_of_higher_priority_gets_everything_it_can_take(connect, publisher, name, priorities, expected):
    queue = name("queue")
    publisher.queue_declare(queue, auto_delete=True)
    inboxes = []
    for priority in priorities:
        arguments = {} if priority is None else {"x-priority": priority}
        inboxes.append(Inbox(connect().channel(), queue, auto_ack=True, arguments=arguments))
    publish(publisher, queue, *(b"%d" % number for number in range(20)))
    assert len(inboxes[expected].take(20)) == 20


def test_a_lower_priority_gets_what_the_higher_cannot_take(connect, publisher, name):
    queue = name("queue")
    publisher.queue_declare(queue, auto_delete=True)
    high, low = connect().channel(), connect().channel()
    high.basic_qos(prefetch_count=2)
    favoured = Inbox(high, queue, arguments={"x-priority": 5})
    other = Inbox(low, queue, auto_ack=True)
    publish(publisher, queue, *"abcde")
    first, second = favoured.take(2)
    assert (first.body, second.body) == (b"a", b"b")
    assert other.take_bodies(3) == [b"c", b"d", b"e"]
    high.basic_ack(first.tag)
    eventually(lambda: publish(publisher, queue, "x") or favoured.arrived(), "a message for the favoured consumer")


def test_a_priority_which_is_no_integer_is_406(channel, name):
    queue = name("queue")
    channel.queue_declare(queue, exclusive=True)
    with closes_channel(406, "x-priority"):
        Inbox(channel, queue, arguments={"x-priority": "high"})


def test_deliveries_go_on_while_a_consumer_publishes_and_declares(channel, name):
    first, second = name("first"), name("second")
    channel.queue_declare(first, exclusive=True)
    channel.queue_declare(second, exclusive=True)

    def forward(channel, method, properties, body):
        channel.basic_publish("", second, body + b"!")
        channel.basic_ack(method.delivery_tag)

    forwarding = channel.connection.channel()
    forwarding.basic_consume(first, forward)
    inbox = Inbox(channel, second, auto_ack=True)
    publish(channel, first, *(b"%d" % number for number in range(50)))
    assert inbox.take_bodies(50) == [b"%d!" % number for number in range(50)]


def test_a_connection_which_ends_leaves_no_consumer_behind(connect, publisher, name):
    queue = name("queue")
    publisher.queue_declare(queue)
    connection = connect()
    Inbox(connection.channel(), queue)
    assert consumer_count(publisher, queue) == 1
    connection.close()
    eventually(lambda: consumer_count(publisher, queue) == 0, "the end of the consumer")
    publisher.queue_delete(queue)


def test_a_queue_without_consumers_keeps_its_messages(channel, publisher, name):
    queue = name("queue")
    channel.queue_declare(queue, exclusive=True)
    publish(publisher, queue, *"abc")
    assert drain(channel, queue) == [b"a", b"b", b"c"]


def test_reusing_a_consumer_tag_is_a_connection_exception_for_pika_too(connection, name):
    queue = name("queue")
    channel = connection.channel()
    channel.queue_declare(queue, exclusive=True)
    channel.basic_consume(queue, lambda *delivery: None, consumer_tag="twin")
    # pika refuses the second use itself: the broker must hear of it from the layer below.
    with closes_connection(530, "attempt to reuse consumer tag 'twin'"):
        channel._impl._send_method(pika.spec.Basic.Consume(queue=queue, consumer_tag="twin"))
        while True:
            connection.process_data_events(1)
