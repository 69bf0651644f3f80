"""KPI 9: how often changes fail."""

from __future__ import annotations

from collections.abc import Sequence

from django.utils.translation import gettext_lazy as _

from incidents.domain.changes import Failure
from incidents.domain.statistics import Trend, shares_changed
from reports.domain.values import Better, Lines, Unit, Value, share
from reports.kpis._base import Heading
from reports.kpis._deploys import Change, ChangeKpi


class ChangeFailure(ChangeKpi):
    key = "change_failure"
    number = 9
    title = _("Change failure rate")
    about = _(
        "Production deploys that failed, were rolled back within a day, or were marked as the cause of an incident, of all "
        "production deploys. Each deploy counts once, however many incidents it caused."
    )
    connect = _("Connect the tool that deploys, and mark causes on incidents.")
    guard = _("Number of deploys")
    heading = Heading.OPERATIONS
    unit = Unit.SHARE
    better = Better.DOWN
    lines = Lines(green=0.10, red=0.15, better=Better.DOWN)

    def value(self, facts: Sequence[Change]) -> Value:
        return share(
            sum(bool(one.why) for one in facts),
            len(facts),
            parts={kind.value: float(sum(kind in one.why for one in facts)) for kind in Failure},
        )

    def trend(self, now: Sequence[Change], before: Sequence[Change], *, exposure: float) -> Trend:
        _unused = exposure
        return shares_changed(
            (sum(bool(one.why) for one in now), len(now)), (sum(bool(one.why) for one in before), len(before))
        )


PLUGIN = ChangeFailure()
