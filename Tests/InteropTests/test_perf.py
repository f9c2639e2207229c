"""`leveret perf` against the broker under test, whoever made it; pika looks at what it leaves behind."""

from __future__ import annotations

import json
import subprocess
import time

import pika
import pytest

from broker_process import broker_binary

UNREACHABLE, FAILED = 3, 1


def perf(broker, *options, status=0):
    command = [str(broker_binary()), "perf", *options, "--url", broker.url, "--json"]
    done = subprocess.run(command, capture_output=True, text=True, timeout=120)
    assert done.returncode == status, done.stdout + done.stderr
    return json.loads(done.stdout)


DURABLE = ["--durable", "--persistent", "--confirm", "100", "--prefetch", "50", "--ack-every", "10"]


@pytest.mark.parametrize("options", [
    ["--count", "20000"],
    ["--count", "5000", *DURABLE],
    ["--count", "5000", "--size", "0"],
    ["--count", "300", "--size", "200000", *DURABLE],
    ["--count", "6000", "--queues", "3", "--producers", "3", "--consumers", "3", *DURABLE],
    ["--count", "6000", "--queues", "5", "--producers", "2", "--consumers", "2", "--size", "16,500,70"],
    ["--count", "6000", "--consumers", "3", "--producers", "2", *DURABLE],
], ids=" ".join)
def test_a_sound_run_has_received_everything_and_leaves_no_queue(broker, connect, name, options):
    queue = name("perf")
    result = perf(broker, *options, "--queue", queue)
    assert result["sound"]
    assert result["sent"] == result["received"] == int(options[1])
    assert result["lost"] == result["surplus"] == result["out_of_order"] == result["refused"] == 0
    if "--confirm" in options:
        assert result["confirmed"] == result["sent"]
        assert result["confirm_latency_us"]["count"] == result["sent"]
    for made in (queue, f"{queue}-1"):
        with pytest.raises(pika.exceptions.ChannelClosedByBroker):
            connect().channel().queue_declare(made, passive=True)


def test_a_fanout_delivers_every_copy(broker, name):
    result = perf(broker, "--fanout", "4", "--consumers", "2", "--producers", "2", "--count", "3000", "--queue", name("perf"))
    assert result["sent"] == 3000
    assert result["received"] == 12_000
    assert result["latency_us"]["count"] == 12_000


def test_what_is_kept_can_be_looked_at_and_consumed_later(broker, channel, name):
    queue = name("perf")
    filled = perf(broker, "--consumers", "0", "--keep", "--count", "500", "--size", "64", "--durable", "--persistent",
                  "--confirm", "50", "--queue", queue)
    assert filled["sound"] and filled["received"] == 0
    found = channel.queue_declare(queue, passive=True).method.message_count
    assert found == 500
    _, properties, body = channel.basic_get(queue, auto_ack=True)
    assert properties.delivery_mode == 2
    assert len(body) == 64
    emptied = perf(broker, "--producers", "0", "--prefetch", "20", "--ack-every", "7", "--queue", queue)
    assert emptied["sound"] and emptied["received"] == 499
    assert channel.queue_declare(queue, passive=True).method.message_count == 0


def test_a_message_that_vanishes_from_a_queue_makes_the_run_fail(broker, channel, name):
    queue = name("perf")
    result = perf(broker, "--consumers", "0", "--count", "500", "--queue", queue, "--argument", "x-max-length=400", status=FAILED)
    assert not result["sound"]
    assert result["lost"] == 100


def test_refused_publishings_make_the_run_fail(broker, name):
    result = perf(broker, "--count", "50", "--confirm", "10", "--consumers", "0", "--queue", name("perf"),
                  "--argument", "x-max-length=10", "--argument", "x-overflow=reject-publish", status=FAILED)
    assert result["refused"] > 0
    assert result["refused"] + result["confirmed"] == result["sent"] == 50


def test_priorities_are_published_and_followed_each_on_its_own(broker, channel, name):
    queue = name("perf")
    result = perf(broker, "--count", "3000", "--priorities", "3", "--argument", "x-max-priority=3", "--queue", queue)
    assert result["sound"]
    perf(broker, "--count", "3", "--consumers", "0", "--keep", "--priorities", "3", "--argument", "x-max-priority=3",
         "--queue", queue)
    priorities = [channel.basic_get(queue, auto_ack=True)[1].priority or 0 for _ in range(3)]
    assert priorities == [2, 1, 0]


def test_an_exchange_that_is_there_routes_the_load(broker, channel, name):
    exchange, queue = name("exchange"), name("perf")
    channel.exchange_declare(exchange, "topic")
    for keys in (["a.b"], ["a.b", "a.c", "b.*"]):
        options = [option for key in keys for option in ("--routing-key", key)]
        result = perf(broker, "--count", "1000", "--exchange", exchange, *options, "--queue", queue)
        assert result["sound"] and result["received"] == 1000


