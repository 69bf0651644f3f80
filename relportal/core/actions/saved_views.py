"""Saving filters and order of a list under a name: a view of one's own, or of a team for everyone."""

from __future__ import annotations

import datetime as dt
from typing import Final

from django.db import transaction
from django.http import QueryDict
from django.utils.translation import gettext as _

from relportal.core import audit, saved
from relportal.core.exceptions import Invalid, Missing
from relportal.core.models import SavedView, Team, User
from relportal.core.models.saved import MOST_QUERY
from relportal.core.permissions import require
from relportal.core.rows import clean, save
from relportal.core.versions import locked

FIELDS: Final = ("name", "query")
# Of one owner on one list: more is a drawer, not a choice.
MOST_VIEWS: Final = 50


def create_view(actor: User, *, page: str, name: str, query: str, team: Team | None, at: dt.datetime) -> SavedView:
    """`team` None makes it visible to `actor` alone. Raises: NotAllowed; Invalid, by field."""
    view = SavedView(page=page, name=name.strip(), team=team, user=None if team else actor, created_at=at)
    require_edit(actor, view)
    if not saved.known(page):
        raise Invalid({"page": _("There is no list “%(page)s”.") % {"page": page[:40]}})
    view.query = _normal(query)
    with transaction.atomic():
        if SavedView.objects.filter(page=page, team=view.team, user=view.user).count() >= MOST_VIEWS:
            raise Invalid(_("There are %(n)s views already: delete one that nobody opens.") % {"n": MOST_VIEWS})
        clean(view)
        save(view)
        changes = {name: (None, getattr(view, name)) for name in ("page", "team", *FIELDS) if getattr(view, name)}
        audit.record(actor, "view.create", view, at=at, changes=changes)
    return view


def update_view(
    actor: User,
    view: SavedView,
    *,
    version: int | None,
    name: str | None = None,
    query: str | None = None,
    at: dt.datetime,
) -> SavedView:
    """What is None stays; nothing changed writes nothing. Raises: NotAllowed, Missing, Stale; Invalid, by field."""
    with transaction.atomic():
        row = locked(SavedView, view.pk, version=version)
        require_edit(actor, row)
        before = SavedView.objects.get(pk=row.pk)
        row.name = row.name if name is None else name.strip()
        row.query = row.query if query is None else _normal(query)
        clean(row)
        changes = audit.differences(before, row, FIELDS)
        if changes:
            row.version += 1
            save(row)
            audit.record(actor, "view.edit", row, at=at, changes=changes)
    return row


def delete_view(actor: User, view: SavedView, *, at: dt.datetime) -> None:
    """Raises: NotAllowed, Missing."""
    with transaction.atomic():
        row = locked(SavedView, view.pk)
        require_edit(actor, row)
        changes = {name: (getattr(row, name), None) for name in ("page", "team", *FIELDS) if getattr(row, name)}
        audit.record(actor, "view.delete", row, at=at, changes=changes)
        row.delete()


def require_edit(actor: User, view: SavedView) -> None:
    """Raises: NotAllowed; Missing, because someone else's own view is not even there."""
    if view.team_id is None and view.user_id != actor.pk:
        raise Missing(_("This is not there any more."))
    if view.team_id is None:
        require(actor, "view.edit")
    else:
        require(actor, "team_view.edit", view)


def _normal(query: str) -> str:
    """Raises: Invalid when it is too long, or holds too many parts to be read."""
    try:
        text = saved.normal(QueryDict(query.removeprefix("?")))
    except ValueError as error:
        raise Invalid({"query": _("These filters cannot be read.")}) from error
    if len(text) > MOST_QUERY:
        raise Invalid({"query": _("These filters are too many to be saved.")})
    return text
