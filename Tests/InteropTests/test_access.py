"""Users, virtual hosts, permissions and limits, changed by operators while clients are connected."""

from __future__ import annotations

import itertools

import pika
import pika.exceptions
import pytest

from operator_commands import in_virtual_host, operate

pytestmark = pytest.mark.leveret_only("changes users by Leveret's operator commands")

numbers = itertools.count(1)


@pytest.fixture
def user(broker):
    """Makes users with all rights in `/`, unless others are given."""

    def make_user(configure=".*", write=".*", read=".*", tags=()):
        name = f"user{next(numbers)}"
        operate(broker, "add_user", name, stdin="secret")
        operate(broker, "set_permissions", name, configure, write, read)
        if tags:
            operate(broker, "set_user_tags", name, *tags)
        return name

    return make_user


@pytest.fixture
def connect_as(connect):
    def open_connection(name, password="secret", **options):
        return connect(credentials=pika.PlainCredentials(name, password), **options)

    return open_connection


def refusal(error) -> tuple[int, str]:
    return error.value.reply_code, error.value.reply_text


def expect_no_entry(connect, text, *arguments, **options):
    """Expects connection.open to be answered by 530 and this text."""
    with pytest.raises(pika.exceptions.ProbableAccessDeniedError) as error:
        connect(*arguments, **options)
    assert "530" in str(error.value) and f"NOT_ALLOWED - {text}" in str(error.value)


# Permissions


@pytest.mark.parametrize(
    "right, attempt, text",
    [
        ("configure", lambda c: c.queue_declare("x"), "configure access to queue 'x'"),
        ("configure", lambda c: c.queue_delete("x"), "configure access to queue 'x'"),
        ("configure", lambda c: c.exchange_declare("x"), "configure access to exchange 'x'"),
        ("configure", lambda c: c.exchange_delete("x"), "configure access to exchange 'x'"),
        ("write", lambda c: c.queue_bind("there", "amq.direct", "k"), "write access to queue 'there'"),
        ("read", lambda c: c.queue_bind("there", "amq.direct", "k"), "read access to exchange 'amq.direct'"),
        ("write", lambda c: c.queue_unbind("there", "amq.direct", "k"), "write access to queue 'there'"),
        ("read", lambda c: c.queue_unbind("there", "amq.direct", "k"), "read access to exchange 'amq.direct'"),
        ("write", lambda c: c.exchange_bind("amq.fanout", "amq.direct"), "write access to exchange 'amq.fanout'"),
        ("read", lambda c: c.exchange_bind("amq.fanout", "amq.direct"), "read access to exchange 'amq.direct'"),
        ("write", lambda c: c.exchange_unbind("amq.fanout", "amq.direct"), "write access to exchange 'amq.fanout'"),
        ("read", lambda c: c.exchange_unbind("amq.fanout", "amq.direct"), "read access to exchange 'amq.direct'"),
        ("write", lambda c: c.basic_publish("amq.direct", "k", b""), "write access to exchange 'amq.direct'"),
        ("write", lambda c: c.basic_publish("", "there", b""), "write access to exchange 'amq.default'"),
        ("read", lambda c: c.basic_get("there"), "read access to queue 'there'"),
        ("read", lambda c: c.basic_consume("there", print), "read access to queue 'there'"),
        ("read", lambda c: c.queue_purge("there"), "read access to queue 'there'"),
        (
            "write",
            lambda c: c.queue_declare("x", arguments={"x-dead-letter-exchange": "dead"}),
            "write access to exchange 'dead'",
        ),
        (
            "read",
            lambda c: c.queue_declare("x", arguments={"x-dead-letter-exchange": "dead"}),
            "read access to queue 'x'",
        ),
        (
            "write",
            lambda c: c.exchange_declare("x", arguments={"alternate-exchange": "lost"}),
            "write access to exchange 'lost'",
        ),
        (
            "read",
            lambda c: c.exchange_declare("x", arguments={"alternate-exchange": "lost"}),
            "read access to exchange 'x'",
        ),
    ],
)
def test_each_operation_needs_its_right(channel, user, connect_as, right, attempt, text):
    channel.queue_declare("there")
    name = user(**{right: ""})
    other = connect_as(name).channel()
    other.confirm_delivery()
    with pytest.raises(pika.exceptions.ChannelClosedByBroker) as error:
        attempt(other)
    assert refusal(error) == (403, f"ACCESS_REFUSED - {text} in vhost '/' refused for user '{name}'")


