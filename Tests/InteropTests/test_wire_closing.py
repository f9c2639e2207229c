"""The ends of channels and connections: nothing that was under way is lost, and nothing is left wedged."""

import socket
import struct
import time

import pytest

from expectations import eventually, get, publish, ready_count
from wire import (
    BASIC_CANCEL, BASIC_CONSUME_OK, BASIC_DELIVER, BASIC_QOS_OK, CHANNEL_CLOSE, CHANNEL_CLOSE_OK, CHANNEL_OPEN,
    CHANNEL_OPEN_OK, CONNECTION_CLOSE, CONNECTION_CLOSE_OK, QUEUE_DECLARE_OK, QUEUE_DELETE, QUEUE_DELETE_OK,
    PERSISTENT, Peer, ack_method, body, consume_method, content_header, declare_queue_method, frame, get_method,
    method, nack_method, publish_method, publishing, qos_method, short_string,
)

CLOSE_ARGUMENTS = b"\0\xc8\0\0\0\0\0"
BEATING = frame(8, 0, b"")


@pytest.fixture
def wire(peer):
    """A connection with channels 1 and 2 open."""
    wire = peer()
    wire.open_channel(1)
    wire.open_channel(2)
    return wire


def fail_channel(wire, channel, name):
    """Makes the broker close the channel, and leaves that unanswered."""
    wire.send(declare_queue_method(channel, name("missing"), passive=True))
    wire.expect_close(channel, CHANNEL_CLOSE, 404)


def delete_queue_method(channel, queue):
    return method(channel, QUEUE_DELETE, b"\0\0" + short_string(queue) + b"\0")


# A channel which the broker closed

LATE = pytest.mark.parametrize("late", [ack_method(1, 1), ack_method(1, 0, multiple=True), nack_method(1, 7),
                                        method(1, (60, 90), struct.pack(">QB", 1, 1))],
                               ids=["ack", "ack of all", "nack", "reject"])


@LATE
def test_a_late_acknowledgement_on_a_channel_which_the_broker_closed_is_ignored(wire, name, late):
    fail_channel(wire, 1, name)
    wire.send(late, method(1, CHANNEL_CLOSE_OK))
    wire.open_channel(1)
    wire.declare_queue(2, "", exclusive=True)
    wire.close()


@pytest.mark.leveret_only("RabbitMQ closes the connection with 504 once the close is answered")
@LATE
def test_an_acknowledgement_that_is_later_than_the_close_ok_is_ignored_too(wire, name, late):
    fail_channel(wire, 1, name)
    wire.send(method(1, CHANNEL_CLOSE_OK), late)
    wire.declare_queue(2, "", exclusive=True)
    wire.open_channel(1)
    wire.close()


def test_any_other_method_after_the_close_ok_is_504(wire, name):
    fail_channel(wire, 1, name)
    wire.send(method(1, CHANNEL_CLOSE_OK), declare_queue_method(1, "", exclusive=True))
    wire.expect_connection_close(504)


def test_a_channel_whose_close_is_not_answered_cannot_be_opened_again(wire, name):
    fail_channel(wire, 1, name)
    wire.send(method(1, CHANNEL_OPEN, b"\0"))
    text, _ = wire.expect_connection_close(504)
    assert text.startswith("CHANNEL_ERROR")


def test_a_channel_whose_close_is_not_answered_disturbs_no_other(wire, name):
    queue = name("queue")
    wire.declare_queue(2, queue, exclusive=True)
    fail_channel(wire, 1, name)
    for number in range(100):
        wire.send(publishing(1, "", queue, b"ignored"), publishing(2, "", queue, b"%d" % number))
    assert [wire.get(2, queue).body for _ in range(100)] == [b"%d" % number for number in range(100)]
    wire.close()


def test_content_in_flight_after_an_error_is_discarded_frame_by_frame(wire, name):
    queue = name("queue")
    wire.declare_queue(2, queue, exclusive=True)
    wire.send(ack_method(1, 99), publish_method(1, "", queue), content_header(1, 6), body(1, b"abc"))
    wire.expect_close(1, CHANNEL_CLOSE, 406)
    wire.send(body(1, b"def"), publishing(1, "", queue, b"x" * 300_000), get_method(1, queue), qos_method(1, 1),
              method(1, CHANNEL_CLOSE_OK))
    wire.open_channel(1)
    assert wire.declare_queue(1, queue, passive=True)[1] == 0
    wire.close()


def test_no_answer_follows_the_error_of_a_method(wire, name):
    wire.send(declare_queue_method(1, name("missing"), passive=True), qos_method(1, 1),
              declare_queue_method(1, "", exclusive=True))
    wire.expect_close(1, CHANNEL_CLOSE, 404)
    wire.send(qos_method(2, 1))
    wire.expect(2, BASIC_QOS_OK)
    wire.send(method(1, CHANNEL_CLOSE_OK), method(1, CHANNEL_OPEN, b"\0"))
    wire.expect(1, CHANNEL_OPEN_OK)
    wire.close()


