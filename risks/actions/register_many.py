"""Changing many risks at once: each for itself, so that one that is refused is told and does not stop the others."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from django.db import models, transaction
from django.utils.translation import gettext as _

from incidents.models import FailureMode
from relportal.core import many
from relportal.core.exceptions import Conflict, Invalid, NotAllowed
from relportal.core.models import Team, User
from relportal.core.permissions import Actor
from risks.actions.risks import close, edit, reopen
from risks.actions.schedule import plan_review
from risks.models import Risk

Values = Mapping[str, Any]
"""Of OBJECTS: an id or None; of REVIEW: a day as 2026-11-30. As JSON holds them, so that they can travel in an undo."""
OBJECTS: Final[Mapping[str, type[models.Model]]] = {"owner": User, "team": Team, "category": FailureMode}
REVIEW: Final = "review_due_on"


@dataclass(slots=True)
class Done:
    """`before`: id -> what stood there and was changed; `versions`: id -> the version since; `refused`: why -> short ids."""

    before: dict[int, dict[str, Any]] = field(default_factory=dict)
    versions: dict[int, int] = field(default_factory=dict)
    refused: dict[str, list[str]] = field(default_factory=dict)


def edit_many(
    actor: Actor, wanted: Mapping[int, Values], *, at: dt.datetime, versions: Mapping[int, int] | None = None
) -> Done:
    """`versions`: it is put back what stood there, wherever nobody has changed the risk since.

    Raises: Invalid for no rows or too many.
    """
    many.count(wanted)
    things = {name: model._default_manager.in_bulk(_ids(wanted, name)) for name, model in OBJECTS.items()}

    def change(row: Risk) -> tuple[Risk, dict[str, Any]]:
        values = wanted[row.pk]
        before = _before(row, values)
        version = versions.get(row.pk, 0) if versions is not None else None
        fields = {name: _thing(things[name], pk) for name, pk in values.items() if name in OBJECTS}
        done = edit(actor, row, version=version, at=at, **fields) if fields else row
        if values.get(REVIEW):
            day = dt.date.fromisoformat(values[REVIEW])
            asked = None if fields else version
            done = plan_review(actor, done, due_on=day, at=at, version=asked, put_back=versions is not None)
        return done, before

    return _each(actor, wanted, change)


def close_many(actor: Actor, ids: Iterable[int], *, because: str, at: dt.datetime) -> Done:
    """Raises: Invalid for no reason, for no rows or too many."""
    if not because.strip():
        raise Invalid({"because": _("Say why they can no longer happen, or where they are watched now.")})
    chosen = list(ids)
    many.count(chosen)
    return _each(actor, chosen, lambda row: (close(actor, row, because=because, at=at), _before(row, {REVIEW: ""})))


def reopen_many(actor: Actor, before: Mapping[int, Values], *, versions: Mapping[int, int], at: dt.datetime) -> Done:
    """Takes `close_many` back, wherever nobody has changed the risk since."""
    many.count(before)

    def back(row: Risk) -> tuple[Risk, dict[str, Any]]:
        done = reopen(actor, row, reason=_("Closing was undone"), at=at, version=versions.get(row.pk, 0))
        day = before[row.pk].get(REVIEW)
        if day:
            done = plan_review(actor, done, due_on=dt.date.fromisoformat(day), at=at, put_back=True)
        return done, {}

    return _each(actor, before, back)


def _each(actor: Actor, ids: Iterable[int], change: Callable[[Risk], tuple[Risk, dict[str, Any]]]) -> Done:
    """Each in a transaction of its own; those that are not there or not to be seen are left out."""
    done = Done()
    seen = Risk.objects.visible_to(actor) if isinstance(actor, User) else Risk.objects.all()
    for row in seen.filter(pk__in=list(ids)).order_by("pk"):
        try:
            with transaction.atomic():
                after, before = change(row)
        except (Conflict, Invalid, NotAllowed) as error:
            done.refused.setdefault(str(error), []).append(row.short_id)
            continue
        if after.version != row.version:
            done.before[row.pk], done.versions[row.pk] = before, after.version
    return done


def _ids(wanted: Mapping[int, Values], name: str) -> set[int]:
    return {values[name] for values in wanted.values() if values.get(name) is not None}


def _thing(known: Mapping[Any, Any], pk: int | None) -> Any:
    if pk is not None and pk not in known:
        raise Invalid(_("What was chosen is not there any more. Choose again."))
    return known[pk] if pk is not None else None


def _before(row: Risk, values: Values) -> dict[str, Any]:
    found: dict[str, Any] = {name: getattr(row, f"{name}_id") for name in values if name in OBJECTS}
    if REVIEW in values:
        found[REVIEW] = row.review_due_on.isoformat() if row.review_due_on is not None else ""
    return found
