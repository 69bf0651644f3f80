"""What another scale would change for the risks that are rated, and which of them are still to be rated by the one in force."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass

from relportal.core.models import User
from risks.domain.matrix import Level, Scale
from risks.models import PolicyRow, RatingTask, Risk, RiskLevel


@dataclass(frozen=True, slots=True)
class Moved:
    """A risk that would have another level at the steps that were chosen; `after` None: a step of it is gone."""

    risk: Risk
    before: RiskLevel
    after: Level | None


@dataclass(frozen=True, slots=True)
class Count:
    before: str
    after: str
    n: int


@dataclass(frozen=True, slots=True)
class Consequences:
    """`rated` risks are to be rated again, of which `moved` change by themselves. `lost_levels` are named by policy rows and
    would be gone: exceptions for them would fall to the rows behind."""

    rated: int
    moved: tuple[Moved, ...]
    counts: tuple[Count, ...]
    lost_levels: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class ToRate:
    """A risk that waits; `proposed` is its level at the same steps by the scale in force, None where a step is gone."""

    task: RatingTask
    proposed: Level | None


def consequences(user: User, scale: Scale) -> Consequences:
    rows = Risk.objects.visible_to(user).alive().filter(current__isnull=False)
    rated = list(rows.select_related("current__level", "current__likelihood", "current__impact").order_by("pk"))
    moved = [Moved(risk, risk.current.level, same_steps(risk, scale)) for risk in rated if risk.current is not None]
    changed = [one for one in moved if one.after is None or one.after.name != one.before.name]
    counted = Counter((one.before.name, one.after.name if one.after else "") for one in changed)
    return Consequences(
        len(rated),
        tuple(changed),
        tuple(Count(before, after, n) for (before, after), n in counted.most_common()),
        lost_levels(scale),
    )


def same_steps(risk: Risk, scale: Scale) -> Level | None:
    """The level that the scale gives the steps of the current rating."""
    if risk.current is None:
        return None
    try:
        return scale.level(risk.current.likelihood.key, risk.current.impact.key)
    except KeyError:
        return None


def lost_levels(scale: Scale) -> tuple[str, ...]:
    """Keys of levels that policy rows name and the scale does not have."""
    known = {one.key for one in scale.levels}
    named = {key for keys in PolicyRow.objects.values_list("levels", flat=True) for key in keys}
    return tuple(sorted(named - known))


def to_rate(user: User, scale: Scale) -> tuple[ToRate, ...]:
    """The open tasks, the worst first, then the oldest."""
    tasks = RatingTask.objects.filter(done_at=None, risk__in=Risk.objects.visible_to(user))
    rows = tasks.select_related(
        "matrix",
        "risk__owner",
        "risk__team",
        "risk__current__level",
        "risk__current__likelihood",
        "risk__current__impact",
    )
    ordered = sorted(rows, key=lambda one: (-_rank(one), one.created_at, one.risk_id))
    return tuple(ToRate(one, same_steps(one.risk, scale)) for one in ordered)


def _rank(task: RatingTask) -> int:
    return task.risk.current.level.position if task.risk.current is not None else 0


def waiting(risk: Risk) -> RatingTask | None:
    """The task of a risk that is to be rated again."""
    return risk.rating_tasks.filter(done_at=None).select_related("matrix").first()