def test_asking_whether_something_exists_takes_any_right(channel, user, connect_as):
    channel.queue_declare("there")
    for rights in ({"configure": ".*"}, {"write": ".*"}, {"read": ".*"}):
        none = {"configure": "", "write": "", "read": ""}
        other = connect_as(user(**(none | rights))).channel()
        assert other.queue_declare("there", passive=True).method.queue == "there"
        other.exchange_declare("amq.direct", passive=True)
    other = connect_as(user(configure="", write="", read="")).channel()
    with pytest.raises(pika.exceptions.ChannelClosedByBroker) as error:
        other.queue_declare("there", passive=True)
    assert error.value.reply_code == 403


def test_a_change_of_permissions_counts_at_once(broker, channel, user, connect_as):
    channel.queue_declare("there")
    channel.queue_purge("there")
    name = user()
    connection = connect_as(name)
    other = connection.channel()
    other.confirm_delivery()
    other.basic_publish("", "there", b"allowed")
    operate(broker, "set_permissions", name, ".*", "", ".*")
    with pytest.raises(pika.exceptions.ChannelClosedByBroker) as error:
        other.basic_publish("", "there", b"refused")
    assert error.value.reply_code == 403
    operate(broker, "set_permissions", name, ".*", ".*", ".*")
    again = connection.channel()
    again.confirm_delivery()
    again.basic_publish("", "there", b"allowed")
    assert channel.queue_purge("there").method.message_count == 2


def test_a_permission_matches_anywhere_in_a_name_unless_it_says_otherwise(user, connect_as, name):
    connection = connect_as(user(configure="mine", write="^only$"))
    for queue in (f"{name('a')}-mine-b", "mine"):
        connection.channel().queue_declare(queue, exclusive=True)
    for queue in ("min", "MINE", ""):
        with pytest.raises(pika.exceptions.ChannelClosedByBroker) as error:
            connection.channel().queue_declare(queue, exclusive=True)
        assert error.value.reply_code == 403
    with pytest.raises(pika.exceptions.ChannelClosedByBroker) as error:
        channel = connection.channel()
        channel.confirm_delivery()
        channel.basic_publish("only-not", "key", b"")
    assert error.value.reply_code in (403, 404)


def test_rights_are_those_of_the_virtual_host(broker, user, connect_as):
    operate(broker, "add_vhost", "office")
    try:
        name = user()
        expect_no_entry(connect_as, f"access to vhost 'office' refused for user '{name}'", name, virtual_host="office")
        in_virtual_host(broker, "office", "set_permissions", name, "^$", "^$", ".*")
        connect_as(name).channel().queue_declare("", exclusive=True)
        with pytest.raises(pika.exceptions.ChannelClosedByBroker) as error:
            connect_as(name, virtual_host="office").channel().queue_declare("", exclusive=True)
        assert error.value.reply_code == 403 and "in vhost 'office'" in error.value.reply_text
    finally:
        operate(broker, "delete_vhost", "office")


def test_without_permissions_nobody_enters(broker, user, connect_as):
    name = user()
    operate(broker, "clear_permissions", name)
    expect_no_entry(connect_as, f"access to vhost '/' refused for user '{name}'", name)


def test_topic_permissions_restrict_keys(broker, user, connect_as):
    name = user()
    operate(broker, "set_topic_permissions", name, "amq.topic", "^{username}\\.", "^public\\.")
    connection = connect_as(name)
    channel = connection.channel()
    channel.confirm_delivery()
    queue = channel.queue_declare("", exclusive=True).method.queue
    channel.queue_bind(queue, "amq.topic", "public.#")
    channel.basic_publish("amq.topic", f"{name}.news", b"")
    with pytest.raises(pika.exceptions.ChannelClosedByBroker) as error:
        channel.basic_publish("amq.topic", "other.news", b"")
    assert refusal(error) == (
        403,
        "ACCESS_REFUSED - write access to topic 'other.news' in exchange topic 'amq.topic' in vhost '/' refused for "
        f"user '{name}'",
    )
    with pytest.raises(pika.exceptions.ChannelClosedByBroker) as error:
        connection.channel().queue_bind(queue, "amq.topic", "#")
    assert "read access to topic '#' in exchange topic 'amq.topic'" in error.value.reply_text


