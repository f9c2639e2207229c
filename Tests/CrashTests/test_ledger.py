"""The judge itself: each kind of broken promise is found."""

import pytest

from ledger import Copy, Ledger, MessageId, decode, encode

FIRST, SECOND = (Copy("queue", MessageId(0, number)) for number in (0, 1))


@pytest.fixture
def ledger():
    ledger = Ledger()
    ledger.publish([FIRST, SECOND])
    ledger.confirm([FIRST])
    return ledger


def test_a_confirmed_message_must_be_delivered(ledger):
    ledger.deliver(SECOND, redelivered=False)
    with pytest.raises(AssertionError, match="1 confirmed messages are lost"):
        ledger.check()


def test_an_unconfirmed_message_may_be_lost(ledger):
    ledger.deliver(FIRST, redelivered=False)
    ledger.check()


def test_a_settled_message_must_not_come_back(ledger):
    ledger.deliver(FIRST, redelivered=False)
    ledger.settle([FIRST])
    ledger.begin_life()
    ledger.deliver(FIRST, redelivered=True)
    with pytest.raises(AssertionError, match="came back"):
        ledger.check()


def test_an_unsettled_message_may_come_back_but_not_without_the_flag(ledger):
    ledger.deliver(FIRST, redelivered=False)
    ledger.begin_life()
    ledger.deliver(FIRST, redelivered=True)
    ledger.check()
    ledger.deliver(FIRST, redelivered=False)
    with pytest.raises(AssertionError, match="without the redelivered flag"):
        ledger.check()


def test_the_flag_is_due_after_the_brokers_end_too(ledger):
    ledger.deliver(FIRST, redelivered=False)
    ledger.begin_life()
    ledger.deliver(FIRST, redelivered=False)
    with pytest.raises(AssertionError, match="without the redelivered flag"):
        ledger.check()


def test_first_deliveries_must_come_in_the_order_of_publishing(ledger):
    ledger.deliver(SECOND, redelivered=False)
    ledger.deliver(FIRST, redelivered=False)
    with pytest.raises(AssertionError, match="message 0 of producer 0 came after 1"):
        ledger.check()


def test_a_message_which_nobody_published_is_found(ledger):
    ledger.deliver(FIRST, redelivered=False)
    ledger.deliver(Copy("queue", MessageId(7, 7)), redelivered=False)
    with pytest.raises(AssertionError, match="invented"):
        ledger.check()


def test_a_damaged_body_is_found():
    body = encode(MessageId(3, 4), 100)
    assert decode(body) == MessageId(3, 4)
    with pytest.raises(AssertionError, match="damaged"):
        decode(body[:-1] + b"x")
