"""KPI 1: how many promises were kept."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from incidents.domain.statistics import Trend, shares_changed
from relportal.core import units
from reports.domain.values import Better, Lines, Rag, Unit, Value, forced, share
from reports.kpis._base import TIER_1, Beside, Heading, Row
from reports.kpis._objectives import TWICE, Kept, ObjectiveKpi


class SloAttainment(ObjectiveKpi):
    key = "slo_attainment"
    number = 1
    title = _("Tier-1 SLOs met")
    about = _(
        "Objectives of tier-1 services whose SLI over the whole period reached the target that held at its end, of those with "
        "enough data. Those without data are named, not dropped. Never green where a step of a journey missed; red also where a "
        "budget was spent twice over."
    )
    connect = _("Give tier-1 services objectives, and connect the source of their counts.")
    guard = _("Objectives loosened in the period")
    heading = Heading.CUSTOMERS
    unit = Unit.SHARE
    better = Better.UP
    lines = Lines(green=0.95, red=0.85, better=Better.UP)
    tiers = TIER_1
    definition = 2
    beside = (
        Beside("loosened", _("objectives loosened"), guard=True),
        Beside("no_data", _("without enough data")),
        Beside("journeys_missed", _("missed on a journey")),
    )

    def value(self, facts: Sequence[Kept]) -> Value:
        known = [one for one in facts if one.is_known]
        missed = sum(one.on_journey and not one.met for one in known)
        found = share(
            sum(one.met for one in known),
            len(known),
            coverage=len(known) / len(facts) if facts else None,
            parts={
                "no_data": float(len(facts) - len(known)),
                "loosened": float(sum(one.loosened for one in facts)),
                "journeys_missed": float(missed),
            },
        )
        if any(one.consumed is not None and one.consumed >= TWICE for one in known):
            return forced(found, Rag.RED)
        return replace(found, at_best=Rag.AMBER) if missed else found

    def trend(self, now: Sequence[Kept], before: Sequence[Kept], *, exposure: float) -> Trend:
        _unused = exposure
        return shares_changed(_met(now), _met(before))

    def rows(self, fact: Kept) -> Sequence[Row]:
        """With what was promised before, where that was edited in the period."""
        [row] = super().rows(fact)
        if fact.was is None or fact.was == fact.target:
            return [row]
        change = gettext("loosened from %(was)s") if fact.loosened else gettext("tightened from %(was)s")
        return [replace(row, says=f"{row.says}, {change % {'was': units.target(fact.was)}}")]


def _met(facts: Sequence[Kept]) -> tuple[int, int]:
    known = [one for one in facts if one.is_known]
    return sum(one.met for one in known), len(known)


PLUGIN = SloAttainment()