def test_only_an_impersonator_publishes_in_another_name(user, connect_as, channel):
    channel.queue_declare("there")
    properties = pika.BasicProperties(user_id="somebody")
    impersonator = connect_as(user(tags=["impersonator"])).channel()
    impersonator.confirm_delivery()
    impersonator.basic_publish("", "there", b"", properties)
    name = user(tags=["administrator"])
    other = connect_as(name).channel()
    other.confirm_delivery()
    with pytest.raises(pika.exceptions.ChannelClosedByBroker) as error:
        other.basic_publish("", "there", b"", properties)
    assert refusal(error) == (
        406,
        f"PRECONDITION_FAILED - user_id property set to 'somebody' but authenticated user was '{name}'",
    )


# Users


def test_a_user_logs_in_by_the_password_last_set(broker, user, connect_as):
    name = user()
    operate(broker, "change_password", name, stdin="other\n")
    assert connect_as(name, "other").is_open
    with pytest.raises(pika.exceptions.ProbableAuthenticationError) as error:
        connect_as(name, "secret")
    assert "ACCESS_REFUSED - Login was refused using authentication mechanism PLAIN" in str(error.value)


def test_a_deleted_user_is_sent_away(broker, user, connect_as):
    name = user()
    connection = connect_as(name)
    operate(broker, "delete_user", name)
    with pytest.raises(pika.exceptions.ConnectionClosedByBroker) as error:
        connection.process_data_events(time_limit=20)
    assert refusal(error) == (320, f"CONNECTION_FORCED - user '{name}' was deleted")
    with pytest.raises(pika.exceptions.ProbableAuthenticationError):
        connect_as(name)


def test_connections_of_a_user_are_limited(broker, user, connect_as):
    name = user()
    operate(broker, "set_user_limits", name, '{"max-connections": 1, "max-channels": 2}')
    connection = connect_as(name)
    expect_no_entry(connect_as, f"connection refused for user '{name}': user connection limit (1) is reached", name)
    connection.channel()
    connection.channel()
    with pytest.raises(pika.exceptions.ConnectionClosedByBroker) as error:
        connection.channel()
    assert refusal(error) == (
        530,
        f"NOT_ALLOWED - number of channels opened for user '{name}' has reached the maximum allowed user limit of (2)",
    )
    operate(broker, "clear_user_limits", name, "all")
    assert connect_as(name).is_open
    assert connect_as(name).is_open


def test_a_new_secret_is_taken_and_takes_lost_rights_away(broker, user, connect_as, channel):
    for queue in ("mine", "other"):
        channel.queue_declare(queue)
    name = user()
    connection = connect_as(name)
    consuming = connection.channel()
    cancelled = []
    consuming.add_on_cancel_callback(lambda frame: cancelled.append(frame.method.consumer_tag))
    for queue in ("mine", "other"):
        consuming.basic_consume(queue, lambda *_: None, consumer_tag=queue)
    operate(broker, "set_permissions", name, ".*", ".*", "^mine$")
    connection.update_secret("any", "rotation")
    connection.process_data_events(time_limit=1)
    assert cancelled == ["other"]
    operate(broker, "clear_permissions", name)
    with pytest.raises(pika.exceptions.ConnectionClosedByBroker) as error:
        connection.update_secret("any", "rotation")
    assert refusal(error) == (530, f"NOT_ALLOWED - access to vhost '/' refused for user '{name}'")


# Virtual hosts


