"""What the address of the analytics asks for, for the page and the API alike; and the days that lists ask for."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Final

from django.http import QueryDict
from django.utils.dateparse import parse_date
from django.utils.translation import gettext as _

from incidents.domain.periods import DAY, EARLIEST, Days, Flaw, Preset, flaw, of_preset
from incidents.queries.behind import Scope
from relportal.core import company
from relportal.core.filters import Option, Reader, Select, selects

DEFAULT: Final = Preset.DAYS_90
LATEST: Final = dt.date(2199, 12, 31)
KEYS: Final = ("severity", "service", "team", "detection", "mode")


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """`preset` None: the days were given. `wrong` names each value that was left out, as a sentence."""

    scope: Scope
    days: Days
    before: Days
    preset: Preset | None
    wrong: tuple[str, ...]


def day(text: str) -> dt.date:
    """Such as 2026-05-31. Raises: ValueError, also for what no calendar of incidents holds."""
    found = parse_date(text)
    if found is None or not EARLIEST <= found <= LATEST:
        raise ValueError(text)
    return found


def read(query: QueryDict, *, offered: Mapping[str, tuple[Option, ...]], at: dt.datetime) -> Asked:
    """`since` and `until` win over `period`; what is not `offered` means nothing."""
    reader = Reader(query)

    def one_of(key: str) -> tuple[str, ...]:
        return reader.several(key, _known({value for value, _label in offered[key]}))

    scope = Scope(
        severities=tuple(int(level) for level in one_of("severity")),
        services=one_of("service"),
        teams=one_of("team"),
        detections=one_of("detection"),
        failure_modes=one_of("mode"),
    )
    presets = reader.several("period", Preset)
    preset = presets[0] if presets else DEFAULT
    today = company.day(at)
    since, until = (next(iter(reader.several(key, day)), None) for key in ("since", "until"))
    wrong = list(reader.wrong)
    given = _given(since, until, today=today)
    if given and (why := flaw(given.first, given.last, today=today)):
        wrong.append(_told(why))
        given = None
    days, before = (given, given.before()) if given else of_preset(preset, today=today)
    return Asked(scope=scope, days=days, before=before, preset=None if given else preset, wrong=tuple(wrong))


def _known(values: set[str]) -> Callable[[str], str]:
    def parse(text: str) -> str:
        if text not in values:
            raise ValueError(text)
        return text

    return parse


def _given(since: dt.date | None, until: dt.date | None, *, today: dt.date) -> Days | None:
    """One date alone: from then until today, or the 90 days up to then."""
    if since is None and until is None:
        return None
    last = until or max(today, since or today)
    return Days(since or last - 89 * DAY, last)


def _told(why: Flaw) -> str:
    return {
        Flaw.ANCIENT: _("The period begins before 1970: it was left out."),
        Flaw.TURNED: _("The period ends before it begins: it was left out."),
        Flaw.LONG: _("The period is longer than ten years: it was left out."),
        Flaw.FUTURE: _("The period lies in the future: it was left out."),
    }[why]


def controls(query: QueryDict, offered: Mapping[str, tuple[Option, ...]]) -> tuple[Select, ...]:
    words = {
        "severity": (_("Severity"), _("All severities")),
        "service": (_("Service"), _("All services")),
        "team": (_("Team"), _("All teams")),
        "detection": (_("Noticed by"), _("Noticed by anyone")),
        "mode": (_("Failure mode"), _("All failure modes")),
    }
    return selects(query, [(key, *words[key], offered[key]) for key in KEYS])
