"""Page 5: incidents by severity over eight quarters, with the honest test."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from typing import Final

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from incidents.domain.statistics import counts_changed
from relportal.core import units
from reports.domain.claims import Fact, Form, form
from reports.domain.contribution import SumChange, sum_change
from reports.domain.control import count_limits
from reports.domain.payload import Cell, Chart, Claim, Drawing, Figure, Look, Page, Series, Source, Table, Tone
from reports.domain.values import Unit
from reports.pages._base import (
    RESTATED,
    ReportPage,
    cell,
    kpi_claim,
    kpi_figure,
    kpi_path,
    line_of,
    period_words,
    restated_of,
    restated_text,
    source_text,
    table,
    under,
)
from reports.pages._drivers import sum_claims, sum_table
from reports.queries.claim_words import change_words, sentence, share_words
from reports.queries.facts import Facts
from reports.queries.facts.incidents import Happened, detection_words
from reports.queries.kpi_words import period_name

MIN_BASE: Final = 4
"""Limits after fewer quarters would be a guess."""


class Incidents(ReportPage):
    key = "incidents"
    number = 5
    topic = gettext_lazy("Incidents")
    about = gettext_lazy(
        "Incidents by severity over eight quarters with control limits, who noticed them, how fast they ended."
    )

    def build(self, facts: Facts) -> Page:
        fact = count_fact(facts)
        found = (_changed(facts, _service), _changed(facts, mode_of))
        return self.page(
            _title(facts, fact),
            so_what=_so_what(fact),
            claims=[
                sentence(fact, _("Incidents"), Unit.COUNT),
                *limits_claims(facts),
                *(each for parts in found for each in sum_claims(fact, parts, lambda n: units.count(float(n)))),
                kpi_claim(facts, "ttd"),
                kpi_claim(facts, "ttr"),
            ],
            figures=[_count(facts, fact), kpi_figure(facts, "ttd"), kpi_figure(facts, "ttr")],
            charts=[by_quarter(facts)],
            tables=[
                _detection(facts),
                _grave(facts),
                sum_table("by-service", _("The change, by service"), fact, found[0]),
                sum_table("by-mode", _("The change, by failure mode"), fact, found[1]),
            ],
            notes=[
                _("Incidents belong to the quarter in which their impact began. Fewer declared is not fewer happened.")
            ],
        )


def _changed(facts: Facts, part: Callable[[Happened], str]) -> SumChange:
    """Each incident counts under one name, so that the parts are disjoint."""
    before, now = (
        Counter(part(one) for one in facts.incidents.of(each)) for each in (facts.asked.before, facts.asked.period)
    )
    return sum_change(before, now)


def _service(one: Happened) -> str:
    if one.confidential:
        return _("confidential")
    if len(one.services) > 1:
        return _("several services at once")
    return one.services[0] if one.services else _("no service named")


def mode_of(one: Happened) -> str:
    """The first, where it has several."""
    return one.modes[0][1] if one.modes else _("no cause named")


def count_fact(facts: Facts, which: Callable[[Happened], bool] = lambda _one: True) -> Fact:
    """Compared only if the period before was counted at all."""
    now, before = (sum(map(which, facts.incidents.of(each))) for each in (facts.asked.period, facts.asked.before))
    counted = facts.incidents.since is not None and facts.incidents.since <= facts.asked.before
    trend = counts_changed(now, before, exposure=facts.asked.exposure)
    return Fact(
        key="incidents",
        now=float(now),
        before=float(before) if counted else None,
        change=trend.change,
        n=now,
        sources=(Source(label=_("Incidents"), path=kpi_path(facts, "incidents")),),
    )


def _title(facts: Facts, fact: Fact) -> str:
    n = round(fact.now or 0)
    words = ngettext("%(n)s incident in %(period)s", "%(n)s incidents in %(period)s", n) % {
        "n": units.count(n), "period": period_words(facts),
    }  # fmt: skip
    change = change_words(fact, Unit.COUNT)
    return f"{words}; {change}" if change else words


def _so_what(fact: Fact) -> str:
    if form(fact) is Form.ROSE:
        return _("The rise is more than chance: ask what changed, by cause and by service.")
    if form(fact) is Form.FELL:
        return _("The fall is more than chance: keep what made it.")
    return _("The number says little by itself: decide by what incidents cost customers.")


def _count(facts: Facts, fact: Fact) -> Figure:
    tally = facts.incidents.counts(facts.asked.period)
    return Figure(
        key="incidents",
        label=_("Incidents"),
        text=units.count(fact.now),
        value=fact.now,
        unit=Unit.COUNT.value,
        change=change_words(fact, Unit.COUNT),
        basis=", ".join(f"{severity_name(level)}: {n}" for level, n in sorted(tally.items(), key=_level)),
        path=kpi_path(facts, "incidents"),
    )


def _level(each: tuple[int | None, int]) -> int:
    return each[0] if each[0] is not None else 9


def severity_name(level: int | None) -> str:
    return f"SEV-{level}" if level is not None else _("no severity")


def by_quarter(facts: Facts) -> Chart | None:
    """None where nothing was ever counted."""
    since = facts.incidents.since
    if since is None:
        return None
    quarters = [each for each in facts.asked.quarters if each >= since]
    tallies = [facts.incidents.counts(each) for each in quarters]
    levels = sorted({level for tally in tallies for level in tally}, key=lambda each: each if each is not None else 9)
    totals = [sum(tally.values()) for tally in tallies]
    series = [
        Series(
            name=severity_name(level),
            values=tuple(float(tally[level]) for tally in tallies),
            texts=tuple(units.count(tally[level]) if tally[level] else "" for tally in tallies),
        )
        for level in levels
    ]
    base = totals[:-1]
    limits = count_limits(base) if len(base) >= MIN_BASE else None
    if limits is not None:
        flat = len(quarters)
        series.append(Series(name=_("Mean before"), values=(limits.centre,) * flat, look=Look.TARGET))
        series.append(Series(name=_("Limit (3 sigma)"), values=(limits.alarm,) * flat, look=Look.TARGET))
    lines = (
        _("Lines: the mean of the quarters before, and three standard deviations above it (c chart).")
        if limits is not None
        else _("No control limits: fewer than %(n)d quarters before this one were counted.") % {"n": MIN_BASE}
    )
    return Chart(
        key="by-quarter",
        drawing=Drawing.STACKED,
        title=_("Incidents by severity"),
        summary=_("%(n)d in %(now)s, %(all)d in all quarters shown.")
        % {"n": totals[-1], "now": period_words(facts), "all": sum(totals)},
        categories=tuple(
            f"{period_name(each)} {RESTATED}" if each in restated_of(facts, "incidents") else period_name(each)
            for each in quarters
        ),
        series=tuple(series),
        unit=_("incidents"),
        note=under(
            _("n = %(n)d incidents") % {"n": sum(totals)},
            lines,
            restated_text(facts, "incidents"),
            source=source_text(line_of(facts, "incidents")),
        ),
    )


def limits_claims(facts: Facts) -> list[Claim]:
    """Whether this quarter lies beyond what the ones before vary by."""
    since = facts.incidents.since
    base = [len(facts.incidents.of(each)) for each in facts.asked.quarters[:-1] if since is not None and each >= since]
    limits = count_limits(base) if len(base) >= MIN_BASE else None
    if limits is None:
        return []
    now = len(facts.incidents.of(facts.asked.period))
    given = {"n": now, "limit": units.count(round(limits.alarm, 1)), "quarters": len(base)}
    beyond = _("%(n)d lie above the limit of %(limit)s that the %(quarters)d quarters before give: this is not chance.")
    within = _("%(n)d lie within the limit of %(limit)s that the %(quarters)d quarters before give.")
    sources = (Source(label=_("Incidents"), path=kpi_path(facts, "incidents")),)
    return [Claim(text=(beyond if now > limits.alarm else within) % given, sources=sources)]


def _detection(facts: Facts) -> Table:
    rows = facts.incidents.of(facts.asked.period)
    words = detection_words()
    tally = Counter(one.detected_by for one in rows)
    return table(
        "detection",
        _("Who noticed"),
        [(_("Noticed by"), False), (_("Incidents"), True)],
        [
            (cell(words.get(by, _("not said"))), cell(share_words(n, len(rows)), value=float(n)))
            for by, n in tally.most_common()
        ],
        empty=_("There was no incident."),
    )


def _grave(facts: Facts) -> Table:
    rows = [one for one in facts.incidents.of(facts.asked.period) if one.grave]
    return table(
        "grave",
        _("SEV-0 and SEV-1"),
        [(_("Incident"), False), (_("Severity"), False), (_("Restored after"), True), (_("Customer minutes"), True)],
        [
            (
                cell(one.label if one.confidential else f"{one.label} {one.title}", one.path),
                cell(severity_name(one.severity), tone=Tone.NONE),
                cell(
                    units.duration(one.restored_s) if one.restored_s is not None else _("not known"),
                    value=one.restored_s,
                ),
                minutes_cell(one.customer_minutes),
            )
            for one in rows
        ],
        empty=_("There was none: nothing was declared SEV-0 or SEV-1."),
    )


def minutes_cell(minutes: float | None) -> Cell:
    return cell(units.three_digits(minutes) if minutes is not None else _("unknown reach"), value=minutes)


PLUGIN = Incidents()
