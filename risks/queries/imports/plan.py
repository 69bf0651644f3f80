"""What an imported table would do to the register, line by line; nothing is written."""

from __future__ import annotations

import datetime as dt
import hashlib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, Final

from django.utils.translation import gettext as _

from relportal.core.models import User
from relportal.core.reading.problems import Problem, Refusal, Severity
from risks.domain.matrix import by_key
from risks.models import RatingKind, Risk, RiskRating
from risks.queries.imports.reading import Said, Steps, said
from risks.queries.imports.register import Register, named_risk, register
from risks.queries.imports.table import Line, Table
from risks.queries.scale import Version

SHOWN_PROBLEMS: Final = 200


class Verb(StrEnum):
    CREATE = "create"
    UPDATE = "update"
    KEEP = "keep"


@dataclass(frozen=True, slots=True)
class Change:
    """One field of a risk as text, before and after; `before` is empty for a new risk."""

    field: str
    before: str
    after: str


@dataclass(frozen=True, slots=True)
class Step:
    """What will be done about one line. `risk` None: a new one; `values` are the fields that the line speaks of, `ratings`
    those that it would get by kind, `level` what it would be rated, None where nobody has."""

    verb: Verb
    line: int
    title: str
    risk: Risk | None
    values: Mapping[str, Any]
    ratings: Mapping[str, Steps]
    level: Any
    changes: tuple[Change, ...]

    @property
    def short_id(self) -> str:
        return self.risk.short_id if self.risk is not None else ""


@dataclass(frozen=True, slots=True)
class Plan:
    """`digest` names this plan: the same table against the same register gives the same, anything else another.

    `problems` are at most SHOWN_PROBLEMS, errors first; `left_out` more are not among them. `errors` counts all.
    """

    filename: str
    steps: tuple[Step, ...]
    problems: tuple[Problem, ...]
    errors: int
    left_out: int
    version: Version

    @property
    def possible(self) -> bool:
        return not self.errors and any(step.verb is not Verb.KEEP for step in self.steps)

    def count(self, verb: Verb) -> int:
        return sum(step.verb is verb for step in self.steps)

    @property
    def digest(self) -> str:
        seen = [
            (one.verb.value, one.line, one.risk and (one.risk.pk, one.risk.version), one.changes) for one in self.steps
        ]
        return hashlib.sha256(repr((self.version.matrix.number, seen)).encode()).hexdigest()


def plan_of(user: User, table: Table, *, filename: str, at: dt.datetime) -> Plan:
    """Compares a table with the register. The number of statements does not grow with it, but for risks that came true in
    an incident and would be rated anew."""
    known = register(user, {pk for _line, pk in _ids(table.lines)})
    read = [said(user, line, known, at=at) for line in table.lines]
    problems = [*table.problems, *_repeated(table.lines), *_alike(read, known)]
    problems += [problem for one in read for problem in one.problems]
    problems.sort(key=lambda one: (one.severity is Severity.NOTE, one.line))
    return Plan(
        filename,
        tuple(_step(one, known) for one in read),
        tuple(problems[:SHOWN_PROBLEMS]),
        sum(one.severity is Severity.ERROR for one in problems),
        max(0, len(problems) - SHOWN_PROBLEMS),
        known.version,
    )


def _ids(lines: Iterable[Line]) -> Iterator[tuple[Line, int]]:
    for line in lines:
        try:
            if line.cells.get("id"):
                yield line, named_risk(line.cells["id"])
        except Refusal:
            # Said where the line is read.
            continue


def _repeated(lines: Iterable[Line]) -> Iterator[Problem]:
    """A risk that one file describes twice: neither description can be trusted."""
    first: dict[int, int] = {}
    for line, pk in _ids(lines):
        if first.setdefault(pk, line.number) != line.number:
            words = _("RISK-%(n)s stands in line %(line)s already.") % {"n": pk, "line": first[pk]}
            yield Problem(line.number, words, "id")


def _alike(read: Sequence[Said], known: Register) -> Iterator[Problem]:
    """A new risk with the title of another is most often the same one, imported again."""
    first: dict[str, int] = {}
    for one in read:
        title = one.line.cells["title"].casefold()
        if one.line.cells.get("id") or not title:
            continue
        there = known.titles.get(title)
        if there is not None:
            words = _("RISK-%(n)s has this title. Put its id into the column id to change it; else there will be two.")
            yield Problem(one.line.number, words % {"n": there}, "title", Severity.NOTE)
        elif title in first:
            words = _("Line %(line)s has the same title: there will be two risks.") % {"line": first[title]}
            yield Problem(one.line.number, words, "title", Severity.NOTE)
        first.setdefault(title, one.line.number)


def _step(one: Said, known: Register) -> Step:
    values = dict(one.values)
    if one.risk is None and values.get("team") is None:
        # As whoever writes one down by hand: the team of the first service.
        values["team"] = next((service.team for service in values.get("services", ()) if service.team), None)
    changes = tuple(_changes(one.risk, values, one.ratings, known))
    verb = Verb.CREATE if one.risk is None else Verb.UPDATE if changes else Verb.KEEP
    title = values.get("title") or (one.risk.title if one.risk is not None else "")
    return Step(verb, one.line.number, title, one.risk, values, one.ratings, _level(one), changes)


def _level(one: Said) -> Any:
    given = one.ratings.get(RatingKind.CURRENT.value)
    if given is not None:
        return given.level
    return one.risk.current.level if one.risk is not None and one.risk.current is not None else None


def _changes(
    risk: Risk | None, values: Mapping[str, Any], ratings: Mapping[str, Steps], known: Register
) -> Iterator[Change]:
    for name, value in values.items():
        before = _held(risk, name)
        if _comparable(before) != _comparable(value):
            yield Change(name, _text(before), _text(value))
    for kind, steps in ratings.items():
        standing: RiskRating | None = getattr(risk, kind, None)
        yield Change("rating" if kind == RatingKind.CURRENT else kind, _rating(standing), _steps(steps, known))


def _held(risk: Risk | None, name: str) -> Any:
    if risk is None:
        return () if name in ("services", "journeys") else None
    return list(getattr(risk, name).all()) if name in ("services", "journeys") else getattr(risk, name)


def _comparable(value: Any) -> Any:
    """A workbook ends lines otherwise than a browser does, and a name may be another's, too."""
    if isinstance(value, list | tuple):
        return {one.pk for one in value}
    if isinstance(value, str):
        return value.splitlines()
    return value or []


def _text(value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, list | tuple):
        return ", ".join(sorted(str(one) for one in value))
    return value.isoformat() if isinstance(value, dt.date) else str(value)


def _rating(rating: RiskRating | None) -> str:
    return f"{rating.level} ({rating.likelihood} × {rating.impact})" if rating is not None else ""


def _steps(steps: Steps, known: Register) -> str:
    scale = known.version.scale
    likelihood, impact = by_key(scale.likelihoods, steps.likelihood), by_key(scale.impacts, steps.impact)
    return f"{steps.level.name} ({likelihood.name} × {impact.name})"
