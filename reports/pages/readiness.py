"""Page 11: whether services are ready for what they carry, and were seen to recover; what nobody attested is named, and is not
called untested: a drill may stand in the log of incidents."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from django.utils import formats
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from reports.domain.payload import Cell, Figure, Page, Table, Tone
from reports.pages._base import ReportPage, cell, list_path, table
from reports.queries.facts import Facts
from reports.queries.facts.exceptions import Excepted
from reports.queries.facts.readiness import STALE_AFTER, Attested, Prepared, Standing
from risks.models import ExceptionKind

RECOVERY: Final = "dr_test"
HEADS: Final = {
    "readiness": gettext_lazy("Readiness review clear"),
    "restore_test": gettext_lazy("Restore tested"),
    "dr_test": gettext_lazy("Recovery met its objectives"),
    "game_day": gettext_lazy("Game day"),
}
WORDS: Final = {
    Standing.HOLDS: "%(day)s",
    Standing.FAILED: gettext_lazy("failed on %(day)s"),
    Standing.STALE: gettext_lazy("too old: %(day)s"),
    Standing.NEVER: gettext_lazy("not attested"),
}
TONES: Final = {
    Standing.HOLDS: Tone.GREEN,
    Standing.FAILED: Tone.RED,
    Standing.STALE: Tone.AMBER,
    Standing.NEVER: Tone.GREY,
}
NAMED: Final = 4


class Readiness(ReportPage):
    key = "readiness"
    number = 11
    topic = gettext_lazy("Readiness and recovery")
    about = gettext_lazy(
        "Readiness reviews, restores, recovery tests and game days that were attested, and what is waived."
    )

    def build(self, facts: Facts) -> Page:
        found = facts.readiness
        waived = [one for one in facts.exceptions.active if one.code in (ExceptionKind.READINESS, ExceptionKind.DR)]
        return self.page(
            _title(facts),
            so_what=_so_what(found.rows),
            figures=[
                *(_figure(facts, fact) for fact in STALE_AFTER if found.rows),
                _waivers(facts, waived),
            ],
            tables=[_services(found.rows), _waived(waived)],
            notes=[
                _("Told is what owners attested by the end of the quarter, with the day on which it was seen. A game day counts "
                  "for half a year, all else for a year. Launches and times of recovery are not recorded."),
            ],
        )  # fmt: skip


def _title(facts: Facts) -> str:
    found = facts.readiness
    given = {"n": len(found.rows), "tier": found.tier, "k": found.holding(RECOVERY)}
    if not found.rows:
        return _("No service of tier %(tier)d is in the catalogue") % given
    if not given["k"]:
        return (
            _("No recovery within objectives was attested of tier-%(tier)d services (%(n)d) in the last year") % given
        )
    return (
        _("Recovery within objectives was attested of %(k)d of %(n)d tier-%(tier)d services in the last year") % given
    )


def _so_what(rows: Sequence[Prepared]) -> str:
    failed = [one.name for one in rows if one.facts[RECOVERY].standing is Standing.FAILED]
    untested = [one.name for one in rows if one.facts[RECOVERY].standing in (Standing.NEVER, Standing.STALE)]
    if failed:
        return _("Mend what did not recover in time, and test it again: %(names)s.") % {"names": _names(failed)}
    if untested:
        return _("Test recovery, or attest the test that was made: %(names)s.") % {"names": _names(untested)}
    return _("Keep testing: what was seen counts for a year.")


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


def _cell(one: Attested) -> Cell:
    day = formats.date_format(one.on, "j M Y") if one.on is not None else ""
    return cell(str(WORDS[one.standing]) % {"day": day}, tone=TONES[one.standing])


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
