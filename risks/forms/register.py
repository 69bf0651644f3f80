"""What the addresses of the register ask for: its list, its heat map, their files and the API read it alike."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from typing import Final

from django.http import QueryDict
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from relportal.core import company
from relportal.core.filters import Asked, Option, Reader, Select, slug
from relportal.core.filters import selects as drawn
from relportal.core.models import User
from risks.domain.movement import Moved
from risks.models import Risk, RiskState
from risks.queries.exceptions.policy import level_words
from risks.queries.register import ALIVE, ME, NOBODY, UNRATED, RiskFilters, RiskOrder, RiskSort, Trait

DAYS: Final = {"7d": 7, "30d": 30, "90d": 90, "365d": 365}
"""Words of an address for a day that is so far back, so that a saved view moves with the time."""
TRAITS: Final = {
    Trait.ABOVE_APPETITE: gettext_lazy("Above appetite"),
    Trait.UNPLANNED: gettext_lazy("Above appetite, no plan"),
    Trait.ABOVE_TARGET: gettext_lazy("Above its target"),
    Trait.STALE: gettext_lazy("Review overdue or rating old"),
    Trait.TO_RATE: gettext_lazy("To be rated again"),
    Trait.EXCEPTED: gettext_lazy("With an exception"),
    Trait.UNOWNED: gettext_lazy("Nobody owns it"),
    Trait.MATERIALISED: gettext_lazy("Came true"),
}
MOVES: Final = {
    Moved.WORSE: gettext_lazy("Worse"),
    Moved.BETTER: gettext_lazy("Better"),
    Moved.NEW: gettext_lazy("New"),
    Moved.CLOSED: gettext_lazy("Closed"),
    Moved.RESCALED: gettext_lazy("By another scale"),
}


def read(query: QueryDict) -> Asked[RiskFilters, RiskOrder]:
    """Never refuses, see Reader."""
    reader = Reader(query)
    filters = RiskFilters(
        text=reader.text,
        states=reader.several("state", lambda text: text if text == ALIVE else RiskState(text).value),
        levels=reader.several("level", slug),
        categories=reader.several("category", slug),
        teams=reader.several("team", slug),
        services=reader.several("service", slug),
        owners=reader.several("owner", _owner),
        traits=reader.several("only", Trait),
        moved=reader.several("moved", _moved),
        cell=next(iter(reader.several("cell", _cell)), None),
        since=next(iter(reader.several("since", since)), None),
    )
    return reader.asked(filters, reader.order(RiskSort, RiskOrder, default=RiskOrder()))


def _owner(text: str) -> str:
    if text in (ME, NOBODY):
        return text
    number = int(text)
    if not 0 < number < 2**31:
        raise ValueError(text)
    return str(number)


def _moved(text: str) -> Moved:
    found = Moved(text)
    if found not in MOVES:
        raise ValueError(text)
    return found


def _cell(text: str) -> tuple[str, str]:
    """The short names of likelihood and impact, with a point between them."""
    likelihood, point, impact = slug(text).partition(".")
    if not point:
        raise ValueError(text)
    return likelihood, impact


def since(text: str) -> dt.date:
    """A day (2026-08-31) that is not to come, or so many days back (90d). Raises: ValueError."""
    today = company.day(timezone.now())
    day = today - dt.timedelta(days=DAYS[text]) if text in DAYS else dt.date.fromisoformat(text)
    if not dt.date(1970, 1, 1) <= day <= today:
        raise ValueError(text)
    return day


def controls(query: QueryDict, options: Mapping[str, tuple[Option, ...]]) -> tuple[Select, ...]:
    states = [(ALIVE, _("Not closed")), *RiskState.choices]
    levels = [(key, word.name) for key, word in level_words().items()]
    return drawn(
        query,
        (
            ("state", _("State"), _("Any state"), states),
            ("level", _("Level"), _("All levels"), [*levels, (UNRATED, _("Not rated"))]),
            ("only", _("Only"), _("All risks"), TRAITS.items()),
            ("owner", _("Owner"), _("Everybody's"), [(ME, _("Mine")), (NOBODY, _("Nobody's")), *_owners()]),
            ("team", _("Team"), _("All teams"), options["team"]),
            ("service", _("Service"), _("All services"), options["service"]),
            ("category", _("Category"), _("All categories"), options["category"]),
            ("moved", _("Moved"), _("Moved or not"), MOVES.items()),
            ("since", _("Since"), _("Since 90 days ago"), _days()),
        ),
    )


def _owners() -> list[Option]:
    owning = User.objects.filter(pk__in=Risk.objects.exclude(owner=None).values("owner"))
    named = owning.order_by("display_name", "email").values_list("pk", "display_name", "email")
    return [(str(pk), name or email) for pk, name, email in named]


def _days() -> list[Option]:
    today = company.day(timezone.now())
    words = _("Since %(day)s")
    back = [(word, today - dt.timedelta(days=days)) for word, days in DAYS.items() if days != 90]
    return [(word, words % {"day": date_format(day, "j M Y")}) for word, day in back]
