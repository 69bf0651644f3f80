"""The real Celery application, with a clock that the test sets and a place where it can be held in mid-batch."""

from __future__ import annotations

import datetime as dt
import os
import time
from pathlib import Path
from typing import Any

from django.utils import timezone

from relportal.celery import app

HOME = Path(os.environ["TRUTH_HOME"])


def set_clock() -> dt.datetime:
    return dt.datetime.fromisoformat((HOME / "clock").read_text())


timezone.now = set_clock


@app.on_after_finalize.connect
def hold_in_mid_batch(**_details: Any) -> None:
    """After the rows are written, and before they are committed: the worst moment to die."""
    from slo.actions.collecting import store

    write = store.write

    def held(*arguments: Any, **options: Any) -> int:
        count = write(*arguments, **options)
        if (HOME / "hold").exists() and count:
            (HOME / "held").touch()
            time.sleep(120)
        return count

    store.write = held


__all__ = ["app"]
