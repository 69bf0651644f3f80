"""Page 11: whether services are ready for what they carry, and were seen to recover; what is not tested or stale is named."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from django.utils import formats
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from reports.domain.payload import Cell, Figure, Page, Table, Tone
from reports.domain.recovered import Claim, Next, Seen, Service, Told, told
from reports.pages._base import ReportPage, cell, list_path, table
from reports.pages._launches import launch_figures, launch_table, launches_so_what, launches_title
from reports.pages._recovery import recovery_chart, recovery_note, recovery_table
from reports.queries.facts import Facts
from reports.queries.facts.exceptions import Excepted
from reports.queries.facts.readiness import STALE_AFTER, Prepared, Shown
from risks.models import ExceptionKind

RECOVERY: Final = "dr_test"
HEADS: Final = {
    "readiness": gettext_lazy("Readiness review clear"),
    "restore_test": gettext_lazy("Restore tested"),
    "dr_test": gettext_lazy("Recovery met its objectives"),
    "game_day": gettext_lazy("Game day"),
}
WORDS: Final = {
    Seen.HOLDS: "%(day)s",
    Seen.FAILED: gettext_lazy("failed on %(day)s"),
    Seen.PARTLY: gettext_lazy("in part, %(day)s"),
    Seen.STALE: gettext_lazy("stale: %(day)s"),
    Seen.UNMEASURED: gettext_lazy("not measured, %(day)s"),
    Seen.NEVER: gettext_lazy("no record"),
}
TONES: Final = {
    Seen.HOLDS: Tone.GREEN,
    Seen.FAILED: Tone.RED,
    Seen.PARTLY: Tone.AMBER,
    Seen.STALE: Tone.AMBER,
    Seen.UNMEASURED: Tone.GREY,
    Seen.NEVER: Tone.GREY,
}
FIGURES: Final = ("restore_test", "dr_test", "game_day")
"""Told in figures; of reviews, the launches are."""
NAMED: Final = 4


class Readiness(ReportPage):
    key = "readiness"
    number = 11
    topic = gettext_lazy("Readiness and recovery")
    about = gettext_lazy(
        "Launches that were reviewed, blocked or waived; recovery tests, measured against what was promised; restores, game days."
    )

    def build(self, facts: Facts) -> Page:
        found = facts.readiness
        waived = [one for one in facts.exceptions.active if one.code in (ExceptionKind.READINESS, ExceptionKind.DR)]
        recovered = told([_service(one) for one in found.rows])
        return self.page(
            " ".join(filter(None, (launches_title(facts), _title(recovered, found.tier)))),
            so_what=" ".join(filter(None, (launches_so_what(facts.launches), _so_what(recovered)))),
            figures=[
                *launch_figures(facts),
                *(_figure(facts, fact) for fact in FIGURES if found.rows),
                # Five stand in a row; what is waived is listed below.
                *([] if facts.launches.against else [_waivers(facts, waived)]),
            ],
            charts=[recovery_chart(facts)],
            tables=[launch_table(facts.launches), *recovery_table(facts), _services(found.rows), _waived(waived)],
            notes=[
                recovery_note(facts),
                _("Told is what was recorded by the end of the quarter, and what owners attested of which there is no record. "
                  "A game day counts for half a year; a restore, a review and what was attested for a year."),
            ],
        )  # fmt: skip


def _service(one: Prepared) -> Service:
    shown = one.facts[RECOVERY]
    return Service(one.name, shown.seen, shown.by_hand)


def _title(found: Told, tier: int) -> str:
    given = {"n": found.n, "tier": tier, "k": found.met}
    if found.claim is Claim.NOBODY:
        return _("No service of tier %(tier)d is in the catalogue") % given
    if found.claim is Claim.NONE:
        said = _("No tier-%(tier)d service of %(n)d was seen to recover within its objectives") % given
    elif found.claim is Claim.ALL:
        said = ngettext(
            "The only tier-%(tier)d service was seen to recover within its objectives",
            "All %(n)d tier-%(tier)d services were seen to recover within their objectives",
            found.n,
        ) % given  # fmt: skip
    else:
        said = _("%(k)d of %(n)d tier-%(tier)d services were seen to recover within their objectives") % given
    parts = []
    if found.failed:
        failed = len(found.failed)
        parts.append(ngettext("%(n)d did not", "%(n)d did not", failed) % {"n": failed})
    if found.open:
        left = len(found.open)
        parts.append(
            ngettext("%(n)d is untested, stale or half measured", "%(n)d are untested, stale or half measured", left)
            % {"n": left}
        )
    return "; ".join([said, ", ".join(parts)]) if parts else said


def _so_what(found: Told) -> str:
    if found.next is Next.KEEP:
        return _("Keep testing: what was seen counts for a year at most.")
    test = _("Test recovery, or record the test that was made: %(names)s.") % {"names": _names(found.open)}
    if found.next is Next.TEST:
        return test
    mend = _("Mend what did not recover in time, and test it again: %(names)s.") % {"names": _names(found.failed)}
    return f"{mend} {test}" if found.open else mend


def _names(names: Sequence[str]) -> str:
    more = len(names) - NAMED
    said = ", ".join(names[:NAMED])
    return _("%(names)s and %(n)d more") % {"names": said, "n": more} if more > 0 else said


def _figure(facts: Facts, fact: str) -> Figure:
    found = facts.readiness
    k, n = found.holding(fact), len(found.rows)
    return Figure(
        key=fact,
        label=str(HEADS[fact]),
        text=_("%(k)d of %(n)d") % {"k": k, "n": n},
        value=k / n,
        unit="share",
        tone=Tone.NONE if k == n else Tone.AMBER,
        word="" if k == n else _("Not all"),
    )


def _waivers(facts: Facts, waived: Sequence[Excepted]) -> Figure:
    path = list_path(facts, "risks:exception-list", state="live", kind="readiness,dr")
    return Figure(
        key="waived", label=_("Waived by an exception"), text=str(len(waived)), value=float(len(waived)), unit="count", path=path
    )  # fmt: skip


def _services(rows: Sequence[Prepared]) -> Table:
    return table(
        "services",
        _("What was seen of each service"),
        [(_("Service"), False), *((str(HEADS[fact]), False) for fact in STALE_AFTER)],
        [(cell(one.name, one.path), *(_cell(one.facts[fact]) for fact in STALE_AFTER)) for one in rows],
        empty=_("No service of this tier is in the catalogue."),
        most=12,
    )


def _cell(one: Shown) -> Cell:
    day = formats.date_format(one.on, "j M Y") if one.on is not None else ""
    said = str(WORDS[one.seen]) % {"day": day}
    return cell(_("attested: %(words)s") % {"words": said} if one.by_hand else said, tone=TONES[one.seen])


def _waived(rows: Sequence[Excepted]) -> Table:
    return table(
        "waived",
        _("Waived"),
        [(_("Exception"), False), (_("Kind"), False), (_("Last day"), True), (_("Signed by"), False)],
        [
            (
                cell(one.label, one.path),
                cell(one.kind),
                cell(formats.date_format(one.ends_on, "j M Y")),
                cell(", ".join(one.approvers) or "–"),
            )
            for one in rows
        ],
        empty=_("Nothing of readiness or recovery is waived."),
        most=8,
    )


PLUGIN = Readiness()
