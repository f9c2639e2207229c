"""Message properties and field tables pass through unchanged."""

import datetime
import struct
from decimal import Decimal

import amqp
import pika
import pytest

from expectations import get
from wire import BASIC_RETURN, body, content_header, get_method, long_string, publish_method, publishing, short_string, table

# The properties in the order of their flags, the first being the highest bit, each with an encoded value.
PROPERTIES = {
    "content_type": short_string("application/json"),
    "content_encoding": short_string("gzip"),
    "headers": table(("answer", b"I" + struct.pack(">i", 42))),
    "delivery_mode": b"\2",
    "priority": b"\5",
    "correlation_id": short_string("correlation-1"),
    "reply_to": short_string("replies"),
    "expiration": short_string("3600000"),
    "message_id": short_string("message-1"),
    "timestamp": struct.pack(">Q", 1_700_000_000),
    "type": short_string("order.created"),
    "user_id": short_string("guest"),
    "app_id": short_string("shop"),
    "cluster_id": short_string("cluster"),
}

FIELD_VALUES = {
    "bool true": b"t\1", "bool false": b"t\0",
    "int8": b"b\x80", "uint8": b"B\xff", "int16": b"s\x80\0", "uint16": b"u\xff\xff",
    "int32": b"I\x80\0\0\0", "uint32": b"i\xff\xff\xff\xff", "int64": b"l\x80" + b"\0" * 7,
    "float": b"f" + struct.pack(">f", 1.5), "double": b"d" + struct.pack(">d", -2.25),
    "decimal": b"D\2" + struct.pack(">I", 31415),
    "text": b"S" + long_string("Grüße ☃".encode()), "text which is no UTF-8": b"S" + long_string(b"\xff\xfe\0"),
    "empty text": b"S" + long_string(b""), "long text": b"S" + long_string(b"x" * 20_000),
    "bytes": b"x" + long_string(bytes(range(256))),
    "timestamp": b"T" + struct.pack(">Q", 1_700_000_000), "far timestamp": b"T" + struct.pack(">Q", 2 ** 62),
    "void": b"V",
    "array": b"A" + long_string(b"t\1" + b"I\0\0\0\7" + b"S" + long_string(b"x") + b"A" + long_string(b"V")),
    "empty array": b"A" + long_string(b""),
    "table": b"F" + table(("inner", b"F" + table(("innermost", b"V")))),
    "empty table": b"F" + table(),
}


def encode_properties(values: dict[str, bytes]) -> bytes:
    flags, encoded = 0, b""
    for bit, (name, _) in enumerate(PROPERTIES.items()):
        if name in values:
            flags |= 1 << (15 - bit)
            encoded += values[name]
    return struct.pack(">H", flags) + encoded


def echo(wire, queue, properties: bytes) -> bytes:
    wire.send(publishing(1, "", queue, b"body", properties))
    received = wire.get(1, queue)
    assert received.body == b"body"
    return received.properties


@pytest.fixture
def wire(peer):
    wire = peer()
    wire.open_channel(1)
    yield wire
    wire.close()


@pytest.fixture
def queue(wire, name):
    return wire.declare_queue(1, name("queue"), exclusive=True)[0]


def test_all_fourteen_properties_pass_through_byte_for_byte(wire, queue):
    sent = encode_properties(PROPERTIES)
    assert sent[:2] == b"\xff\xfc"
    assert echo(wire, queue, sent) == sent


@pytest.mark.parametrize("only", PROPERTIES)
def test_each_property_passes_alone(wire, queue, only):
    sent = encode_properties({only: PROPERTIES[only]})
    assert echo(wire, queue, sent) == sent


def test_no_properties_stay_none_and_empty_ones_stay_empty(wire, queue):
    assert echo(wire, queue, b"\0\0") == b"\0\0"
    empty = {name: short_string("") for name in ("content_type", "correlation_id", "message_id", "cluster_id")}
    sent = encode_properties({**empty, "headers": table()})
    assert echo(wire, queue, sent) == sent


@pytest.mark.parametrize("kind", FIELD_VALUES)
def test_a_header_of_each_type_passes_through_byte_for_byte(wire, queue, kind):
    sent = encode_properties({"headers": table((kind, FIELD_VALUES[kind]))})
    assert echo(wire, queue, sent) == sent


def test_headers_of_all_types_pass_together_in_their_order(wire, queue):
    sent = encode_properties({"headers": table(*FIELD_VALUES.items())})
    assert echo(wire, queue, sent) == sent


