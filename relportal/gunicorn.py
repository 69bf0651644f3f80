"""gunicorn's settings: threads, because requests wait for PostgreSQL, and a process that has served much is renewed."""

import os

from prometheus_client import multiprocess

from relportal.core.garbage import settled

workers = int(os.environ.get("WEB_CONCURRENCY", "2"))
threads = int(os.environ.get("WEB_THREADS", "4"))
timeout = 30
graceful_timeout = 20
keepalive = 5
max_requests = 10_000
max_requests_jitter = 1_000
# The heartbeat file of a worker must not lie on a disk that can stall.
worker_tmp_dir = "/dev/shm"  # noqa: S108 - a folder in memory, not a file name to guess
accesslog = "-" if os.environ.get("ACCESS_LOG") else None


def post_worker_init(_worker: object) -> None:
    settled()


def child_exit(_server: object, worker: object) -> None:
    """Keeps the counters of a web process that has ended from being counted as alive."""
    if "PROMETHEUS_MULTIPROC_DIR" in os.environ:
        multiprocess.mark_process_dead(getattr(worker, "pid", 0))  # type: ignore[no-untyped-call]