def test_a_deleted_virtual_host_takes_its_connections_and_queues_along(broker, connect):
    operate(broker, "add_vhost", "shop")
    in_virtual_host(broker, "shop", "set_permissions", "guest", ".*", ".*", ".*")
    inside = connect(virtual_host="shop")
    channel = inside.channel()
    channel.queue_declare("q", durable=True)
    channel.queue_bind("q", "amq.direct", "k")
    operate(broker, "delete_vhost", "shop")
    with pytest.raises(pika.exceptions.ConnectionClosedByBroker) as error:
        inside.process_data_events(time_limit=20)
    assert refusal(error) == (320, "CONNECTION_FORCED - vhost 'shop' is deleted")
    expect_no_entry(connect, "vhost shop not found", virtual_host="shop")
    operate(broker, "add_vhost", "shop")
    in_virtual_host(broker, "shop", "set_permissions", "guest", ".*", ".*", ".*")
    with pytest.raises(pika.exceptions.ChannelClosedByBroker) as error:
        connect(virtual_host="shop").channel().queue_declare("q", passive=True)
    assert error.value.reply_code == 404
    operate(broker, "delete_vhost", "shop")


def test_what_bears_one_name_in_two_virtual_hosts_has_nothing_in_common(broker, connect, name):
    operate(broker, "add_vhost", "garden")
    try:
        in_virtual_host(broker, "garden", "set_permissions", "guest", ".*", ".*", ".*")
        queue, exchange = name("queue"), name("exchange")
        channels = [connect(virtual_host=host).channel() for host in ("/", "garden")]
        for channel, kind in zip(channels, ("direct", "fanout")):
            channel.confirm_delivery()
            channel.exchange_declare(exchange, kind)
            channel.queue_declare(queue, exclusive=True)
            channel.queue_bind(queue, exchange, "key")
        channels[0].basic_publish(exchange, "key", b"here")
        channels[1].basic_publish(exchange, "another key", b"there")
        for channel, body in zip(channels, (b"here", b"there")):
            assert channel.basic_get(queue, auto_ack=True)[2] == body
            assert channel.basic_get(queue, auto_ack=True)[2] is None
        channels[0].exchange_delete(exchange)
    finally:
        operate(broker, "delete_vhost", "garden")


def test_connections_and_queues_of_a_virtual_host_are_limited(broker, connect):
    operate(broker, "add_vhost", "small")
    in_virtual_host(broker, "small", "set_permissions", "guest", ".*", ".*", ".*")
    in_virtual_host(broker, "small", "set_vhost_limits", '{"max-connections": 1, "max-queues": 1}')
    channel = connect(virtual_host="small").channel()
    expect_no_entry(
        connect, "access to vhost 'small' refused for user 'guest': connection limit (1) is reached",
        virtual_host="small",
    )
    channel.queue_declare("first")
    channel.queue_declare("first")
    with pytest.raises(pika.exceptions.ChannelClosedByBroker) as error:
        channel.queue_declare("second")
    assert refusal(error) == (
        406,
        "PRECONDITION_FAILED - cannot declare queue 'second': queue limit in vhost 'small' (1) is reached",
    )
    operate(broker, "delete_vhost", "small")


def test_queues_get_the_default_type_of_their_virtual_host(broker, connect):
    operate(broker, "add_vhost", "typed", options=["--default-queue-type", "quorum"])
    in_virtual_host(broker, "typed", "set_permissions", "guest", ".*", ".*", ".*")
    connection = connect(virtual_host="typed")
    channel = connection.channel()
    channel.queue_declare("q", durable=True)
    channel.queue_declare("q", durable=True, arguments={"x-queue-type": "quorum"})
    with pytest.raises(pika.exceptions.ChannelClosedByBroker) as error:
        channel.queue_declare("q", durable=True, arguments={"x-queue-type": "classic"})
    assert "inequivalent arg 'x-queue-type'" in error.value.reply_text
    connection.channel().queue_declare("mine", exclusive=True)
    operate(broker, "delete_vhost", "typed")


def test_definitions_survive_a_kill(fresh_broker):
    operate(fresh_broker, "add_user", "alice", stdin="secret")
    operate(fresh_broker, "set_permissions", "alice", "^mine$", ".*", ".*")
    fresh_broker.kill()
    parameters = pika.URLParameters(fresh_broker.url)
    parameters.credentials = pika.PlainCredentials("alice", "secret")
    with pika.BlockingConnection(parameters) as connection:
        connection.channel().queue_declare("mine")
        with pytest.raises(pika.exceptions.ChannelClosedByBroker):
            connection.channel().queue_declare("other")
