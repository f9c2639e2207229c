"""What an operator sees of clients over TCP, and does to them, with rabbitmqctl's commands."""

import json
import subprocess

import pika
import pytest

from broker_process import broker_binary
from expectations import eventually

pytestmark = pytest.mark.leveret_only("asks through the operator socket")


def operate(broker, *arguments):
    """The output of an operator's command."""
    done = subprocess.run([str(broker_binary()), *arguments, "--data", str(broker.data)],
                          capture_output=True, text=True, timeout=30)
    assert done.returncode == 0, done.stderr
    return done.stdout


def listed(broker, command, *columns):
    """The rows of a listing, as dictionaries."""
    return [json.loads(line) for line in operate(broker, command, *columns, "--json").splitlines()]


def test_connections_are_listed_with_who_they_are(broker, connect):
    connection = connect(client_properties={"connection_name": "the shop", "answer": 42})
    connection.channel()
    host, port = connection._impl._transport._sock.getsockname()
    rows = listed(broker, "list_connections", "name", "user", "vhost", "peer_host", "peer_port", "host", "port",
                  "state", "channels", "client_properties", "connected_at", "recv_oct", "send_cnt")
    row = next(row for row in rows if row["client_properties"].get("connection_name") == "the shop")
    assert (row["user"], row["vhost"], row["state"], row["channels"]) == ("guest", "/", "running", 1)
    assert (row["peer_host"], row["peer_port"], row["host"], row["port"]) == (host, port, broker.host, broker.port)
    assert row["name"] == f"{host}:{port} -> {broker.host}:{broker.port}"
    assert row["client_properties"]["answer"] == 42
    assert row["connected_at"] > 1_600_000_000_000 and row["recv_oct"] > 0 and row["send_cnt"] > 0


def test_channels_and_consumers_are_listed(broker, connection, name):
    queue = name("queue")
    channel = connection.channel()
    channel.queue_declare(queue)
    channel.basic_qos(prefetch_count=3)
    channel.basic_consume(queue, lambda *_: None, consumer_tag="the-tag", arguments={"x-priority": 5})
    for _ in range(5):
        channel.basic_publish("", queue, b"x")
    channel.confirm_delivery()
    rows = listed(broker, "list_consumers", "queue_name", "consumer_tag", "channel_pid", "ack_required",
                  "prefetch_count", "arguments", "active")
    consumer = next(row for row in rows if row["queue_name"] == queue)
    pid = consumer.pop("channel_pid")
    assert consumer == {"queue_name": queue, "consumer_tag": "the-tag", "ack_required": True, "prefetch_count": 3,
                        "arguments": {"x-priority": 5}, "active": True}
    rows = listed(broker, "list_channels", "pid", "consumer_count", "messages_unacknowledged", "prefetch_count",
                  "confirm", "user", "number")
    assert next(row for row in rows if row["pid"] == pid) == {
        "pid": pid, "consumer_count": 1, "messages_unacknowledged": 3, "prefetch_count": 3, "confirm": True,
        "user": "guest", "number": 1}
    rows = listed(broker, "list_queues", "name", "messages", "messages_ready", "messages_unacknowledged", "consumers")
    assert next(row for row in rows if row["name"] == queue) == {
        "name": queue, "messages": 5, "messages_ready": 2, "messages_unacknowledged": 3, "consumers": 1}


def test_what_is_not_acknowledged_is_counted_once_however_many_consumers_there_are(broker, connection, name):
    queue, channels = name("queue"), [connection.channel() for _ in range(2)]
    channels[0].queue_declare(queue)
    for channel, count in zip(channels, (2, 1)):
        channel.basic_qos(prefetch_count=1)
        for _ in range(count):
            channel.basic_consume(queue, lambda *_: None)
    for _ in range(5):
        channels[0].basic_publish("", queue, b"x")
    channels[0].confirm_delivery()
    channels[0].basic_publish("", queue, b"x")
    rows = listed(broker, "list_queues", "name", "messages", "messages_unacknowledged", "consumers")
    assert [row for row in rows if row["name"] == queue] == [
        {"name": queue, "messages": 6, "messages_unacknowledged": 3, "consumers": 3}]
    rows = listed(broker, "list_channels", "name", "number", "messages_unacknowledged")
    port = connection._impl._transport._sock.getsockname()[1]
    mine = {row["number"]: row["messages_unacknowledged"] for row in rows if f":{port} -> " in row["name"]}
    assert mine == {1: 2, 2: 1}
    channels[0].queue_delete(queue)


def test_an_argument_that_nobody_knows_stays_as_it_was_first_declared(broker, connection, name):
    queue = name("queue")
    for colour in ("red", "blue"):
        connection.channel().queue_declare(queue, arguments={"x-colour": colour})
    rows = listed(broker, "list_queues", "name", "arguments")
    assert [row["arguments"] for row in rows if row["name"] == queue] == [{"x-colour": "red"}]
    connection.channel().queue_delete(queue)


