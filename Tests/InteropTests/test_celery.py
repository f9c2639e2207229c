"""Celery: a real worker runs a hundred tasks, some of which retry."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

HERE = Path(__file__).resolve().parent
TASK_COUNT = 100


@pytest.fixture
def application(broker, name, tmp_path, monkeypatch):
    """The Celery application with a worker of two processes behind it."""
    monkeypatch.setenv("LEVERET_CELERY_BROKER", broker.url.replace("%2F", "/"))
    monkeypatch.setenv("LEVERET_CELERY_QUEUE", name("celery"))
    sys.modules.pop("celery_tasks", None)
    import celery_tasks

    log = tmp_path / "worker.txt"
    command = [sys.executable, "-m", "celery", "-A", "celery_tasks:application", "worker", "--pool=prefork",
               "--concurrency=2", "--loglevel=INFO", f"--hostname={os.getpid()}@interop"]
    with log.open("wb") as output:
        worker = subprocess.Popen(command, cwd=HERE, stdin=subprocess.DEVNULL, stdout=output, stderr=output)
    try:
        yield celery_tasks.application
        worker.terminate()
        assert worker.wait(30) == 0, log.read_text()
    finally:
        print(log.read_text()[-5000:])
        worker.kill()
        worker.wait()
        celery_tasks.application.close()


@pytest.mark.deadline(120)
def test_a_worker_completes_a_hundred_tasks_and_retries_those_which_fail(application):
    add = application.tasks["celery_tasks.add"]
    failures = [number % 3 if number % 4 == 0 else 0 for number in range(TASK_COUNT)]
    results = [add.delay(number, 1000, failures[number]) for number in range(TASK_COUNT)]
    answers = [result.get(timeout=90) for result in results]
    assert answers == [[number + 1000, failures[number]] for number in range(TASK_COUNT)]
