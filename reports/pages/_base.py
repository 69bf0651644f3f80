"""What a page of the report is, and the pieces that pages are made of."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Iterable, Sequence
from typing import ClassVar, Final
from urllib.parse import urlencode

from django.urls import reverse
from django.utils.translation import gettext as _

from incidents.domain.statistics import Change
from relportal.core import units
from reports.domain.claims import FEW, TIER_WEIGHTS, Fact, leading
from reports.domain.payload import Cell, Chart, Claim, Column, Drawing, Figure, Look, Page, Series, Source, Table, Tone
from reports.domain.periods import Period
from reports.domain.values import Better, Lacking, Maturity, Rag, Unit
from reports.kpis._base import Words
from reports.models import KpiValue
from reports.queries.claim_words import change_words, counts, sentence, told_counted
from reports.queries.facts import Facts
from reports.queries.facts.people import PeopleFacts, people_facts
from reports.queries.kpi_words import LACKING, MATURITIES, RAGS, period_name, told
from reports.queries.restated import value_words
from reports.queries.scorecard import Line

MOST_ROWS: Final = 12
"""More are for the appendix, the workbook and the portal."""
RESTATED: Final = "r"
"""Stands before what was corrected since it was told."""
LEADING_KPIS: Final = 6
"""Those of customers' outcomes weigh as much as a service of tier 1."""
TONES: Final = {Rag.GREEN: Tone.GREEN, Rag.AMBER: Tone.AMBER, Rag.RED: Tone.RED, Rag.GREY: Tone.GREY}
SCALES: Final = {
    Unit.SHARE: (100.0, "%"), Unit.DURATION: (1 / 60, "min"), Unit.MILLISECONDS: (1.0, "ms"), Unit.MINUTES: (1.0, "min"),
}  # fmt: skip
"""How values are drawn: factor and unit of the axis."""


class ReportPage(ABC):
    """One page. `about` says to who builds a report what it holds. `leading` pages are for executives, and `needed` ones are not
    published before somebody has written or taken their message.
    """

    key: ClassVar[str]
    number: ClassVar[int]
    topic: ClassVar[Words]
    about: ClassVar[Words]
    leading: ClassVar[bool] = False
    needed: ClassVar[bool] = False

    @abstractmethod
    def build(self, facts: Facts) -> Page | None:
        """None: there is nothing that it could be of, and the list of sections says what it waits for."""

    def page(
        self,
        title: str,
        *,
        so_what: str = "",
        claims: Iterable[Claim] = (),
        figures: Iterable[Figure] = (),
        charts: Iterable[Chart | None] = (),
        tables: Iterable[Table] = (),
        notes: Iterable[str] = (),
    ) -> Page:
        return Page(
            key=self.key,
            topic=str(self.topic),
            title=title,
            so_what=so_what,
            claims=tuple(claims),
            figures=tuple(figures),
            charts=tuple(each for each in charts if each is not None),
            tables=tuple(tables),
            notes=tuple(each for each in notes if each),
            leading=self.leading,
        )


class PeoplePage(ReportPage):
    """One that is made of what people entered: it is made anew until the report is approved, also when numbers are frozen."""

    def build(self, facts: Facts) -> Page | None:
        return self.of_people(people_facts(facts.asked.scope, facts.asked.period, at=facts.asked.at))

    @abstractmethod
    def of_people(self, told: PeopleFacts) -> Page | None:
        """As `build`."""


def of_scope(told: PeopleFacts) -> str:
    """Why a report of a part of the company has less of it; empty for the company."""
    if told.whole:
        return ""
    return _(
        "What is told is of this scope: entered for its team, or about one of its services. The company's report has all."
    )


def kpi_path(facts: Facts, key: str) -> str:
    query = urlencode({"of": facts.scope_key, "period": facts.asked.period.key})
    return f"{reverse('reports:kpi', args=[key])}?{query}"


def list_path(facts: Facts, name: str, **asked: str) -> str:
    """A list of the portal, of the scope of the report: its filters are named as the kinds of scopes."""
    kind, _colon, short = facts.scope_key.partition(":")
    query = urlencode(asked | ({kind: short} if short else {}))
    return f"{reverse(name)}?{query}" if query else reverse(name)


def line_of(facts: Facts, key: str) -> Line:
    return next(line for line in facts.card.lines if line.kpi.key == key)


