"""KPI 10: how often changes are taken back."""

from __future__ import annotations

from collections.abc import Sequence

from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from incidents.domain.changes import Back
from incidents.domain.statistics import Trend, median, shares_changed
from relportal.core import units
from reports.domain.control import Limits, share_limits
from reports.domain.values import Better, Rag, Unit, Value, forced, share
from reports.kpis._base import Beside, Heading, Row
from reports.kpis._deploys import ChangeKpi, Changes, counted


class Rollback(ChangeKpi):
    key = "rollback"
    number = 10
    title = _("Rollback rate")
    about = _(
        "Production deploys that were taken back within a day, of all production deploys. Judged against the periods before: "
        "amber beyond two standard deviations of their share, red beyond three while nobody has commented on it. "
        "Taking back quickly is good practice; a spike asks for a reason. Rollbacks by a machine and by a person are told apart "
        "where the tool that deploys says which it was."
    )
    connect = _("Connect the tool that deploys, and let it say which deploys are rollbacks.")
    guard = _("Time to roll back, and failed changes that were not rolled back")
    heading = Heading.OPERATIONS
    unit = Unit.SHARE
    better = Better.DOWN
    lines = None
    note_suffices = True
    beside = (
        Beside("median", _("median until rolled back"), Unit.DURATION, guard=True),
        Beside("kept_share", _("failed and were not rolled back"), Unit.SHARE, guard=True),
        Beside("failed_and_kept", _("failed and kept")),
        Beside("automatic", _("rolled back by a machine"), listed=True),
        Beside("by_hand", _("rolled back by a person"), listed=True),
        Beside("unsaid", _("rolled back, nobody said by whom")),
    )

    def value(self, facts: Sequence[Changes]) -> Value:
        kept = sum(len(one.failed) - one.rolled_back for one in facts)
        back, n = [each for one in facts for _pk, each in one.back], counted(facts)
        parts = {
            "median": median([each.after_s for each in back]),
            "kept_share": kept / n if n else None,
            "failed_and_kept": float(kept),
        }
        return share(*_counts(facts), parts=parts | _by_whom(back))

    def trend(self, now: Sequence[Changes], before: Sequence[Changes], *, exposure: float) -> Trend:
        _unused = exposure
        return shares_changed(_counts(now), _counts(before))

    def limits(self, before: Sequence[tuple[int, int]], size: int) -> Limits | None:
        """Those that give the colour."""
        return share_limits(before[-self.looks_back :], size)

    def rows(self, fact: Changes) -> Sequence[Row]:
        back = dict(fact.back)
        return [Row("deploy", pk, _said(back[pk]) if pk in back else "", pk in back) for pk in fact.deploys]

    def judged(self, value: Value, facts: Sequence[Changes], before: Sequence[Sequence[Changes]]) -> Value:
        base = [_counts(each) for each in before]
        limits = share_limits(base, counted(facts))
        if limits is None or value.value is None:
            return value
        if value.value > limits.alarm:
            return forced(value, Rag.RED)
        return forced(value, Rag.AMBER if value.value > limits.warning else Rag.GREEN)


def _said(one: Back) -> str:
    words = {
        True: gettext("taken back by a machine after %(time)s"),
        False: gettext("taken back by a person after %(time)s"),
        None: gettext("taken back after %(time)s"),
    }
    return words[one.automatic] % {"time": units.duration(one.after_s)}


def _by_whom(back: Sequence[Back]) -> dict[str, float | None]:
    """Where nobody said of any rollback who did it, not 0 but nothing is known of the two."""
    machine, person = (float(sum(each.automatic is by for each in back)) for by in (True, False))
    unsaid = len(back) - machine - person
    known = not back or bool(machine + person)
    return {
        "automatic": machine if known else None, "by_hand": person if known else None, "unsaid": unsaid,
    }  # fmt: skip


def _counts(facts: Sequence[Changes]) -> tuple[int, int]:
    return sum(one.rolled_back for one in facts), counted(facts)


PLUGIN = Rollback()
