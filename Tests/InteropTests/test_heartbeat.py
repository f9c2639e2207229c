"""Heartbeats: a quiet client stays connected, a dead one does not."""

import time

import pika
import pytest

from expectations import Inbox, eventually, get, publish
from wire import HEARTBEAT, ConnectionEnded, frame, method, publishing

ALIVE = frame(HEARTBEAT, 0, b"")


def test_the_broker_proposes_a_heartbeat(peer):
    wire = peer(handshake=False)
    wire.start()
    wire.answer_start("guest", "guest")
    wire.read_tune()
    assert 1 <= wire.heartbeat <= 600


def test_the_broker_sends_heartbeats_at_the_interval_the_client_chose(peer):
    wire = peer(heartbeat=1)
    for _ in range(3):
        started = time.monotonic()
        received = wire.read_any_frame()
        assert (received.kind, received.channel, received.payload) == (HEARTBEAT, 0, b"")
        assert time.monotonic() - started < 2
        wire.send(ALIVE)
    wire.close()


def test_a_connection_which_only_beats_stays_open(peer, name):
    wire = peer(heartbeat=1)
    wire.open_channel(1)
    end = time.monotonic() + 5
    while time.monotonic() < end:
        assert wire.read_any_frame().kind == HEARTBEAT
        wire.send(ALIVE)
    wire.declare_queue(1, name("queue"), exclusive=True)
    wire.close()


def test_any_frame_counts_as_a_sign_of_life(peer, name):
    queue, wire = name("queue"), peer(heartbeat=1)
    wire.open_channel(1)
    wire.declare_queue(1, queue, exclusive=True)
    end = time.monotonic() + 4
    while time.monotonic() < end:
        assert wire.read_any_frame().kind == HEARTBEAT
        wire.send(publishing(1, "", queue, b"x"))
    wire.close()


def test_a_client_is_alive_as_long_as_any_byte_of_it_comes(peer, name):
    queue, wire = name("queue"), peer(heartbeat=1)
    wire.open_channel(1)
    wire.declare_queue(1, queue, exclusive=True)
    sent = publishing(1, "", queue, b"x" * 100)
    for place in range(10):
        wire.send(sent[place:place + 1])
        assert wire.read_any_frame().kind == HEARTBEAT
    wire.send(sent[10:])
    assert wire.get(1, queue).body == b"x" * 100
    wire.close()


def test_a_client_which_falls_silent_is_dropped_and_what_it_held_comes_back(peer, publisher, name):
    queue, wire = name("queue"), peer(heartbeat=1)
    publisher.queue_declare(queue)
    publish(publisher, queue, "held")
    wire.open_channel(1)
    wire.get(1, queue, no_ack=False)
    started = time.monotonic()
    with pytest.raises(ConnectionEnded):
        while True:
            wire.read_any_frame()
    assert 1 < time.monotonic() - started < 6
    eventually(lambda: (message := get(publisher, queue, auto_ack=True)) and message.body == b"held", "the requeue")
    publisher.queue_delete(queue)


def test_a_heartbeat_of_zero_turns_heartbeats_off(peer, name):
    silent, beating = peer(heartbeat=0), peer(heartbeat=1)
    silent.open_channel(1)
    for _ in range(6):
        assert beating.read_any_frame().kind == HEARTBEAT
        beating.send(ALIVE)
    # Three seconds of the other's heartbeats later, the silent one has neither heard any nor been dropped.
    silent.send(method(1, (50, 10), b"\0\0\0\4" + b"\0" * 4))
    assert silent.read_any_frame().method == (50, 11)
    silent.close(), beating.close()


def test_pika_stays_connected_through_an_idle_time_longer_than_its_heartbeat(connect, name):
    queue, connection = name("queue"), connect(heartbeat=1)
    channel = connection.channel()
    channel.queue_declare(queue, exclusive=True)
    inbox = Inbox(channel, queue, auto_ack=True)
    end = time.monotonic() + 4
    while time.monotonic() < end:
        connection.process_data_events(time_limit=0.5)
    publish(channel, queue, "after the idle time")
    assert inbox.take_bodies(1) == [b"after the idle time"]


def test_a_client_may_choose_a_longer_heartbeat_than_the_broker_proposed(broker):
    parameters = pika.URLParameters(broker.url)
    parameters.heartbeat = lambda connection, proposed: proposed + 60
    with pika.BlockingConnection(parameters) as connection:
        connection.channel()
