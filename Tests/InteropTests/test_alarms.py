"""Resource alarms: whoever publishes is told and has to wait, everybody else goes on."""

import pika
import pytest

from broker_process import BrokerProcess
from expectations import eventually
from wire import Peer, method, publishing

pytestmark = pytest.mark.leveret_only("raises alarms by settings of the daemon")

CONNECTION_BLOCKED = (10, 60)
ALARMS = {
    "memory": ("--vm-memory-high-watermark", "0"),
    "disk": ("--disk-free-limit", "1000TB"),
}


@pytest.fixture(params=ALARMS)
def alarmed_broker(request, tmp_path):
    """A daemon with an alarm, and what it is short of."""
    broker = BrokerProcess(tmp_path, arguments=ALARMS[request.param])
    try:
        broker.start()
        yield broker, request.param
        assert broker.is_running, broker.error_tail()
    finally:
        broker.close()


def test_a_publisher_is_told_what_the_broker_is_short_of(alarmed_broker):
    broker, shortage = alarmed_broker
    reasons = []
    # It is not closed at the end: a client that is not read cannot say goodbye.
    connection = pika.BlockingConnection(pika.URLParameters(broker.url))
    connection.add_on_connection_blocked_callback(lambda _, frame: reasons.append(frame.method.reason))
    channel = connection.channel()
    channel.queue_declare("q", exclusive=True)
    connection.process_data_events(0)
    assert reasons == [], "nobody is told who does not publish"
    channel.basic_publish("", "q", b"x")
    eventually(lambda: connection.process_data_events(0.05) or reasons == [f"low on {shortage}"], "a notice")


def test_a_blocked_publisher_times_out_as_its_client_has_it(alarmed_broker):
    broker, _ = alarmed_broker
    parameters = pika.URLParameters(broker.url)
    parameters.blocked_connection_timeout = 1
    connection = pika.BlockingConnection(parameters)
    channel = connection.channel()
    channel.basic_publish("", "nowhere", b"x")
    with pytest.raises(pika.exceptions.ConnectionBlockedTimeout):
        connection.process_data_events(20)


def test_others_declare_get_and_acknowledge_as_ever(alarmed_broker):
    broker, _ = alarmed_broker
    publisher = Peer(broker.host, broker.port)
    publisher.log_in(capabilities=("connection.blocked",))
    publisher.open_channel(1)
    publisher.declare_queue(1, "q")
    publisher.send(publishing(1, "", "q", b"taken"))
    publisher.expect(0, CONNECTION_BLOCKED)
    with pika.BlockingConnection(pika.URLParameters(broker.url)) as connection:
        channel = connection.channel()
        frame, _, body = channel.basic_get("q")
        assert body == b"taken", "what was sent before the broker said so is kept"
        channel.basic_ack(frame.delivery_tag)
        assert channel.queue_declare("q", passive=True).method.message_count == 0
        assert channel.queue_declare("other").method.queue == "other"
    # What a blocked client sends is not read, a declare as little as a publishing: neither refused nor done.
    publisher.send(publishing(1, "", "q", b"late"))
    publisher.send(method(1, (50, 30), b"\0\0\1q\0"))
    with pika.BlockingConnection(pika.URLParameters(broker.url)) as connection:
        assert connection.channel().queue_declare("q", passive=True).method.message_count == 0
    publisher.hang_up()


def test_a_client_that_cannot_be_told_is_not_read_either(alarmed_broker):
    broker, _ = alarmed_broker
    publisher = Peer(broker.host, broker.port)
    publisher.log_in()
    publisher.open_channel(1)
    publisher.declare_queue(1, "q")
    publisher.send(publishing(1, "", "q", b"taken"))
    with pika.BlockingConnection(pika.URLParameters(broker.url)) as connection:
        channel = connection.channel()
        eventually(lambda: channel.queue_declare("q", passive=True).method.message_count == 1, "a message")
        publisher.send(publishing(1, "", "q", b"late"))
        assert channel.queue_declare("q", passive=True).method.message_count == 1
    publisher.hang_up()
