"""What the demo's risks may cost: the price of a minute, what is tolerated, ranges of each risk, and a portfolio a month."""

from __future__ import annotations

import datetime as dt
from functools import partial
from typing import Final

from relportal.core.models import User
from relportal.demo.beats import Act, Beat, Days
from relportal.demo.register import REGISTER
from relportal.demo.register.parts import DemoRisk, Size, Treatment
from relportal.demo.seed_register import Cast
from risks.actions.benefits import Effects, set_benefit
from risks.actions.estimates import Estimated, estimate, take_suggestion
from risks.actions.money_settings import edit_money
from risks.actions.portfolio import run_portfolio
from risks.actions.tolerance import set_tolerance
from risks.domain.hygiene import WIDEST
from risks.models import Treatment as TreatmentRow
from risks.models import Unit
from risks.queries.suggested_ranges import Basis, SuggestedRanges, suggested_ranges

LEADER: Final = "Ines Halvorsen"
NOON: Final = 12
MINUTE_EUROS: Final = (0.1, 0.6)
TOLERATED: Final = {
    Unit.MONEY: ((1.5e6, 0.98), (3e6, 0.6), (5e6, 0.08), (8e6, 0.01)),
    Unit.MINUTES: ((4e6, 0.95), (8e6, 0.5), (15e6, 0.1), (25e6, 0.02)),
}
MONTHS: Final = 10
MONTH: Final = 30
SET: Final = -339
DECIDED: Final = -200


def money(days: Days, cast: Cast) -> list[Beat]:
    """In the afternoon, after what was done about the risks that day; portfolios in the evening."""
    leader = cast.people[LEADER]
    acts: list[tuple[int, Act]] = [(SET, partial(_price, leader))]
    acts += [(DECIDED, partial(_tolerance, leader, unit)) for unit in TOLERATED]
    beats = days.told("money", acts, hour=NOON)
    for told in REGISTER:
        beats += days.told(told.key, _sized(told, cast), hour=NOON)
    monthly: list[tuple[int, Act]] = [(-MONTH * (MONTHS - number), _simulate) for number in range(MONTHS)]
    return [*beats, *days.told("portfolio", monthly, hour=18), Beat(days.anchor, _simulate)]


def _sized(told: DemoRisk, cast: Cast) -> list[tuple[int, Act]]:
    acts: list[tuple[int, Act]] = [(size.day, partial(_estimate, told, size, cast)) for size in told.sizes]
    return [*acts, *((each.day, partial(_benefit, told, each, cast)) for each in told.treatments)]


def _price(leader: User, at: dt.datetime) -> None:
    low, high = MINUTE_EUROS
    reason = "The margin of a sale times the sales of a minute, by night and by day; agreed with finance."
    edit_money(leader, currency="EUR", minute_low=low, minute_high=high, reason=reason, version=None, at=at)


def _tolerance(leader: User, unit: Unit, at: dt.datetime) -> None:
    reason = "Decided by the board with the plan of the year."
    set_tolerance(leader, unit, TOLERATED[unit], reason=reason, at=at)


def _estimate(told: DemoRisk, size: Size, cast: Cast, at: dt.datetime) -> None:
    owner, risk = cast.people[told.owner], cast.risk(told.key)
    for unit, loss in ((Unit.MONEY, size.euros), (Unit.MINUTES, size.minutes)):
        suggested = suggested_ranges(owner, risk, unit, at=at) if size.history and unit == Unit.MINUTES else None
        if suggested is not None and _says_something(suggested):
            take_suggestion(owner, risk, unit, at=at)
        elif loss is not None:
            (rate_low, rate_high), (low, high) = size.rate, loss
            given = Estimated(
                unit=unit, rate_low=rate_low, rate_high=rate_high, loss_low=low, loss_high=high, reason=size.reason
            )
            estimate(owner, risk, given, at=at)


def _says_something(suggested: SuggestedRanges) -> bool:
    """A range that is as wide as hygiene allows, of incidents like the risk: those of all causes are rather too many."""
    if suggested.ranges is None or suggested.basis == Basis.SERVICES:
        return False
    _rate, loss = suggested.ranges
    return loss.high < WIDEST * loss.low


def _benefit(told: DemoRisk, of: Treatment, cast: Cast, at: dt.datetime) -> None:
    given = of.benefit
    if given is None:
        return
    row = TreatmentRow.objects.select_related("risk").get(risk=cast.risks[told.key], title=of.title)
    rate, loss, yearly = given.rate or (None, None), given.loss or (None, None), given.yearly or (None, None)
    effects = Effects(
        rate_factor_low=rate[0],
        rate_factor_high=rate[1],
        loss_factor_low=loss[0],
        loss_factor_high=loss[1],
        one_off_low=given.one_off[0],
        one_off_high=given.one_off[1],
        yearly_low=yearly[0],
        yearly_high=yearly[1],
        years=given.years,
    )
    set_benefit(cast.people[told.owner], row, effects, reason="Offers, and person days at our rate.", at=at)


def _simulate(at: dt.datetime) -> None:
    for unit in Unit:
        run_portfolio(unit, at=at)
