"""Prefetch: how many deliveries a consumer or a channel may hold unacknowledged."""

import os
from pathlib import Path

import pika
import pytest
from kombu import Connection, Consumer

from broker_process import BrokerProcess
from expectations import Inbox, eventually, get, publish, ready_count
from wire import BASIC_QOS_OK, HEARTBEAT, frame, qos_method

EXTENSION = pytest.mark.leveret_only("RabbitMQ cannot change the prefetch of a running consumer")


def fill(channel, queue, count=10):
    channel.queue_declare(queue, exclusive=True)
    publish(channel, queue, *(b"%d" % number for number in range(count)))


def test_with_a_prefetch_of_one_the_next_message_waits_for_the_ack(channel, name):
    queue = name("queue")
    fill(channel, queue, 5)
    channel.basic_qos(prefetch_count=1)
    inbox = Inbox(channel, queue)
    for number in range(5):
        [message] = inbox.take(1)
        assert message.body == b"%d" % number
        assert inbox.arrived() == []
        assert ready_count(channel, queue) == 4 - number
        channel.basic_ack(message.tag)


def test_a_reject_or_nack_frees_the_prefetch_as_an_ack_does(channel, name):
    queue = name("queue")
    fill(channel, queue, 3)
    channel.basic_qos(prefetch_count=1)
    inbox = Inbox(channel, queue)
    channel.basic_reject(inbox.take(1)[0].tag, requeue=False)
    channel.basic_nack(inbox.take(1)[0].tag, requeue=False)
    assert inbox.take_bodies(1) == [b"2"]


def test_a_prefetch_of_three_keeps_three_unacknowledged(channel, name):
    queue = name("queue")
    fill(channel, queue)
    channel.basic_qos(prefetch_count=3)
    inbox = Inbox(channel, queue)
    first, second, third = inbox.take(3)
    assert inbox.arrived() == []
    channel.basic_ack(second.tag, multiple=True)
    assert inbox.take_bodies(2) == [b"3", b"4"]
    assert inbox.arrived() == []


def test_a_prefetch_of_zero_is_no_limit(channel, name):
    queue = name("queue")
    fill(channel, queue, 200)
    channel.basic_qos(prefetch_count=0)
    assert len(Inbox(channel, queue).take(200)) == 200


def test_each_consumer_has_the_prefetch_to_itself(channel, name):
    queue = name("queue")
    fill(channel, queue)
    channel.basic_qos(prefetch_count=2)
    first, second = Inbox(channel, queue), Inbox(channel, queue)
    first.take(2), second.take(2)
    assert first.arrived() + second.arrived() == []
    assert ready_count(channel, queue) == 6


def test_a_prefetch_per_consumer_holds_for_consumers_created_afterwards(channel, name):
    queue, other = name("queue"), name("other")
    fill(channel, queue), fill(channel, other)
    channel.basic_qos(prefetch_count=1)
    earlier = Inbox(channel, queue)
    channel.basic_qos(prefetch_count=3)
    later = Inbox(channel, other)
    earlier.take(1), later.take(3)
    assert earlier.arrived() + later.arrived() == []


def test_a_global_prefetch_is_shared_by_the_consumers_of_the_channel(channel, name):
    queue, other = name("queue"), name("other")
    fill(channel, queue), fill(channel, other)
    channel.basic_qos(prefetch_count=3, global_qos=True)
    first = Inbox(channel, queue)
    held = first.take(3)
    second = Inbox(channel, other)
    assert first.arrived() + second.arrived() == []
    channel.basic_ack(held[-1].tag, multiple=True)

    def three_more_came():
        channel.connection.process_data_events(0.1)
        return len(first.waiting) + len(second.waiting) >= 3

    eventually(three_more_came, "three more deliveries")
    assert len(first.arrived()) + len(second.arrived()) == 3


def test_a_global_prefetch_holds_for_consumers_which_exist_already(channel, name):
    queue = name("queue")
    channel.queue_declare(queue, exclusive=True)
    inbox = Inbox(channel, queue)
    channel.basic_qos(prefetch_count=2, global_qos=True)
    publish(channel, queue, *"abcd")
    inbox.take(2)
    assert inbox.arrived() == []


def test_a_consumer_obeys_both_its_own_and_the_global_prefetch(channel, name):
    queue = name("queue")
    fill(channel, queue)
    channel.basic_qos(prefetch_count=2)
    channel.basic_qos(prefetch_count=3, global_qos=True)
    first, second = Inbox(channel, queue), Inbox(channel, queue)
    first.take(2), second.take(1)
    assert first.arrived() + second.arrived() == []


def test_a_global_prefetch_is_not_shared_between_channels(connection, name):
    queue = name("queue")
    first, second = connection.channel(), connection.channel()
    first.confirm_delivery()
    fill(first, queue)
    for channel in (first, second):
        channel.basic_qos(prefetch_count=1, global_qos=True)
    inboxes = [Inbox(first, queue), Inbox(second, queue)]
    for inbox in inboxes:
        inbox.take(1)
        assert inbox.arrived() == []


def test_raising_a_global_prefetch_lets_waiting_messages_through(channel, name):
    queue = name("queue")
    fill(channel, queue)
    channel.basic_qos(prefetch_count=1, global_qos=True)
    inbox = Inbox(channel, queue)
    inbox.take(1)
    channel.basic_qos(prefetch_count=4, global_qos=True)
    inbox.take(3)
    assert inbox.arrived() == []