def test_the_client_may_close_a_channel_which_the_broker_is_closing(wire, name):
    fail_channel(wire, 1, name)
    wire.send(method(1, CHANNEL_CLOSE, CLOSE_ARGUMENTS))
    wire.expect(1, CHANNEL_CLOSE_OK)
    wire.send(method(1, CHANNEL_CLOSE_OK))
    wire.open_channel(1)
    wire.close()


def test_a_close_ok_for_a_channel_that_is_not_closing_ends_at_most_its_connection(wire, peer):
    wire.send(method(1, CHANNEL_CLOSE_OK))
    wire.expect(0, CONNECTION_CLOSE)
    wire.hang_up()
    other = peer()
    other.open_channel(1)
    other.close()


def test_a_channel_can_fail_in_every_way_a_hundred_times_on_one_connection(wire, name):
    queue = name("queue")
    wire.declare_queue(2, queue, exclusive=True)
    errors = [(declare_queue_method(1, name("missing"), passive=True), 404), (ack_method(1, 5), 406),
              (publishing(1, name("missing"), "", b"body" * 50_000), 404), (get_method(1, name("missing")), 404),
              (declare_queue_method(1, queue, durable=True, exclusive=False), 405)]
    for number in range(100):
        data, code = errors[number % len(errors)]
        wire.send(data, consume_method(1, queue))
        wire.expect_close(1, CHANNEL_CLOSE, code)
        wire.send(method(1, CHANNEL_CLOSE_OK), method(1, CHANNEL_OPEN, b"\0"))
        wire.expect(1, CHANNEL_OPEN_OK)
    assert wire.declare_queue(2, queue, passive=True)[2] == 0
    wire.close()


# A channel which the client closes

def test_what_a_channel_held_is_ready_before_its_close_is_answered(wire, publisher, name):
    queue = name("queue")
    publisher.queue_declare(queue)
    publish(publisher, queue, *"abc")
    wire.send(consume_method(1, queue))
    wire.expect(1, BASIC_CONSUME_OK)
    for _ in range(3):
        wire.expect_content(1, BASIC_DELIVER)
    wire.send(method(1, CHANNEL_CLOSE, CLOSE_ARGUMENTS))
    wire.expect(1, CHANNEL_CLOSE_OK)
    assert wire.declare_queue(2, queue, passive=True)[1:] == (3, 0)
    wire.close()
    publisher.queue_delete(queue)


def test_a_channel_closed_amid_a_content_is_free_for_the_next(wire, name):
    queue = name("queue")
    wire.declare_queue(2, queue, exclusive=True)
    fail_channel(wire, 1, name)
    wire.send(method(1, CHANNEL_CLOSE_OK), method(1, CHANNEL_OPEN, b"\0"), publishing(1, "", queue, b"whole"))
    wire.expect(1, CHANNEL_OPEN_OK)
    assert wire.get(1, queue).body == b"whole"
    wire.close()


def test_a_client_that_deletes_the_queue_it_consumes_from_hears_first_that_it_is_deleted(wire, name):
    queue = name("queue")
    wire.declare_queue(1, queue, durable=True)
    wire.send(consume_method(1, queue, "mine"))
    wire.expect(1, BASIC_CONSUME_OK)
    wire.send(delete_queue_method(1, queue))
    wire.expect(1, QUEUE_DELETE_OK)
    assert wire.expect(1, BASIC_CANCEL).short_string() == "mine"
    wire.close()


# A connection which the client closes

def test_a_client_which_still_writes_after_its_close_hears_the_answer(wire, name):
    queue = name("queue")
    wire.declare_queue(1, queue, exclusive=True)
    wire.send(method(0, CONNECTION_CLOSE, CLOSE_ARGUMENTS))
    for _ in range(200):
        wire.send(publishing(1, "", queue, b"late" * 1000))
    wire.expect(0, CONNECTION_CLOSE_OK)
    for _ in range(20):
        wire.send(publishing(1, "", queue, b"later"))
    wire.hang_up()


def test_an_exclusive_queue_is_gone_when_the_close_of_its_connection_is_answered(wire, connection, name):
    queue = name("queue")
    wire.declare_queue(1, queue, exclusive=True)
    wire.send(method(0, CONNECTION_CLOSE, CLOSE_ARGUMENTS))
    wire.expect(0, CONNECTION_CLOSE_OK)
    connection.channel().queue_declare(queue, exclusive=True)


