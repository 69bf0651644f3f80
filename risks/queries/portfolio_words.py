"""What a portfolio says, in a sentence: never more than its coverage carries."""

from __future__ import annotations

from django.utils.translation import gettext as _

from relportal.core import units
from risks.models import Unit
from risks.queries.loss_words import about
from risks.queries.portfolio import Shown, Standing
from risks.queries.portfolio_result import Result


def claim(shown: Shown) -> str:
    found = shown.result
    if found is None:
        return _("All risks together have not been simulated yet")
    if found.totals is None:
        if not found.open:
            return _("No risk is open")
        return (
            _("No risk is estimated in money yet")
            if shown.unit == Unit.MONEY
            else _("No risk is estimated in customer minutes yet")
        )
    said = _one_in_twenty(shown.unit, found)
    if shown.standing is Standing.BEYOND:
        worst = about(found.beyond[0].low, shown.unit, found.currency)
        return _("%(said)s; the tolerance is crossed at %(loss)s") % {"said": said, "loss": worst}
    if shown.standing is Standing.NOT_COVERED:
        given = {"said": said, "n": len(found.risks), "all": found.open}
        return _("%(said)s, by the %(n)d of %(all)d risks that are estimated") % given
    if shown.standing is Standing.WITHIN:
        return _("%(said)s, within what is tolerated") % {"said": said}
    return said


def _one_in_twenty(unit: Unit, found: Result) -> str:
    totals = found.totals
    if totals is None or totals.p95 == 0:
        return _("Nineteen of twenty years cost nothing")
    return _("A one-in-twenty year costs %(loss)s") % {"loss": about(totals.p95, unit, found.currency)}


def standing_word(shown: Shown) -> str:
    return {
        Standing.NOT_RUN: _("Not simulated yet"),
        Standing.NOT_ESTIMATED: _("Not estimated"),
        Standing.NOT_COVERED: _("Too few are estimated"),
        Standing.NO_TOLERANCE: _("No tolerance is set"),
        Standing.BEYOND: _("Beyond tolerance"),
        Standing.WITHIN: _("Within tolerance"),
    }[shown.standing]


def coverage(found: Result) -> str:
    """Counts where a percentage would pretend to know more than them."""
    given = {"n": len(found.risks), "all": found.open}
    if found.open < 20:
        return _("%(n)d of %(all)d") % given
    return _("%(n)d of %(all)d (%(share)s)") % (given | {"share": units.percent(found.coverage, 0)})
