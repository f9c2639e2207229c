"""Several channels on one connection: independent, reusable, and unharmed by each other's errors."""

import threading

import pika
import pytest
from pika.exceptions import ChannelClosedByBroker

from expectations import Inbox, closes_channel, drain, get, publish, round_trip
from wire import (
    CHANNEL_CLOSE, CHANNEL_CLOSE_OK, CHANNEL_FLOW, CHANNEL_FLOW_OK, CHANNEL_OPEN, CHANNEL_OPEN_OK, ACCESS_REQUEST,
    ACCESS_REQUEST_OK, CONNECTION_CLOSE, CONNECTION_CLOSE_OK, QUEUE_DECLARE_OK, body, content_header,
    declare_queue_method, method, publish_method, publishing, short_string,
)

CLOSE_ARGUMENTS = b"\0\xc8\0\0\0\0\0"


def test_many_channels_work_side_by_side(connection, name):
    channels = [connection.channel() for _ in range(50)]
    queues = [name("queue") for _ in channels]
    inboxes = []
    for channel, queue in zip(channels, queues):
        channel.queue_declare(queue, exclusive=True)
        inboxes.append(Inbox(channel, queue, auto_ack=True))
    for number in range(10):
        for channel, queue in zip(channels, reversed(queues)):
            publish(channel, queue, f"{queue} {number}")
    for queue, inbox in zip(queues, inboxes):
        assert inbox.take_bodies(10) == [f"{queue} {number}".encode() for number in range(10)]


def test_an_error_on_one_channel_leaves_the_others_and_the_connection_alone(connection, name):
    queue, healthy, failing = name("queue"), connection.channel(), connection.channel()
    healthy.queue_declare(queue, exclusive=True)
    inbox = Inbox(healthy, queue, auto_ack=True)
    with closes_channel(404):
        failing.queue_declare(name("missing"), passive=True)
    publish(healthy, queue, "still here")
    assert inbox.take_bodies(1) == [b"still here"]
    assert connection.is_open
    again = connection.channel(failing.channel_number)
    publish(again, queue, "the number works again")
    assert inbox.take_bodies(1) == [b"the number works again"]


def test_a_channel_can_fail_and_be_opened_again_many_times(connection, name):
    for _ in range(100):
        channel = connection.channel(7)
        with pytest.raises(ChannelClosedByBroker):
            channel.queue_declare(name("missing"), passive=True)


def test_a_channel_number_is_free_as_soon_as_its_close_is_answered(peer):
    wire = peer()
    for _ in range(50):
        wire.send(method(3, CHANNEL_OPEN, b"\0"), method(3, CHANNEL_CLOSE, CLOSE_ARGUMENTS))
        wire.expect(3, CHANNEL_OPEN_OK)
        wire.expect(3, CHANNEL_CLOSE_OK)
    wire.close()


def test_everything_on_a_channel_which_the_broker_closed_is_ignored_until_the_close_ok(peer, name):
    queue, wire = name("queue"), peer()
    wire.open_channel(1)
    wire.open_channel(2)
    wire.declare_queue(2, queue, exclusive=True)
    wire.send(declare_queue_method(1, name("missing"), passive=True))
    wire.expect(1, CHANNEL_CLOSE)
    wire.send(declare_queue_method(1, name("ignored")), publishing(1, "", queue, b"ignored" * 50_000),
              method(1, CHANNEL_CLOSE_OK), method(1, CHANNEL_OPEN, b"\0"), declare_queue_method(1, queue, passive=True))
    wire.expect(1, CHANNEL_OPEN_OK)
    arguments = wire.expect(1, QUEUE_DECLARE_OK)
    assert (arguments.short_string(), arguments.long()) == (queue, 0)
    wire.close()


@pytest.mark.leveret_only("RabbitMQ 3.10 still expects the rest of the body and closes the connection with 505")
def test_a_client_which_learns_amid_a_body_that_its_channel_is_closed_need_not_finish_the_body(peer, name):
    wire = peer()
    wire.open_channel(1)
    wire.send(publishing(1, name("missing"), "", b"x"), publish_method(1, "amq.direct", ""),
              content_header(1, 10), body(1, b"half"))
    wire.expect_channel_close(1, 404)
    wire.open_channel(1)
    wire.declare_queue(1, "", exclusive=True)
    wire.close()


def test_closes_of_a_channel_which_cross_each_other_are_both_answered(peer, name):
    wire = peer()
    wire.open_channel(1)
    wire.send(declare_queue_method(1, name("missing"), passive=True), method(1, CHANNEL_CLOSE, CLOSE_ARGUMENTS))
    wire.expect_close(1, CHANNEL_CLOSE, 404)
    wire.expect(1, CHANNEL_CLOSE_OK)
    wire.send(method(1, CHANNEL_CLOSE_OK))
    wire.open_channel(1)
    wire.close()


