"""Words and signs of incidents for templates."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping
from functools import lru_cache
from typing import Final
from urllib.parse import urlsplit

from django import template
from django.template.loader import render_to_string
from django.utils.formats import date_format
from django.utils.html import format_html
from django.utils.safestring import SafeString, mark_safe
from django.utils.timezone import get_current_timezone
from django.utils.translation import get_language, gettext_lazy, ngettext
from django.utils.translation import gettext as _

from incidents.domain.times import Oddity
from incidents.models import Entry, EntryKind, Incident, Postmortem, Severity, State
from incidents.queries.action_items import ActionRow
from incidents.queries.timeline import Line
from relportal.core.templatetags.portal import icon, shape
from relportal.core.units import about, duration

register = template.Library()
register.filter("about", about)

_BANDS = {0: "breached", 1: "breached", 2: "at_risk", 3: "no_data", 4: "no_data"}
_ICONS = {
    "note": "pencil",
    "state": "arrow-right",
    "severity": "alert-triangle",
    "role": "user",
    "update": "mail",
    "task": "list-check",
    "impact": "users",
    "alert": "bell",
    "burn": "flame",
    "deploy": "upload",
    "link": "link",
    "runbook": "book",
}


@register.simple_tag
def severity(level: Severity | None) -> SafeString:
    """Shape, word and colour of a severity."""
    if level is None:
        return format_html('<span class="rp-tag">{}</span>', _("No severity"))
    band = _BANDS.get(level.level, "no_data")
    return format_html('<span class="rp-tag is-{}" title="{}">{}{}</span>', band, level.name, shape(band), str(level))


@register.simple_tag
def state_badge(incident: Incident) -> SafeString:
    band = "healthy" if incident.state in (State.RESOLVED, State.CLOSED) else "no_data"
    if incident.is_ongoing:
        band = "at_risk" if incident.state == State.MONITORING else "breached"
    return format_html('<span class="rp-status is-{}">{}{}</span>', band, shape(band), incident.get_state_display())


_ACTION_BANDS = {"open": "no_data", "doing": "at_risk", "done": "healthy", "verified": "healthy", "dropped": "no_data"}


@register.simple_tag
def action_state(row: ActionRow) -> SafeString:
    """Where an action stands; overdue says more than open."""
    band = "breached" if row.is_late else _ACTION_BANDS.get(row.item.state, "no_data")
    word = row.item.get_state_display()
    if row.is_late:
        word = ngettext("%(n)d day late", "%(n)d days late", row.late_days) % {"n": row.late_days}
    return format_html('<span class="rp-status is-{}">{}{}</span>', band, shape(band), word)


@register.simple_tag
def action_due(row: ActionRow) -> SafeString:
    """The day that holds now, marked when it is over."""
    words = _("due %(day)s") % {"day": date_format(row.item.due_on, "j M")}
    return format_html('<span class="rp-num{}">{}</span>', " is-over" if row.is_late else "", words)


@register.filter
def ticket(url: str) -> str:
    """A ticket as people call it: PROJ-12, owner/name#7, or else the host and the end of the path."""
    found = urlsplit(url)
    parts = [part for part in found.path.split("/") if part]
    if len(parts) >= 4 and parts[-2] in ("issues", "pull", "pulls", "merge_requests"):
        return f"{'/'.join(parts[-4:-2])}#{parts[-1]}"
    if len(parts) >= 2 and parts[-2] == "browse":
        return parts[-1]
    return f"{found.hostname or url}{'/…/' if len(parts) > 1 else '/'}{parts[-1]}" if parts else (found.hostname or url)


