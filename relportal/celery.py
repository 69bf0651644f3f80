"""The Celery application: it carries ticks and nothing else.

What is due, its lease and its result stand in PostgreSQL (relportal.core.work), so that losing the broker loses nothing
and two beats are harmless.
"""

from __future__ import annotations

import os

from celery import Celery
from kombu import Queue

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "relportal.settings")

TICK_EVERY_S = 10

app = Celery("relportal")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.conf.update(
    task_queues=[Queue("tick"), Queue("collect"), Queue("backfill")],
    task_default_queue="tick",
    # Acknowledged when taken: the lease in PostgreSQL brings back what a worker loses, counted. An acknowledgement after the
    # work would meet a broker that was restarted meanwhile, which ends the worker (kombu, AttributeError on the lost connection).
    task_acks_late=False,
    task_ignore_result=True,
    worker_prefetch_multiplier=1,
    worker_hijack_root_logger=False,
    broker_connection_retry_on_startup=True,
    beat_schedule={
        "tick": {
            "task": "core.tick",
            "schedule": TICK_EVERY_S,
            "options": {"expires": TICK_EVERY_S},
        },
    },
)
app.autodiscover_tasks()
