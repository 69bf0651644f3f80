"""What a postmortem begins with: what the portal knows of the incident, as sentences to write on from."""

from __future__ import annotations

import datetime as dt

from django.utils import timezone
from django.utils.translation import gettext as _

from incidents.domain.times import Times
from incidents.models import Entry, EntryKind, ImpactFigures, ImpactSegment, Incident, SectionKind
from incidents.queries.times import times_of
from relportal.core import units

ALL_SECTIONS = tuple(SectionKind)
SHORT = (SectionKind.SUMMARY, SectionKind.IMPACT, SectionKind.CAUSES, SectionKind.LUCKY, SectionKind.IMPROVE)
FULL_UP_TO = 2
"""Severities up to this one get every section; lesser ones a short template, to which sections can be added."""
LINES = 15


def template(incident: Incident) -> tuple[SectionKind, ...]:
    severity = incident.severity_id
    return ALL_SECTIONS if severity is not None and severity <= FULL_UP_TO else SHORT


def prefilled(incident: Incident, kind: SectionKind) -> str:
    """Markdown, empty where people have to begin: causes and lessons are not in any data."""
    times = times_of(incident)
    if kind is SectionKind.SUMMARY:
        return _summary(incident, times)
    if kind is SectionKind.IMPACT:
        return _impact(incident)
    if kind is SectionKind.DETECTION:
        return _detection(incident, times)
    if kind is SectionKind.RESPONSE:
        return _response(incident, times)
    return ""


def _summary(incident: Incident, times: Times) -> str:
    began, ended = times.impact_started or times.declared, times.resolved or times.mitigated
    words = _("%(title)s. It began on %(began)s") % {"title": incident.title.rstrip("."), "began": _moment(began)}
    lasted = _(" and lasted %(time)s.") % {"time": units.duration((ended - began).total_seconds())} if ended else "."
    return "\n\n".join(part for part in (words + lasted, incident.summary) if part)


def _impact(incident: Incident) -> str:
    lines = [
        _("- %(what)s: %(level)s, %(start)s to %(end)s%(share)s")
        % {
            "what": each.service or each.journey,
            "level": each.get_level_display().lower(),
            "start": _moment(each.start),
            "end": _moment(each.end) if each.end else _("now"),
            "share": _share(each),
        }
        for each in incident.segments.select_related("service", "journey")
    ]
    return "\n".join([*lines, "", *_figures(getattr(incident, "figures", None))]).strip()


def _share(segment: ImpactSegment) -> str:
    return (
        ""
        if segment.user_share is None
        else _(", %(share)s of users") % {"share": units.percent(segment.user_share, 0)}
    )


def _figures(figures: ImpactFigures | None) -> list[str]:
    if figures is None:
        return []
    known = (
        (_("Impact"), figures.impact_minutes, lambda value: units.duration(value * 60)),
        (_("Customer minutes"), figures.customer_minutes, units.count),
        (_("Failed requests"), figures.failed_requests, units.count),
        (_("Error budget spent"), figures.budget_spent, lambda value: units.percent(value, 1)),
    )
    return [f"- {name}: {shown(value)}" for name, value, shown in known if value is not None]


def _detection(incident: Incident, times: Times) -> str:
    detected = getattr(incident, "detection", None)
    by = detected.get_by_display().lower() if detected is not None else _("not known")
    if times.detected is None:
        return _("Detected by: %(by)s.") % {"by": by}
    words = _("Detected at %(at)s by: %(by)s") % {"at": _moment(times.detected), "by": by}
    if times.impact_started is None:
        return words + "."
    gap = (times.detected - times.impact_started).total_seconds()
    if gap < 0:
        return words + _(", before customers were hit.")
    return words + _(", %(gap)s after the impact began.") % {"gap": units.duration(gap)}


def _response(incident: Incident, times: Times) -> str:
    """Pinned lines, else the first notes of the timeline; the whole timeline stands beside the document."""
    rows = Entry.objects.filter(incident=incident, struck=False).order_by("at", "pk")
    chosen = list(rows.filter(pinned=True)[:LINES]) or list(rows.filter(kind=EntryKind.NOTE)[:LINES])
    lines = [f"- {_clock(each.at)} {each.text.splitlines()[0][:300]}" for each in chosen if each.text.strip()]
    if times.mitigated:
        lines.append(_("- Mitigated at %(at)s") % {"at": _moment(times.mitigated)})
    return "\n".join(lines)


def _moment(at: dt.datetime) -> str:
    return f"{timezone.localtime(at, dt.UTC):%Y-%m-%d %H:%M} UTC"


def _clock(at: dt.datetime) -> str:
    return f"{timezone.localtime(at, dt.UTC):%H:%M}"
