"""Entering the numbers of KPIs that no tool here counts. Nothing is edited: a newer entry replaces, the older stays readable."""

from __future__ import annotations

import dataclasses
import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from math import isfinite
from typing import Any, Final

from django.db import transaction
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from relportal.core import audit, company, units
from relportal.core.exceptions import Invalid
from relportal.core.models import User
from relportal.core.permissions import Actor, require
from reports.actions.outdated import outdate
from reports.domain.scopes import COMPANY, Scope, ScopeKind
from reports.kpis import KPIS
from reports.kpis._entered import EnteredKpi, Field
from reports.models import KpiInput
from reports.queries.given import tells
from reports.queries.scopes import MODELS

MOST_DAYS: Final = 366
MOST_NAMES: Final = 100
LONGEST_NAME: Final = 200
SCOPES: Final = (ScopeKind.COMPANY, ScopeKind.TEAM, ScopeKind.SERVICE)


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """`first` and `last` day are included. `numbers` are those that the KPI asks for, by name; None: left empty. `named` is what
    they count: where the number is left empty, as many as are named."""

    kpi: str
    first: dt.date
    last: dt.date
    numbers: Mapping[str, float | None]
    scope: Scope = COMPANY
    note: str = ""
    named: Mapping[str, Sequence[str]] = dataclasses.field(default_factory=dict)

    @property
    def names(self) -> dict[str, list[str]]:
        """Without empty lines."""
        kept = {name: [each.strip() for each in lines if each.strip()] for name, lines in self.named.items()}
        return {name: lines for name, lines in kept.items() if lines}

    @property
    def counted(self) -> dict[str, float]:
        given = {name: value for name, value in self.numbers.items() if value is not None}
        return {name: len(lines) for name, lines in self.names.items()} | given


@dataclass(frozen=True, slots=True)
class Owned:
    """Whose figure it is, as abilities ask; None: the company's."""

    team_id: int | None


def enter(actor: Actor, entry: Entry, *, at: dt.datetime, source: KpiInput.Source = KpiInput.Source.FORM) -> KpiInput:
    """Raises: NotAllowed; Invalid by the name of a field or number."""
    return enter_all(actor, [entry], at=at, source=source)[0]


def enter_all(actor: Actor, entries: Sequence[Entry], *, at: dt.datetime, source: KpiInput.Source) -> list[KpiInput]:
    """All or none. Raises: NotAllowed; Invalid of the first that cannot be taken."""
    today = company.day(at)
    for entry in entries:
        require(actor, "kpi.enter", owned(entry.scope))
        check(entry, today=today)
    with transaction.atomic():
        rows = KpiInput.objects.bulk_create([_row(actor, entry, at=at, source=source) for entry in entries])
        audit.record_all(actor, "kpi.enter", [audit.Entry(row, _said(row)) for row in rows], at=at)
        if rows:
            outdate(KpiInput, at=at)
    return rows


def _row(actor: Actor, entry: Entry, *, at: dt.datetime, source: KpiInput.Source) -> KpiInput:
    return KpiInput(
        kpi=entry.kpi,
        first=entry.first,
        last=entry.last,
        scope=entry.scope.kind,
        number=entry.scope.number,
        numbers=entry.counted,
        named=entry.names,
        note=entry.note.strip(),
        source=source,
        at=at,
        by=actor if isinstance(actor, User) else None,
    )


def _said(row: KpiInput) -> dict[str, audit.Change]:
    numbers = ", ".join(f"{name} {value:g}" for name, value in row.numbers.items())
    if not tells(row):
        numbers = gettext_noop("withheld: they tell of too few people")
    return {"kpi": (None, row.kpi), "days": (None, f"{row.first} – {row.last}"), "numbers": (None, numbers)}


def owned(scope: Scope) -> Owned:
    """Figures of a team, a service or a journey are its owners' to enter and explain, all others the stewards'."""
    if scope.kind is ScopeKind.TEAM:
        return Owned(scope.number)
    if scope.kind not in MODELS:
        return Owned(None)
    return Owned(MODELS[scope.kind]._default_manager.filter(pk=scope.number).values_list("team_id", flat=True).first())


