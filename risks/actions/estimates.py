"""Estimating a risk: 90 % ranges with a reason, and the years that are simulated from them, never to be edited."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from django.db import transaction
from django.utils.translation import gettext as _

from relportal.core import audit
from relportal.core.exceptions import Conflict, Invalid
from relportal.core.permissions import Actor
from relportal.core.rows import clean, save
from relportal.core.versions import locked
from risks.actions.outdated import outdate
from risks.actions.ranges import ranged, refusal
from risks.actions.standing import may_change, open_only, person
from risks.domain.lognormal import Range, Refused
from risks.domain.money import Estimate, Figures
from risks.models import EstimateSource, Risk, RiskEstimate, Unit
from risks.queries import loss_words
from risks.queries.estimates import currency, figures_of, key_of, seed_of
from risks.queries.suggested_ranges import suggested_ranges


@dataclass(frozen=True, slots=True, kw_only=True)
class Estimated:
    """Ranges that hold the truth with 90 %: events a year, and the loss of one in the unit.

    `source` says what its author began from; a suggestion that was changed is stored as mixed.
    """

    unit: str
    rate_low: float | None
    rate_high: float | None
    loss_low: float | None
    loss_high: float | None
    reason: str = ""
    source: str = EstimateSource.JUDGEMENT.value


@dataclass(frozen=True, slots=True)
class Judged:
    """What follows from ranges; `currency` is empty for minutes."""

    estimate: Estimate
    currency: str
    figures: Figures


def estimate(
    actor: Actor, risk: Risk, given: Estimated, *, at: dt.datetime, version: int | None = None
) -> RiskEstimate:
    """The newest of its unit is what the risk may cost.

    Raises: NotAllowed, Stale; Conflict for a closed risk; Invalid, by field.
    """
    with transaction.atomic():
        row = locked(Risk, risk.pk, version=version)
        may_change(actor, row)
        open_only(row)
        judged = judge(row, given)
        if given.source not in EstimateSource.values:
            raise Invalid({"source": _("Choose where the ranges come from.")})
        if not given.reason.strip():
            raise Invalid({"reason": _("Say what the ranges rest on, for whoever reads them in a year.")})
        made = _made(row, given, judged)
        made.source = _source(actor, row, given, at=at)
        made.at, made.by = at, person(actor)
        clean(made)
        save(made)
        before: RiskEstimate | None = getattr(row, given.unit)
        setattr(row, given.unit, made)
        row.version += 1
        save(row)
        label = f"{made.get_unit_display()}, {_('expected a year')}"
        changes = {label: (_said(before) if before is not None else None, _said(made))}
        audit.record(actor, "risk.estimate", row, at=at, reason=made.reason, changes=changes)
        outdate(RiskEstimate, [Unit(made.unit)], at=at)
    return made


def take_suggestion(actor: Actor, risk: Risk, unit: str, *, at: dt.datetime) -> RiskEstimate:
    """The ranges that the portal's own incidents suggest now, as they are.

    Raises: NotAllowed; Conflict for a closed risk, and where nothing is suggested any more; Invalid, by field.
    """
    may_change(actor, risk)
    found = suggested_ranges(actor, risk, unit, at=at) if unit in Unit.values else None
    if found is None or found.ranges is None:
        raise Conflict(_("Its incidents suggest no range any more. Give one by judgement."))
    rate, loss = found.ranges
    given = Estimated(
        unit=unit,
        rate_low=rate.low,
        rate_high=rate.high,
        loss_low=loss.low,
        loss_high=loss.high,
        reason=found.sentence,
        source=EstimateSource.HISTORY.value,
    )
    return estimate(actor, risk, given, at=at)


def judge(risk: Risk, given: Estimated) -> Judged:
    """Raises: Invalid, by field, for whatever no distribution fits."""
    errors: dict[str, list[str]] = {}
    if given.unit not in Unit.values:
        errors["unit"] = [_("Choose money or customer minutes.")]
    in_currency = currency() if given.unit == Unit.MONEY else ""
    if given.unit == Unit.MONEY and not in_currency:
        errors["unit"] = [_("No currency is set. Set one in the money settings, or estimate in customer minutes.")]
    rate = _range(given.rate_low, given.rate_high, "rate", errors, known=True)
    loss = _range(given.loss_low, given.loss_high, "loss", errors)
    found = None if rate is None or loss is None else _fitted(risk, rate, loss, errors)
    if errors or found is None:
        raise Invalid(errors)
    return Judged(found, in_currency, figures_of(found, seed=seed_of(risk)))


def _range(
    low: float | None, high: float | None, name: str, errors: dict[str, list[str]], *, known: bool = False
) -> Range | None:
    try:
        return ranged(low, high, name=name, known=known)
    except Invalid as error:
        errors |= error.errors
        return None


def _fitted(risk: Risk, rate: Range, loss: Range, errors: dict[str, list[str]]) -> Estimate | None:
    """What remains to be refused is the rate's: the ends of the loss differ, and so are above zero."""
    try:
        return Estimate(key_of(risk.pk), rate, loss)
    except Refused as error:
        errors |= {name: [words] for name, words in refusal(error, rate.low, name="rate").items()}
        return None


def _made(risk: Risk, given: Estimated, judged: Judged) -> RiskEstimate:
    figures = judged.figures
    return RiskEstimate(
        risk=risk,
        unit=given.unit,
        currency=judged.currency,
        rate_low=judged.estimate.rate.low,
        rate_high=judged.estimate.rate.high,
        loss_low=judged.estimate.loss.low,
        loss_high=judged.estimate.loss.high,
        reason=given.reason.strip(),
        seed=figures.seed,
        trials=figures.trials,
        expected=figures.expected,
        zero_year=figures.zero_year,
        p50=figures.p50,
        p80=figures.p80,
        p95=figures.p95,
        p99=figures.p99,
        standard_error=figures.standard_error,
    )


def _source(actor: Actor, risk: Risk, given: Estimated, *, at: dt.datetime) -> str:
    """A suggestion that was changed, or that nobody makes any more, is no longer the portal's."""
    if given.source != EstimateSource.HISTORY:
        return given.source
    found = suggested_ranges(actor, risk, given.unit, at=at)
    same = found is not None and found.is_same(given.rate_low, given.rate_high, given.loss_low, given.loss_high)
    return EstimateSource.HISTORY.value if same else EstimateSource.MIXED.value


def _said(row: RiskEstimate) -> str:
    return loss_words.about(row.expected, row.unit, row.currency)