def test_a_connection_closes_while_its_channels_are_busy(peer, name):
    queue, wire = name("queue"), peer()
    for channel in range(1, 20):
        wire.open_channel(channel)
    wire.declare_queue(1, queue, exclusive=True)
    wire.send(*(publishing(channel, "", queue, b"x") for channel in range(1, 20)),
              publish_method(1, "", queue), content_header(1, 100), body(1, b"half"),
              method(0, CONNECTION_CLOSE, CLOSE_ARGUMENTS))
    wire.expect(0, CONNECTION_CLOSE_OK)


def test_the_highest_negotiated_channel_number_can_be_used(peer):
    wire = peer(channel_max=40)
    wire.open_channel(40)
    wire.declare_queue(40, "", exclusive=True)
    wire.close()


def test_a_channel_beyond_the_negotiated_maximum_ends_the_connection(peer):
    wire = peer(channel_max=3)
    for channel in (1, 2, 3):
        wire.open_channel(channel)
    wire.send(method(4, CHANNEL_OPEN, b"\0"))
    wire.expect_connection_close(530)


def test_a_thousand_channels_can_be_open_at_once(peer):
    wire = peer()
    wire.send(*(method(channel, CHANNEL_OPEN, b"\0") for channel in range(1, 1001)))
    assert {wire.read_frame().channel for _ in range(1000)} == set(range(1, 1001))
    wire.send(*(declare_queue_method(channel, "", exclusive=True) for channel in (1, 500, 1000)))
    assert {wire.read_frame().channel for _ in range(3)} == {1, 500, 1000}
    wire.close()


def test_methods_sent_without_waiting_are_answered_in_order_on_each_channel(peer, name):
    wire = peer()
    for channel in (1, 2):
        wire.open_channel(channel)
    names = {channel: [name("queue") for _ in range(20)] for channel in (1, 2)}
    wire.send(*(declare_queue_method(channel, names[channel][number], exclusive=True)
                for number in range(20) for channel in (1, 2)))
    answers = {1: [], 2: []}
    for _ in range(40):
        frame = wire.read_frame()
        assert frame.method == QUEUE_DECLARE_OK
        answers[frame.channel].append(frame.arguments.short_string())
    assert answers == names
    wire.close()


def test_a_client_may_ask_for_flow(peer):
    wire = peer()
    wire.open_channel(1)
    wire.send(method(1, CHANNEL_FLOW, b"\1"))
    assert wire.expect(1, CHANNEL_FLOW_OK).octet() == 1
    wire.close()


def test_an_old_clients_access_request_is_answered_with_a_ticket(peer):
    wire = peer()
    wire.open_channel(1)
    wire.send(method(1, ACCESS_REQUEST, short_string("/data") + b"\x1f"))
    assert wire.expect(1, ACCESS_REQUEST_OK).short() == 1
    wire.close()


def test_many_connections_work_at_once(broker, publisher, name):
    queue, failures = name("queue"), []
    publisher.queue_declare(queue)

    def work(number):
        try:
            with pika.BlockingConnection(pika.URLParameters(broker.url)) as connection:
                channel = connection.channel()
                channel.confirm_delivery()
                publish(channel, queue, *(f"{number} {step}" for step in range(20)))
        except Exception as error:
            failures.append(error)

    workers = [threading.Thread(target=work, args=(number,)) for number in range(20)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()
    assert failures == []
    assert len(drain(publisher, queue)) == 400
    publisher.queue_delete(queue)


def test_a_failed_channel_gives_back_its_queue_and_consumers(connection, publisher, name):
    queue, failing = name("queue"), connection.channel()
    publisher.queue_declare(queue)
    publish(publisher, queue, "a")
    Inbox(failing, queue, exclusive=True).take(1)
    with closes_channel(404):
        failing.basic_get(name("missing"))
    inbox = Inbox(connection.channel(), queue, exclusive=True, auto_ack=True)
    assert inbox.take_bodies(1) == [b"a"]
    publisher.queue_delete(queue)


def test_a_channel_closed_by_the_client_is_closed_for_good(connection, name):
    channel, queue = connection.channel(), name("queue")
    channel.queue_declare(queue, exclusive=True)
    publish(channel, queue, "a")
    channel.close()
    other = connection.channel()
    round_trip(other)
    assert get(other, queue).body == b"a"
