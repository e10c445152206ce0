"""A Celery application whose one task does nothing: what is measured is the way."""

import os
import time

from celery import Celery

application = Celery("bench", broker=os.environ["BENCH_REDIS"], backend=os.environ["BENCH_REDIS"])
application.conf.update(
    # A task is acknowledged when its result is kept: a worker that dies loses none.
    task_acks_late=True,
    task_reject_on_worker_lost=True,
    # The result is part of the life that is measured.
    task_ignore_result=False,
    # Fewer waits for the next message; all tasks are equally short.
    worker_prefetch_multiplier=int(os.environ.get("BENCH_PREFETCH", "64")),
    # What it does beside its work only costs it time.
    task_track_started=False,
    worker_send_task_events=False,
    worker_hijack_root_logger=False,
    worker_disable_rate_limits=True,
    broker_connection_retry_on_startup=True,
)


@application.task(name="nothing")
def nothing():
    """When it began; the clock is that of the client, on the same machine."""
    return time.time()
