"""KPI 10: how often changes are taken back."""

from __future__ import annotations

from collections.abc import Sequence

from django.utils.translation import gettext_lazy as _

from incidents.domain.statistics import Trend, shares_changed
from reports.domain.control import share_limits
from reports.domain.values import Better, Rag, Unit, Value, forced, share
from reports.kpis._base import Heading
from reports.kpis._deploys import Change, ChangeKpi


class Rollback(ChangeKpi):
    key = "rollback"
    number = 10
    title = _("Rollback rate")
    about = _(
        "Production deploys that were taken back within a day, of all production deploys. Judged against the periods before: "
        "amber beyond two standard deviations of their share, red beyond three. Taking back quickly is good practice; a spike "
        "asks for a reason."
    )
    connect = _("Connect the tool that deploys, and let it say which deploys are rollbacks.")
    guard = _("Failed changes that were not rolled back")
    heading = Heading.OPERATIONS
    unit = Unit.SHARE
    better = Better.DOWN
    lines = None

    def value(self, facts: Sequence[Change]) -> Value:
        kept = sum(bool(one.why) and not one.rolled_back for one in facts)
        return share(*_counts(facts), parts={"failed_and_kept": float(kept)})

    def trend(self, now: Sequence[Change], before: Sequence[Change], *, exposure: float) -> Trend:
        _unused = exposure
        return shares_changed(_counts(now), _counts(before))

    def judged(self, value: Value, facts: Sequence[Change], before: Sequence[Sequence[Change]]) -> Value:
        base = [_counts(each) for each in before]
        limits = share_limits(base, len(facts))
        if limits is None or value.value is None:
            return value
        if value.value > limits.alarm:
            return forced(value, Rag.RED)
        return forced(value, Rag.AMBER if value.value > limits.warning else Rag.GREEN)


def _counts(facts: Sequence[Change]) -> tuple[int, int]:
    return sum(one.rolled_back for one in facts), len(facts)


PLUGIN = Rollback()
