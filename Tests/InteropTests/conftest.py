"""Foreign AMQP clients against the real daemon.

    python3 -m venv .venv
    .venv/bin/pip install -r Tests/InteropTests/requirements.txt
    .venv/bin/pytest Tests/InteropTests            (after `swift build`)

Each test module gets a daemon of its own on a free port and in a temporary directory. The tests of Debian's
command line clients need the package `amqp-tools`, those of TLS the command `openssl`; those of Node's amqplib are
skipped where node does not find it.

Environment:
    LEVERET_BINARY        the daemon; default .build/debug/leveret in the repository
    LEVERET_INTEROP_URL   drive this running broker instead, for example amqp://guest:guest@127.0.0.1:5672/ of a
                          RabbitMQ; tests which restart the broker, or which promise what only Leveret promises
                          (marked `leveret_only`, with the reason), are skipped
    LEVERET_TEST_DEADLINE seconds after which one test has failed; default 60
"""

from __future__ import annotations

import itertools
import os
import signal
import sys
from pathlib import Path
from urllib.parse import urlsplit

import pika
import pytest
from pika.exceptions import AMQPConnectionError

sys.path.insert(0, str(Path(__file__).resolve().parent))

from broker_process import BrokerProcess, ForeignBroker  # noqa: E402
from wire import Peer  # noqa: E402

FOREIGN_URL = os.environ.get("LEVERET_INTEROP_URL")
TEST_DEADLINE = int(os.environ.get("LEVERET_TEST_DEADLINE", "60"))

name_numbers = itertools.count(1)


def pytest_configure(config):
    config.addinivalue_line("markers", "leveret_only(reason): not a promise of every RabbitMQ, so skipped there")
    config.addinivalue_line("markers", "deadline(seconds): how long this test may take")


def pytest_collection_modifyitems(items):
    if not FOREIGN_URL:
        return
    for item in items:
        marker = item.get_closest_marker("leveret_only")
        if marker:
            item.add_marker(pytest.mark.skip(reason=f"Leveret only: {marker.args[0]}"))


@pytest.hookimpl(hookwrapper=True)
def pytest_runtest_makereport(item, call):
    outcome = yield
    report = outcome.get_result()
    if not report.failed:
        return
    for name in ("broker", "fresh_broker"):
        broker = getattr(item, "funcargs", {}).get(name)
        if broker is not None:
            report.sections.append((f"standard error of the {name}", broker.error_tail()))


@pytest.fixture(autouse=True)
def deadline(request):
    """Turns a hang into a failure which names the test and its line."""
    marker = request.node.get_closest_marker("deadline")
    seconds = marker.args[0] if marker else TEST_DEADLINE

    def expire(signal_number, stack_frame):
        raise TimeoutError(f"the test took longer than {seconds} s")

    previous = signal.signal(signal.SIGALRM, expire)
    signal.setitimer(signal.ITIMER_REAL, seconds, 10)  # again every 10 s: what closes afterwards may hang as well
    yield
    signal.setitimer(signal.ITIMER_REAL, 0)
    signal.signal(signal.SIGALRM, previous)


@pytest.fixture(scope="module")
def module_broker(tmp_path_factory):
    if FOREIGN_URL:
        address = urlsplit(FOREIGN_URL)
        yield ForeignBroker(address.hostname, address.port or 5672)
        return
    broker = BrokerProcess(tmp_path_factory.mktemp("broker"))
    try:
        broker.start()
        yield broker
        if broker.is_running:
            status = broker.stop()
            assert status == 0, f"the broker left with status {status} after SIGTERM\n{broker.error_tail()}"
    finally:
        broker.close()


@pytest.fixture
def broker(module_broker):
    """The daemon which the tests of one module share: `host`, `port`, `url`."""
    if not module_broker.is_running:
        module_broker.start()
    yield module_broker
    assert module_broker.is_running, f"the broker died during this test\n{module_broker.error_tail()}"


@pytest.fixture
def fresh_broker(tmp_path):
    """A daemon for one test, which may `restart()` (SIGTERM) or `kill()` (SIGKILL) it."""
    if FOREIGN_URL:
        pytest.skip("restarts the broker")
    broker = BrokerProcess(tmp_path)
    try:
        broker.start()
        yield broker
    finally:
        broker.close()


@pytest.fixture
def open_channel(fresh_broker):
    """A confirming channel on a new connection to the broker, whichever incarnation runs now."""
    connections = []

    def open_channel():
        connection = pika.BlockingConnection(pika.URLParameters(fresh_broker.url))
        connections.append(connection)
        channel = connection.channel()
        channel.confirm_delivery()
        return channel

    yield open_channel
    for connection in connections:
        try:
            connection.close()
        except AMQPConnectionError:
            pass  # it went with an earlier incarnation


@pytest.fixture
def connect(broker):
    """Opens pika connections, which are closed when the test ends."""
    opened = []

    def open_connection(**options) -> pika.BlockingConnection:
        parameters = pika.URLParameters(broker.url)
        parameters.blocked_connection_timeout = 30
        parameters.socket_timeout = 20
        for key, value in options.items():
            setattr(parameters, key, value)
        connection = pika.BlockingConnection(parameters)
        opened.append(connection)
        return connection

    yield open_connection
    for connection in opened:
        if connection.is_open:
            try:
                connection.close()
            except AMQPConnectionError:
                pass  # the broker closed it meanwhile, as the test wanted


@pytest.fixture
def connection(connect):
    return connect()


@pytest.fixture
def channel(connection):
    """A channel whose publish returns when the broker has confirmed, so that what follows can count on it."""
    channel = connection.channel()
    channel.confirm_delivery()
    return channel


@pytest.fixture
def publisher(connect):
    """Such a channel on another connection."""
    channel = connect().channel()
    channel.confirm_delivery()
    return channel


@pytest.fixture
def peer(broker):
    """Opens raw protocol connections, which are closed when the test ends."""
    opened = []

    def open_peer(handshake: bool = True, **options) -> Peer:
        peer = Peer(broker.host, broker.port)
        opened.append(peer)
        if handshake:
            peer.log_in(**options)
        return peer

    yield open_peer
    for peer in opened:
        peer.hang_up()


@pytest.fixture
def name(names_to_delete):
    """Makes names which no other test uses."""

    def make_name(noun: str = "thing") -> str:
        made = f"interop.{os.getpid()}.{next(name_numbers)}.{noun}"
        names_to_delete.append(made)
        return made

    return make_name


@pytest.fixture(scope="module")
def names_to_delete(module_broker):
    """On a foreign broker, what bore these names is deleted when the module ends."""
    names: list[str] = []
    yield names
    if not FOREIGN_URL:
        return
    with pika.BlockingConnection(pika.URLParameters(module_broker.url)) as connection:
        for name in names:
            connection.channel().queue_delete(name)
            connection.channel().exchange_delete(name)