def test_nothing_follows_the_answer_to_a_close(wire, publisher, name):
    queue = name("queue")
    publisher.queue_declare(queue)
    wire.send(consume_method(1, queue))
    wire.expect(1, BASIC_CONSUME_OK)
    wire.send(method(0, CONNECTION_CLOSE, CLOSE_ARGUMENTS))
    publish(publisher, queue, *"abc")
    while (received := wire.read_frame()).method != CONNECTION_CLOSE_OK:
        assert received.channel == 1
    wire.socket.shutdown(socket.SHUT_WR)
    assert wire.read_until_end() == b""
    eventually(lambda: ready_count(publisher, queue) == 3, "the requeue")
    publisher.queue_delete(queue)


# A connection which the broker closes

@pytest.mark.leveret_only("RabbitMQ 3.10 hears only the answer to its own close")
def test_closes_of_a_connection_which_cross_each_other_end_it(wire):
    wire.send(declare_queue_method(9, "", exclusive=True), method(0, CONNECTION_CLOSE, CLOSE_ARGUMENTS))
    wire.expect_close(0, CONNECTION_CLOSE, 504)
    wire.expect(0, CONNECTION_CLOSE_OK)
    wire.send(method(0, CONNECTION_CLOSE_OK))
    assert wire.read_until_end() == b""


def test_everything_after_the_brokers_close_is_ignored_until_it_is_answered(wire, publisher, name):
    queue = name("queue")
    publisher.queue_declare(queue)
    wire.send(declare_queue_method(9, "", exclusive=True))
    wire.expect_close(0, CONNECTION_CLOSE, 504)
    wire.send(publishing(1, "", queue, b"ignored" * 50_000), declare_queue_method(1, name("ignored")),
              BEATING, method(0, CONNECTION_CLOSE_OK))
    assert wire.read_until_end() == b""
    assert ready_count(publisher, queue) == 0
    publisher.queue_delete(queue)


@pytest.mark.deadline(30)
def test_a_client_which_does_not_answer_the_brokers_close_is_dropped(peer):
    wire = peer(heartbeat=1)
    wire.open_channel(1)
    started = time.monotonic()
    wire.send(declare_queue_method(9, "", exclusive=True))
    wire.expect_close(0, CONNECTION_CLOSE, 504)
    wire.read_until_end()
    assert time.monotonic() - started < 10


def test_what_a_client_held_is_ready_before_the_brokers_close_is_answered(wire, publisher, name):
    queue = name("queue")
    publisher.queue_declare(queue)
    publish(publisher, queue, "held")
    wire.get(1, queue, no_ack=False)
    wire.send(declare_queue_method(9, "", exclusive=True))
    wire.expect_close(0, CONNECTION_CLOSE, 504)
    eventually(lambda: ready_count(publisher, queue) == 1, "the requeue")
    assert get(publisher, queue, auto_ack=True).redelivered
    publisher.queue_delete(queue)


def test_what_clients_acknowledge_while_the_broker_stops_is_done(fresh_broker):
    wire = Peer(fresh_broker.host, fresh_broker.port)
    wire.log_in()
    wire.open_channel(1)
    wire.declare_queue(1, "work", durable=True)
    wire.send(consume_method(1, "work"))
    wire.expect(1, BASIC_CONSUME_OK)
    for number in range(4):
        wire.send(publishing(1, "", "work", b"%d" % number, PERSISTENT))
        wire.expect_content(1, BASIC_DELIVER)
    fresh_broker.process.terminate()
    text, _ = wire.expect_close(0, CONNECTION_CLOSE, 320)
    assert text == "CONNECTION_FORCED - broker shutdown"
    wire.send(ack_method(1, 1), ack_method(1, 3), publishing(1, "", "work", b"too late", PERSISTENT),
              method(0, CONNECTION_CLOSE_OK))
    assert wire.read_until_end() == b""
    wire.hang_up()
    assert fresh_broker.process.wait(30) == 0
    fresh_broker.start()
    again = Peer(fresh_broker.host, fresh_broker.port)
    again.log_in()
    again.open_channel(1)
    assert [again.get(1, "work").body for _ in range(again.declare_queue(1, "work", durable=True)[1])] == [b"1", b"3"]
    again.close()


def test_a_reset_amid_the_closing_does_no_harm(peer, publisher, name):
    for step in range(30):
        wire = peer()
        wire.open_channel(1)
        wire.declare_queue(1, name("queue"), exclusive=True)
        wire.socket.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        wire.send([method(0, CONNECTION_CLOSE, CLOSE_ARGUMENTS), method(1, CHANNEL_CLOSE, CLOSE_ARGUMENTS),
                   declare_queue_method(9, "")][step % 3])
        wire.hang_up()
    publisher.queue_declare("", exclusive=True)


def test_a_declare_on_one_channel_is_answered_while_another_is_closing(wire, name):
    fail_channel(wire, 1, name)
    for _ in range(10):
        wire.send(declare_queue_method(2, "", exclusive=True))
        wire.expect(2, QUEUE_DECLARE_OK)
    wire.send(method(1, CHANNEL_CLOSE_OK))
    wire.open_channel(1)
    wire.close()
