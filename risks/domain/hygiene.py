"""What is wrong with how a register is kept, whatever its risks are: a rating that nobody renews, a plan that nobody follows.

A check is a function of the whole register; `CHECKS` is all of them. A check says nothing of what it cannot know.
"""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Final

from risks.domain import policy
from risks.domain.review import CYCLES, Review, standing

WIDEST: Final = 100.0
"""A range that is wider says that nobody knows; one that is narrower than `NARROWEST` says that somebody pretends to."""
NARROWEST: Final = 1.2
SAME_SHARE: Final = 0.5
SAME_LEAST: Final = 8
"""Of fewer rated risks, half can be alike by chance."""


class Standing(StrEnum):
    OPEN = "open"
    ACCEPTED = "accepted"
    CLOSED = "closed"


class Progress(StrEnum):
    PLANNED = "planned"
    DOING = "doing"
    DONE = "done"
    DROPPED = "dropped"


@dataclass(frozen=True, slots=True, kw_only=True)
class Rated:
    """Positions from the least (1). `matrix` is the version of the scale; positions of two versions are not compared."""

    matrix: int
    likelihood: int
    impact: int
    level: int
    on: dt.date
    review_days: int
    needs_plan: bool = False
    needs_ask: bool = False

    @property
    def rank(self) -> tuple[int, int]:
        """By level, then by the sum of the positions."""
        return self.level, self.likelihood + self.impact


@dataclass(frozen=True, slots=True, kw_only=True)
class Measure:
    """A treatment. `milestones` are the days of those that are not done; `plans`: it is more than accepting the risk."""

    key: int
    title: str
    progress: Progress
    plans: bool = True
    due: dt.date | None = None
    done: dt.date | None = None
    milestones: tuple[dt.date, ...] = ()

    @property
    def runs(self) -> bool:
        return self.progress in (Progress.PLANNED, Progress.DOING)

    @property
    def counts(self) -> bool:
        """Whether it lowers the risk, now or when it is done."""
        return self.plans and self.progress != Progress.DROPPED


@dataclass(frozen=True, slots=True, kw_only=True)
class Allowance:
    """An acceptance of the risk. `began` None: it never held. `ends` is its first day without, whether somebody ended it or not;
    `waits`: it is asked for. `holds`: the portal believes that it is in force."""

    key: int
    began: dt.date | None
    ends: dt.date
    waits: bool = False
    holds: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Range:
    """The 90 % range of the loss of one event, in a unit."""

    unit: str
    low: float
    high: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Kept:
    """A risk, as its register keeps it. `active` says that its owner is; `closed` is when, of a closed one."""

    key: int
    standing: Standing = Standing.OPEN
    owned: bool = True
    active: bool = True
    review_due: dt.date | None = None
    current: Rated | None = None
    after_plan: Rated | None = None
    measures: tuple[Measure, ...] = ()
    allowances: tuple[Allowance, ...] = ()
    ranges: tuple[Range, ...] = ()
    closed: dt.date | None = None

    @property
    def is_alive(self) -> bool:
        return self.standing is not Standing.CLOSED

    @property
    def last_allowance(self) -> Allowance | None:
        """The one of those that held which ends last."""
        return max((one for one in self.allowances if one.began is not None), key=lambda one: one.ends, default=None)


@dataclass(frozen=True, slots=True, kw_only=True)
class Register:
    """`rows` are those of the policy in their order, `cases` all that they can be asked for."""

    today: dt.date
    risks: tuple[Kept, ...]
    rows: tuple[policy.Row, ...] = ()
    cases: tuple[policy.Case, ...] = ()

    @property
    def alive(self) -> Iterator[Kept]:
        return (one for one in self.risks if one.is_alive)


@dataclass(frozen=True, slots=True)
class Finding:
    """`risk` None: of the register itself. `part` is the measure, the acceptance or the row of the policy that it is about.

    `facts` are numbers, days and names for the sentence.
    """

    risk: int | None = None
    part: int | None = None
    facts: Mapping[str, object] = field(default_factory=dict)


Check = Callable[[Register], Iterator[Finding]]


