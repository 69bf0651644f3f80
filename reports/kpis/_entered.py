"""KPIs whose numbers no tool here counts: people enter them, import them, or another tool pushes them."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import ClassVar

from django.utils.translation import gettext_lazy as _

from incidents.domain.statistics import UNKNOWN, Change, Trend, durations_changed, shares_changed
from relportal.core import units
from reports.domain.periods import Period
from reports.domain.scopes import ScopeKind, Seen
from reports.domain.values import Lacking, Maturity, Value
from reports.kpis._base import Frame, Kpi, Row, Words
from reports.models import KpiInput


@dataclass(frozen=True, slots=True, kw_only=True)
class Field:
    """A number that is asked for; `whole` takes no fractions. Both ends of its range are allowed. `named` asks for the names of
    what is counted; empty: nobody is asked for them."""

    name: str
    label: Words
    low: float = 0
    high: float = 1e12
    whole: bool = False
    required: bool = True
    named: Words = ""

    @property
    def names(self) -> str:
        """What the list of names is called in forms and files."""
        return f"{self.name}_names"


@dataclass(frozen=True, slots=True)
class Entered:
    """An input as it holds, of so many `days`. `whole`: said of the company as a whole, so that those of teams are not added to
    it. `withheld`: it counts for the company and is kept from the scope that it is of, whose people could be told."""

    pk: int
    whole: bool
    pushed: bool
    numbers: Mapping[str, float]
    named: Mapping[str, Sequence[str]] = field(default_factory=dict)
    days: int = 1
    withheld: bool = False


class EnteredKpi(Kpi[Entered]):
    """`fields` are what is asked for. An input counts in the period in which it ends, if it is no longer than that."""

    fields: ClassVar[tuple[Field, ...]]

    def seen(self, frame: Frame) -> Iterator[Seen[Period, Entered]]:
        newest: dict[tuple[object, ...], KpiInput] = {}
        rows = KpiInput.objects.filter(kpi=self.key, at__lte=frame.at)
        for row in rows.filter(last__gte=frame.first).order_by("pk"):
            newest[row.first, row.last, row.scope, row.number] = row
        for row in newest.values():
            length = (row.last - row.first).days + 1
            services = (row.number,) if row.scope == ScopeKind.SERVICE else ()
            team = row.number if row.scope == ScopeKind.TEAM else None
            pushed = row.source == KpiInput.Source.API
            fact = Entered(row.pk, row.scope == ScopeKind.COMPANY, pushed, row.numbers, row.named, days=length)
            for period in frame.of_day(row.last):
                if length <= period.days:
                    yield Seen(period=period, fact=fact, services=services, team=team)

    def value(self, facts: Sequence[Entered]) -> Value:
        known = taken(facts)
        if not known:
            lacking = Lacking.TOO_FEW_PEOPLE if facts else Lacking.NOT_CONNECTED
            return Value(lacking=lacking, maturity=Maturity.MANUAL)
        maturity = Maturity.PARTLY if all(one.pushed for one in known) else Maturity.MANUAL
        return self.of([one.numbers for one in known], maturity)

    def trend(self, now: Sequence[Entered], before: Sequence[Entered], *, exposure: float) -> Trend:
        """Of shares with an interval (surveys, the roadmap), the test of two shares. A KPI of other numbers has a test of its
        own; what was entered as a whole, such as a bill, is no sample and has none."""
        _unused = exposure
        new, old = _counts(self.value(now)), _counts(self.value(before))
        return shares_changed(new, old) if new is not None and old is not None else UNKNOWN

    @abstractmethod
    def of(self, numbers: Sequence[Mapping[str, float]], maturity: Maturity) -> Value:
        """What the inputs, at least one, amount to."""

    def tells(self, numbers: Mapping[str, float], *, whole: bool) -> bool:
        """Whether the numbers of an entry may be read, or tell of so few people that these could be told. `whole`: the entry is
        of the company."""
        _ = numbers, whole
        return True

    def rows(self, fact: Entered) -> Sequence[Row]:
        if fact.withheld:
            return ()
        if not self.tells(fact.numbers, whole=fact.whole):
            return [Row("kpi_input", fact.pk, _("too few people to show"))]
        return [Row("kpi_input", fact.pk, self.told(fact.numbers, fact.named))]

    def told(self, numbers: Mapping[str, float], named: Mapping[str, Sequence[str]]) -> str:
        """What was entered, by the labels of its fields, with the names of what was counted."""
        said = []
        for each in self.fields:
            if each.name in numbers:
                names = f" ({'; '.join(named[each.name])})" if named.get(each.name) else ""
                said.append(f"{each.label}: {units.count(numbers[each.name])}{names}")
        return " · ".join(said)


class RatedKpi(EnteredKpi):
    """Its value is a ratio over entries that each have one of their own, such as a team's week or a resource."""

    @abstractmethod
    def rate(self, numbers: Mapping[str, float]) -> float | None:
        """That of one entry; None: it has none."""

    def trend(self, now: Sequence[Entered], before: Sequence[Entered], *, exposure: float) -> Trend:
        """Whether the rates of entries tend to be higher or lower (Mann and Whitney), from five in each period on.

        What lies within an entry (hours of the same people, use of one machine) is not independent; entries are taken to be. The
        same teams or resources in both periods only make it harder to claim a change. A large entry can move the value against
        what most did: then no change is claimed.
        """
        _unused = exposure
        new, old = ([self.rate(one.numbers) for one in taken(facts)] for facts in (now, before))
        found, value, earlier = durations_changed(new, old), self.value(now).value, self.value(before).value
        if value is None or earlier is None or found.change not in (Change.UP, Change.DOWN):
            return found
        return found if (found.change is Change.UP) == (value > earlier) else Trend(Change.NO_CLEAR, found.p)


def taken(facts: Sequence[Entered]) -> Sequence[Entered]:
    """Those said of the company as a whole, else all; never what is withheld."""
    told = [one for one in facts if not one.withheld]
    return [one for one in told if one.whole] or told


def _counts(value: Value) -> tuple[int, int] | None:
    if value.interval is None or value.numerator is None or value.denominator is None:
        return None
    return round(value.numerator), round(value.denominator)


def total_of(numbers: Sequence[Mapping[str, float]], name: str) -> float | None:
    """Of those who said it; None: nobody did."""
    known = [each for each in numbers if name in each]
    return total(known, name) if known else None


def total(numbers: Sequence[Mapping[str, float]], name: str) -> float:
    return float(sum(each.get(name, 0) for each in numbers))
