"""KPI 9: how often changes fail."""

from __future__ import annotations

from collections.abc import Sequence

from django.utils.translation import gettext_lazy as _

from incidents.domain.changes import Failure
from incidents.domain.statistics import Trend, shares_changed
from reports.domain.values import Better, Lines, Unit, Value, share
from reports.kpis._base import Beside, Heading
from reports.kpis._deploys import ChangeKpi, Changes, counted


class ChangeFailure(ChangeKpi):
    key = "change_failure"
    number = 9
    title = _("Change failure rate")
    about = _(
        "Production deploys that failed, were rolled back or needed a hotfix within 24 hours, or were marked as the cause of an "
        "incident, of all production deploys. Each deploy counts once, however many incidents it caused. Causes are often marked "
        "days later: a period is closed seven days after its end, and until then the rate may rise."
    )
    connect = _("Connect the tool that deploys, and mark causes on incidents.")
    guard = _("Number of deploys, and what changes cost customers")
    heading = Heading.OPERATIONS
    unit = Unit.SHARE
    better = Better.DOWN
    lines = Lines(green=0.10, red=0.15, better=Better.DOWN)
    definition = 2
    beside = (
        Beside("deploys", _("deploys"), guard=True),
        Beside("minutes", _("customer minutes from changes"), Unit.MINUTES, guard=True),
        Beside(Failure.CAUSE.value, _("caused an incident")),
        Beside(Failure.FAILED.value, _("did not go through")),
        Beside(Failure.ROLLED_BACK.value, _("were rolled back")),
        Beside(Failure.HOTFIXED.value, _("needed a hotfix")),
    )

    def value(self, facts: Sequence[Changes]) -> Value:
        return share(
            *_failed(facts),
            parts={kind.value: float(sum(one.why(kind) for one in facts)) for kind in Failure}
            | {"deploys": float(counted(facts)), "minutes": sum(one.minutes for one in facts)},
        )

    def trend(self, now: Sequence[Changes], before: Sequence[Changes], *, exposure: float) -> Trend:
        _unused = exposure
        return shares_changed(_failed(now), _failed(before))


def _failed(facts: Sequence[Changes]) -> tuple[int, int]:
    return sum(len(one.failed) for one in facts), counted(facts)


PLUGIN = ChangeFailure()
