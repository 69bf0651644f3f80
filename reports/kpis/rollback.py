"""KPI 10: how often changes are taken back."""

from __future__ import annotations

from collections.abc import Sequence

from django.utils.translation import gettext_lazy as _

from incidents.domain.statistics import Trend, median, shares_changed
from reports.domain.control import share_limits
from reports.domain.values import Better, Rag, Unit, Value, forced, share
from reports.kpis._base import Beside, Heading
from reports.kpis._deploys import ChangeKpi, Changes, counted


class Rollback(ChangeKpi):
    key = "rollback"
    number = 10
    title = _("Rollback rate")
    about = _(
        "Production deploys that were taken back within a day, of all production deploys. Judged against the periods before: "
        "amber beyond two standard deviations of their share, red beyond three while nobody has commented on it. "
        "Taking back quickly is good practice; a spike asks for a reason."
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
    )

    def value(self, facts: Sequence[Changes]) -> Value:
        kept = sum(len(one.failed) - one.rolled_back for one in facts)
        took, n = [each for one in facts for each in one.back_s], counted(facts)
        parts = {"median": median(took), "kept_share": kept / n if n else None, "failed_and_kept": float(kept)}
        return share(*_counts(facts), parts=parts)

    def trend(self, now: Sequence[Changes], before: Sequence[Changes], *, exposure: float) -> Trend:
        _unused = exposure
        return shares_changed(_counts(now), _counts(before))

    def judged(self, value: Value, facts: Sequence[Changes], before: Sequence[Sequence[Changes]]) -> Value:
        base = [_counts(each) for each in before]
        limits = share_limits(base, counted(facts))
        if limits is None or value.value is None:
            return value
        if value.value > limits.alarm:
            return forced(value, Rag.RED)
        return forced(value, Rag.AMBER if value.value > limits.warning else Rag.GREEN)


def _counts(facts: Sequence[Changes]) -> tuple[int, int]:
    return sum(one.rolled_back for one in facts), counted(facts)


PLUGIN = Rollback()
