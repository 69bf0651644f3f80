"""What a risk of the demo is told with. Days count from the anchor (0) back (negative) or ahead; keys are those of the scale."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

Span = tuple[float, float]


@dataclass(frozen=True, slots=True, kw_only=True)
class Rating:
    """`columns` maps columns of the scale to impacts; `kind` is a value of RatingKind."""

    day: int
    likelihood: str
    columns: Mapping[str, str]
    reason: str
    kind: str = "current"
    confidence: str = "medium"


def rated(day: int, likelihood: str, reason: str, *, sure: str = "medium", **columns: str) -> Rating:
    return Rating(day=day, likelihood=likelihood, columns=columns, reason=reason, confidence=sure)


def after(day: int, likelihood: str, reason: str, **columns: str) -> Rating:
    """What is left when the plan is carried out."""
    return Rating(day=day, likelihood=likelihood, columns=columns, reason=reason, kind="after_plan")


def wanted(day: int, likelihood: str, reason: str, **columns: str) -> Rating:
    return Rating(day=day, likelihood=likelihood, columns=columns, reason=reason, kind="target")


def before_all(day: int, likelihood: str, reason: str, **columns: str) -> Rating:
    """Inherent: as it would be without anything that is in place."""
    return Rating(day=day, likelihood=likelihood, columns=columns, reason=reason, kind="inherent")


@dataclass(frozen=True, slots=True)
class Step:
    """A milestone; `done` None: it is not reached, and late where `due` is over."""

    title: str
    due: int
    done: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Benefit:
    """Factors on rate and loss, costs in euros; 90 % ranges."""

    one_off: Span
    yearly: Span | None = None
    rate: Span | None = None
    loss: Span | None = None
    years: int = 3


@dataclass(frozen=True, slots=True, kw_only=True)
class Treatment:
    """`begun`, `done` and `dropped` are days, None: not (yet); `because` goes with `dropped`."""

    title: str
    day: int
    due: int
    effect: str = ""
    strategy: str = "mitigate"
    effort: float | None = None
    owner: str = ""
    begun: int | None = None
    done: int | None = None
    dropped: int | None = None
    because: str = ""
    steps: tuple[Step, ...] = ()
    benefit: Benefit | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Link:
    """To an incident of the story by its key (`action`: to the first action that followed it), or to an objective."""

    day: int
    relation: str = "evidence"
    incident: str = ""
    action: str = ""
    objective: tuple[str, str] | None = None
    note: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Size:
    """Calibrated 90 % ranges: events a year, euros and customer minutes an event; None: nobody has said.

    With `history` the minutes are those that the portal suggests, where it suggests any from incidents of the same kind.
    """

    day: int
    rate: Span
    euros: Span | None = None
    minutes: Span | None = None
    reason: str
    history: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class DemoRisk:
    """`owner` is the name of a person; `ratings` in the order of their days, the first on the day it is written down."""

    key: str
    title: str
    cause: str
    event: str
    consequence: str
    category: str
    owner: str
    team: str
    services: tuple[str, ...]
    ratings: tuple[Rating, ...]
    journeys: tuple[str, ...] = ()
    reviews: tuple[tuple[int, str], ...] = ()
    treatments: tuple[Treatment, ...] = ()
    links: tuple[Link, ...] = ()
    sizes: tuple[Size, ...] = ()
    files: Mapping[str, str] = field(default_factory=dict)
    closed: tuple[int, str] | None = None

    @property
    def written(self) -> int:
        return self.ratings[0].day
