"""Changing many rows at once: all of them or none, with a refusal that names the rows which are in the way."""

from __future__ import annotations

from collections.abc import Sequence, Sized
from typing import Final

from django.utils.translation import gettext as _

from relportal.core.exceptions import Conflict, Invalid, NotAllowed

# What a request may hold at most; a page shows fifty.
MOST: Final = 200
# Named in a refusal; whoever meets more has chosen the wrong rows.
NAMED: Final = 5


def count(rows: Sized) -> None:
    """Raises: Invalid for none, and for more than one request may hold."""
    if not 0 < len(rows) <= MOST:
        raise Invalid(_("Select between 1 and %(n)d rows.") % {"n": MOST})


def refuse(names: Sequence[str], *, ability: str) -> None:
    """Raises: NotAllowed, which names the rows, when there are any."""
    if names:
        text = _("Nothing was changed, because you may not change: %(names)s. Leave them out, or ask their team.")
        raise NotAllowed(text % {"names": listed(names)}, ability=ability)


def conflict(names: Sequence[str], text: str) -> None:
    """Raises: Conflict with `text`, which has a place for the `names`, when there are any."""
    if names:
        raise Conflict(text % {"names": listed(names)})


def listed(names: Sequence[str]) -> str:
    """The first few by name."""
    more = len(names) - NAMED
    shown = ", ".join(names[:NAMED])
    return _("%(names)s and %(n)d more") % {"names": shown, "n": more} if more > 0 else shown