def fact_of(facts: Facts, line: Line) -> Fact:
    """What may be claimed of a KPI."""
    value = line.value
    share = line.kpi.unit is Unit.SHARE and value is not None and value.denominator
    return Fact(
        key=line.kpi.key,
        now=value.value if value is not None else None,
        before=value.before if value is not None else None,
        change=Change(value.change) if value is not None and value.change else Change.UNKNOWN,
        n=value.n if value is not None else 0,
        sources=(Source(label=str(line.kpi.title), path=kpi_path(facts, line.kpi.key)),),
        weight=TIER_WEIGHTS[1] if line.kpi.number <= LEADING_KPIS else TIER_WEIGHTS[3],
        of=_counts(value) if share else None,
        of_before=_counts(facts.before.get(line.kpi.key)) if share else None,
        untested=line.kpi.untested,
    )


def _counts(value: KpiValue | None) -> tuple[int, int] | None:
    if value is None or value.numerator is None or not value.denominator:
        return None
    return round(value.numerator), round(value.denominator)


def kpi_claim(facts: Facts, key: str) -> Claim:
    line = line_of(facts, key)
    return sentence(fact_of(facts, line), str(line.kpi.title), line.kpi.unit)


def top_claims(facts: Facts, most: int) -> list[Claim]:
    """Of all KPIs, by size of the change times what it matters."""
    lines = {line.kpi.key: line for line in facts.card.lines}
    found = leading((fact_of(facts, line) for line in lines.values()), most)
    return [sentence(one, str(lines[one.key].kpi.title), lines[one.key].kpi.unit) for one in found]


def kpi_text(line: Line) -> str:
    """A share with its counts, and the reason where there is none."""
    value = line.value
    if value is None:
        return _("N/A: not computed")
    if value.value is None:
        return _("N/A: %(why)s") % {"why": LACKING[Lacking(value.lacking)]} if value.lacking else _("N/A")
    return told_counted(value.value, line.kpi.unit, numerator=value.numerator, denominator=value.denominator)


def target_text(line: Line) -> str:
    if line.value is None or line.value.green is None:
        return ""
    sign = "≥" if line.kpi.better is Better.UP else "≤"
    return f"{sign} {told(line.value.green, line.kpi.unit)}"


def basis_text(line: Line) -> str:
    """n, interval and coverage, as far as there are any."""
    value = line.value
    if value is None:
        return ""
    said = [_("n = %(n)s") % {"n": units.count(value.n)}] if value.n else []
    if value.low is not None and value.high is not None:
        ends = {"low": told(value.low, line.kpi.unit), "high": told(value.high, line.kpi.unit)}
        said.append(_("95 %%: %(low)s to %(high)s") % ends)
    if value.coverage is not None and value.coverage < 1:
        said.append(_("%(share)s known") % {"share": units.percent(value.coverage, 0)})
    return ", ".join(said)


def kpi_figure(facts: Facts, key: str, label: str = "") -> Figure:
    line = line_of(facts, key)
    value = line.value
    fact = fact_of(facts, line)
    large, of = _tile(line)
    return Figure(
        key=key,
        label=label or str(line.kpi.title),
        text=large,
        value=value.value if value is not None else None,
        unit=line.kpi.unit.value,
        change=change_words(fact, line.kpi.unit),
        target=target_text(line),
        tone=TONES[line.rag],
        word=str(RAGS[line.rag]),
        basis=", ".join(filter(None, (of, basis_text(line)))),
        path=kpi_path(facts, key),
    )


def _tile(line: Line) -> tuple[str, str]:
    """What stands large, and of what it is: a tile has room for a share, or for its counts where they are few."""
    value = line.value
    if value is None or value.value is None or line.kpi.unit is not Unit.SHARE or (value.denominator or 0) < FEW:
        return kpi_text(line), ""
    return told(value.value, line.kpi.unit), counts(value.numerator or 0, value.denominator or 0)


def kpi_history(facts: Facts, key: str, *, title: str = "") -> Chart | None:
    """Columns of the quarters from the first that is known; None where fewer than two are."""
    line = line_of(facts, key)
    factor, unit = SCALES.get(line.kpi.unit, (1.0, ""))
    known, corrected = _as_known(line), _corrected(line)
    first = next((place for place, each in enumerate(known) if each is not None and each.value is not None), 0)
    values = tuple(_drawn(each, factor) for each in known[first:])
    if sum(each is not None for each in values) < 2:
        return None
    names = tuple(period_name(each) for each in facts.asked.quarters[-len(values) :])
    texts = tuple(
        f"{RESTATED} {_short(each, line.kpi.unit)}" if place in corrected else _short(each, line.kpi.unit)
        for place, each in enumerate(known)
        if place >= first
    )
    series = [Series(name=str(line.kpi.title), values=values, texts=texts)]
    green = line.value.green if line.value is not None else None
    if green is not None:
        series.append(Series(name=_("Target now"), values=(green * factor,) * len(values), look=Look.TARGET))
    return Chart(
        key=f"history-{key}",
        drawing=Drawing.COLUMNS,
        title=title or str(line.kpi.title),
        summary=_("%(first)s in %(before)s, %(last)s in %(now)s.")
        % {"first": texts[0] or "–", "before": names[0], "last": texts[-1] or "–", "now": names[-1]},
        categories=names,
        series=tuple(series),
        unit=unit,
        note=under(_of_whom(line), restated_text(facts, key), source=source_text(line)),
    )