def check(entry: Entry, *, today: dt.date) -> None:
    """Raises: Invalid."""
    kpi = KPIS.get(entry.kpi)
    if not isinstance(kpi, EnteredKpi):
        asked = ", ".join(sorted(key for key, one in KPIS.items() if isinstance(one, EnteredKpi)))
        raise Invalid({"kpi": _("Numbers can be entered for: %(kpis)s. The others are counted.") % {"kpis": asked}})
    errors = _of_days(entry, today) | _of_numbers(kpi.fields, entry.numbers) | _of_names(kpi.fields, entry)
    if entry.scope.kind not in SCOPES:
        errors["scope"] = [_("Numbers are entered for the company, a team or a service; the rest is summed from them.")]
    if len(entry.note) > 500:
        errors["note"] = [_("A note has at most 500 characters.")]
    if errors:
        raise Invalid(errors)


def _of_days(entry: Entry, today: dt.date) -> dict[str, list[str]]:
    if entry.last < entry.first:
        return {"last": [_("The last day lies before the first. Check both.")]}
    if entry.last > today:
        return {"last": [_("The last day lies in the future: enter what was, not what will be.")]}
    if (entry.last - entry.first).days >= MOST_DAYS:
        return {"first": [_("Enter at most a year at once.")]}
    return {}


def _of_numbers(fields: Sequence[Field], numbers: Mapping[str, Any]) -> dict[str, list[str]]:
    known = {field.name: field for field in fields}
    names = ", ".join(known)
    errors = {
        name: [_("This KPI has no number of that name. It has: %(names)s.") % {"names": names}]
        for name in numbers
        if name not in known
    }
    for name, field in known.items():
        wrong = _flaw(field, numbers.get(name))
        if wrong:
            errors[name] = [wrong]
    return errors or _of_parts(numbers)


def _of_names(fields: Sequence[Field], entry: Entry) -> dict[str, list[str]]:
    asked = {field.name: field for field in fields if field.named}
    errors = {}
    for name, lines in entry.names.items():
        if name not in asked:
            words = {"names": ", ".join(asked) or _("none")}
            errors["named"] = [_("Names are asked for of these numbers of the KPI: %(names)s.") % words]
        elif len(lines) > MOST_NAMES or any(len(each) > LONGEST_NAME for each in lines):
            words = {"most": str(MOST_NAMES), "longest": str(LONGEST_NAME)}
            errors[asked[name].names] = [_("At most %(most)s names of %(longest)s characters.") % words]
        elif len(lines) > entry.counted[name]:
            words = {"n": str(len(lines)), "count": units.exact_count(entry.counted[name])}
            errors[asked[name].names] = [_("Of %(count)s you name %(n)s. Correct one of the two.") % words]
    return errors


def _flaw(field: Field, value: Any) -> str:
    if value is None:
        return _("This number is needed.") if field.required else ""
    if isinstance(value, bool) or not isinstance(value, int | float) or not isfinite(value):
        return _("Give a number.")
    if not field.low <= value <= field.high:
        ends = {"low": units.exact_count(field.low), "high": units.exact_count(field.high)}
        return _("Give a number from %(low)s to %(high)s.") % ends
    if field.whole and value != int(value):
        return _("Give a whole number.")
    return ""


# Each is a part of the other.
PARTS: Final = (
    ("toil_h", "work_h"), ("answered", "asked"), ("top_2", "answered"), ("quiet_nights", "nights"), ("met", "committed"),
    ("aimed", "committed"), ("regretted", "left"), ("observability_cost", "cost"),
)  # fmt: skip


def _of_parts(numbers: Mapping[str, Any]) -> dict[str, list[str]]:
    errors = {}
    for part, whole in PARTS:
        some, most = numbers.get(part), numbers.get(whole)
        if some is not None and most is not None and some > most:
            words = {"most": units.exact_count(most)}
            errors[part] = [_("This is a part of %(most)s and cannot be more than that.") % words]
    return errors


def scope_of(kind: str, slug: str) -> Scope:
    """Raises: Invalid with "scope" for one that is not there."""
    if kind in ("", ScopeKind.COMPANY):
        return COMPANY
    if kind not in set(MODELS):
        raise Invalid({"scope": _("Write nothing for the company, or such as team:payments or service:checkout.")})
    found = MODELS[ScopeKind(kind)]._default_manager.filter(slug=slug).values_list("pk", flat=True).first()
    if found is None:
        raise Invalid({"scope": _("There is no %(kind)s with the short name %(slug)s.") % {"kind": kind, "slug": slug}})
    return Scope(ScopeKind(kind), found)