_POSTMORTEM_BANDS = {"draft": "no_data", "in_review": "at_risk", "approved": "healthy", "published": "healthy"}
_SECTION_HINTS: Final = {
    "summary": gettext_lazy("What happened, in five sentences that someone outside understands."),
    "impact": gettext_lazy("Who noticed, what did they notice, and for how long?"),
    "detection": gettext_lazy("How was it found? What would have found it sooner, and why did that not exist?"),
    "response": gettext_lazy("What was tried, what helped, what cost time?"),
    "causes": gettext_lazy(
        "Everything that had to come together. There is never one root; ask what made each step sensible."
    ),
    "lucky": gettext_lazy("What kept it from being worse, that nobody had planned?"),
    "surprised": gettext_lazy("What did we believe of the system that turned out to be otherwise?"),
    "well": gettext_lazy("What worked as it was meant to, and should be kept?"),
    "improve": gettext_lazy(
        "What would have made it impossible, shorter or smaller? Promise the few that matter as actions."
    ),
}
_WORDING_HINTS: Final = {
    "counterfactual": gettext_lazy("tells what did not happen; say what did, and what was known then"),
    "blame": gettext_lazy("names a culprit; say what made the step sensible"),
    "human_error": gettext_lazy("is where the question begins, not where it ends"),
    "judgement": gettext_lazy("judges a person; describe the situation"),
    "neglect": gettext_lazy("judges attention; say what was in view, and what was not"),
}


@register.simple_tag
def postmortem_state(postmortem: Postmortem, is_late: bool = False) -> SafeString:  # noqa: FBT001, FBT002 - a template's
    band = "breached" if is_late else _POSTMORTEM_BANDS.get(postmortem.state, "no_data")
    word = _("%(state)s, overdue") if is_late else "%(state)s"
    return format_html(
        '<span class="rp-status is-{}">{}{}</span>', band, shape(band), word % {"state": postmortem.get_state_display()}
    )


@register.simple_tag
def section_hint(kind: str) -> str:
    """What belongs into a section, for whoever faces an empty one."""
    return str(_SECTION_HINTS.get(kind, ""))


@register.simple_tag
def wording_hint(kind: str) -> str:
    return str(_WORDING_HINTS.get(kind, ""))


@register.simple_tag
def entry_icon(entry: Entry | Line) -> SafeString:
    return icon(_ICONS.get(entry.kind, "pencil"), str(EntryKind(entry.kind).label))


@register.simple_tag
def timeline(lines: Iterable[Line], incident: int, may_run: bool) -> SafeString:  # noqa: FBT001 - a template's
    """The lines as list items."""
    language, zone = get_language() or "", get_current_timezone()
    drawn = (_drawn(one, incident, may_run=may_run, language=language, zone=zone) for one in lines)
    # Each of them was drawn, and so escaped, by the template.
    return mark_safe("".join(drawn))  # noqa: S308


@lru_cache(maxsize=4096)
def _drawn(line: Line, incident: int, *, may_run: bool, language: str, zone: dt.tzinfo) -> str:  # noqa: ARG001
    """A crowd looks at the same hundred lines every few seconds. Kept in this process, under everything that the drawn
    line depends on: two viewers share it only if it is the same for both, and nothing has to be forgotten."""
    return render_to_string("incidents/room_entry.html", {"entry": line, "incident": incident, "may_run": may_run})


@register.simple_tag
def lasted(began: dt.datetime, ended: dt.datetime | None, now: dt.datetime) -> str:
    return duration(((ended or now) - began).total_seconds())


@register.filter
def minutes(value: float | None) -> str:
    """Minutes as a duration; a dash where they are unknown."""
    return "–" if value is None else duration(value * 60)


@register.filter
def count(value: float | None) -> str:
    return "–" if value is None else f"{value:,.0f}"


@register.filter
def draft(drafts: Mapping[str, str], field: str) -> str:
    return drafts.get(field, "")


@register.filter
def oddity_words(oddity: Oddity) -> str:
    return {
        Oddity.DETECTED_BEFORE_IMPACT: _("Detected before the impact started."),
        Oddity.MITIGATED_BEFORE_DECLARED: _("Mitigated before it was declared."),
        Oddity.MITIGATED_AFTER_RESOLVED: _("Mitigated after it was resolved."),
        Oddity.ACKNOWLEDGED_BEFORE_DETECTED: _("Acknowledged before it was detected."),
        Oddity.IMPACT_AFTER_DECLARED: _("The impact started after the declaration."),
        Oddity.LONG_UNDETECTED: _("Undetected for more than a day."),
    }[oddity]
