"""What a digest of a tier, a team or the company says to one reader: from stored values, and only what this reader may see."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import Final

from django.conf import settings
from django.db.models import F
from django.urls import reverse
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from incidents.domain.statistics import Change
from incidents.models import ActionItem
from relportal.core import company, units
from relportal.core.models import User
from reports.domain.payload import Cell, Column, Figure, Page, Payload, Span, Table, Tone
from reports.domain.periods import Cut, Period
from reports.domain.schedules import Cadence
from reports.domain.scopes import ScopeKind
from reports.domain.values import Rag
from reports.queries.asked import NamedScope
from reports.queries.calendar import calendar
from reports.queries.kpi_words import RAGS, period_name, written
from reports.queries.scorecard import Line, scorecard
from risks.models import GovernanceException
from slo.models import Band, Objective

MOST: Final = 8
"""Rows of each table; the page that it links to has all."""
ENDS_WITHIN: Final = 30
"""Days."""
_TONES: Final = {Band.BREACHED: Tone.RED, Band.AT_RISK: Tone.AMBER, Band.HEALTHY: Tone.GREEN, Band.NO_DATA: Tone.GREY}


@dataclass(frozen=True, slots=True)
class _Part:
    """A figure with its table; `says` is its half of the claim, empty where there is nothing to say."""

    figure: Figure
    table: Table
    says: str = ""


def digest(user: User, of: NamedScope, cadence: Cadence, *, at: dt.datetime) -> Payload:
    """Of the last 28 days for what is weekly, of the last whole month for what is monthly, against the ones before."""
    period = _period(cadence, at=at)
    before = calendar().before(period)
    card = scorecard(of.scope, period, earlier=[before])
    lines = [line for line in card.lines if line.value is not None]
    parts = (
        _budgets(user, of),
        _actions(user, of, at=at),
        _exceptions(user, of, at=at),
        _movers(lines, period, of),
    )
    name = of.name
    said = [part.says for part in parts if part.says]
    page = Page(
        key="digest",
        topic=_("Digest"),
        title=f"{name}: {', '.join(said) if said else _('nothing needs you')}",
        figures=tuple(part.figure for part in parts),
        tables=tuple(part.table for part in parts if part.table.rows),
        leading=True,
    )
    known = sum(1 for line in lines if line.value is not None and line.value.value is not None)
    return Payload(
        number=_("Digest"),
        title=_("%(name)s, %(period)s") % {"name": name, "period": period_name(period)},
        company=settings.COMPANY_NAME,
        scope=name,
        period=_span(period),
        before=_span(before),
        frozen_at=at,
        revision=1,
        complete=known / len(card.lines),
        pages=(page,),
    )


def _period(cadence: Cadence, *, at: dt.datetime) -> Period:
    yesterday = company.day(at) - dt.timedelta(days=1)
    if cadence is Cadence.WEEKLY:
        return calendar().period(Cut.DAYS_28, yesterday)
    return calendar().before(calendar().period(Cut.MONTH, company.day(at)))


def _asked(of: NamedScope, first: str) -> str:
    """As the filters of lists read it: "tier=1", "team=payments", nothing for the company."""
    kind, _colon, short = of.key.partition(":")
    return f"{first}{kind}={short}" if of.key else ""


def _span(period: Period) -> Span:
    end = period.last + dt.timedelta(days=1)
    return Span(key=period.key, name=period_name(period), start=period.first, end=end)


def _budgets(user: User, of: NamedScope) -> _Part:
    rows = Objective.objects.active().visible_to(user).select_related("service", "status")
    if of.scope.kind is ScopeKind.TEAM:
        rows = rows.filter(service__team=of.scope.number)
    elif of.scope.kind is ScopeKind.TIER:
        rows = rows.filter(service__tier=of.scope.number)
    found = list(rows.order_by(F("status__remaining").asc(nulls_last=True), "pk"))
    out = sum(1 for each in found if _band(each) is Band.BREACHED)
    url = reverse("slo:objective-list") + _asked(of, "?")
    needy = [each for each in found if _band(each) in (Band.BREACHED, Band.AT_RISK)]
    table = Table(
        key="budgets",
        title=_("Error budgets that need you"),
        columns=(
            Column(label=_("Objective")),
            Column(label=_("Left"), numeric=True),
            Column(label=_("Burn, 3 days"), numeric=True),
        ),
        rows=tuple(_budget_row(each) for each in needy[:MOST]),
        left_out=max(len(needy) - MOST, 0),
    )
    words = ngettext("%(n)d objective is out of budget", "%(n)d objectives are out of budget", out) % {"n": out}
    return _Part(
        Figure(
            key="budgets",
            label=_("Objectives out of budget"),
            text=_("%(k)d of %(n)d") % {"k": out, "n": len(found)},
            value=float(out),
            unit="count",
            tone=Tone.RED if out else Tone.GREEN if found else Tone.GREY,
            word=_("Breached") if out else _("In budget") if found else _("No data"),
            path=url,
        ),
        table,
        words if out else "",
    )


def _band(objective: Objective) -> Band:
    status = getattr(objective, "status", None)
    return Band(status.band) if status is not None else Band.NO_DATA


def _budget_row(objective: Objective) -> tuple[Cell, ...]:
    status = objective.status
    return (
        Cell(text=str(objective), tone=_TONES[_band(objective)], path=objective.get_absolute_url()),
        Cell(text=units.percent(status.remaining), value=status.remaining),
        Cell(text=units.burn(status.burn_3d), value=status.burn_3d),
    )


def _actions(user: User, of: NamedScope, *, at: dt.datetime) -> _Part:
    today = company.day(at)
    rows = ActionItem.objects.visible_to(user).unfinished()
    url = reverse("incidents:action-list") + "?state=overdue" + _asked(of, "&")
    if of.scope.kind is ScopeKind.TEAM:
        rows = rows.filter(team=of.scope.number)
    elif of.scope.kind is ScopeKind.TIER:
        rows = rows.of_tiers([of.scope.number])
    late = list(rows.filter(due_on__lt=today).select_related("owner").order_by("due_on", "pk"))
    table = Table(
        key="actions",
        title=_("Actions that are overdue"),
        columns=(Column(label=_("Action")), Column(label=_("Due")), Column(label=_("Owner"))),
        rows=tuple(
            (
                Cell(text=str(each), path=each.get_absolute_url()),
                Cell(text=date_format(each.due_on, "j M Y")),
                Cell(text=str(each.owner) if each.owner is not None else _("nobody")),
            )
            for each in late[:MOST]
        ),
        left_out=max(len(late) - MOST, 0),
    )
    words = ngettext("%(n)d action is overdue", "%(n)d actions are overdue", len(late)) % {"n": len(late)}
    figure = _counted("actions", _("Actions overdue"), len(late), word=_("Overdue"), url=url)
    return _Part(figure, table, words if late else "")


def _exceptions(user: User, of: NamedScope, *, at: dt.datetime) -> _Part:
    rows = (
        GovernanceException.objects.visible_to(user)
        .in_force(at)
        .filter(expires_at__lte=at + dt.timedelta(days=ENDS_WITHIN))
    )
    if of.scope.kind is ScopeKind.TEAM:
        rows = rows.filter(team=of.scope.number)
    elif of.scope.kind is ScopeKind.TIER:
        rows = rows.filter(tier=of.scope.number)
    found = list(rows.order_by("expires_at", "pk"))
    url = reverse("risks:exception-list") + f"?ends={ENDS_WITHIN}" + _asked(of, "&")
    table = Table(
        key="exceptions",
        title=_("Exceptions that end within %(n)d days") % {"n": ENDS_WITHIN},
        columns=(Column(label=_("Exception")), Column(label=_("Ends"))),
        rows=tuple(
            (
                Cell(text=str(each), path=each.get_absolute_url()),
                Cell(text=date_format(company.day(each.expires_at), "j M Y")),
            )
            for each in found[:MOST]
        ),
        left_out=max(len(found) - MOST, 0),
    )
    words = ngettext("%(n)d exception ends soon", "%(n)d exceptions end soon", len(found)) % {"n": len(found)}
    figure = _counted("exceptions", _("Exceptions that end soon"), len(found), word=_("Ending soon"), url=url)
    return _Part(figure, table, words if found else "")


def _counted(key: str, label: str, n: int, *, word: str, url: str) -> Figure:
    tone = Tone.AMBER if n else Tone.GREEN
    return Figure(
        key=key, label=label, text=units.exact_count(n), value=float(n), unit="count", tone=tone,
        word=word if n else _("None"), path=url,
    )  # fmt: skip


def _movers(lines: list[Line], period: Period, of: NamedScope) -> _Part:
    """The KPIs that clearly moved, by how much of what they were; what chance may explain has not moved."""
    moved = sorted((each for each in lines if _moved(each) > 0), key=_moved, reverse=True)
    red = sum(1 for each in lines if each.rag is Rag.RED)
    known = sum(1 for each in lines if each.rag is not Rag.GREY)
    asked = f"?period={period.key}" + (f"&of={of.key}" if of.key else "")
    table = Table(
        key="kpis",
        title=_("KPIs that clearly moved"),
        columns=(Column(label=_("KPI")), Column(label=_("Now"), numeric=True), Column(label=_("Before"), numeric=True)),
        rows=tuple(_kpi_row(each, asked) for each in moved[:MOST]),
        left_out=max(len(moved) - MOST, 0),
    )
    words = ngettext("%(n)d KPI is missed", "%(n)d KPIs are missed", red) % {"n": red}
    return _Part(
        Figure(
            key="kpis",
            label=_("KPIs missed"),
            text=_("%(k)d of %(n)d") % {"k": red, "n": known},
            value=float(red),
            unit="count",
            tone=Tone.RED if red else Tone.GREEN if known else Tone.GREY,
            word=str(RAGS[Rag.RED]) if red else _("None") if known else _("No data"),
            path=reverse("reports:scorecard") + asked,
        ),
        table,
        words if red else "",
    )


def _moved(line: Line) -> float:
    if line.value is None or line.value.change not in (Change.UP, Change.DOWN):
        return 0.0
    before, now = line.spark[-2] if len(line.spark) > 1 else None, line.spark[-1]
    if before is None or now is None:
        return 0.0
    size = max(abs(before), abs(now))
    return abs(now - before) / size if size else 0.0


def _kpi_row(line: Line, asked: str) -> tuple[Cell, ...]:
    before, now = line.spark[-2], line.spark[-1]
    return (
        Cell(
            text=str(line.kpi.title),
            tone=Tone(line.rag.value),
            path=reverse("reports:kpi", args=[line.kpi.key]) + asked,
        ),
        Cell(text=written(now, line.kpi.unit), value=now),
        Cell(text=written(before, line.kpi.unit), value=before),
    )
