"""The Celery application of `test_celery.py`; its worker imports this module."""

import os

from celery import Celery

application = Celery(
    "leveret_interop",
    broker=os.environ["LEVERET_CELERY_BROKER"],
    backend="rpc://",
)
application.conf.update(
    task_default_queue=os.environ["LEVERET_CELERY_QUEUE"],
    task_acks_late=True,
    worker_prefetch_multiplier=4,
    broker_connection_retry_on_startup=True,
    result_expires=600,
)


@application.task(bind=True, max_retries=5)
def add(task, left, right, failures):
    """The sum, after as many failed attempts as were asked for, and how many retries it took."""
    if task.request.retries < failures:
        raise task.retry(countdown=0.05)
    return left + right, task.request.retries
