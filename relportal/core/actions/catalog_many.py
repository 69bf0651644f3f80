"""Changing many services at once: all of them or none, and back again."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from typing import Any, Final

from django.db import transaction
from django.utils.translation import gettext as _

from relportal.core import audit
from relportal.core.exceptions import Invalid
from relportal.core.many import conflict, count, refuse
from relportal.core.models import Lifecycle, Service, Team, Tier
from relportal.core.permissions import Actor, allowed

FIELDS: Final = ("team", "tier", "lifecycle")
Values = Mapping[str, str | None]
"""Field -> value as an address holds it: the short name of a team, a tier, a lifecycle; None is no team."""


def edit_services(
    actor: Actor,
    wanted: Mapping[str, Values],
    *,
    expected: Values | None = None,
    at: dt.datetime,
    reason: str = "",
) -> dict[str, dict[str, str | None]]:
    """`wanted` maps short names to what they become; what each was before, for those that changed, in the same form.

    With `expected`, rows that no longer hold those values are refused: what someone did since is not undone.

    Raises: NotAllowed and Conflict, which name the rows; Invalid, by field. Then nothing is changed.
    """
    count(wanted)
    teams = _teams([*wanted.values(), expected or {}])
    with transaction.atomic():
        rows = _rows(wanted)
        refuse([str(row) for row in rows if not allowed(actor, "service.edit", row)], ability="service.edit")
        if expected is not None:
            moved = [str(row) for row in rows if any(_text(row, name) != value for name, value in expected.items())]
            conflict(moved, _("Nothing was changed, because someone has changed since: %(names)s."))
        undone = {}
        for row in rows:
            before = _edit(actor, row, wanted[row.slug], teams=teams, at=at, reason=reason)
            if before:
                undone[row.slug] = before
    return undone


def _rows(wanted: Mapping[str, Values]) -> list[Service]:
    """In the order of their keys, so that two who change the same rows wait for each other instead of blocking."""
    found = Service.objects.select_for_update(of=("self",)).select_related("team").filter(slug__in=wanted)
    rows = list(found.order_by("pk"))
    gone = wanted.keys() - {row.slug for row in rows}
    conflict(sorted(gone), _("Nothing was changed, because there is no service: %(names)s."))
    return rows


def _edit(
    actor: Actor, row: Service, values: Values, *, teams: Mapping[str, Team], at: dt.datetime, reason: str
) -> dict[str, str | None]:
    before = {name: (_text(row, name), getattr(row, name)) for name in values}
    for name, value in values.items():
        _set(row, name, value, teams=teams)
    if not allowed(actor, "service.edit", row):
        raise Invalid({"team": _("Choose a team of yours: you own services of your own teams only.")})
    changes = {name: (old, getattr(row, name)) for name, (text, old) in before.items() if text != _text(row, name)}
    if not changes:
        return {}
    row.version += 1
    row.save(update_fields=[*changes, "version"])
    retired = "lifecycle" in changes and row.lifecycle == Lifecycle.RETIRED
    action = "service.retire" if retired else "service.edit"
    audit.record(actor, action, row, at=at, reason=reason, changes=changes)
    return {name: before[name][0] for name in changes}


def _text(row: Service, name: str) -> str | None:
    if name == "team":
        return row.team.slug if row.team else None
    return str(getattr(row, name))


def _set(row: Service, name: str, value: str | None, *, teams: Mapping[str, Team]) -> None:
    """Raises: Invalid, at the field."""
    try:
        if name == "team":
            row.team = teams[value] if value else None
        elif name == "tier":
            row.tier = Tier(int(value or "")).value
        elif name == "lifecycle":
            row.lifecycle = Lifecycle(value or "").value
        else:
            raise KeyError(name)
    except (KeyError, ValueError) as error:
        raise Invalid({name: _("“%(value)s” is not offered here.") % {"value": str(value)[:40]}}) from error


def _teams(values: Sequence[Values]) -> dict[str, Team]:
    slugs: set[Any] = {one["team"] for one in values if one.get("team")}
    return {team.slug: team for team in Team.objects.filter(slug__in=slugs)} if slugs else {}
