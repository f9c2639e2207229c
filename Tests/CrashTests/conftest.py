"""Killing the daemon under load, and counting what is left.

    .venv/bin/pytest Tests/CrashTests              (after `swift build`; needs what InteropTests need)

Environment:
    LEVERET_BINARY        the daemon; default .build/debug/leveret in the repository
    LEVERET_KILL_ROUNDS   how often the daemon is killed; default 20
    LEVERET_KILL_SEED     repeats the choices of an earlier run, which printed its seed; the moments at which the
                          operating system runs each thread are not repeated
"""

import sys
from pathlib import Path

import pytest

INTEROP = Path(__file__).resolve().parents[1] / "InteropTests"
sys.path[:0] = [str(Path(__file__).resolve().parent), str(INTEROP)]

from broker_process import BrokerProcess  # noqa: E402


@pytest.hookimpl(hookwrapper=True)
def pytest_runtest_makereport(item, call):
    outcome = yield
    report = outcome.get_result()
    broker = getattr(item, "funcargs", {}).get("broker")
    if report.failed and broker is not None:
        report.sections.append(("standard error of the broker", broker.error_tail()))


@pytest.fixture
def broker(tmp_path):
    broker = BrokerProcess(tmp_path)
    try:
        broker.start()
        yield broker
    finally:
        broker.close()
