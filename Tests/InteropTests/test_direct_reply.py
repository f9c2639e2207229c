"""Direct reply-to: replies which go straight to the channel that asked."""

import pika
import pytest
from pika.exceptions import UnroutableError

from expectations import Inbox, closes_channel, get, publish

REPLY_TO = "amq.rabbitmq.reply-to"


@pytest.fixture
def requests(publisher, name):
    requests = name("requests")
    publisher.queue_declare(requests, exclusive=True)
    return requests


@pytest.fixture
def requester(connection):
    return connection.channel()


@pytest.fixture
def address(requester, publisher, requests):
    """Where a responder is to send its reply."""
    requester.inbox = Inbox(requester, REPLY_TO, auto_ack=True)
    publish(requester, requests, "question", reply_to=REPLY_TO, correlation_id="1")
    requester.queue_declare("", exclusive=True)
    return get(publisher, requests, auto_ack=True).properties.reply_to


def test_a_reply_reaches_the_requester(requester, publisher, address):
    assert address.startswith(REPLY_TO + ".")
    publish(publisher, address, "answer", correlation_id="1")
    [reply] = requester.inbox.take(1)
    assert (reply.body, reply.properties.correlation_id) == (b"answer", "1")
    assert (reply.method.exchange, reply.method.routing_key) == ("", address)


def test_the_other_properties_of_a_request_stay_as_they_are(requester, publisher, requests):
    Inbox(requester, REPLY_TO, auto_ack=True)
    publish(requester, requests, "question", reply_to=REPLY_TO, correlation_id="7", headers={"a": 1},
            content_type="text/plain", message_id="m")
    requester.queue_declare("", exclusive=True)
    properties = get(publisher, requests, auto_ack=True).properties
    assert (properties.correlation_id, properties.headers) == ("7", {"a": 1})
    assert (properties.content_type, properties.message_id) == ("text/plain", "m")


def test_a_responder_can_ask_whether_the_requester_is_still_there(requester, publisher, address):
    answer = publisher.queue_declare(address, passive=True).method
    assert (answer.queue, answer.message_count, answer.consumer_count) == (address, 0, 1)
    requester.close()
    with closes_channel(404):
        publisher.queue_declare(address, passive=True)


def test_a_responder_may_declare_the_address_in_any_way_without_making_a_queue(requester, publisher, address):
    for options in ({}, {"durable": True}, {"exclusive": True, "auto_delete": True}):
        answer = publisher.queue_declare(address, **options).method
        assert (answer.queue, answer.message_count, answer.consumer_count) == (address, 0, 1)
    requester.close()
    with closes_channel(404):
        publisher.queue_declare(address)


def test_no_address_tells_of_another(connection, publisher, requests):
    tokens = []
    for _ in range(20):
        channel = connection.channel()
        Inbox(channel, REPLY_TO, auto_ack=True)
        publish(channel, requests, "question", reply_to=REPLY_TO)
        channel.queue_declare("", exclusive=True)
        tokens.append(get(publisher, requests, auto_ack=True).properties.reply_to.removeprefix(REPLY_TO + "."))
    assert len(set(tokens)) == 20 and min(map(len, tokens)) >= 22
    # Not even the last characters follow from each other, as they would with a counter or a clock.
    assert len({token[-6:] for token in tokens}) == 20


@pytest.mark.leveret_only("RabbitMQ before 4.2 returns it if it is mandatory")
def test_a_reply_to_a_requester_who_is_gone_is_dropped_silently(requester, publisher, address):
    requester.close()
    publisher.basic_publish("", address, "late", mandatory=True)


def test_replies_must_be_consumed_without_acknowledgement(requester):
    with closes_channel(406, "PRECONDITION_FAILED - reply consumer cannot acknowledge"):
        requester.basic_consume(REPLY_TO, print)


def test_a_channel_has_one_reply_consumer(requester):
    requester.basic_consume(REPLY_TO, print, auto_ack=True)
    with closes_channel(406, "PRECONDITION_FAILED - reply consumer already set"):
        requester.basic_consume(REPLY_TO, print, auto_ack=True)


def test_a_request_needs_the_reply_consumer_on_its_own_channel(connection, requester, requests):
    other = connection.channel()
    other.basic_consume(REPLY_TO, print, auto_ack=True)
    with closes_channel(406, "PRECONDITION_FAILED - fast reply consumer does not exist"):
        publish(requester, requests, "question", reply_to=REPLY_TO)
        requester.queue_declare("", exclusive=True)


def test_a_reply_consumer_may_be_cancelled_and_set_anew(requester, publisher, address):
    requester.basic_cancel(requester.inbox.tag)
    inbox = Inbox(requester, REPLY_TO, auto_ack=True)
    publish(publisher, address, "to the one before")
    assert inbox.arrived() == []


@pytest.mark.leveret_only("RabbitMQ before 4.3 lets it be bound")
def test_a_reply_queue_cannot_be_bound(publisher, address):
    with closes_channel(403):
        publisher.queue_bind(address, "amq.direct", "key")


def test_a_kombu_style_call_works_with_many_requests_at_once(requester, publisher, requests):
    inbox = Inbox(requester, REPLY_TO, auto_ack=True)
    for number in range(200):
        publish(requester, requests, str(number), reply_to=REPLY_TO, correlation_id=str(number))
    server = Inbox(publisher, requests, auto_ack=True)
    for request in server.take(200):
        publish(publisher, request.properties.reply_to, request.body, correlation_id=request.properties.correlation_id)
    replies = inbox.take(200)
    assert [reply.body.decode() for reply in replies] == [str(number) for number in range(200)]


def test_an_unroutable_mandatory_request_is_still_returned(connection, name):
    channel = connection.channel()
    channel.confirm_delivery()
    channel.basic_consume(REPLY_TO, print, auto_ack=True)
    with pytest.raises(UnroutableError):
        channel.basic_publish("", name("missing"), "m", pika.BasicProperties(reply_to=REPLY_TO), mandatory=True)
