"""Recovery tests: what their marks measure, what follows against the objectives of that day, and how long it is worth something.

Source: the marks and verdicts are those of recovery tests under ISO 22301 and SOC 2 A1.3; a tabletop shows that a plan was read
and nothing of how long it takes.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields
from enum import StrEnum
from itertools import pairwise
from typing import Final


class Kind(StrEnum):
    TABLETOP = "tabletop"
    RESTORE = "restore"
    FAILOVER = "failover"
    ZONE = "zone"
    REGION = "region"


class Verdict(StrEnum):
    MET = "met"
    BREACHED = "breached"
    PARTLY = "partly"
    NOT_MEASURED = "not_measured"


class Standing(StrEnum):
    """How a service stands today, the worst first."""

    BREACHED = "breached"
    NEVER = "never"
    STALE = "stale"
    PARTLY = "partly"
    NOT_MEASURED = "not_measured"
    MET = "met"


class Reason(StrEnum):
    """Why a test is worth nothing any more."""

    AGE = "age"
    OBJECTIVE = "objective"
    TIER = "tier"
    PLAN = "plan"


class Fault(StrEnum):
    """What is wrong with a mark."""

    FUTURE = "future"
    ORDER = "order"
    LOST_AFTER = "lost_after"
    UNDECLARED = "undeclared"
    UNRECOVERED = "unrecovered"
    FAR = "far"


@dataclass(frozen=True, slots=True, kw_only=True)
class Marks:
    """Of one service. `failed` is the failure point, `last_good` the newest data that was there again afterwards. `broken_off`:
    the service did not come back, and the test ended without it."""

    failed: dt.datetime | None = None
    declared: dt.datetime | None = None
    decided: dt.datetime | None = None
    restored: dt.datetime | None = None
    usable: dt.datetime | None = None
    verified: dt.datetime | None = None
    last_good: dt.datetime | None = None
    broken_off: bool = False


ORDER: Final = ("declared", "decided", "restored", "usable", "verified")
"""Each is not before any that stands before it."""


FAR: Final = dt.timedelta(days=366)
"""What lies further from the day of the test is a slip of the pen."""


@dataclass(frozen=True, slots=True)
class Objective:
    """Seconds; None: nothing is promised of that kind."""

    rto_s: int | None = None
    rpo_s: int | None = None


@dataclass(frozen=True, slots=True)
class Measured:
    """`rto_s` from the declaration, `rto_impact_s` from the failure point; None: its marks were not taken."""

    rto_s: int | None = None
    rto_impact_s: int | None = None
    rpo_s: int | None = None


@dataclass(frozen=True, slots=True)
class Judged:
    rto: Verdict
    rpo: Verdict
    whole: Verdict


def faults(marks: Marks, *, held: dt.datetime, at: dt.datetime) -> Mapping[str, Fault]:
    """Mark -> what is wrong with it; empty: nothing. A failure may be announced before it is made, so that the declaration is
    not held against it; what was usable before the failure is no recovery."""
    found: dict[str, Fault] = {}
    known = {each.name: value for each in fields(Marks) if isinstance(value := getattr(marks, each.name), dt.datetime)}
    for name, value in known.items():
        if value > at:
            found[name] = Fault.FUTURE
        elif abs(value - held) > FAR:
            found[name] = Fault.FAR
    given = [name for name in ORDER if name in known]
    for before, name in pairwise(given):
        if known[name] < known[before]:
            found.setdefault(name, Fault.ORDER)
    after = next((name for name in ORDER[2:] if name in known), None)
    if marks.failed is not None and after is not None and known[after] < marks.failed:
        found.setdefault(after, Fault.ORDER)
    if marks.last_good is not None and marks.failed is not None and marks.last_good > marks.failed:
        found.setdefault("last_good", Fault.LOST_AFTER)
    if given and "declared" not in known:
        found.setdefault("declared", Fault.UNDECLARED)
    if marks.broken_off and marks.usable is not None:
        found.setdefault("usable", Fault.UNRECOVERED)
    return found


def measured(marks: Marks) -> Measured:
    """Whole seconds, rounded up: what took a moment longer than the objective did not meet it."""
    return Measured(
        rto_s=_seconds(marks.declared, marks.usable),
        rto_impact_s=_seconds(marks.failed, marks.usable),
        rpo_s=_seconds(marks.last_good, marks.failed),
    )


def _seconds(start: dt.datetime | None, end: dt.datetime | None) -> int | None:
    if start is None or end is None:
        return None
    return -((start - end) // dt.timedelta(seconds=1))


def judged(kind: Kind, marks: Marks, objective: Objective) -> Judged:
    """Against the objective of that day. A tabletop measures nothing, whatever its marks say."""
    if kind is Kind.TABLETOP:
        return Judged(Verdict.NOT_MEASURED, Verdict.NOT_MEASURED, Verdict.NOT_MEASURED)
    found = measured(marks)
    rto = _verdict(found.rto_s, objective.rto_s)
    if marks.broken_off and objective.rto_s is not None:
        rto = Verdict.BREACHED
    rpo = _verdict(found.rpo_s, objective.rpo_s)
    asked = [one for one, limit in ((rto, objective.rto_s), (rpo, objective.rpo_s)) if limit is not None]
    if Verdict.BREACHED in asked:
        return Judged(rto, rpo, Verdict.BREACHED)
    return Judged(rto, rpo, together(asked))


def _verdict(seconds: int | None, limit: int | None) -> Verdict:
    if seconds is None or limit is None:
        return Verdict.NOT_MEASURED
    return Verdict.MET if seconds <= limit else Verdict.BREACHED


def together(verdicts: Sequence[Verdict]) -> Verdict:
    """Of several services: all alike is that, met beside anything else is partly, and a breach is never hidden by what was not
    measured. None at all: not measured."""
    found = set(verdicts)
    if len(found) == 1:
        return found.pop()
    if found & {Verdict.MET, Verdict.PARTLY}:
        return Verdict.PARTLY
    return Verdict.BREACHED if Verdict.BREACHED in found else Verdict.NOT_MEASURED


@dataclass(frozen=True, slots=True)
class Terms:
    """What a test was held under, and what holds today. An empty plan version is not known, and changes nothing."""

    objective: Objective
    tier: int
    plan: str = ""


@dataclass(frozen=True, slots=True)
class LastTest:
    on: dt.date
    verdict: Verdict
    terms: Terms


@dataclass(frozen=True, slots=True)
class Stood:
    """`due` is the day by which the next test is held; None: at once."""

    standing: Standing
    reasons: tuple[Reason, ...] = ()
    due: dt.date | None = None


def stood(tested: LastTest | None, now: Terms, *, today: dt.date, every_days: int) -> Stood:
    """A met test decays; a breach stays one until a later test is better, however old it is."""
    if tested is None:
        return Stood(Standing.NEVER)
    due = tested.on + dt.timedelta(days=every_days)
    reasons = []
    if today > due:
        reasons.append(Reason.AGE)
    if tested.terms.objective != now.objective:
        reasons.append(Reason.OBJECTIVE)
    if tested.terms.tier != now.tier:
        reasons.append(Reason.TIER)
    if tested.terms.plan and now.plan and tested.terms.plan != now.plan:
        reasons.append(Reason.PLAN)
    standing = Standing(tested.verdict.value)
    if reasons and standing is not Standing.BREACHED:
        standing = Standing.STALE
    again = standing is Standing.BREACHED or any(each is not Reason.AGE for each in reasons)
    return Stood(standing, tuple(reasons), None if again else due)
