"""What a risk may cost, on its page and over the API: estimates, and what its treatments are worth."""

from __future__ import annotations

from dataclasses import dataclass

from django.utils.translation import gettext as _

from relportal.core import units
from relportal.core.models import User
from relportal.core.permissions import allowed
from risks.domain.lognormal import Refused
from risks.models import Risk, RiskEstimate, Treatment, Unit
from risks.queries import loss_words
from risks.queries.benefits import Worth, worths
from risks.queries.detail import may_edit
from risks.queries.estimates import Curve, currency, estimate_of, exceedance

Inputs = tuple[tuple[str, str, str], ...]


@dataclass(frozen=True, slots=True)
class Sized:
    """The newest estimate in a unit. `curve` is (loss, chance that a year costs more), empty where no distribution fits any
    more; `old_currency`: the one in force is another now, and amounts in both are not to be added.
    """

    row: RiskEstimate
    curve: Curve
    worths: tuple[Worth, ...]
    old_currency: bool

    @property
    def inputs(self) -> Inputs:
        return inputs_of(self.row)


@dataclass(frozen=True, slots=True)
class MoneySection:
    """`sized` money first; `missing` are units without an estimate, `earlier` what was estimated before, newest first.

    `may_treat`: ids of the treatments of which the reader may say what they are worth.
    """

    sized: tuple[Sized, ...]
    missing: tuple[Unit, ...]
    earlier: tuple[RiskEstimate, ...]
    may_edit: bool
    may_treat: frozenset[int]

    @property
    def claim(self) -> str:
        """The answer in a sentence, empty where nothing is estimated."""
        if not self.sized:
            return ""
        row = self.sized[0].row
        words = _("Expect %(expected)s a year; %(often)s costs more than %(p95)s.")
        return words % {
            "expected": loss_words.about(row.expected, row.unit, row.currency),
            "often": loss_words.one_year_in(0.05),
            "p95": loss_words.about(row.p95, row.unit, row.currency),
        }


def money_section(user: User, risk: Risk) -> MoneySection | None:
    """What templates/risks/detail_money.html draws; None leaves the section out: nothing is estimated, and the reader may not.

    Three statements, whatever the number of estimates, and one without any.
    """
    rows = list(RiskEstimate.objects.filter(risk=risk).select_related("by"))
    edits = may_edit(user, risk) and not risk.is_closed
    if not rows and not edits:
        return None
    newest = {row.unit: row for row in rows if row.pk in {risk.money_id, risk.minutes_id}}
    treatments, in_force = (list(risk.treatments.all()), currency()) if newest else ([], "")
    owns = allowed(user, "risk.own") and not risk.is_closed
    held = tuple(
        Sized(
            row,
            curve_of(row),
            _worths(treatments, row),
            row.unit == Unit.MONEY and row.currency != in_force,
        )
        for unit in Unit
        if (row := newest.get(unit)) is not None
    )
    current = {one.row.pk for one in held}
    return MoneySection(
        held,
        tuple(unit for unit in Unit if unit not in newest),
        tuple(row for row in rows if row.pk not in current),
        edits,
        frozenset(row.pk for row in treatments if edits or (owns and row.owner_id == user.pk)),
    )


def curve_of(row: RiskEstimate) -> Curve:
    """Drawn again from the seed: the same years that gave the stored figures."""
    try:
        return exceedance(estimate_of(row), trials=row.trials, seed=row.seed)
    except Refused:
        return ()


def inputs_of(row: RiskEstimate) -> Inputs:
    """For "How is this computed?"."""
    said = "%(low)s – %(high)s"
    return (
        (_("Events a year, 90 %"), said % {"low": number(row.rate_low), "high": number(row.rate_high)}, ""),
        (_("Loss per event, 90 %"), said % {"low": number(row.loss_low), "high": number(row.loss_high)}, ""),
        (_("Unit"), row.currency if row.unit == Unit.MONEY else row.get_unit_display(), ""),
        (_("Where from"), row.get_source_display(), ""),
        (_("Simulated years"), units.exact_count(row.trials), ""),
        (_("Seed"), str(row.seed), ""),
        (_("Standard error of the mean"), loss_words.about(row.standard_error, row.unit, row.currency), ""),
    )


def number(value: float) -> str:
    """As somebody wrote it, at most six digits: a rate has decimals, a loss mostly none."""
    return units.exact_count(value) if value >= 1_000 else f"{value:.6g}"


def _worths(treatments: list[Treatment], row: RiskEstimate) -> tuple[Worth, ...]:
    try:
        return worths(treatments, row)
    except Refused:
        return ()
