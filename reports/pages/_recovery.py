"""What page 11 tells of recovery tests: the pairs of what was measured and promised, and the table behind them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from django.utils import formats
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from relportal.core import units
from reports.domain.payload import Cell, Chart, Drawing, Look, Series, Table, Tone
from reports.pages._base import cell, table, under
from reports.queries.facts import Facts
from reports.queries.facts.recovery import RecoveryLine
from risks.domain.recovery import Standing
from risks.queries.recovery.standings import WORDS

MOST_PAIRS: Final = 12
TONES: Final = {
    Standing.MET: Tone.GREEN, Standing.BREACHED: Tone.RED, Standing.PARTLY: Tone.AMBER, Standing.STALE: Tone.AMBER,
    Standing.NOT_MEASURED: Tone.GREY, Standing.NEVER: Tone.GREY,
}  # fmt: skip
RANKS: Final = {standing: rank for rank, standing in enumerate(Standing)}
UNTESTED: Final = {
    Standing.NEVER: gettext_lazy("never tested, %(limit)s promised"),
    Standing.NOT_MEASURED: gettext_lazy("not measured, %(limit)s promised"),
}


def recovery_chart(facts: Facts) -> Chart | None:
    """Of every service that has an objective, the worst first within a tier; None where none was measured. A row without a dot
    was not tested."""
    rows = sorted((one for one in facts.recovery.rows if one.rto_limit_s is not None), key=_worst)
    if not any(one.rto_s is not None for one in rows):
        return None
    shown = rows[:MOST_PAIRS]
    measured = [one for one in rows if one.rto_s is not None or one.broken_off]
    within = sum(_within(one) for one in measured)
    given = {"k": within, "n": len(measured), "left": len(rows) - len(measured)}
    return Chart(
        key="recovery-time",
        drawing=Drawing.PAIRS,
        title=_("Time to recover, measured against the objective of the day"),
        summary=_("%(k)d of %(n)d measured services were within; %(left)d with an objective were not measured.")
        % given,
        categories=tuple(one.name for one in shown),
        series=(
            Series(
                name=_("Measured"),
                values=tuple(None if one.rto_s is None else one.rto_s / 60 for one in shown),
                texts=tuple(_pair(one) for one in shown),
                tones=tuple(TONES[one.standing] for one in shown),
            ),
            Series(
                name=_("Objective"),
                values=tuple((one.rto_limit_s or 0) / 60 for one in shown),
                look=Look.TARGET,
            ),
        ),
        unit="min",
        note=under(
            _("n = %(n)d services, the newest test of each") % {"n": len(rows)},
            _("The axis is logarithmic"),
            _("%(n)d more are in the portal") % {"n": len(rows) - MOST_PAIRS} if len(rows) > MOST_PAIRS else "",
            source=_("recovery tests, from declaration to usable"),
        ),
    )


def _worst(one: RecoveryLine) -> tuple[int, int, float, str]:
    ratio = one.rto_s / one.rto_limit_s if one.rto_s is not None and one.rto_limit_s else 0.0
    return one.tier, RANKS[one.standing], -ratio, one.name.casefold()


def _within(one: RecoveryLine) -> bool:
    return one.rto_s is not None and one.rto_limit_s is not None and one.rto_s <= one.rto_limit_s


def _pair(one: RecoveryLine) -> str:
    """Also what the square or the mark alone cannot tell: that it is stale, or never came back."""
    limit = units.duration(one.rto_limit_s)
    if one.broken_off:
        return _("did not recover, %(limit)s promised") % {"limit": limit}
    if one.rto_s is None:
        words = UNTESTED.get(one.standing, UNTESTED[Standing.NOT_MEASURED])
        return str(words) % {"limit": limit}
    said = _against(one.rto_s, one.rto_limit_s)
    return _("%(said)s, stale") % {"said": said} if one.standing is Standing.STALE else said


def _against(measured: int | None, limit: int | None) -> str:
    if limit is None:
        return units.duration(measured) if measured is not None else "–"
    given = {"measured": units.duration(measured) if measured is not None else "–", "limit": units.duration(limit)}
    return _("%(measured)s of %(limit)s") % given


def recovery_table(facts: Facts) -> Sequence[Table]:
    """None where nothing was promised or tested at all: the table of what was seen names each service then."""
    rows = sorted(facts.recovery.rows, key=_worst)
    if all(one.on is None and one.rto_limit_s is None for one in rows):
        return ()
    return (
        table(
            "recovery",
            _("Recovery tests, measured of promised"),
            [
                (_("Service"), False), (_("Tier"), True), (_("Status"), False), (_("Time to recover"), True),
                (_("Data lost"), True), (_("Newest test"), False),
            ],
            [_row(one) for one in rows],
            empty=_("Nothing was promised or tested."),
            note=_("Status by the newest test that was more than a tabletop."),
        ),
    )  # fmt: skip


def _row(one: RecoveryLine) -> tuple[Cell, ...]:
    status = str(WORDS[one.standing])
    test = "–"
    if one.on is not None:
        test = f"{one.kind}, {formats.date_format(one.on, 'j M Y')}"
        test = test if one.approved else _("%(test)s (not approved)") % {"test": test}
    lasted = _("did not recover") if one.broken_off else _against(one.rto_s, one.rto_limit_s)
    return (
        cell(one.name, one.path),
        cell(str(one.tier), value=float(one.tier)),
        cell(f"{status}: {one.why}" if one.why else status, tone=TONES[one.standing]),
        cell(lasted, value=None if one.rto_s is None else float(one.rto_s)),
        cell(_against(one.rpo_s, one.rpo_limit_s), value=None if one.rpo_s is None else float(one.rpo_s)),
        cell(test),
    )


def recovery_note(facts: Facts) -> str:
    found = facts.recovery
    said = ngettext(
        "%(n)d recovery test was held in the quarter", "%(n)d recovery tests were held in the quarter", found.held
    )
    said %= {"n": found.held}
    if found.talks:
        more = ngettext("%(n)d of them a tabletop, which meets no objective", "%(n)d of them tabletops, which meet no objective",
                        found.talks) % {"n": found.talks}  # fmt: skip
        return f"{said}, {more}."
    return f"{said}."