def test_lowering_a_global_prefetch_holds_messages_back_until_enough_are_acknowledged(channel, name):
    queue = name("queue")
    fill(channel, queue)
    channel.basic_qos(prefetch_count=4, global_qos=True)
    inbox = Inbox(channel, queue)
    held = inbox.take(4)
    channel.basic_qos(prefetch_count=2, global_qos=True)
    channel.basic_ack(held[1].tag, multiple=True)
    assert inbox.arrived() == []
    channel.basic_ack(held[2].tag)
    assert inbox.take_bodies(1) == [b"4"]
    assert inbox.arrived() == []


@pytest.mark.leveret_only("looks at the processor time of the daemon")
def test_a_consumer_over_its_lowered_prefetch_costs_nothing_while_it_waits(broker, peer, channel, name):
    queue = name("queue")
    fill(channel, queue)
    channel.basic_qos(prefetch_count=4, global_qos=True)
    inbox = Inbox(channel, queue)
    inbox.take(4)
    channel.basic_qos(prefetch_count=2, global_qos=True)
    clock = peer(heartbeat=1)
    before = processor_seconds(broker.process.pid)
    for _ in range(4):
        assert clock.read_any_frame().kind == HEARTBEAT
        clock.send(frame(HEARTBEAT, 0, b""))
    # Two seconds have passed, of which a broker that spins would have taken all.
    assert processor_seconds(broker.process.pid) - before < 1
    assert inbox.arrived() == []
    clock.close()


def processor_seconds(pid: int) -> float:
    try:
        fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    except FileNotFoundError:
        pytest.skip("needs /proc")
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def test_a_get_is_not_limited_by_a_prefetch(channel, name):
    queue = name("queue")
    fill(channel, queue, 4)
    channel.basic_qos(prefetch_count=1)
    inbox = Inbox(channel, queue)
    inbox.take(1)
    assert [get(channel, queue).body for _ in range(3)] == [b"1", b"2", b"3"]


def test_a_slow_consumer_does_not_hold_up_the_others(connect, publisher, name):
    queue = name("queue")
    publisher.queue_declare(queue, auto_delete=True)
    slow, quick = connect().channel(), connect().channel()
    for channel in (slow, quick):
        channel.basic_qos(prefetch_count=1)
    stuck, working = Inbox(slow, queue), Inbox(quick, queue)
    publish(publisher, queue, *(b"%d" % number for number in range(20)))
    [held] = stuck.take(1)
    done = []
    while len(done) < 19:
        [message] = working.take(1)
        done.append(message.body)
        quick.basic_ack(message.tag)
    assert set(done) == {b"%d" % number for number in range(20)} - {held.body}


def test_every_prefetch_from_zero_to_the_largest_is_accepted(peer):
    wire = peer()
    wire.open_channel(1)
    for count in (0, 1, 65535):
        wire.send(qos_method(1, count))
        wire.expect(1, BASIC_QOS_OK)
    wire.close()


@pytest.fixture
def changing(connect):
    """A channel of a client which wants basic.qos to change the consumers that it has."""
    channel = connect(client_properties={"capabilities": {"qos_applies_to_existing": True}}).channel()
    channel.confirm_delivery()
    return channel


@EXTENSION
def test_a_client_may_want_a_prefetch_to_hold_for_the_consumers_it_has(changing, name):
    queue = name("queue")
    fill(changing, queue)
    changing.basic_qos(prefetch_count=1)
    inbox = Inbox(changing, queue)
    inbox.take(1)
    changing.basic_qos(prefetch_count=4)
    inbox.take(3)
    assert inbox.arrived() == []
    changing.basic_qos(prefetch_count=0)
    assert len(inbox.take(6)) == 6


@EXTENSION
def test_lowering_the_prefetch_of_a_running_consumer_holds_until_enough_is_acknowledged(changing, name):
    queue = name("queue")
    fill(changing, queue)
    changing.basic_qos(prefetch_count=4)
    inbox = Inbox(changing, queue)
    held = inbox.take(4)
    changing.basic_qos(prefetch_count=2)
    changing.basic_ack(held[1].tag, multiple=True)
    assert inbox.arrived() == []
    changing.basic_ack(held[2].tag)
    assert inbox.take_bodies(1) == [b"4"]
    assert inbox.arrived() == []


@EXTENSION
def test_a_client_may_keep_to_the_usual_rule_where_the_broker_has_the_other(tmp_path, name):
    broker = BrokerProcess(tmp_path, arguments=("--qos-applies-to-existing",))
    try:
        broker.start()
        parameters = pika.URLParameters(broker.url)
        parameters.client_properties = {"capabilities": {"qos_applies_to_existing": False}}
        with pika.BlockingConnection(parameters) as connection:
            channel = connection.channel()
            queue = name("queue")
            fill(channel, queue)
            channel.basic_qos(prefetch_count=1)
            inbox = Inbox(channel, queue)
            inbox.take(1)
            channel.basic_qos(prefetch_count=4)
            assert inbox.arrived() == []
    finally:
        broker.close()


@EXTENSION
def test_kombu_changes_the_prefetch_of_a_running_consumer_where_the_broker_lets_it(tmp_path, name):
    broker = BrokerProcess(tmp_path, arguments=("--qos-applies-to-existing",))
    try:
        broker.start()
        with Connection(broker.url) as connection:
            with connection.SimpleQueue(name("queue")) as simple:
                for number in range(9):
                    simple.put(number)
                received = []
                consumer = Consumer(connection, [simple.queue], on_message=received.append, prefetch_count=1)
                with consumer:
                    drain_until(connection, received, 1)
                    consumer.qos(prefetch_count=5)
                    drain_until(connection, received, 5)
                    assert simple.qsize() == 4
    finally:
        broker.close()


def drain_until(connection, received, count):
    while len(received) < count:
        connection.drain_events(timeout=20)