def test_rates_hold_and_the_warm_up_does_not_count(broker, name):
    result = perf(broker, "--rate", "2000", "--count", "2000", "--warmup", "0.5", "--size", "32", "--queue", name("perf"))
    assert result["sound"]
    assert result["sent"] == 2000
    assert result["latency_us"]["count"] == 1000
    quantiles = [result["latency_us"][share] for share in ("p50", "p90", "p99", "p999", "max")]
    assert quantiles == sorted(quantiles)


def test_a_load_with_a_rate_ends_in_time(broker, name):
    result = perf(broker, "--rate", "2000", "--seconds", "0.1", "--queue", name("perf"))
    assert result["sound"]
    assert 0 < result["sent"] <= 200


def test_a_confirm_is_seen_when_it_comes_not_with_the_next_publishing(broker, name):
    result = perf(broker, "--rate", "4", "--count", "8", "--durable", "--persistent", "--confirm", "1", "--queue", name("perf"))
    assert result["confirmed"] == 8
    assert result["confirm_latency_us"]["p50"] < 200_000


def test_consumers_can_be_slow(broker, name):
    result = perf(broker, "--count", "300", "--consumer-rate", "600", "--queue", name("perf"))
    assert result["sound"]
    assert result["consume_rate_per_second"] <= 660


def test_loads_can_be_mixed(broker):
    result = perf(broker, "mix", "--load", "--count 2000 --size 100",
                  "--load", "--count 500 --durable --persistent --confirm 10 --size 5000")
    assert result["sound"]
    assert [run["received"] for run in result["runs"]] == [2000, 500]


def test_connections_are_opened_kept_and_closed(broker):
    result = perf(broker, "connections", "--connections", "50", "--channels", "3", "--threads", "2", "--hold", "0.1")
    assert result["sound"] and result["opened"] == result["alive"] == 50
    assert result["open_latency_us"]["count"] == 50


def test_short_lived_clients_get_their_messages(broker):
    result = perf(broker, "churn", "--clients", "2", "--seconds", "0.5", "--size", "100")
    assert result["cycles"] == result["cycle_latency_us"]["count"] > 0


def test_a_probe_waits_for_the_messages(broker, channel, name):
    queue = name("perf")
    channel.queue_declare(queue)
    for _ in range(3):
        channel.basic_publish("", queue, b"x")
    moment = time.time() - 1
    result = perf(broker, "probe", "--queue", queue, "--count", "3", "--since", str(moment))
    assert result["depth"] == 3
    assert abs(result["since"] - moment) < 0.001
    assert 1 <= result["accepting_seconds"] <= result["ready_seconds"] < 60


def test_a_probe_gives_up(broker, name):
    command = [str(broker_binary()), "perf", "probe", "--queue", name("none"), "--count", "1", "--timeout", "0.3",
               "--url", broker.url]
    done = subprocess.run(command, capture_output=True, text=True, timeout=60)
    assert done.returncode not in (0, UNREACHABLE)
    assert done.stderr.startswith("leveret: ")


def machine(*options):
    command = [str(broker_binary()), "perf", "machine", "--seconds", "0.02", *options]
    return subprocess.run(command, capture_output=True, text=True, timeout=60)


def test_the_machine_is_measured_without_a_broker(tmp_path):
    done = machine("--directory", str(tmp_path), "--json")
    assert done.returncode == 0, done.stderr
    result = json.loads(done.stdout)
    assert result["directory"] == str(tmp_path)
    assert [(writes["bytes"], writes["appending"]) for writes in result["forced_writes"]] == [
        (size, appending) for appending in (False, True) for size in (4096, 16384, 262144)]
    for writes in result["forced_writes"]:
        assert writes["latency_us"]["count"] > 0
        assert writes["bytes_per_second"] == pytest.approx(1024 * writes["messages_of_1_kib_per_second"], abs=1024)
    assert [connections["exchanges"] for connections in result["connections"]] == [0, 4]
    for latencies in (result["round_trip_us"], result["forced_answer_us"], result["wake_us"],
                      *(connections["open_latency_us"] for connections in result["connections"])):
        assert latencies["count"] > 0
        assert 0 < latencies["p50"] <= latencies["p99"] <= latencies["max"]
    assert list(tmp_path.iterdir()) == []


def test_a_directory_for_the_measurements_must_be_there(tmp_path):
    done = machine("--directory", str(tmp_path / "none"))
    assert done.returncode == FAILED
    assert done.stdout == ""
    assert done.stderr.startswith("leveret: ") and str(tmp_path / "none") in done.stderr


@pytest.mark.leveret_only("looks at the broker's process")
def test_the_brokers_own_figures_are_reported(fresh_broker):
    result = perf(fresh_broker, "--count", "50000", "--broker-pid", str(fresh_broker.process.pid))
    assert 0 < result["broker_resident_bytes"] <= result["broker_peak_resident_bytes"]
    assert result["broker_cpu_us"] == pytest.approx(result["broker_cpu_us_per_message"] * 50000)
    held = perf(fresh_broker, "connections", "--connections", "5", "--hold", "0", "--broker-pid",
                str(fresh_broker.process.pid))
    assert held["broker_resident_bytes_held"] > 0
