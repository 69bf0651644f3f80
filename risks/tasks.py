"""Handlers of due work."""

from __future__ import annotations

import datetime as dt

from relportal.core import work
from relportal.core.models import WorkItem
from risks.actions.look import EVERY_DAY, look
from risks.queries.proposals import LOOK


@work.handles(LOOK)
def proposals(_item: WorkItem, at: dt.datetime) -> work.Outcome:
    done = look(at=at)
    return work.Outcome(again_at=at + EVERY_DAY, result=done.result, problem=done.problem)
