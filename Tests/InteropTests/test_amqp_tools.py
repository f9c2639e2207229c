"""Debian's amqp-tools: librabbitmq, the C client, by its command line programs."""

import shutil
import subprocess

import pytest


@pytest.fixture
def run(broker):
    def run(program, *arguments, status=0, data=None):
        assert shutil.which(program), f"{program} is missing: install the Debian package amqp-tools"
        command = [program, f"--url={broker.url}", *arguments]
        finished = subprocess.run(command, input=data, capture_output=True, timeout=30)
        assert finished.returncode == status, finished.stderr.decode()
        return finished.stdout

    return run


@pytest.fixture
def queue(run, name):
    queue = name("queue")
    assert run("amqp-declare-queue", "-d", "-q", queue).decode().strip() == queue
    yield queue
    run("amqp-delete-queue", "-q", queue)


def test_a_message_is_published_and_gotten(run, queue):
    run("amqp-publish", "-r", queue, "-p", "-C", "text/plain", "-b", "hello")
    assert run("amqp-get", "-q", queue) == b"hello"


def test_a_get_from_an_empty_queue_ends_with_status_2(run, queue):
    assert run("amqp-get", "-q", queue, status=2) == b""


def test_a_body_comes_from_standard_input_and_may_be_big(run, queue):
    data = bytes(range(256)) * 6000
    run("amqp-publish", "-r", queue, data=data)
    assert run("amqp-get", "-q", queue) == data


def test_each_line_is_a_message_and_each_message_a_run_of_a_command(run, queue):
    run("amqp-publish", "-r", queue, "-l", data=b"one\ntwo\nthree\n")
    output = run("amqp-consume", "-q", queue, "-c", "3", "-p", "1", "cat")
    assert output.split() == [b"one", b"two", b"three"]
    assert run("amqp-get", "-q", queue, status=2) == b""


def test_a_message_with_headers_and_a_reply_address_is_accepted(run, queue):
    run("amqp-publish", "-r", queue, "-H", "kind: order", "-t", "replies", "-E", "gzip", "-b", "x")
    assert run("amqp-get", "-q", queue) == b"x"


def test_a_consumer_binds_a_queue_which_the_broker_named(broker, run, queue, name):
    command = ["amqp-consume", f"--url={broker.url}", "-e", "amq.topic", "-r", f"{queue}.#", "-c", "1", "cat"]
    consumer = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    try:
        # The consumer says on standard error which queue it got; then it is bound and about to consume.
        assert consumer.stderr.readline().startswith("Server provided queue name: amq.gen-")
        output = b""
        while consumer.poll() is None:
            run("amqp-publish", "-e", "amq.topic", "-r", f"{queue}.news", "-b", "news")
        output = consumer.stdout.read()
        assert output == "news" and consumer.returncode == 0
    finally:
        consumer.kill()
        consumer.communicate()


def test_deleting_tells_how_many_messages_went(run, name):
    queue = name("queue")
    run("amqp-declare-queue", "-q", queue)
    run("amqp-publish", "-r", queue, "-l", data=b"one\ntwo\n")
    assert run("amqp-delete-queue", "-q", queue).decode().strip() == "2"


def test_publishing_to_a_missing_exchange_fails(run, name):
    run("amqp-publish", "-e", name("missing"), "-r", "key", "-b", "x", status=1)


def test_a_wrong_password_fails(broker, name):
    command = ["amqp-get", f"--url={broker.url.replace('guest:guest', 'guest:wrong')}", "-q", name("queue")]
    finished = subprocess.run(command, capture_output=True, timeout=30)
    assert finished.returncode == 1
    assert b"logging in" in finished.stderr
