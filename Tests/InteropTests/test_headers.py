"""Headers exchanges: which header tables a binding's arguments match."""

import pytest

from expectations import closes_channel, drain, publish
from wire import content_header, publish_method, table, body as body_frame, method, short_string

ORDER = {"kind": "order", "size": 3}


@pytest.fixture
def route(channel, name):
    """Binds a queue with the arguments, publishes with the headers, and says whether it arrived."""
    def route(arguments, headers):
        exchange, queue = name("headers"), name("queue")
        channel.exchange_declare(exchange, "headers", auto_delete=True)
        channel.queue_declare(queue, exclusive=True)
        channel.queue_bind(queue, exchange, "", arguments)
        publish(channel, "ignored", "x", exchange=exchange, headers=headers)
        return len(drain(channel, queue)) == 1
    return route


@pytest.mark.parametrize("arguments, headers, matches", [
    ({"x-match": "all", **ORDER}, ORDER, True),
    ({"x-match": "all", **ORDER}, {**ORDER, "more": True}, True),
    ({"x-match": "all", **ORDER}, {"kind": "order"}, False),
    ({"x-match": "all", **ORDER}, {"kind": "order", "size": 4}, False),
    ({"x-match": "all", **ORDER}, {}, False),
    ({"x-match": "all", **ORDER}, None, False),
    (ORDER, ORDER, True),
    (ORDER, {"kind": "order"}, False),
    ({"x-match": "any", **ORDER}, {"kind": "order"}, True),
    ({"x-match": "any", **ORDER}, {"kind": "invoice", "size": 3}, True),
    ({"x-match": "any", **ORDER}, {"kind": "invoice", "size": 4}, False),
    ({"x-match": "any", **ORDER}, {}, False),
    ({"x-match": "any", **ORDER}, None, False),
    ({"x-match": "all"}, {"kind": "order"}, True),
    ({"x-match": "all"}, None, True),
    ({}, {"kind": "order"}, True),
    ({"x-match": "any"}, {"kind": "order"}, False),
    ({"x-match": "any"}, None, False),
])
def test_a_headers_binding_matches_all_or_any_of_its_arguments(route, arguments, headers, matches):
    assert route(arguments, headers) is matches


@pytest.mark.parametrize("arguments, headers, matches", [
    ({"x-match": "all", "x-shape": "round", "a": 1}, {"a": 1}, True),
    ({"x-match": "any", "x-shape": "round", "a": 1}, {"x-shape": "round"}, False),
    ({"x-match": "all-with-x", "x-shape": "round", "a": 1}, {"a": 1}, False),
    ({"x-match": "all-with-x", "x-shape": "round", "a": 1}, {"a": 1, "x-shape": "round"}, True),
    ({"x-match": "any-with-x", "x-shape": "round", "a": 1}, {"x-shape": "round"}, True),
    ({"x-match": "any-with-x", "x-shape": "round", "a": 1}, {"x-shape": "square"}, False),
])
def test_arguments_which_start_with_x_count_only_with_x(route, arguments, headers, matches):
    assert route(arguments, headers) is matches


@pytest.mark.parametrize("argument, header, matches", [
    (None, "anything", True), (None, 0, True), (None, None, True),
    (True, True, True), (True, False, False), ("1", 1, False), (1, "1", False),
    ("text", "text", True), ("text", "Text", False), ("", "", True),
    (2 ** 40, 2 ** 40, True), (-1, -1, True), ([1, "a"], [1, "a"], True), ([1, 2], [2, 1], False),
])
def test_header_values_are_compared_by_type_and_value_and_a_void_argument_asks_for_presence(
        route, argument, header, matches):
    assert route({"x-match": "all", "key": argument}, {"key": header}) is matches


def test_a_void_argument_does_not_match_a_missing_header(route):
    assert route({"x-match": "all", "key": None}, {"other": 1}) is False


def test_integer_headers_are_compared_by_value_whatever_their_width(peer, name):
    exchange, queue, wire = name("headers"), name("queue"), peer()
    wire.open_channel(1)
    wire.declare_queue(1, queue, exclusive=True)
    wire.send(method(1, (40, 10), b"\0\0" + short_string(exchange) + short_string("headers") + b"\4" + b"\0\0\0\0"))
    wire.expect(1, (40, 11))
    arguments = table(("key", b"I\0\0\0\5"))
    wire.send(method(1, (50, 20), b"\0\0" + short_string(queue) + short_string(exchange) + b"\0\0" + arguments))
    wire.expect(1, (50, 21))
    for value in (b"b\5", b"s\0\5", b"l" + b"\0" * 7 + b"\5"):
        properties = b"\x20\0" + table(("key", value))
        wire.send(publish_method(1, exchange, ""), content_header(1, 1, properties), body_frame(1, b"x"))
        assert wire.get(1, queue).body == b"x"
    wire.close()


def test_an_unknown_way_to_match_is_406(channel, name):
    queue = name("queue")
    channel.queue_declare(queue, exclusive=True)
    with closes_channel(406, "x-match"):
        channel.queue_bind(queue, "amq.headers", "", {"x-match": "some"})


@pytest.mark.parametrize("value", [1, True, ["all"], None])
def test_a_way_to_match_which_is_no_text_is_406(channel, name, value):
    queue = name("queue")
    channel.queue_declare(queue, exclusive=True)
    with closes_channel(406, "x-match"):
        channel.queue_bind(queue, "amq.headers", "", {"x-match": value})


def test_bindings_with_different_arguments_are_different_bindings(channel, name):
    exchange, queue = name("headers"), name("queue")
    channel.exchange_declare(exchange, "headers", auto_delete=True)
    channel.queue_declare(queue, exclusive=True)
    channel.queue_bind(queue, exchange, "", {"a": 1})
    channel.queue_bind(queue, exchange, "", {"b": 2})
    publish(channel, "", "both", exchange=exchange, headers={"a": 1, "b": 2})
    channel.queue_unbind(queue, exchange, "", {"a": 1})
    publish(channel, "", "gone", exchange=exchange, headers={"a": 1})
    publish(channel, "", "kept", exchange=exchange, headers={"b": 2})
    assert drain(channel, queue) == [b"both", b"kept"]
