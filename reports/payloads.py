"""The payload of a report: what the worker drafts of numbers, and the same with what people wrote."""

from __future__ import annotations

import datetime as dt
import hashlib
from dataclasses import dataclass, replace
from typing import Final

from django.conf import settings
from django.utils import translation
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from relportal.core import units
from reports.domain.payload import Claim, Definition, Page, Payload, Source, Span, Tone, Value, read, written
from reports.domain.periods import Cut, Period
from reports.domain.report_states import OUT, ReportState
from reports.domain.scopes import Scope, ScopeKind
from reports.domain.values import Rag
from reports.kpis import KPIS
from reports.models import Edition, Narrative, Report
from reports.pages import PAGES
from reports.pages._base import TONES, PeoplePage, cell, table
from reports.pages.asks import asked_claim, wanted
from reports.queries.facts import Facts, gather
from reports.queries.facts.people import PeopleFacts, Said, comments_of, people_facts
from reports.queries.kpi_words import period_name
from reports.queries.restated import value_words
from reports.queries.scorecard import Line


def scope_of(report: Report) -> Scope:
    return Scope(ScopeKind(report.scope), report.number)


def period_of(report: Report) -> Period:
    return Period(report.first, report.last, Cut(report.cut))


def drafted(report: Report, *, scope_name: str, at: dt.datetime) -> Payload:
    """Of numbers alone, as known at `at`, in the language of the company: takes seconds, and runs in the worker."""
    with translation.override(settings.LANGUAGE_CODE):
        facts = gather(scope_of(report), period_of(report), scope_name=scope_name, at=at)
        made = {key: PAGES[key].build(facts) for key in report.sections if key in PAGES}
        return Payload(
            number=report.short_id,
            title=_("Reliability, %(period)s") % {"period": period_name(facts.asked.period)},
            company=facts.company,
            scope=scope_name,
            period=_span(facts.asked.period),
            before=_span(facts.asked.before),
            frozen_at=at,
            revision=report.revision,
            complete=_complete(facts),
            pages=tuple(page for page in made.values() if page is not None),
            values=tuple(_value(facts, line) for line in facts.card.lines if line.value is not None),
            definitions=tuple(_definition(line) for line in sorted(facts.card.lines, key=lambda each: each.kpi.number)),
            quality=_quality(facts),
        )


def _span(period: Period) -> Span:
    return Span(key=period.key, name=period_name(period), start=period.first, end=period.last + dt.timedelta(days=1))


def _complete(facts: Facts) -> float:
    lines = facts.card.lines
    return sum(line.value is not None and line.value.value is not None for line in lines) / len(lines)


def _value(facts: Facts, line: Line) -> Value:
    row = line.value
    if row is None:
        raise TypeError("only what was computed has a value")
    return Value(
        key=f"KPI-{line.kpi.number:02}/{facts.scope_key or ScopeKind.COMPANY}/{facts.asked.period.key}",
        code=row.kpi,
        version=row.definition,
        scope=facts.scope_key or ScopeKind.COMPANY.value,
        period=facts.asked.period.key,
        value=row.value,
        numerator=row.numerator,
        denominator=row.denominator,
        low=row.low,
        high=row.high,
        n=row.n,
        coverage=row.coverage,
        excluded=row.excluded,
        tone=TONES[Rag(row.rag)],
        green=row.green,
        red=row.red,
        lacking=row.lacking,
    )


def _definition(line: Line) -> Definition:
    kpi = line.kpi
    return Definition(
        key=f"KPI-{kpi.number:02}", version=kpi.definition, title=str(kpi.title), meaning=str(kpi.about),
        exclusions=_("Kept honest by: %(guard)s") % {"guard": kpi.guard},
    )  # fmt: skip


def _quality(facts: Facts) -> tuple[str, ...]:
    """What a reader has to know of the data before they decide by it."""
    said = []
    if facts.card.computed_at is None:
        said.append(_("No KPI of this period was computed: the report holds no figures of KPIs."))
    live = [line for line in facts.card.lines if line.value is not None and line.value.edition == Edition.LIVE]
    if live and not facts.asked.goes_on:
        said.append(
            _("%(n)d KPIs were not closed with the period; they stand here as they were known when this was drafted.")
            % {"n": len(live)}
        )
    if facts.asked.goes_on:
        said.append(_("The period goes on until %(day)s.") % {"day": facts.asked.period.last.isoformat()})
    covered = [(line, line.value.coverage) for line in facts.card.lines if line.value is not None]
    said += [
        _("%(kpi)s: %(share)s of it is known.") % {"kpi": line.kpi.title, "share": units.percent(coverage, 0)}
        for line, coverage in covered
        if coverage is not None and coverage < LOW_COVERAGE
    ]
    if facts.objectives.cut_off:
        said.append(_("Of services with very many incidents, only the first were told apart in who spent a budget."))
    return tuple(said)


LOW_COVERAGE: Final = 0.9
HEADLINE: Final = "headline"
SCORECARD: Final = "scorecard"


