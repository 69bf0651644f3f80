"""What the selected risks of the list shall become: what is left empty stays as it is."""

from __future__ import annotations

import datetime as dt
from typing import Any, Final

from django.http import QueryDict
from django.utils.translation import gettext as _

from incidents.models import FailureMode
from relportal.core.exceptions import Invalid
from relportal.core.models import Team, User
from risks.actions.register_many import REVIEW
from risks.queries.register import ME, NOBODY

NONE: Final = "-"


def chosen(user: User, post: QueryDict) -> dict[str, Any]:
    """As `edit_many` takes it. Raises: Invalid."""
    given = {name: post.get(name, "").replace("\0", "").strip() for name in ("owner", "team", "category", REVIEW)}
    found: dict[str, Any] = {}
    if given["owner"]:
        found["owner"] = _owner(user, given["owner"])
    for name, model in (("team", Team), ("category", FailureMode)):
        if given[name]:
            found[name] = None if given[name] == NONE else _pk(model, given[name])
    if given[REVIEW]:
        found[REVIEW] = _day(given[REVIEW])
    if not found:
        raise Invalid(_("Choose what the selected risks shall become."))
    return found


def numbers(post: QueryDict) -> list[int]:
    """The selected rows, each once; what is no number is left out, because nothing offers it."""
    texts = post.getlist("row")
    return list(dict.fromkeys(int(text) for text in texts if text.isascii() and text.isdigit() and len(text) < 16))


def _owner(user: User, text: str) -> int | None:
    if text in (ME, NOBODY):
        return user.pk if text == ME else None
    if not (text.isascii() and text.isdigit() and len(text) < 10):
        raise Invalid(_("There is no such person: choose one of the list."))
    return int(text)


def _pk(model: type[Team] | type[FailureMode], slug: str) -> int:
    found = model._default_manager.filter(slug=slug).values_list("pk", flat=True).first()
    if found is None:
        raise Invalid(_("What was chosen is not there any more. Choose again."))
    return int(found)


def _day(text: str) -> str:
    try:
        return dt.date.fromisoformat(text).isoformat()
    except ValueError as error:
        raise Invalid(_("Write the day of the review as 2026-11-30.")) from error
