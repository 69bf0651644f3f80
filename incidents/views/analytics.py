"""The analytics of incidents: what a period cost, how long things took, what repeats, and whether any of it changed."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any, Final
from urllib.parse import urlencode

from django.http import HttpRequest, QueryDict
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_safe

from incidents.charts import by_month, strip
from incidents.domain.periods import Preset
from incidents.domain.statistics import Change
from incidents.forms.analytics import KEYS, Asked, controls, read
from incidents.queries.analytics import Analytics, Count, Duration, analytics
from incidents.queries.behind import offered
from relportal.core import units
from relportal.core.csvexport import Cell, csv_response
from relportal.core.filters import chips
from relportal.core.permissions import require
from relportal.core.views.base import viewer

CSV_HEADER: Final = (
    "id", "title", "began", "began_from", "severity", "detected_by", "team", "services", "failure_modes",
    "time_to_detect_s", "time_to_acknowledge_s", "time_to_mitigate_s", "time_to_resolve_s", "impact_minutes",
    "customer_minutes", "budget_spent",
)  # fmt: skip

MOST_ROWS: Final = 20


@require_safe
def page(request: HttpRequest) -> HttpResponseBase:
    user, at = viewer(request), timezone.now()
    require(user, "incident.view")
    options = offered()
    asked = read(request.GET, offered=options, at=at)
    found = analytics(user, asked.scope, days=asked.days, before=asked.before, at=at)
    if request.GET.get("format") == "csv":
        return csv_response(f"incident-analytics-{asked.days.first}-{asked.days.last}.csv", CSV_HEADER, _csv(found))
    selects = controls(request.GET, options)
    words = duration_words()
    context = {
        "found": found,
        "asked": asked,
        "title": claim(found, asked),
        "controls": selects,
        "chips": (*chips(request.GET, selects), *_days(request.GET)),
        "presets": _presets(request.GET, asked),
        "csv": _address(request.GET, format="csv"),
        "list_url": _list_address(request.GET, asked),
        "times": [
            (words[each.duration], each, strip(found, each, title=words[each.duration][0])) for each in found.spreads
        ],
        "months": by_month(found) if found.rows else None,
        "tables": _tables(request.GET, found, asked),
        "at": at,
    }
    return render(request, "incidents/analytics.html", context)


def claim(found: Analytics, asked: Asked) -> str:
    """The answer in a sentence: how many, how long, and whether that is a change."""
    n = len(found.rows)
    text = ngettext("%(n)d incident %(when)s", "%(n)d incidents %(when)s", n) % {"n": n, "when": _when(asked)}
    if found.impact_minutes.value is not None:
        text += ", " + _("%(minutes)s impact minutes") % {"minutes": units.count(round(found.impact_minutes.value))}
    return f"{text}; {change_words(found.incidents.trend.change)}"


def change_words(change: Change) -> str:
    return {
        Change.UP: _("more than before"),
        Change.DOWN: _("fewer than before"),
        Change.NO_CLEAR: _("no clear change"),
        Change.UNKNOWN: _("too few to compare"),
    }[change]


def _when(asked: Asked) -> str:
    if asked.preset is None:
        return _("from %(first)s to %(last)s") % {"first": asked.days.first, "last": asked.days.last}
    return {
        Preset.QUARTER: _("this quarter"),
        Preset.LAST_QUARTER: _("last quarter"),
    }.get(asked.preset) or _("in the last %(n)s days") % {"n": asked.preset.value}


def _presets(query: QueryDict, asked: Asked) -> list[dict[str, Any]]:
    """As tabs; choosing one takes given dates away and leaves all other filters."""
    labels = {
        Preset.DAYS_30: _("30 days"),
        Preset.DAYS_90: _("90 days"),
        Preset.DAYS_365: _("365 days"),
        Preset.QUARTER: _("This quarter"),
        Preset.LAST_QUARTER: _("Last quarter"),
    }
    return [
        {
            "label": label,
            "url": _address(query, period=preset.value, since="", until=""),
            "active": asked.preset is preset,
        }
        for preset, label in labels.items()
    ]


def _address(query: QueryDict, **given: str) -> str:
    """Of this page with `given` in place of what it has; empty takes a key away."""
    changed = query.copy()
    for key, value in given.items():
        changed[key] = value
        if not value:
            del changed[key]
    return f"?{changed.urlencode()}"


def _list_address(query: QueryDict, asked: Asked, **given: str) -> str:
    """Of the list of incidents, with exactly those that are counted here."""
    parts = {key: query.get(key, "") for key in KEYS} | given
    parts |= {"counted": "1", "began_since": str(asked.days.first), "began_until": str(asked.days.last)}
    return f"{reverse('incidents:list')}?{urlencode({key: value for key, value in parts.items() if value})}"


def _days(query: QueryDict) -> tuple[tuple[str, str], ...]:
    words = {"since": _("From"), "until": _("To")}
    return tuple((key, f"{label}: {query[key]}") for key, label in words.items() if query.get(key))


def _tables(query: QueryDict, found: Analytics, asked: Asked) -> list[dict[str, Any]]:
    def rows(key: str, counts: Sequence[Count], unknown: str) -> list[dict[str, Any]]:
        return [
            {
                "count": each,
                "label": each.label or unknown,
                "share": each.n / len(found.rows) if found.rows else None,
                "url": _list_address(query, asked, **({key: each.key} if each.key else {"without": key})),
            }
            for each in counts
        ]

    tables: list[dict[str, Any]] = [
        {"title": _("By severity"), "note": "", "rows": rows("severity", found.by_severity, _("No severity"))},
        {
            "title": _("By failure mode"),
            "note": _("What failed; an incident with two counts in both"),
            "rows": rows("mode", found.by_failure_mode, _("Nobody has said")),
        },
        {
            "title": _("By service"),
            "note": _("What was hit; an incident of two services counts in both"),
            "rows": rows("service", found.by_service, _("No service")),
        },
        {
            "title": _("By who noticed"),
            "note": _("Customers should not be the first to know"),
            "rows": rows("detection", found.by_detection, _("Nobody has said")),
        },
    ]
    for table in tables:
        table["more"] = max(0, len(table["rows"]) - MOST_ROWS)
        table["rows"] = table["rows"][:MOST_ROWS]
    return tables


def duration_words() -> dict[Duration, tuple[str, str]]:
    """Name, and from when to when."""
    return {
        Duration.DETECT: (_("Time to detect"), _("From the start of the impact to its detection")),
        Duration.ACKNOWLEDGE: (_("Time to acknowledge"), _("From detection to the first who took it")),
        Duration.MITIGATE: (_("Time to mitigate"), _("From the start of the impact until customers were well again")),
        Duration.RESOLVE: (_("Time to resolve"), _("From the start of the impact to the end of the incident")),
    }


def _csv(found: Analytics) -> Iterator[tuple[Cell, ...]]:
    for row in found.rows:
        spans = [getattr(row.times, each) for each in Duration]
        yield (
            row.short_id,
            row.title,
            row.began,
            "declared" if row.times.impact_started is None else "impact_started",
            row.severity,
            row.detected_by,
            row.team,
            ", ".join(slug for slug, _name in row.services),
            ", ".join(slug for slug, _name in row.failure_modes),
            *(None if each is None else each.total_seconds() for each in spans),
            row.impact_minutes,
            row.customer_minutes,
            row.budget_spent,
        )
