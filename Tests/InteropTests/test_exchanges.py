"""Direct, fanout, internal and alternate exchanges, and bindings between exchanges."""

import pytest
from pika.exceptions import UnroutableError

from expectations import closes_channel, drain, publish, ready_count


@pytest.fixture
def queue(channel, name):
    queue = name("queue")
    channel.queue_declare(queue, exclusive=True)
    return queue


@pytest.fixture
def exchange(channel, name):
    """Makes exchanges which are deleted at the end of the test."""
    made = []

    def declare(kind="direct", **options):
        made.append(name(kind))
        channel.exchange_declare(made[-1], kind, **options)
        return made[-1]

    yield declare
    for each in made:
        if channel.is_open:
            channel.exchange_delete(each)


def test_a_direct_exchange_routes_by_the_whole_key(channel, queue, exchange):
    source = exchange()
    channel.queue_bind(queue, source, "a.b")
    for key in ("a.b", "a", "a.b.c", "A.b", "", "#"):
        publish(channel, key, key, exchange=source)
    assert drain(channel, queue) == [b"a.b"]


def test_a_direct_exchange_takes_wildcards_literally(channel, queue, exchange):
    source = exchange()
    channel.queue_bind(queue, source, "#")
    publish(channel, "a", "a", exchange=source)
    publish(channel, "#", "#", exchange=source)
    assert drain(channel, queue) == [b"#"]


def test_a_queue_may_have_several_keys_and_a_key_several_queues(channel, queue, exchange, name):
    source, other = exchange(), name("other")
    channel.queue_declare(other, exclusive=True)
    channel.queue_bind(queue, source, "red")
    channel.queue_bind(queue, source, "green")
    channel.queue_bind(other, source, "green")
    publish(channel, "red", "1", exchange=source)
    publish(channel, "green", "2", exchange=source)
    assert (drain(channel, queue), drain(channel, other)) == ([b"1", b"2"], [b"2"])


def test_binding_twice_is_one_binding(channel, queue, exchange):
    source = exchange()
    channel.queue_bind(queue, source, "key")
    channel.queue_bind(queue, source, "key")
    publish(channel, "key", "once", exchange=source)
    assert drain(channel, queue) == [b"once"]
    channel.queue_unbind(queue, source, "key")
    publish(channel, "key", "gone", exchange=source)
    assert ready_count(channel, queue) == 0


def test_arguments_are_part_of_a_bindings_identity_on_a_direct_exchange_too(channel, queue, exchange):
    source = exchange()
    channel.queue_bind(queue, source, "key", {"note": 1})
    channel.queue_bind(queue, source, "key", {"note": 2})
    publish(channel, "key", "once", exchange=source)
    channel.queue_unbind(queue, source, "key", {"note": 1})
    publish(channel, "key", "still", exchange=source)
    assert drain(channel, queue) == [b"once", b"still"]


def test_the_order_of_its_arguments_is_no_part_of_a_bindings_identity(channel, queue, exchange):
    source = exchange()
    channel.queue_bind(queue, source, "key", {"a": 1, "b": "x"})
    channel.queue_unbind(queue, source, "key", {"b": "x", "a": 1})
    publish(channel, "key", "unbound", exchange=source)
    assert ready_count(channel, queue) == 0


def test_a_queue_and_an_exchange_of_one_name_are_bound_each_by_itself(channel, queue, exchange, name):
    source, other = exchange(), name("other")
    channel.exchange_declare(queue, "fanout", auto_delete=True)
    channel.queue_declare(other, exclusive=True)
    channel.queue_bind(other, queue)
    channel.exchange_bind(queue, source, "key")
    channel.queue_bind(queue, source, "key")
    publish(channel, "key", "both", exchange=source)
    channel.queue_unbind(queue, source, "key")
    publish(channel, "key", "the exchange", exchange=source)
    assert (drain(channel, queue), drain(channel, other)) == ([b"both"], [b"both", b"the exchange"])
    channel.exchange_delete(queue)


def test_a_fanout_exchange_ignores_the_key(channel, exchange, name):
    source = exchange("fanout")
    queues = [name("queue") for _ in range(5)]
    for number, queue in enumerate(queues):
        channel.queue_declare(queue, exclusive=True)
        channel.queue_bind(queue, source, f"key {number}")
    publish(channel, "another", "everybody", exchange=source)
    assert [drain(channel, queue) for queue in queues] == [[b"everybody"]] * 5


def test_the_default_exchange_routes_by_queue_name(channel, queue):
    publish(channel, queue, "here")
    publish(channel, queue + ".not", "nowhere")
    assert drain(channel, queue) == [b"here"]


def test_a_message_keeps_its_first_exchange_and_its_key_through_exchange_bindings(channel, queue, exchange):
    first, second = exchange("topic"), exchange("fanout")
    channel.exchange_bind(destination=second, source=first, routing_key="a.#")
    channel.queue_bind(queue, second)
    publish(channel, "a.b", "through", exchange=first)
    publish(channel, "b.a", "not", exchange=first)
    method, _, body = channel.basic_get(queue, auto_ack=True)
    assert (body, method.exchange, method.routing_key) == (b"through", first, "a.b")
    assert ready_count(channel, queue) == 0


