"""Page 11, its half of launches: reviewed, blocked, waived, and what went out without a review or against it, by name."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from typing import Final

from django.utils import formats
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from reports.domain.payload import Cell, Figure, Table, Tone
from reports.models import ReadinessVerdict
from reports.pages._base import cell, list_path, table
from reports.queries.facts import Facts
from reports.queries.facts.launches import Launch, LaunchFacts

BLOCKED, WAIVED = ReadinessVerdict.NOT_READY, ReadinessVerdict.CONDITIONS
TONES: Final = {ReadinessVerdict.READY: Tone.GREEN, WAIVED: Tone.AMBER, BLOCKED: Tone.RED}
NO_DECISION: Final = gettext_lazy("No decision")
MOST: Final = 8
LONGEST: Final = 90


def launches_title(facts: Facts) -> str:
    """A sentence with its full stop; empty where nothing was launched or reviewed, which the figures say."""
    found = facts.launches
    n, against = len(found.decided), len(found.against)
    if against:
        words = ngettext(
            "%(k)d launch went out without a review or against it",
            "%(k)d launches went out without a review or against it",
            against,
        )
        return f"{words % {'k': against}}."
    if not n:
        return ""
    blocked = found.count(BLOCKED)
    words = ngettext("%(n)d launch was reviewed", "%(n)d launches were reviewed", n) % {"n": n}
    if not blocked:
        return _("%(words)s, none was blocked.") % {"words": words}
    return _("%(words)s, %(k)d blocked.") % {"words": words, "k": blocked}


def launches_so_what(found: LaunchFacts) -> str:
    """Empty where nothing follows."""
    if found.against:
        names = ", ".join(one.service for one in found.against[:3])
        return _("Review what went out all the same, and close what blocks: %(names)s.") % {"names": names}
    waiting = [one for one in found.decided if one.verdict == BLOCKED and one.cleared_on is None]
    if waiting:
        return _("Close what blocks: %(names)s.") % {"names": ", ".join(one.service for one in waiting[:3])}
    return ""


def launch_figures(facts: Facts) -> list[Figure]:
    """What was reviewed, with what was blocked and waived of it; and what went out all the same, if anything did."""
    found = facts.launches
    n, blocked, waived = len(found.decided), found.count(BLOCKED), found.count(WAIVED)
    tone = TONES[BLOCKED] if blocked else TONES[WAIVED] if waived else Tone.NONE
    words = _("%(blocked)d blocked, %(waived)d waived") % {"blocked": blocked, "waived": waived}
    told = [
        Figure(
            key="reviewed", label=_("Launches reviewed"), text=str(n), value=float(n), unit="count", tone=tone,
            word=words if blocked or waived else "", basis="" if blocked or waived else words,
            path=list_path(facts, "reports:readiness-list"),
        ),
    ]  # fmt: skip
    if against := len(found.against):
        told.append(
            Figure(
                key="against", label=_("Launched all the same"), text=str(against), value=float(against), unit="count",
                tone=Tone.RED, word=_("Named below"), path=list_path(facts, "reports:readiness-list", when="against"),
            )
        )  # fmt: skip
    return told


def launch_table(found: LaunchFacts) -> Table:
    return table(
        "launches",
        _("Launches"),
        [
            (_("Launch"), False), (_("Service"), False), (_("Tier"), True), (_("Verdict"), False), (_("Decided"), True),
            (_("Launched"), True), (_("What stood against it"), False),
        ],
        [_row(one) for one in found.rows],
        empty=_("No launch was reviewed, and none is known to have gone out without a review."),
        most=MOST,
    )  # fmt: skip


def _row(one: Launch) -> Sequence[Cell]:
    verdict = one.verdict.label if one.verdict is not None else NO_DECISION
    tone = TONES[one.verdict] if one.verdict is not None else Tone.GREY
    launched = cell(_day(one.launched_on), tone=Tone.RED if one.against else Tone.NONE)
    return (
        cell(one.label, one.path),
        cell(one.service),
        cell(str(one.tier), value=float(one.tier)),
        cell(str(verdict), tone=tone),
        cell(_day(one.decided_on)),
        launched,
        cell(_against(one)),
    )


def _against(one: Launch) -> str:
    """Why it went out all the same; else what blocked, or which exceptions covered it."""
    if one.because:
        return _("Went out all the same: %(why)s") % {"why": _short(one.because)}
    if one.exceptions and one.verdict == WAIVED:
        return _("waived by %(names)s") % {"names": ", ".join(one.exceptions)}
    if not one.blocking:
        return "–"
    said = _short(one.blocking[0])
    if (more := len(one.blocking) - 1) > 0:
        said = _("%(first)s and %(n)d more") % {"first": said, "n": more}
    if one.cleared_on is not None:
        said = _("%(said)s; found ready on %(day)s") % {"said": said, "day": _day(one.cleared_on)}
    return said


def _short(text: str) -> str:
    return text.rstrip(".") if len(text) <= LONGEST else f"{text[: LONGEST - 1].rstrip()}…"


def _day(on: dt.date | None) -> str:
    return formats.date_format(on, "j M Y") if on is not None else "–"