def no_owner(register: Register) -> Iterator[Finding]:
    yield from (Finding(one.key) for one in register.alive if not one.owned)


def owner_inactive(register: Register) -> Iterator[Finding]:
    yield from (Finding(one.key) for one in register.alive if one.owned and not one.active)


def review_overdue(register: Register) -> Iterator[Finding]:
    for one in register.alive:
        if one.review_due is not None and one.review_due < register.today:
            yield Finding(one.key, facts={"days": (register.today - one.review_due).days, "due": one.review_due})


def rating_stale(register: Register) -> Iterator[Finding]:
    """More than two cycles of its level without a new rating; one that was never rated is late when its first review is."""
    for one in register.alive:
        current = one.current
        if current is None:
            if one.review_due is not None and one.review_due < register.today:
                yield Finding(one.key, facts={"rated": None})
            continue
        # Asked without a due date: whether it was looked at is another check's.
        stands = standing(due_on=None, rated_on=current.on, review_days=current.review_days, today=register.today)
        if stands is Review.STALE:
            facts = {"rated": current.on, "days": (register.today - current.on).days, "cycles": CYCLES}
            yield Finding(one.key, facts=facts | {"cycle": current.review_days})


def plan_above_current(register: Register) -> Iterator[Finding]:
    """A plan after which the risk is worse than before."""
    for one in register.alive:
        if (pair := _comparable(one)) is not None and pair[1].rank > pair[0].rank:
            yield Finding(one.key)


def lowered_without_measure(register: Register) -> Iterator[Finding]:
    """A lower rating after the plan, and no plan."""
    for one in register.alive:
        lower = (pair := _comparable(one)) is not None and pair[1].rank < pair[0].rank
        if lower and not any(measure.counts for measure in one.measures):
            yield Finding(one.key)


def _comparable(one: Kept) -> tuple[Rated, Rated] | None:
    """The current rating and that after the plan, where one scale made both."""
    current, after = one.current, one.after_plan
    if current is None or after is None or current.matrix != after.matrix:
        return None
    return current, after


def measure_twice(register: Register) -> Iterator[Finding]:
    """The same measure as one that is in place and as one that is to come: it would lower the risk twice."""
    for one in register.alive:
        done = {_named(each): each for each in one.measures if each.progress is Progress.DONE}
        for each in one.measures:
            if each.runs and _named(each) in done:
                yield Finding(one.key, each.key, {"title": each.title})


def _named(measure: Measure) -> str:
    return " ".join(measure.title.split()).casefold()


def accepted_without_exception(register: Register) -> Iterator[Finding]:
    """Called accepted, and no acceptance of it was ever in force."""
    for one in register.risks:
        if one.standing is Standing.ACCEPTED and one.last_allowance is None:
            yield Finding(one.key)


def ended_but_closed_looking(register: Register) -> Iterator[Finding]:
    """Its acceptance is over, and it looks as if it were settled: still accepted, or closed with nothing done."""
    for one in register.risks:
        last = one.last_allowance
        if last is None or not _over(last, register.today):
            continue
        shut = one.standing is Standing.CLOSED and one.closed is not None and one.closed >= last.ends
        if last.holds or one.standing is Standing.ACCEPTED or (shut and not _mended(one, last)):
            yield Finding(one.key, last.key, {"ended": last.ends})


def _mended(one: Kept, last: Allowance) -> bool:
    """Whether something was put in place since it was accepted, or the risk rated again since that is over."""
    since = last.began or last.ends
    done = any(each.plans and each.done is not None and each.done >= since for each in one.measures)
    return done or (one.current is not None and one.current.on >= last.ends)


def range_too_wide(register: Register) -> Iterator[Finding]:
    for one, each, factor in _ranges(register):
        if factor > WIDEST:
            yield Finding(one.key, facts={"unit": each.unit, "factor": factor})


def range_too_narrow(register: Register) -> Iterator[Finding]:
    for one, each, factor in _ranges(register):
        if factor < NARROWEST:
            yield Finding(one.key, facts={"unit": each.unit, "factor": factor})


