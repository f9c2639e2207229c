"""The headers CC and BCC: further routing keys of one message."""

import pytest
from pika.exceptions import UnroutableError

import pika
from expectations import closes_channel, drain, get, publish


@pytest.fixture
def queues(channel, name):
    queues = [name("queue") for _ in range(3)]
    for queue in queues:
        channel.queue_declare(queue, exclusive=True)
    return queues


@pytest.mark.parametrize("exchange", ["", "amq.direct", "amq.topic"])
def test_a_message_is_routed_by_its_key_and_by_those_in_its_headers(channel, queues, exchange):
    first, second, third = queues
    if exchange:
        for queue in queues:
            channel.queue_bind(queue, exchange, queue)
    publish(channel, first, "m", exchange=exchange, headers={"CC": [second], "BCC": [third]})
    assert [drain(channel, queue) for queue in queues] == [[b"m"]] * 3


def test_a_queue_gets_one_copy_by_however_many_keys(channel, queues):
    first = queues[0]
    publish(channel, first, "m", headers={"CC": [first, first], "BCC": [first]})
    assert drain(channel, first) == [b"m"]


def test_receivers_see_cc_but_not_bcc(channel, queues):
    first, second, third = queues
    publish(channel, first, "m", headers={"CC": [second], "BCC": [third], "other": 1})
    for queue in queues:
        message = get(channel, queue, auto_ack=True)
        assert message.properties.headers == {"CC": [second], "other": 1}
        assert message.method.routing_key == first


def test_a_message_routed_only_by_a_copy_is_not_returned(channel, queues, name):
    channel.basic_publish("", name("missing"), "m", pika.BasicProperties(headers={"BCC": [queues[0]]}), mandatory=True)
    assert drain(channel, queues[0]) == [b"m"]
    with pytest.raises(UnroutableError):
        properties = pika.BasicProperties(headers={"CC": [name("missing")]})
        channel.basic_publish("", name("missing"), "m", properties, mandatory=True)


@pytest.mark.parametrize("header", ["CC", "BCC"])
def test_what_is_no_text_in_a_list_of_copies_is_no_copy(channel, queues, header):
    first, second, third = queues
    publish(channel, first, "m", headers={header: [7, second, None, True]})
    assert [drain(channel, queue) for queue in queues] == [[b"m"], [b"m"], []]


@pytest.mark.parametrize("header", ["CC", "BCC"])
def test_a_header_which_is_no_list_is_406(channel, queues, header):
    with closes_channel(406, "unacceptable_type_in_header"):
        publish(channel, queues[0], "m", headers={header: queues[1]})