def test_a_key_of_255_bytes_and_a_repeated_key_do_no_harm(wire, queue):
    fields = [("k" * 255, b"t\1"), ("twice", b"t\1"), ("twice", b"t\0"), ("", b"V")]
    sent = encode_properties({"headers": table(*fields)})
    assert echo(wire, queue, sent) == sent


def test_an_unsigned_long_long_of_old_clients_is_a_signed_one(wire, queue):
    # RabbitMQ reads L as l, and may write it so.
    number = b"\xff" * 7 + b"\xd6"
    sent = [encode_properties({"headers": table(("key", letter + number))}) for letter in (b"L", b"l")]
    assert echo(wire, queue, sent[0]) in sent


def test_a_second_word_of_property_flags_ends_at_most_the_connection(wire, queue, peer):
    wire.send(publish_method(1, "", queue), content_header(1, 1, b"\0\1\0\0"), body(1, b"x"))
    wire.send(get_method(1, queue))
    received = wire.read_frame()
    assert received.method in [(60, 71), (10, 50)], received
    wire.close = wire.hang_up
    other = peer()
    other.open_channel(1)
    other.close()


def test_deeply_nested_headers_pass_through(wire, queue):
    value = b"V"
    for _ in range(60):
        value = b"F" + table(("deeper", value))
    sent = encode_properties({"headers": table(("deep", value))})
    assert echo(wire, queue, sent) == sent


def test_headers_larger_than_a_small_text_pass_through(wire, queue):
    sent = encode_properties({"headers": table(*((f"header {number}", b"S" + long_string(b"v" * 100))
                                                 for number in range(500)))})
    assert echo(wire, queue, sent) == sent


def test_properties_are_returned_as_they_were_sent(wire, name):
    sent = encode_properties(PROPERTIES)
    wire.send(publishing(1, "", name("nowhere"), b"body", sent, mandatory=True))
    assert wire.expect_content(1, BASIC_RETURN).properties == sent


def test_a_user_id_which_is_not_the_logged_in_user_is_406(wire, queue):
    properties = encode_properties({"user_id": short_string("somebody")})
    wire.send(publishing(1, "", queue, b"body", properties))
    text, _ = wire.expect_channel_close(1, 406)
    assert text == "PRECONDITION_FAILED - user_id property set to 'somebody' but authenticated user was 'guest'"


@pytest.mark.parametrize("expiration", ["soon", "-1", "1.5", "99999999999999999999"])
def test_an_expiration_which_is_no_number_of_milliseconds_is_406(wire, queue, expiration):
    wire.send(publish_method(1, "", queue),
              content_header(1, 1, encode_properties({"expiration": short_string(expiration)})), body(1, b"x"))
    text, _ = wire.expect_channel_close(1, 406)
    assert "expiration" in text


def test_pika_reads_the_properties_it_wrote(channel, name):
    queue = name("queue")
    channel.queue_declare(queue, exclusive=True)
    moment = datetime.datetime(2024, 5, 6, 7, 8, 9, tzinfo=datetime.timezone.utc)
    headers = {
        "true": True, "small": 1, "big": 2 ** 40, "negative": -5, "text": "Grüße", "bytes": b"\x00\xff", "none": None,
        "list": [1, "two", None, [3]], "table": {"inner": {"innermost": 1}}, "moment": moment,
        "decimal": Decimal("3.14"),
    }
    sent = pika.BasicProperties(
        content_type="application/json", content_encoding="utf-8", headers=headers, delivery_mode=2, priority=3,
        correlation_id="c", reply_to="r", expiration="60000", message_id="m", timestamp=1_700_000_000, type="t",
        user_id="guest", app_id="a", cluster_id="k")
    channel.basic_publish("", queue, b"body", sent)
    assert get(channel, queue, auto_ack=True).properties == sent


def test_py_amqp_reads_the_properties_it_wrote(broker, name):
    with amqp.Connection(f"{broker.host}:{broker.port}", "guest", "guest") as connection:
        channel = connection.channel()
        queue = name("queue")
        channel.queue_declare(queue, exclusive=True)
        headers = {"true": True, "small": 1, "big": 2 ** 40, "double": 0.25, "text": "Grüße", "none": None,
                   "list": [1, "two", None], "table": {"inner": {"innermost": 1}}}
        properties = dict(
            content_type="application/json", content_encoding="utf-8", application_headers=headers, delivery_mode=1,
            priority=3, correlation_id="c", reply_to="r", expiration="60000", message_id="m",
            timestamp=1_700_000_000, type="t", user_id="guest", app_id="a", cluster_id="k")
        channel.basic_publish(amqp.Message("body", **properties), "", queue)
        received = channel.basic_get(queue, no_ack=True)
        assert received.properties == properties
