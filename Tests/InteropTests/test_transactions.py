"""Transactions: publishings and acknowledgements which take effect together, or not at all."""

import pytest

from expectations import Inbox, closes_channel, drain, get, publish, ready_count, round_trip
from wire import PERSISTENT, QUEUE_DECLARE_OK, declare_queue_method, method, publishing

TX_SELECT, TX_SELECT_OK, TX_COMMIT, TX_COMMIT_OK = (90, 10), (90, 11), (90, 20), (90, 21)


@pytest.fixture
def transactional(connection):
    """A channel on which a transaction is open."""
    channel = connection.channel()
    channel.tx_select()
    return channel


@pytest.fixture
def queue(channel, name):
    queue = name("queue")
    channel.queue_declare(queue, exclusive=True)
    return queue


def test_what_is_published_in_a_transaction_arrives_with_its_commit(transactional, channel, queue):
    publish(transactional, queue, "1", "2")
    assert ready_count(channel, queue) == 0
    transactional.tx_commit()
    publish(transactional, queue, "3")
    assert drain(channel, queue) == [b"1", b"2"]
    transactional.tx_commit()
    assert drain(channel, queue) == [b"3"]


def test_what_is_rolled_back_is_gone(transactional, channel, queue):
    publish(transactional, queue, "gone")
    transactional.tx_rollback()
    publish(transactional, queue, "kept")
    transactional.tx_commit()
    assert drain(channel, queue) == [b"kept"]


def test_an_acknowledgement_counts_from_the_commit_on(transactional, channel, queue):
    publish(channel, queue, "1", "2")
    transactional.basic_qos(prefetch_count=1)
    inbox = Inbox(transactional, queue)
    [first] = inbox.take(1)
    transactional.basic_ack(first.tag)
    assert inbox.arrived() == []
    transactional.tx_commit()
    assert inbox.take_bodies(1) == [b"2"]


@pytest.mark.parametrize("requeue", [True, False])
def test_a_rejection_counts_from_the_commit_on(transactional, channel, queue, requeue):
    publish(channel, queue, "1", "2")
    transactional.basic_nack(get(transactional, queue).tag, requeue=requeue)
    transactional.basic_reject(get(transactional, queue).tag, requeue=requeue)
    round_trip(transactional)
    assert ready_count(channel, queue) == 0
    transactional.tx_commit()
    transactional.close()
    assert drain(channel, queue) == ([b"1", b"2"] if requeue else [])


def test_a_rollback_takes_acknowledgements_back_and_delivers_nothing_again(transactional, channel, queue):
    publish(channel, queue, "1", "2")
    inbox = Inbox(transactional, queue)
    taken = inbox.take(2)
    for message in taken:
        transactional.basic_ack(message.tag)
    transactional.tx_rollback()
    assert inbox.arrived() == []
    for message in taken:
        transactional.basic_ack(message.tag)
    transactional.tx_commit()
    transactional.close()
    assert drain(channel, queue) == []


def test_a_message_is_moved_in_one_transaction(transactional, channel, queue, name):
    target = name("target")
    channel.queue_declare(target, exclusive=True)
    publish(channel, queue, "input")
    message = get(transactional, queue)
    publish(transactional, target, "output")
    transactional.basic_ack(message.tag)
    transactional.tx_commit()
    transactional.close()
    assert (drain(channel, queue), drain(channel, target)) == ([], [b"output"])


def test_an_open_transaction_ends_with_its_channel(transactional, channel, queue):
    publish(channel, queue, "input")
    message = get(transactional, queue)
    publish(transactional, queue, "output")
    transactional.basic_ack(message.tag)
    transactional.close()
    again = get(channel, queue, auto_ack=True)
    assert (again.body, again.redelivered) == (b"input", True)
    assert drain(channel, queue) == []


def test_acknowledging_everything_when_there_is_nothing_is_fine(transactional):
    transactional.basic_ack(0, multiple=True)
    transactional.tx_commit()
    transactional.tx_rollback()


def test_recover_does_not_touch_what_the_transaction_has_acknowledged(transactional, channel, queue):
    publish(channel, queue, "1", "2")
    first, _ = get(transactional, queue), get(transactional, queue)
    transactional.basic_ack(first.tag)
    transactional.basic_recover(requeue=True)
    transactional.tx_commit()
    assert drain(channel, queue) == [b"2"]


def test_an_unroutable_mandatory_message_comes_back_before_the_commit_is_answered(transactional, name):
    returned = []
    transactional.add_on_return_callback(lambda *arguments: returned.append(arguments[-1]))
    transactional.basic_publish("", name("missing"), "lost", mandatory=True)
    transactional.tx_commit()
    transactional.connection.process_data_events(time_limit=0)
    assert returned == [b"lost"]


def test_publishing_to_a_missing_exchange_is_404_at_once(transactional, name):
    with closes_channel(404):
        publish(transactional, "key", "lost", exchange=name("missing"))
        transactional.queue_declare("", exclusive=True)


def test_transactions_and_confirms_exclude_each_other(connection):
    confirming, transactional = connection.channel(), connection.channel()
    confirming.confirm_delivery()
    transactional.tx_select()
    with closes_channel(406, "PRECONDITION_FAILED - cannot switch from confirm to tx mode"):
        confirming.tx_select()
    with closes_channel(406, "PRECONDITION_FAILED - cannot switch from tx to confirm mode"):
        transactional.confirm_delivery()


@pytest.mark.parametrize("end", ["tx_commit", "tx_rollback"])
def test_ending_a_transaction_which_nobody_began_is_406(connection, end):
    channel = connection.channel()
    with closes_channel(406, "PRECONDITION_FAILED - channel is not transactional"):
        getattr(channel, end)()


@pytest.mark.leveret_only("RabbitMQ commits queue by queue")
def test_nothing_is_committed_if_one_queue_has_no_room(transactional, channel, queue, name):
    full = name("full")
    channel.queue_declare(full, exclusive=True, arguments={"x-max-length": 1, "x-overflow": "reject-publish"})
    publish(transactional, queue, "1")
    publish(transactional, full, "2", "3")
    with closes_channel(406, full):
        transactional.tx_commit()
    assert (ready_count(channel, queue), ready_count(channel, full)) == (0, 0)


@pytest.mark.leveret_only("RabbitMQ answers 504")
def test_a_method_while_a_commit_is_under_way_is_performed_after_it(peer, channel, name):
    queue = name("queue")
    channel.queue_declare(queue, durable=True)
    wire = peer()
    wire.open_channel(1)
    wire.send(method(1, TX_SELECT))
    wire.expect(1, TX_SELECT_OK)
    wire.send(
        publishing(1, "", queue, b"1", PERSISTENT), method(1, TX_COMMIT), publishing(1, "", queue, b"2", PERSISTENT),
        method(1, TX_COMMIT), declare_queue_method(1, queue, passive=True),
    )
    wire.expect(1, TX_COMMIT_OK)
    wire.expect(1, TX_COMMIT_OK)
    wire.expect(1, QUEUE_DECLARE_OK)
    assert drain(channel, queue) == [b"1", b"2"]
    wire.close()