def _ranges(register: Register) -> Iterator[tuple[Kept, Range, float]]:
    for one in register.alive:
        for each in one.ranges:
            if each.low > 0:
                yield one, each, each.high / each.low


def above_appetite_without_plan(register: Register) -> Iterator[Finding]:
    """A level that asks for a plan, and no treatment that is planned, under way or in place; what is accepted has its say."""
    for one in register.alive:
        needs = one.standing is Standing.OPEN and one.current is not None and one.current.needs_plan
        if needs and not any(measure.counts for measure in one.measures):
            yield Finding(one.key)


def above_appetite_without_ask(register: Register) -> Iterator[Finding]:
    """A level that asks for the decision of an executive, and nobody has asked for an acceptance."""
    for one in register.alive:
        needs = one.current is not None and one.current.needs_ask
        if needs and not any(each.waits or _in_force(each, register.today) for each in one.allowances):
            yield Finding(one.key)


def _in_force(each: Allowance, today: dt.date) -> bool:
    return each.began is not None and each.began <= today < each.ends


def treatment_overdue(register: Register) -> Iterator[Finding]:
    """A treatment, or a milestone of one, that is not done by its day."""
    for one in register.alive:
        for each in one.measures:
            days = [day for day in (each.due, *each.milestones) if day is not None and day < register.today]
            if each.runs and days:
                late = (register.today - min(days)).days
                yield Finding(one.key, each.key, {"title": each.title, "days": late})


def ratings_identical(register: Register) -> Iterator[Finding]:
    """More than half of the rated risks have one likelihood and one impact: the scale does not tell them apart."""
    cells = Counter((one.current.likelihood, one.current.impact) for one in register.alive if one.current is not None)
    n = cells.total()
    if n < SAME_LEAST:
        return
    (_cell, most), *_rest = cells.most_common(1)
    if most > SAME_SHARE * n:
        yield Finding(facts={"most": most, "n": n})


def rule_never_fires(register: Register) -> Iterator[Finding]:
    """A row of the policy that decides no case: it fits none, or those before it take all that it fits."""
    dead = policy.lint(register.rows, register.cases).dead if register.rows else {}
    for number, takers in sorted(dead.items()):
        yield Finding(part=number, facts={"row": number + 1, "takers": tuple(each + 1 for each in takers)})


CHECKS: Final[Mapping[str, Check]] = {
    "no_owner": no_owner,
    "owner_inactive": owner_inactive,
    "above_appetite_without_plan": above_appetite_without_plan,
    "above_appetite_without_ask": above_appetite_without_ask,
    "accepted_without_exception": accepted_without_exception,
    "ended_but_closed_looking": ended_but_closed_looking,
    "review_overdue": review_overdue,
    "rating_stale": rating_stale,
    "treatment_overdue": treatment_overdue,
    "plan_above_current": plan_above_current,
    "lowered_without_measure": lowered_without_measure,
    "measure_twice": measure_twice,
    "range_too_wide": range_too_wide,
    "range_too_narrow": range_too_narrow,
    "ratings_identical": ratings_identical,
    "rule_never_fires": rule_never_fires,
}
"""By key, the gravest first."""


@dataclass(frozen=True, slots=True)
class Share:
    """`clean` of `n` risks have no finding; `value` None: there is no risk to look at, which is neither good nor bad."""

    clean: int
    n: int

    @property
    def value(self) -> float | None:
        return self.clean / self.n if self.n else None


def looked_at(register: Register) -> frozenset[int]:
    """Open and accepted risks, and the closed ones whose acceptance is over: of the others, nothing can be wrong any more."""
    return frozenset(one.key for one in register.risks if one.is_alive or _over(one.last_allowance, register.today))


def _over(last: Allowance | None, today: dt.date) -> bool:
    return last is not None and last.ends <= today


def share(register: Register, findings: Iterable[Finding]) -> Share:
    """Of the risks that were looked at, those without a finding; findings of the register itself are no risk's."""
    every = looked_at(register)
    found = {one.risk for one in findings if one.risk is not None}
    return Share(len(every - found), len(every))
