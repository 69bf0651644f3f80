"""Estimates as the domain takes them: what seeds their draws, in which currency they are, and how large a year may be."""

from __future__ import annotations

from functools import lru_cache
from hashlib import blake2b
from typing import Final

from risks.domain.benefit import Benefit, Treatment, benefit
from risks.domain.lognormal import Range
from risks.domain.money import Estimate, Figures, enough, simulated
from risks.models import MoneySettings, Risk, RiskEstimate

POINTS: Final = 60
Curve = tuple[tuple[float, float], ...]


def currency() -> str:
    """The one in force, empty where none is set."""
    found = MoneySettings.objects.filter(pk=1).values_list("currency", flat=True).first()
    return found or ""


def seed_of(risk: Risk) -> int:
    """By the risk and its current rating: until it is rated again, one estimate differs from the next by its ranges alone."""
    digest = blake2b(f"RISK-{risk.pk}\0{risk.current_id or 0}".encode(), digest_size=8).digest()
    return int.from_bytes(digest, "little") >> 1


def key_of(risk_id: int) -> str:
    """What keeps its draws: the risk, whatever is estimated of it or done about it."""
    return f"RISK-{risk_id}"


def estimate_of(row: RiskEstimate) -> Estimate:
    return Estimate(key_of(row.risk_id), Range(row.rate_low, row.rate_high), Range(row.loss_low, row.loss_high))


# What follows from ranges, a seed and a number of trials is always the same: a worker remembers what it has drawn.
@lru_cache(maxsize=512)
def figures_of(estimate: Estimate, *, seed: int) -> Figures:
    """What a preview has shown is then saved, digit by digit."""
    return simulated(estimate, trials=enough(estimate.rate), seed=seed).figures


@lru_cache(maxsize=512)
def exceedance(estimate: Estimate, *, trials: int, seed: int) -> Curve:
    """(loss, the chance that a year costs more), rising in loss; empty where no trial has an event."""
    return simulated(estimate, trials=trials, seed=seed).curve(POINTS)


@lru_cache(maxsize=512)
def worth(estimate: Estimate, treatment: Treatment, *, seed: int) -> Benefit:
    """In the same simulated years with the treatment and without."""
    trials = enough(estimate.rate, years=treatment.years)
    return benefit(estimate, treatment, trials=trials, seed=seed)
