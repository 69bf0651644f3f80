"""What a run of the portfolio found, as it is stored and read: written once, drawn by pages and given by the API."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Any, Final

from risks.domain.money import Simulated
from risks.domain.portfolio import (
    TAIL,
    Beyond,
    Portfolio,
    Tolerance,
    beyond,
    curve,
    sure_within,
)
from risks.queries.portfolio_inputs import Input, Inputs

DEFINITION: Final = "v1"
POINTS: Final = 80
Points = tuple[tuple[float, float], ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Totals:
    """Of a year of all risks together. `p95_low` to `p95_high` holds the 95th percentile with 95 % certainty, as far as the
    number of trials goes; `tail_mean` is the mean of the worst years, one in twenty.
    """

    expected: float
    zero_year: float
    mean: float
    standard_error: float
    p50: float
    p80: float
    p95: float
    p99: float
    p95_low: float
    p95_high: float
    tail_mean: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Contribution:
    """Of one risk, by its estimate; `tail` is what it costs in the mean of the worst years of all."""

    risk: int
    estimate: int
    expected: float
    zero_year: float
    p95: float
    tail: float


@dataclass(frozen=True, slots=True, kw_only=True)
class AfterPlan:
    """Of a year of all risks where everything planned works, in the same simulated years: `treatments` of `risks` that are not in
    place yet. Of `silent` treatments nobody has said what they change; they change nothing here.
    """

    expected: float
    p50: float
    p95: float
    curve: Points
    beyond: tuple[Beyond, ...]
    treatments: int
    risks: int
    silent: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Result:
    """`totals` None: nothing was estimated. `tolerance` empty: nothing was said to be tolerated, by the curve with that id.

    `risks` with the most expected first; the others are ids of risks that are not in it. `after_plan` None: nothing is planned
    of which somebody has said what it changes, or the run is older than the question.
    """

    definition: str = DEFINITION
    stamp: str
    currency: str
    totals: Totals | None
    curve: Points
    tolerance_id: int | None
    tolerance: Points
    beyond: tuple[Beyond, ...]
    risks: tuple[Contribution, ...]
    missing: tuple[int, ...]
    other_currency: tuple[int, ...]
    unfit: tuple[int, ...]
    after_plan: AfterPlan | None = None

    @property
    def open(self) -> int:
        """Of how many risks it was to be, estimated or not."""
        return len(self.risks) + len(self.missing) + len(self.other_currency) + len(self.unfit)

    @property
    def coverage(self) -> float | None:
        """The share of them that is in it; None without any risk."""
        return len(self.risks) / self.open if self.open else None


def result(given: Inputs, found: Portfolio | None) -> Result:
    tolerance = given.curve.tolerance if given.curve is not None else None
    total = found.total if found is not None else None
    return Result(
        stamp=given.stamp,
        currency=given.currency,
        totals=_totals(found) if found is not None else None,
        curve=_drawn(found.total, tolerance) if found is not None else (),
        tolerance_id=given.curve.version if given.curve is not None else None,
        tolerance=tolerance.points if tolerance is not None else (),
        beyond=beyond(total, tolerance) if total is not None and tolerance is not None else (),
        risks=_contributions(given.held, found) if found is not None else (),
        missing=given.missing,
        other_currency=given.other_currency,
        unfit=given.unfit,
        after_plan=_after(given, found, tolerance) if found is not None else None,
    )


def as_json(one: Result) -> dict[str, Any]:
    return asdict(one)


def from_json(stored: dict[str, Any]) -> Result:
    return Result(
        **stored
        | {
            "totals": Totals(**stored["totals"]) if stored["totals"] is not None else None,
            "curve": _points(stored["curve"]),
            "tolerance": _points(stored["tolerance"]),
            "beyond": tuple(Beyond(**each) for each in stored["beyond"]),
            "risks": tuple(Contribution(**each) for each in stored["risks"]),
            "after_plan": _planned(stored.get("after_plan")),
            **{name: tuple(stored[name]) for name in ("missing", "other_currency", "unfit")},
        }
    )


def _planned(stored: dict[str, Any] | None) -> AfterPlan | None:
    if stored is None:
        return None
    held = {"curve": _points(stored["curve"]), "beyond": tuple(Beyond(**each) for each in stored["beyond"])}
    return AfterPlan(**stored | held)


def _points(stored: list[list[float]]) -> Points:
    return tuple((loss, chance) for loss, chance in stored)


def _totals(found: Portfolio) -> Totals:
    figures = found.total.figures
    low, high = sure_within(found.total, 1 - TAIL)
    same = ("expected", "zero_year", "mean", "standard_error", "p50", "p80", "p95", "p99")
    return Totals(
        **{name: getattr(figures, name) for name in same}, p95_low=low, p95_high=high, tail_mean=sum(found.tail)
    )


def _after(given: Inputs, found: Portfolio, tolerance: Tolerance | None) -> AfterPlan | None:
    total = found.after_plan
    if total is None:
        return None
    figures = total.figures
    return AfterPlan(
        expected=figures.expected,
        p50=figures.p50,
        p95=figures.p95,
        curve=_drawn(total, tolerance),
        beyond=beyond(total, tolerance) if tolerance is not None else (),
        treatments=sum(len(each) for each in given.plan.values()),
        risks=len(given.plan),
        silent=given.silent,
    )


def _drawn(found: Simulated, tolerance: Tolerance | None) -> Points:
    """Four digits are more than a drawing shows, and a tenth of what is stored."""
    points = curve(found, tolerance, points=POINTS)
    return tuple((float(f"{loss:.4g}"), float(f"{chance:.6g}")) for loss, chance in points)


def _contributions(held: tuple[Input, ...], found: Portfolio) -> tuple[Contribution, ...]:
    rows = [
        Contribution(
            risk=each.row.risk_id,
            estimate=each.row.pk,
            expected=figures.expected,
            zero_year=figures.zero_year,
            p95=figures.p95,
            tail=tail,
        )
        for each, figures, tail in zip(held, found.risks, found.tail, strict=True)
    ]
    return tuple(sorted(rows, key=lambda row: (-row.expected, row.risk)))
