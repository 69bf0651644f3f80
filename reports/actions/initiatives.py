"""Initiatives: begun with a goal and a day, their baseline taken once, their scope changed in the open, ended with a reason."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass, fields
from math import isfinite
from typing import Any, Final

from django.db import transaction
from django.utils.translation import gettext as _

from relportal.core import audit, company
from relportal.core.exceptions import Conflict, Invalid
from relportal.core.models import Service, Team, Tier, User
from relportal.core.permissions import Actor, require
from relportal.core.rows import clean, save
from relportal.core.versions import locked
from reports.domain.scopes import COMPANY, Scope, ScopeKind
from reports.kpis import KPIS
from reports.models import Goal, Initiative, InitiativeService
from reports.queries.initiatives.standing import known, stands
from reports.queries.ladder.versions import current

FIXED: Final = ("goal", "key", "target", "starts_on", "scope", "number")
"""What cannot be changed once it has begun: it would be another initiative."""
SHOWN: Final = ("name", "why", "owner", "team", "goal", "key", "target", "starts_on", "due_on")


@dataclass(frozen=True, slots=True, kw_only=True)
class Given:
    """What a person says of it. `services` count only with a scope of the kind "service"."""

    name: str
    owner: User
    goal: str
    key: str
    starts_on: dt.date
    due_on: dt.date
    scope: Scope = COMPANY
    services: Sequence[Service] = ()
    team: Team | None = None
    target: float | None = None
    why: str = ""


def given_of(row: Initiative) -> Given:
    """As it stands, to change a part of it."""
    return Given(
        name=row.name,
        why=row.why,
        owner=row.owner,
        team=row.team,
        goal=row.goal,
        key=row.key,
        target=row.target,
        starts_on=row.starts_on,
        due_on=row.due_on,
        scope=Scope(ScopeKind(row.scope), row.number),
        services=tuple(one.service for one in row.members.filter(until=None).select_related("service")),
    )


def begin(actor: Actor, given: Given, *, at: dt.datetime) -> Initiative:
    """Its baseline is taken at once if it starts today or earlier, else on the day on which it starts.

    Raises: NotAllowed; Invalid, by field.
    """
    require(actor, "initiative.edit", Initiative(team=given.team))
    _check(given)
    with transaction.atomic():
        row = Initiative(created_at=at, first_due_on=given.due_on, **_fields(given))
        clean(row)
        save(row)
        _choose(row, given.services, at=at)
        _take_baseline(row, at=at)
        changes = {name: (None, getattr(row, name)) for name in ("goal", "key", "due_on")}
        audit.record(actor, "initiative.begin", row, at=at, key=row.short_id, changes=changes)
    return row


def edit(actor: Actor, row: Initiative, given: Given, *, version: int | None, at: dt.datetime) -> Initiative:
    """The goal, the start and the kind of scope stay once it has begun; services come and go, and both stay readable.

    Raises: NotAllowed, Stale; Conflict for an ended one; Invalid, by field.
    """
    with transaction.atomic():
        kept = locked(Initiative, row.pk, version=version)
        require(actor, "initiative.edit", kept)
        require(actor, "initiative.edit", Initiative(team=given.team))
        _still_on(kept)
        _check(given)
        before = Initiative.objects.get(pk=kept.pk)
        for name, value in _fields(given).items():
            setattr(kept, name, value)
        if before.begun(company.day(at)) and (moved := [name for name in FIXED if _differs(before, kept, name)]):
            words = _("It has begun with this. End it, and begin another initiative.")
            raise Invalid({("scope" if name == "number" else name): words for name in moved})
        kept.version += 1
        clean(kept)
        save(kept)
        _choose(kept, given.services, at=at)
        _take_baseline(kept, at=at)
        changes = audit.differences(before, kept, SHOWN)
        audit.record(actor, "initiative.edit", kept, at=at, key=kept.short_id, changes=changes)
    return kept


def end(actor: Actor, row: Initiative, *, because: str, version: int | None, at: dt.datetime) -> Initiative:
    """Reached, given up or replaced: the reason says which. Raises: NotAllowed, Stale; Conflict; Invalid without a reason."""
    with transaction.atomic():
        kept = locked(Initiative, row.pk, version=version)
        require(actor, "initiative.edit", kept)
        _still_on(kept)
        if not because.strip():
            raise Invalid({"because": _("Say why it ends: what was reached, or why it is given up.")})
        kept.ended_at, kept.ended_because = at, because.strip()
        kept.version += 1
        clean(kept)
        save(kept)
        audit.record(actor, "initiative.end", kept, at=at, key=kept.short_id, reason=kept.ended_because)
    return kept


def take_baselines(*, at: dt.datetime) -> int:
    """Of those that have begun since the last look. How many."""
    rows = Initiative.objects.going_on().filter(baseline__isnull=True, starts_on__lte=company.day(at))
    with transaction.atomic():
        return sum(_take_baseline(row, at=at) for row in rows.select_for_update())


def _take_baseline(row: Initiative, *, at: dt.datetime) -> bool:
    if row.baseline is not None or not row.begun(company.day(at)):
        return False
    now = stands(row, known([row]), at=at)
    taken: dict[str, Any] = {"at": at.isoformat()}
    if now.counted is not None:
        taken |= {"done": now.counted.done, "scope": now.counted.scope}
    else:
        taken |= {"value": now.value}
    row.baseline = taken
    row.save(update_fields=["baseline"])
    return True


def _still_on(row: Initiative) -> None:
    if row.ended_at is not None:
        raise Conflict(_("It has ended. Begin another initiative."))


def _fields(given: Given) -> dict[str, Any]:
    kept = {one.name: getattr(given, one.name) for one in fields(given) if one.name not in ("scope", "services")}
    kept |= {"name": given.name.strip(), "why": given.why.strip()}
    return kept | {"scope": given.scope.kind, "number": given.scope.number}


def _differs(before: Initiative, now: Initiative, name: str) -> bool:
    return bool(getattr(before, name) != getattr(now, name))


def _check(given: Given) -> None:
    errors = {"due_on": _("It is due before it starts. Check both days.")} if given.due_on <= given.starts_on else {}
    errors |= _wrong_goal(given) | _wrong_scope(given.scope, given.services)
    if errors:
        raise Invalid({field: [words] for field, words in errors.items()})


def _wrong_goal(given: Given) -> dict[str, str]:
    ladder = current().ladder
    errors = {}
    if given.goal == Goal.LEVEL and not ladder.rank(given.key):
        errors["level"] = _("The ladder has no such level. Choose one.")
    if given.goal == Goal.RULE and given.key not in {rule.key for rule in ladder.rules}:
        errors["rule"] = _("The ladder has no such rule. Choose one.")
    if given.goal != Goal.KPI:
        return errors | ({"target": _("Only a KPI has a target. Leave it empty.")} if given.target is not None else {})
    if given.key not in KPIS:
        errors["kpi"] = _("There is no such KPI. Choose one.")
    if given.target is None or not isfinite(given.target):
        errors["target"] = _("Give the target of the KPI.")
    if given.scope.kind is ScopeKind.SERVICE:
        errors["scope"] = _("A KPI is of the company, a tier or a team. Choose one of them.")
    return errors


def _wrong_scope(scope: Scope, services: Sequence[Service]) -> dict[str, str]:
    if scope.kind is ScopeKind.SERVICE and not services:
        return {"services": _("Choose at least one service.")}
    if scope.kind is ScopeKind.TIER and scope.number not in Tier.values:
        return {"scope": _("There are the tiers 1 to 4.")}
    return {}


def _choose(row: Initiative, services: Sequence[Service], *, at: dt.datetime) -> None:
    """What is chosen from now on. Before it begins nobody needs to know what was chosen first."""
    wanted = {one.pk for one in services} if row.scope == ScopeKind.SERVICE else set()
    kept = {one.service_id: one for one in row.members.filter(until=None)}
    gone = [one.pk for pk, one in kept.items() if pk not in wanted]
    members = row.members.filter(pk__in=gone)
    if row.begun(company.day(at)):
        members.filter(since__lt=at).update(until=at)
        members.filter(since__gte=at).delete()
    else:
        members.delete()
    new = sorted(wanted - kept.keys())
    InitiativeService.objects.bulk_create(InitiativeService(initiative=row, service_id=pk, since=at) for pk in new)
