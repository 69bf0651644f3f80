"""What the portal's own incidents say of how often a risk comes true and what it costs; a person decides what to make of it."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from dataclasses import dataclass, replace
from enum import StrEnum
from math import isclose
from typing import Final

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from incidents.models.incident import IncidentQuerySet
from relportal.core.permissions import Actor
from risks.domain.history import Lacking, Suggestion, loss_suggested, rate_suggested, times
from risks.domain.lognormal import Range, Refused
from risks.models import Risk, Unit
from risks.queries.minute_worth import minute_range
from risks.queries.suggested import YEAR, came_true, remembered, seen_by

DIGITS: Final = 3
SAME: Final = 0.005
"""What a field shows with three digits is still the suggestion."""


class Basis(StrEnum):
    """Which incidents are looked at."""

    CAME_TRUE = "came_true"
    MODE = "mode"
    SERVICES = "services"


@dataclass(frozen=True, slots=True, kw_only=True)
class SuggestedRanges:
    """From `n` incidents in `years` before `at`, of which `rate.n` say what they cost: those are counted, and their losses.

    Ranges have three digits. `price` of a customer minute is there where they are money. Nothing is in it
    of incidents that the actor may not see.
    """

    unit: str
    basis: Basis
    n: int
    years: float
    rate: Suggestion
    loss: Suggestion
    price: Range | None
    at: dt.datetime

    @property
    def ranges(self) -> tuple[Range, Range] | None:
        """Rate and loss, None unless both are suggested."""
        if self.rate.range is None or self.loss.range is None:
            return None
        return self.rate.range, self.loss.range

    def is_same(self, *ends: float | None) -> bool:
        """Whether rate low, rate high, loss low and loss high are what is suggested."""
        if self.ranges is None:
            return False
        mine = [end for each in self.ranges for end in (each.low, each.high)]
        return all(one is not None and isclose(one, own, rel_tol=SAME) for one, own in zip(ends, mine, strict=True))

    @property
    def sentence(self) -> str:
        """Which incidents, over which time; the reason of an estimate that takes the suggestion."""
        words = {"n": self.rate.n, "years": f"{self.years:.1f}", "which": self.which}
        found = ngettext("%(n)d incident in %(years)s years: %(which)s.", "%(n)d incidents in %(years)s years: %(which)s.",
                         self.rate.n)  # fmt: skip
        return found % words

    @property
    def which(self) -> str:
        return {
            Basis.CAME_TRUE: _("those in which it came true"),
            Basis.MODE: _("those of its services that had its failure mode"),
            Basis.SERVICES: _("all of its services, whatever their cause, so rather too many"),
        }[self.basis]

    @property
    def lacking(self) -> str:
        """Why nothing can be taken, in words; empty where it can."""
        why = self.rate.lacking or self.loss.lacking
        if why is None:
            return ""
        return {
            Lacking.NO_TIME: _("The portal has no incidents to look back on."),
            Lacking.NO_EVENTS: _("None of them says what it cost."),
            Lacking.FEW: _("Fewer than three of them say what they cost: too few for a range."),
            Lacking.NO_SPREAD: _("They all cost the same, and so say nothing of the next."),
            Lacking.TOO_WIDE: _("What they cost differs so much that no distribution fits: split the risk."),
            Lacking.TOO_LARGE: _("They are more, or cost more, than is calculated."),
        }[why]


def suggested_ranges(actor: Actor, risk: Risk, unit: str, *, at: dt.datetime) -> SuggestedRanges | None:
    """Of the nearest incidents that say enough, else of the nearest that there are; None of none."""
    first: SuggestedRanges | None = None
    for basis, incidents in _nearest(actor, risk):
        found = _of(incidents, unit, basis, at=at)
        if found is not None and found.ranges is not None:
            return found
        first = first or found
    return first


def _nearest(actor: Actor, risk: Risk) -> Iterator[tuple[Basis, IncidentQuerySet]]:
    yield Basis.CAME_TRUE, came_true(actor, risk)
    hit = seen_by(actor).counted().filter(services__in=risk.services.values("pk"))
    if risk.category_id is not None:
        yield Basis.MODE, hit.filter(failure_modes=risk.category_id)
    yield Basis.SERVICES, hit


def _of(incidents: IncidentQuerySet, unit: str, basis: Basis, *, at: dt.datetime) -> SuggestedRanges | None:
    years = remembered(at=at)
    since = incidents.filter(declared_at__gte=at - years * YEAR, declared_at__lte=at)
    # With the key, so that two incidents of the same minutes stay two.
    found = list(since.order_by("pk").distinct().values_list("pk", "figures__customer_minutes"))
    if not found:
        return None
    minutes = [customers for _pk, customers in found]
    loss, price = loss_suggested(minutes), None
    if unit == Unit.MONEY:
        price = minute_range()
        # Without a price nobody knows what they cost.
        loss = _priced(loss, price) if price is not None else loss_suggested(())
    rate, loss = _rounded(rate_suggested(loss.n, years=years)), _rounded(loss)
    return SuggestedRanges(unit=unit, basis=basis, n=len(found), years=years, rate=rate, loss=loss, price=price, at=at)


def _priced(minutes: Suggestion, price: Range) -> Suggestion:
    if minutes.range is None:
        return minutes
    try:
        return Suggestion(n=minutes.n, range=times(minutes.range, price))
    except Refused:
        return Suggestion(n=minutes.n, lacking=Lacking.TOO_LARGE)


def _rounded(of: Suggestion) -> Suggestion:
    """To the digits that a field shows; two ends that are then the same say nothing of a spread."""
    if of.range is None:
        return of
    low, high = (float(f"{end:.{DIGITS}g}") for end in (of.range.low, of.range.high))
    if low == high:
        return replace(of, range=None, lacking=Lacking.NO_SPREAD)
    return replace(of, range=Range(low, high))