def _drawn(row: KpiValue | None, factor: float) -> float | None:
    return row.value * factor if row is not None and row.value is not None else None


def _of_whom(line: Line) -> str:
    """Of what is no sample there is no n, and the reader is told so."""
    said = basis_text(line)
    return said if line.value is None or line.value.n else ", ".join(each for each in (_("n: no sample"), said) if each)


def beside_text(facts: Facts, key: str) -> str:
    """What the scorecard lists beside a KPI; of so few that a share would need its counts, no share."""
    line = line_of(facts, key)
    few = line.value is None or line.value.n < FEW
    said = [one for one in line.listed if not (few and one.unit is Unit.SHARE)]
    words = "; ".join(f"{one.label}: {told(one.value, one.unit)}" for one in said)
    return _("Beside “%(kpi)s”: %(words)s.") % {"kpi": line.kpi.title, "words": words} if words else ""


def source_text(line: Line) -> str:
    """Which definition, and how its data came."""
    given = {"number": line.kpi.number, "version": line.kpi.definition}
    kpi = _("KPI-%(number)02d, definition %(version)d") % given
    return f"{kpi}, {MATURITIES[Maturity(line.value.maturity)]}" if line.value is not None else kpi


def under(*said: str, source: str) -> str:
    """What stands under a chart: of how many, what else it takes to read it, and where its numbers come from."""
    return " ".join(f"{each.rstrip('.')}." for each in (*said, _("Source: %(source)s") % {"source": source}) if each)


def _corrected(line: Line) -> dict[int, tuple[KpiValue, KpiValue]]:
    """By place; the quarter of the report itself stands as its figure does, and what came late restates nothing."""
    last = len(line.kept) - 1
    return {place: pair for place, pair in line.moved.items() if place < last and pair[0].value is not None}


def _as_known(line: Line) -> list[KpiValue | None]:
    """What was corrected or came since is drawn as known now, alike with what it is compared with."""
    last = len(line.kept) - 1
    return [
        line.moved[place][1] if place in line.moved and place < last else each for place, each in enumerate(line.kept)
    ]


def restated_of(facts: Facts, key: str) -> dict[Period, tuple[KpiValue, KpiValue]]:
    """As told and as known now, of the quarters before the one of the report that were corrected since they were closed."""
    line = line_of(facts, key)
    quarters = facts.asked.quarters[-len(line.kept) :]
    return {quarters[place]: pair for place, pair in sorted(_corrected(line).items())}


def restated_text(facts: Facts, key: str) -> str:
    """What the points with an "r" were before; empty where there is none."""
    unit = line_of(facts, key).kpi.unit
    said = [
        _("%(now)s in %(period)s, told as %(was)s") % {
            "now": value_words(live, unit), "period": period_name(period), "was": value_words(closed, unit),
        }
        for period, (closed, live) in restated_of(facts, key).items()
    ]  # fmt: skip
    return _("r: corrected since (%(said)s)") % {"said": "; ".join(said)} if said else ""


def _short(row: KpiValue | None, unit: Unit) -> str:
    """For a label on a column: without a unit where the axis has one, and as its counts where a share is of few."""
    if row is None or row.value is None:
        return ""
    if unit is Unit.SHARE and row.denominator and row.denominator < FEW:
        return counts(row.numerator or 0, row.denominator)
    return units.three_digits(row.value) if unit is Unit.MINUTES else told(row.value, unit)


def table(
    key: str,
    title: str,
    columns: Sequence[tuple[str, bool]],
    rows: Sequence[Sequence[Cell]],
    *,
    empty: str,
    note: str = "",
    keys: Sequence[str] = (),
    most: int = MOST_ROWS,
) -> Table:
    """`columns` are (label, numeric)."""
    return Table(
        key=key,
        title=title,
        columns=tuple(Column(label=label, numeric=numeric) for label, numeric in columns),
        rows=tuple(tuple(row) for row in rows[:most]),
        note=note,
        empty=empty,
        left_out=max(0, len(rows) - most),
        keys=tuple(keys[:most]),
    )


def cell(text: str, path: str = "", *, value: float | None = None, tone: Tone = Tone.NONE) -> Cell:
    return Cell(text=text, value=value, tone=tone, path=path)


def period_words(facts: Facts) -> str:
    return period_name(facts.asked.period)