def test_a_queue_reached_on_several_ways_gets_one_copy(channel, queue, exchange):
    source, left, right = exchange("fanout"), exchange("fanout"), exchange("topic")
    channel.exchange_bind(left, source)
    channel.exchange_bind(right, source, "#")
    for each in (source, left):
        channel.queue_bind(queue, each)
    channel.queue_bind(queue, right, "#")
    publish(channel, "key", "once", exchange=source)
    assert drain(channel, queue) == [b"once"]


def test_a_cycle_of_exchanges_does_no_harm(channel, queue, exchange):
    first, second = exchange("fanout"), exchange("fanout")
    channel.exchange_bind(second, first)
    channel.exchange_bind(first, second)
    channel.exchange_bind(first, first)
    channel.queue_bind(queue, second)
    publish(channel, "", "once", exchange=first)
    assert drain(channel, queue) == [b"once"]


def test_an_unbound_exchange_is_no_longer_reached(channel, queue, exchange):
    source, destination = exchange(), exchange("fanout")
    channel.queue_bind(queue, destination)
    channel.exchange_bind(destination, source, "key")
    publish(channel, "key", "bound", exchange=source)
    channel.exchange_unbind(destination, source, "key")
    publish(channel, "key", "unbound", exchange=source)
    assert drain(channel, queue) == [b"bound"]


def test_binding_a_missing_exchange_is_404(channel, exchange, name):
    missing = name("missing")
    with closes_channel(404, f"NOT_FOUND - no exchange '{missing}' in vhost '/'"):
        channel.exchange_bind(missing, "amq.direct", "key")


def test_a_deleted_destination_exchange_takes_its_bindings_with_it(channel, queue, exchange):
    source, destination = exchange(), exchange("fanout")
    channel.queue_bind(queue, destination)
    channel.exchange_bind(destination, source, "key")
    channel.exchange_delete(destination)
    with pytest.raises(UnroutableError):
        channel.basic_publish(source, "key", "lost", mandatory=True)


def test_publishing_to_an_internal_exchange_is_403(channel, queue, exchange):
    source, inner = exchange("fanout"), exchange("fanout", internal=True)
    channel.exchange_bind(inner, source)
    channel.queue_bind(queue, inner)
    publish(channel, "", "by way of the other", exchange=source)
    assert drain(channel, queue) == [b"by way of the other"]
    with closes_channel(403, f"ACCESS_REFUSED - cannot publish to internal exchange '{inner}' in vhost '/'"):
        publish(channel, "", "directly", exchange=inner)


def test_what_an_exchange_cannot_route_goes_to_its_alternate_exchange(channel, queue, exchange):
    alternate = exchange("fanout")
    source = exchange("direct", arguments={"alternate-exchange": alternate})
    channel.queue_bind(queue, alternate)
    channel.basic_publish(source, "unknown", "caught", mandatory=True)
    method, _, body = channel.basic_get(queue, auto_ack=True)
    assert (body, method.exchange, method.routing_key) == (b"caught", source, "unknown")


def test_what_an_exchange_can_route_does_not_go_to_its_alternate_exchange(channel, queue, exchange, name):
    alternate, other = exchange("fanout"), name("other")
    source = exchange("direct", arguments={"alternate-exchange": alternate})
    channel.queue_declare(other, exclusive=True)
    channel.queue_bind(other, source, "known")
    channel.queue_bind(queue, alternate)
    publish(channel, "known", "x", exchange=source)
    assert (drain(channel, other), drain(channel, queue)) == ([b"x"], [])


def test_a_message_is_returned_if_the_alternate_exchange_cannot_route_it_either(channel, exchange):
    alternate = exchange("direct")
    source = exchange("direct", arguments={"alternate-exchange": alternate})
    with pytest.raises(UnroutableError):
        channel.basic_publish(source, "unknown", "lost", mandatory=True)


def test_alternate_exchanges_may_form_a_chain_and_a_cycle(channel, queue, exchange, name):
    third = name("third")
    second = exchange("direct", arguments={"alternate-exchange": third})
    first = exchange("direct", arguments={"alternate-exchange": second})
    channel.exchange_declare(third, "fanout", arguments={"alternate-exchange": first}, auto_delete=True)
    publish(channel, "unknown", "around and dropped", exchange=first)
    channel.queue_bind(queue, third)
    publish(channel, "unknown", "caught", exchange=first)
    assert drain(channel, queue) == [b"caught"]


def test_an_alternate_exchange_may_be_missing(channel, exchange, name):
    source = exchange("direct", arguments={"alternate-exchange": name("missing")})
    publish(channel, "unknown", "dropped", exchange=source)


def test_the_alternate_exchange_is_compared_when_an_exchange_is_redeclared(channel, name):
    source = name("source")
    channel.exchange_declare(source, "direct", arguments={"alternate-exchange": "amq.fanout"}, auto_delete=True)
    with closes_channel(406, f"PRECONDITION_FAILED - inequivalent arg 'alternate-exchange' for exchange '{source}'"):
        channel.exchange_declare(source, "direct", arguments={"alternate-exchange": "amq.direct"}, auto_delete=True)
