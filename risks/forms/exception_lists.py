"""What the addresses of the lists of exceptions ask for."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from typing import Final

from django.http import QueryDict
from django.utils import timezone
from django.utils.translation import gettext as _

from relportal.core import company
from relportal.core.filters import Asked, Option, Reader, Select, slug
from relportal.core.filters import selects as drawn
from relportal.core.models.catalog import Tier
from risks.models import ExceptionKind, Verdict
from risks.queries.exceptions.listing import ASKED, WAITS, WITHIN, ExceptionFilters, ExceptionOrder, ExceptionSort
from risks.queries.exceptions.policy import level_words
from risks.queries.exceptions.signed import SignedFilters, SignedOrder, executives
from risks.queries.exceptions.standing import LIVE, Standing

QUARTERS: Final = 8
YEARS: Final = 3


def read(query: QueryDict) -> Asked[ExceptionFilters, ExceptionOrder]:
    """Never refuses, see Reader."""
    reader = Reader(query)
    whose = reader.several("whose", lambda text: _one_of(text, (WAITS, ASKED)))
    filters = ExceptionFilters(
        text=reader.text,
        states=reader.several("state", lambda text: text if text == LIVE else Standing(text).value),
        kinds=reader.several("kind", lambda text: ExceptionKind(text).value),
        tiers=reader.several("tier", lambda text: 0 if text == "none" else Tier(int(text)).value),
        levels=reader.several("level", slug),
        teams=reader.several("team", slug),
        services=reader.several("service", slug),
        ends_within=next(iter(reader.several("ends", _days)), None),
        renewed=next(iter(reader.several("renewed", lambda text: int(_one_of(text, ("1", "2"))))), None),
        whose=next(iter(whose), ""),
    )
    return reader.asked(filters, reader.order(ExceptionSort, ExceptionOrder, default=ExceptionOrder()))


def _one_of(text: str, known: tuple[str, ...]) -> str:
    if text not in known:
        raise ValueError(text)
    return text


def _days(text: str) -> int:
    days = int(text)
    if not 0 < days < 10_000:
        raise ValueError(text)
    return days


def controls(query: QueryDict, options: Mapping[str, tuple[Option, ...]]) -> tuple[Select, ...]:
    states = [(LIVE, _("Waiting or in force")), *((each.value, each.label) for each in Standing)]
    levels = [(key, word.name) for key, word in level_words().items()]
    tiers = [*((str(value), label) for value, label in Tier.choices), ("none", _("Without a tier"))]
    within = [(str(days), _("Within %(n)d days") % {"n": days}) for days in WITHIN]
    whose = [(WAITS, _("Waits for you")), (ASKED, _("Asked by you"))]
    renewed = [("1", _("Renewed")), ("2", _("Renewed more than once"))]
    return drawn(
        query,
        (
            ("state", _("State"), _("Any state"), states),
            ("whose", _("Whose"), _("Everybody's"), whose),
            ("ends", _("Ends"), _("Any end"), within),
            ("kind", _("Kind"), _("All kinds"), ExceptionKind.choices),
            ("tier", _("Tier"), _("All tiers"), tiers),
            ("level", _("Level"), _("All levels"), levels),
            ("team", _("Team"), _("All teams"), options["team"]),
            ("service", _("Service"), _("All services"), options["service"]),
            ("renewed", _("Renewals"), _("Renewed or not"), renewed),
        ),
    )


def read_signed(query: QueryDict) -> Asked[SignedFilters, SignedOrder]:
    """`period` is a year (2026) or a quarter (2026-Q4) of the company's calendar."""
    reader = Reader(query)
    periods = reader.several("period", period)
    first, last = periods[0] if periods else (None, None)
    filters = SignedFilters(
        text=reader.text,
        person=next(iter(reader.several("person", _number)), None),
        since=first,
        until=last,
        kinds=reader.several("kind", lambda text: ExceptionKind(text).value),
        verdicts=reader.several("verdict", lambda text: Verdict(text).value),
    )
    return reader.asked(filters, SignedOrder(oldest=query.get("sort") == "at"))


def period(text: str) -> tuple[dt.date, dt.date]:
    """Its first and last day. Raises: ValueError."""
    year, _dash, quarter = text.partition("-Q")
    if not (year.isascii() and year.isdigit() and 1970 <= int(year) <= 2199 and quarter in ("", "1", "2", "3", "4")):
        raise ValueError(text)
    months = (1, 12) if not quarter else (3 * int(quarter) - 2, 3 * int(quarter))
    after = dt.date(int(year) + months[1] // 12, months[1] % 12 + 1, 1)
    return dt.date(int(year), months[0], 1), after - dt.timedelta(days=1)


def _number(text: str) -> int:
    number = int(text)
    if not 0 < number < 2**31:
        raise ValueError(text)
    return number


def signed_controls(query: QueryDict, _options: Mapping[str, tuple[Option, ...]]) -> tuple[Select, ...]:
    people = [(str(one.pk), str(one)) for one in executives()]
    return drawn(
        query,
        (
            ("person", _("Person"), _("Everybody"), people),
            ("period", _("Period"), _("Any time"), periods(company.day(timezone.now()))),
            ("kind", _("Kind"), _("All kinds"), ExceptionKind.choices),
            ("verdict", _("Verdict"), _("Signed or refused"), Verdict.choices),
        ),
    )


def periods(today: dt.date) -> list[Option]:
    """The newest quarters and years, that of today first."""
    number = today.year * 4 + (today.month - 1) // 3
    quarters = [f"{each // 4}-Q{each % 4 + 1}" for each in range(number, number - QUARTERS, -1)]
    years = [str(today.year - back) for back in range(YEARS)]
    return [(each, each.replace("-", " ")) for each in (*quarters, *years)]