def test_queues_are_bound_to_the_default_exchange_by_their_names(broker, connection, name):
    queue = name("queue")
    connection.channel().queue_declare(queue)
    rows = listed(broker, "list_bindings", "source_name", "destination_name", "destination_kind", "routing_key")
    assert [row for row in rows if row["destination_name"] == queue] == [
        {"source_name": "", "destination_name": queue, "destination_kind": "queue", "routing_key": queue}]
    connection.channel().queue_delete(queue)


def test_a_client_whose_connection_is_closed_is_told_why(broker, connect):
    connection = connect(client_properties={"connection_name": "misbehaving"})
    rows = listed(broker, "list_connections", "pid", "client_properties")
    pid = next(row["pid"] for row in rows if row["client_properties"].get("connection_name") == "misbehaving")
    operate(broker, "close_connection", pid, "it misbehaves")
    with pytest.raises(pika.exceptions.ConnectionClosedByBroker) as closed:
        connection.process_data_events(20)
    assert (closed.value.reply_code, closed.value.reply_text) == (320, "CONNECTION_FORCED - it misbehaves")


def test_all_connections_of_a_virtual_host_are_closed(broker, connect):
    connections = [connect(), connect()]
    closed = int(operate(broker, "close_all_connections", "maintenance").split()[1])
    assert closed >= 2
    for connection in connections:
        with pytest.raises(pika.exceptions.ConnectionClosedByBroker):
            connection.process_data_events(20)


def test_a_watermark_of_nothing_blocks_publishers_until_it_is_raised(broker, connect):
    notices = []
    connection = connect()
    connection.add_on_connection_blocked_callback(lambda _, frame: notices.append(frame.method.reason))
    connection.add_on_connection_unblocked_callback(lambda *_: notices.append("unblocked"))
    channel = connection.channel()
    channel.queue_declare("alarm.q", exclusive=True)
    try:
        operate(broker, "set_vm_memory_high_watermark", "0")
        operate(broker, "set_disk_free_limit", "1000TB")
        channel.basic_publish("", "alarm.q", b"x")
        eventually(lambda: connection.process_data_events(0.05) or notices == ["low on memory"], "blocked")
        state = listed(broker, "list_connections", "peer_port", "state")
        port = connection._impl._transport._sock.getsockname()[1]
        assert {"peer_port": port, "state": "blocked"} in state
        # Publishers go on only when both reasons are gone.
        operate(broker, "set_vm_memory_high_watermark", "absolute", "1000GB")
        connection.process_data_events(0.2)
        assert notices == ["low on memory"]
    finally:
        operate(broker, "set_vm_memory_high_watermark", "0.6")
        operate(broker, "set_disk_free_limit", "0")
    eventually(lambda: connection.process_data_events(0.05) or notices[1:] == ["unblocked"], "unblocked")
    channel.basic_publish("", "alarm.q", b"y")
    assert channel.queue_declare("alarm.q", passive=True).method.message_count == 2


def test_the_firehose_shows_publishings_and_deliveries(broker, connect, name):
    queue = name("queue")
    watching = connect().channel()
    trace = watching.queue_declare("", exclusive=True).method.queue
    watching.queue_bind(trace, "amq.rabbitmq.trace", "#")
    operate(broker, "trace_on", "-p", "/")
    try:
        working = connect().channel()
        working.queue_declare(queue)
        working.confirm_delivery()
        working.basic_publish("", queue, b"body", pika.BasicProperties(
            message_id="7", content_type="text/plain", headers={"h": "v"}, priority=3))
        frame, _, _ = working.basic_get(queue, auto_ack=True)
        assert frame.routing_key == queue
    finally:
        operate(broker, "trace_off")
    frame, published, body = watching.basic_get(trace, auto_ack=True)
    assert (frame.exchange, frame.routing_key, body) == ("amq.rabbitmq.trace", "publish.", b"body")
    headers = published.headers
    assert headers["exchange_name"] == "" and headers["routing_keys"] == [queue]
    assert headers["properties"] == {"message_id": "7", "content_type": "text/plain", "headers": {"h": "v"},
                                     "priority": 3}
    assert (headers["vhost"], headers["user"], headers["channel"]) == ("/", "guest", 1)
    assert headers["routed_queues"] == [queue] and headers["node"].startswith("leveret@")
    assert headers["connection"].endswith(f" -> {broker.host}:{broker.port}")
    frame, delivered, body = watching.basic_get(trace, auto_ack=True)
    assert (frame.routing_key, body) == (f"deliver.{queue}", b"body")
    assert delivered.headers["redelivered"] == 0
    assert watching.basic_get(trace)[0] is None
