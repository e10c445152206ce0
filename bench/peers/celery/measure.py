"""Celery with Redis, its tasks through their whole life: published, taken, done, result kept,
acknowledged. Prints one JSON object per line; the last one is the best throughput.

Every setting of workers gets the same tasks, and the best of them counts. Redis answers only after
its file is synced (`appendfsync always`), as our store does.
"""

import argparse
import json
import os
import shutil
import socket
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import redis

HERE = Path(__file__).parent
# Processes, pool and places of each setting that is tried. `solo` runs tasks in the process that
# fetches them, without a pipe between the two.
SETTINGS = [
    (1, ["--pool=prefork", "--concurrency=2"]),
    (1, ["--pool=prefork", "--concurrency=4"]),
    (2, ["--pool=solo"]),
    (1, ["--pool=threads", "--concurrency=8"]),
]
# What is published with one call.
BATCH = 100
# A peer that does not come up or get on within this has failed.
LIMIT_SECONDS = 300


def wait_for(what, is_true):
    until = time.monotonic() + LIMIT_SECONDS
    while not is_true():
        if time.monotonic() > until:
            sys.exit(f"{what}: not within {LIMIT_SECONDS} s")
        time.sleep(0.005)


class Redis:
    """A Redis of our own, durable as asked, in a folder of its own."""

    def __init__(self, folder, fsync):
        with socket.socket() as taken:
            taken.bind(("127.0.0.1", 0))
            self.port = taken.getsockname()[1]
        words = f"--port {self.port} --bind 127.0.0.1 --appendonly yes --appendfsync {fsync}"
        words += f" --dir {folder} --save --loglevel warning"
        self.process = subprocess.Popen(["redis-server", *words.split(" ")], stdout=subprocess.DEVNULL)
        self.url = f"redis://127.0.0.1:{self.port}/0"
        self.client = redis.Redis(port=self.port)
        wait_for("Redis", self.answers)

    def answers(self):
        try:
            return self.client.ping()
        except redis.ConnectionError:
            return False

    def stop(self):
        self.process.terminate()
        self.process.wait()


class Workers:
    """Worker processes of one setting, ready."""

    def __init__(self, processes, words, environment):
        command = [sys.executable, "-m", "celery", "-A", "application", "worker"]
        command += ["--loglevel=ERROR", "--without-gossip", "--without-mingle", "--without-heartbeat"]
        self.processes = [
            subprocess.Popen(
                [*command, *words, "-n", f"worker{index}@localhost"],
                cwd=HERE, env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
            )
            for index in range(processes)
        ]

    def stop(self):
        for process in self.processes:
            process.terminate()
        for process in self.processes:
            try:
                process.wait(20)
            except subprocess.TimeoutExpired:
                process.kill()


def results(store):
    """How many results are kept; Redis holds nothing else that grows with the tasks."""
    return sum(1 for _ in store.client.scan_iter("celery-task-meta-*", count=1000))


def throughput(store, nothing, tasks):
    """Tasks per second from the first publication to the last acknowledgement, which comes after
    the result is kept; and how fast the publishing alone was."""
    from celery import group

    before = results(store)

    def over():
        # A worker takes a message off one list and notes it in another: for a moment the last one is
        # in neither. So it also counts how many results are kept, once both look empty.
        return not store.client.exists("unacked", "celery") and results(store) - before >= tasks

    begin = time.perf_counter()
    for _ in range(tasks // BATCH):
        group(nothing.s() for _ in range(BATCH)).apply_async(add_to_parent=False)
    published = time.perf_counter()
    wait_for("the tasks", over)
    end = time.perf_counter()
    done = results(store) - before
    if done != tasks:
        sys.exit(f"{done} results are kept of {tasks} tasks")
    return tasks / (end - begin), tasks / (published - begin)


def starts(nothing, count):
    """Milliseconds from the publication to the start, one task after the other."""
    times = []
    for _ in range(count):
        begin = time.time()
        times.append((nothing.delay().get(timeout=LIMIT_SECONDS) - begin) * 1e3)
    times.sort()
    return times


def setting(store, environment, nothing, processes, words, tasks, count):
    workers = Workers(processes, words, environment)
    try:
        # Every process has begun to take tasks before the clock starts.
        for _ in range(50 * processes):
            nothing.delay().get(timeout=LIMIT_SECONDS)
        rate, published = max(throughput(store, nothing, tasks) for _ in range(2))
        waits = starts(nothing, count)
    finally:
        workers.stop()
    return {
        "setting": f"{processes} x {' '.join(words)}",
        "tasks_per_second": rate,
        "published_per_second": published,
        "start_ms_p50": waits[len(waits) // 2],
        "start_ms_p99": waits[min(len(waits) - 1, len(waits) * 99 // 100)],
    }


def main():
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("--directory", default=None, help="on the disk that is measured")
    arguments.add_argument("--fsync", default="always", choices=["always", "everysec"])
    arguments.add_argument("--tasks", type=int, default=3000)
    arguments.add_argument("--starts", type=int, default=300)
    given = arguments.parse_args()
    folder = tempfile.mkdtemp(dir=given.directory)
    store = Redis(folder, given.fsync)
    try:
        os.environ["BENCH_REDIS"] = store.url
        sys.path.insert(0, str(HERE))
        from application import nothing

        found = []
        for processes, words in SETTINGS:
            found.append(setting(store, dict(os.environ), nothing, processes, words, given.tasks, given.starts))
            print(json.dumps(found[-1]), flush=True)
        best = dict(max(found, key=lambda one: one["tasks_per_second"]))
        for wait in ("start_ms_p50", "start_ms_p99"):
            best[f"{wait}_best"] = min(one[wait] for one in found)
        best["fsync"] = given.fsync
        print(json.dumps(best))
    finally:
        store.stop()
        shutil.rmtree(folder, ignore_errors=True)


if __name__ == "__main__":
    main()