@dataclass(frozen=True, slots=True)
class Shown:
    """A report as it reads now. `payload` None: nothing was drafted yet. `proposals` are the pages as the numbers have them."""

    payload: Payload | None
    sha256: str
    proposals: dict[str, Page]


def shown(report: Report) -> Shown:
    """What was published as it was published; before that, what was drafted with what people wrote since."""
    if report.payload is not None and report.life in OUT | {ReportState.APPROVED}:
        payload = read(bytes(report.payload))
        return Shown(payload, report.sha256, {page.key: page for page in payload.pages})
    if report.facts is None:
        return Shown(None, "", {})
    base = read(bytes(report.facts))
    base = _with_people(base, people_facts(scope_of(report), period_of(report), at=base.frozen_at))
    base = _with_comments(base, comments_of(scope_of(report), period_of(report)))
    payload = assembled(base, {row.page: row for row in Narrative.objects.filter(report=report)})
    before = report.supersedes
    if before is not None and before.payload is not None:
        payload = replace(payload, changes=printed(read(bytes(before.payload)), payload))
    return Shown(payload, hashlib.sha256(written(payload)).hexdigest(), {page.key: page for page in base.pages})


def _with_people(base: Payload, told: PeopleFacts) -> Payload:
    """With the pages of asks, decisions and investments as they stand now, told as of the day of the numbers."""
    pages = []
    for page in base.pages:
        made = PAGES.get(page.key)
        found = made.of_people(told) if isinstance(made, PeoplePage) else page
        if page.key == HEADLINE:
            tables = (*page.tables, wanted(told)) if told.wanted else page.tables
            found = replace(page, tables=tables, claims=(*page.claims, asked_claim(told)))
        pages.append(found or page)
    return replace(base, pages=tuple(pages))


def _with_comments(base: Payload, said: tuple[Said, ...]) -> Payload:
    """With the words of the owners below the scorecard: why a figure is off its target, and what mends it."""
    judged = {one.code: one for one in base.values if one.tone in (Tone.AMBER, Tone.RED)}
    rows = [one for one in said if one.kpi in judged and one.kpi in KPIS]
    if not rows:
        return base
    found = table(
        "said",
        _("What their owners say"),
        [(_("KPI"), False), (_("Why, and what comes next"), False), (_("What mends it"), False)],
        [
            (
                cell(str(KPIS[one.kpi].title), tone=judged[one.kpi].tone),
                cell(one.text),
                cell(one.mends, one.mends_path),
            )
            for one in sorted(rows, key=lambda each: KPIS[each.kpi].number)
        ],
        empty="",
        most=len(KPIS),
    )
    return replace(
        base,
        pages=tuple(
            replace(page, tables=(*page.tables, found)) if page.key == SCORECARD else page for page in base.pages
        ),
    )


def assembled(base: Payload, said: dict[str, Narrative]) -> Payload:
    """With what people wrote in place of what the numbers propose, which stays below as a fact."""
    return replace(base, pages=tuple(_worded(page, said.get(page.key)) for page in base.pages))


def printed(before: Payload, now: Payload) -> tuple[str, ...]:
    """What a revision changes, in words: each KPI with both values, then each page of which something reads otherwise."""
    found = []
    old = {one.key: one for one in before.values}
    for one in now.values:
        was = old.get(one.key)
        words = (
            value_words(was, KPIS[one.code].unit) if was is not None else "–",
            value_words(one, KPIS[one.code].unit),
        )
        if was is None or words[0] != words[1]:
            found.append(f"{KPIS[one.code].title}: {words[0]} → {words[1]}")
    pages = {page.key: page for page in before.pages}
    for page in now.pages:
        was_page = pages.pop(page.key, None)
        if was_page is None:
            found.append(_("Page “%(page)s” is new.") % {"page": page.topic})
        elif was_page != page:
            parts = [str(words) for name, words in PARTS.items() if getattr(was_page, name) != getattr(page, name)]
            found.append(_("Page “%(page)s”: %(parts)s.") % {"page": page.topic, "parts": ", ".join(parts)})
    found += [_("Page “%(page)s” is gone.") % {"page": page.topic} for page in pages.values()]
    return tuple(found)


PARTS: Final = {
    "title": gettext_lazy("message"), "so_what": gettext_lazy("so what"), "narrative": gettext_lazy("text"),
    "claims": gettext_lazy("facts"), "figures": gettext_lazy("figures"), "charts": gettext_lazy("charts"),
    "tables": gettext_lazy("tables"), "notes": gettext_lazy("notes"),
}  # fmt: skip


def _worded(page: Page, said: Narrative | None) -> Page:
    if said is None:
        return page
    claims = page.claims
    if said.title and said.title != page.title:
        # The sentences below have the sources; this one is made of them.
        sources = tuple(dict.fromkeys(source for each in claims for source in each.sources)) or (
            Source(label=page.topic),
        )
        claims = (Claim(text=page.title, sources=sources), *claims)
    return replace(
        page,
        title=said.title or page.title,
        so_what=said.so_what or page.so_what,
        narrative=said.text,
        claims=claims,
    )
