"""The older part of the history, read when what the pages show first is there."""

from __future__ import annotations

import datetime as dt

from relportal.core import work
from relportal.core.models import WorkItem
from relportal.demo import seed_slo


@work.handles(seed_slo.OLDER_HISTORY)
def older_history(_item: WorkItem, at: dt.datetime) -> work.Outcome:
    wait = seed_slo.request_older_history(at=at)
    return work.Outcome(again_at=None if wait is None else at + wait)
