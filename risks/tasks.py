"""Handlers of due work."""

from __future__ import annotations

import datetime as dt

from relportal.core import work
from relportal.core.models import WorkItem
from risks.actions.exception_reminders import EVERY as REMIND_EVERY
from risks.actions.exception_reminders import REMINDERS, remind
from risks.actions.expiry import EVERY as LOOK_EVERY
from risks.actions.expiry import EXPIRY, expire_due
from risks.actions.look import EVERY_DAY, look
from risks.actions.portfolio import next_run, run_portfolio
from risks.models import Unit
from risks.queries.portfolio_inputs import WORK as PORTFOLIO
from risks.queries.proposals import LOOK

# Exceptions.


@work.handles(EXPIRY)
def expiry(_item: WorkItem, at: dt.datetime) -> work.Outcome:
    """Comes back at the next end, and every minute all the same."""
    found = expire_due(at=at)
    again = at + LOOK_EVERY
    return work.Outcome(
        again_at=min(again, found.next_at) if found.next_at is not None else again,
        result={"ended": found.done, "failed": found.failed},
        problem=work.told(found.failed),
    )


@work.handles(REMINDERS)
def reminders(_item: WorkItem, at: dt.datetime) -> work.Outcome:
    found = remind(at=at)
    return work.Outcome(
        again_at=at + REMIND_EVERY,
        result={"ending": found.ending, "waiting": found.waiting, "files": found.files, "failed": found.failed},
        problem=work.told(found.failed),
    )


# Proposals.


@work.handles(LOOK)
def proposals(_item: WorkItem, at: dt.datetime) -> work.Outcome:
    done = look(at=at)
    return work.Outcome(again_at=at + EVERY_DAY, result=done.result, problem=done.problem)


# Money.


@work.handles(PORTFOLIO)
def portfolio(item: WorkItem, at: dt.datetime) -> work.Outcome:
    row = run_portfolio(Unit(item.key), at=at)
    return work.Outcome(again_at=next_run(row, at=at), result={"risks": row.risks, "trials": row.trials})
