"""KPIs that are so many of so many."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from django.utils.translation import gettext_lazy as _

from incidents.domain.statistics import Trend, shares_changed
from reports.domain.values import Value, share
from reports.kpis._base import Kpi, Row, Words


@dataclass(frozen=True, slots=True)
class Met:
    """A thing that met what is asked of it, or did not; `but` names what it was otherwise ("put off"), each counted beside."""

    kind: str
    pk: int
    met: bool
    but: tuple[str, ...] = ()


class ShareKpi(Kpi[Met]):
    """`buts` are the names of what is counted beside the share."""

    buts: tuple[str, ...] = ()
    met_words: Words = _("met")
    missed_words: Words = _("missed")

    def value(self, facts: Sequence[Met]) -> Value:
        return share(
            sum(one.met for one in facts),
            len(facts),
            parts={name: float(sum(name in one.but for one in facts)) for name in self.buts},
        )

    def trend(self, now: Sequence[Met], before: Sequence[Met], *, exposure: float) -> Trend:
        _unused = exposure
        return shares_changed((sum(one.met for one in now), len(now)), (sum(one.met for one in before), len(before)))

    def rows(self, fact: Met) -> Sequence[Row]:
        return [Row(fact.kind, fact.pk, self.met_words if fact.met else self.missed_words, not fact.met)]
