"""basic.get: one message at a time, by asking."""

from expectations import drain, eventually, get, publish, ready_count
from wire import BASIC_GET_EMPTY, BASIC_GET_OK, get_method, publishing


def test_a_get_on_an_empty_queue_says_so(peer, name):
    queue, wire = name("queue"), peer()
    wire.open_channel(1)
    wire.declare_queue(1, queue, exclusive=True)
    wire.send(get_method(1, queue))
    assert wire.expect(1, BASIC_GET_EMPTY).short_string() == ""
    wire.close()


def test_a_get_tells_how_many_messages_are_left_ready(channel, name):
    queue = name("queue")
    channel.queue_declare(queue, exclusive=True)
    publish(channel, queue, *"abc")
    messages = [get(channel, queue) for _ in range(3)]
    assert [message.method.message_count for message in messages] == [2, 1, 0]
    assert [message.body for message in messages] == [b"a", b"b", b"c"]


def test_a_get_tells_exchange_and_routing_key(channel, name):
    queue = name("queue")
    channel.queue_declare(queue, exclusive=True)
    channel.queue_bind(queue, "amq.direct", queue + ".key")
    publish(channel, queue + ".key", "x", exchange="amq.direct", message_id="9")
    message = get(channel, queue)
    assert (message.method.exchange, message.method.routing_key) == ("amq.direct", queue + ".key")
    assert (message.tag, message.redelivered, message.properties.message_id) == (1, False, "9")


def test_a_message_gotten_without_acknowledgement_is_settled(connection, publisher, name):
    queue = name("queue")
    publisher.queue_declare(queue)
    publish(publisher, queue, "a", "b")
    channel = connection.channel()
    assert get(channel, queue, auto_ack=True).body == b"a"
    channel.close()
    assert drain(publisher, queue) == [b"b"]
    publisher.queue_delete(queue)


def test_a_message_gotten_and_not_acknowledged_comes_back_marked(connection, publisher, name):
    queue = name("queue")
    publisher.queue_declare(queue)
    publish(publisher, queue, "a")
    channel = connection.channel()
    assert not get(channel, queue).redelivered
    assert get(channel, queue) is None
    channel.close()
    eventually(lambda: ready_count(publisher, queue) == 1, "the requeue")
    message = get(publisher, queue)
    assert (message.body, message.redelivered) == (b"a", True)
    publisher.queue_delete(queue)


def test_gets_sent_without_waiting_are_answered_in_order(peer, name):
    queue, wire = name("queue"), peer()
    wire.open_channel(1)
    wire.declare_queue(1, queue, exclusive=True)
    wire.send(*(publishing(1, "", queue, b"%d" % number) for number in range(10)), *[get_method(1, queue)] * 11)
    for number in range(10):
        assert wire.expect_content(1, BASIC_GET_OK).body == b"%d" % number
    wire.expect(1, BASIC_GET_EMPTY)
    wire.close()
