"""What one line of an imported table says of a risk: its fields as objects, its ratings as steps, and what is wrong with it."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Final, TypeVar

from django.utils.formats import date_format
from django.utils.translation import gettext as _

from relportal.core import company
from relportal.core.models import User
from relportal.core.reading.problems import Problem, Refusal, Severity, shortened
from risks.domain import review
from risks.domain.matrix import Level
from risks.models import Confidence, RatingKind, Risk
from risks.queries.imports.register import Register, named_risk
from risks.queries.imports.table import Line
from risks.queries.suggested import suggested_likelihood

TEXTS: Final = ("title", "cause", "event", "consequence")
AXES: Final[Mapping[str, tuple[str, str]]] = {
    RatingKind.CURRENT.value: ("likelihood", "impact"),
    RatingKind.TARGET.value: ("target_likelihood", "target_impact"),
}

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Steps:
    """A rating to be: keys of the scale in force."""

    likelihood: str
    impact: str
    level: Level
    confidence: str
    reason: str
    despite: str


@dataclass(slots=True)
class Said:
    """`values` holds what the line speaks of, by the name of the field: a column that is missing leaves what is there.

    `risk` None: a new one. `ratings` are those that differ from what stands, by kind.
    """

    line: Line
    risk: Risk | None = None
    values: dict[str, Any] = field(default_factory=dict)
    ratings: dict[str, Steps] = field(default_factory=dict)
    problems: list[Problem] = field(default_factory=list)


def said(user: User, line: Line, known: Register, *, at: dt.datetime) -> Said:
    return _Reader(user, line, known, at=at).read()


class _Reader:
    def __init__(self, user: User, line: Line, known: Register, *, at: dt.datetime) -> None:
        self.user, self.known, self.at = user, known, at
        self.cells = line.cells
        self.made = Said(line)

    def read(self) -> Said:
        made = self.made
        made.risk = self.risk()
        made.values |= {name: self.cells[name] for name in TEXTS if name in self.cells}
        if not self.cells["title"]:
            self.wrong("title", _("Every risk has a title: what may go wrong, in a few words."))
        self.one("category", self.known.categories.find)
        self.one("owner", self.known.owners.find)
        self.one("team", self.known.teams.find)
        for name, find in (("services", self.known.services.several), ("journeys", self.known.journeys.several)):
            if name in self.cells:
                made.values[name] = self.tried(name, find) or ()
        self.owner()
        self.identified()
        for kind in AXES:
            self.rating(kind)
        self.review()
        return made

    def risk(self) -> Risk | None:
        if not self.cells.get("id"):
            return None
        number = self.tried("id", named_risk)
        if number is not None and number not in self.known.risks:
            self.wrong("id", _("There is no RISK-%(n)s. Leave the id empty for a new risk.") % {"n": number})
        return self.known.risks.get(number or 0)

    def one(self, name: str, find: Callable[[str], Any]) -> None:
        """A name of something; an empty cell says that there is none."""
        if name in self.cells:
            self.made.values[name] = self.tried(name, find) if self.cells[name] else None

    def owner(self) -> None:
        owner = self.made.values.get("owner")
        before = self.made.risk.owner_id if self.made.risk is not None else None
        if owner is not None and owner.pk not in self.known.able and owner.pk != before:
            words = _("%(name)s cannot own a risk. Choose an active person with a role that may write.")
            self.wrong("owner", words % {"name": owner})

    def identified(self) -> None:
        """An empty cell keeps the day that is there; a new risk gets today."""
        day = self.tried("identified_on", _day) if self.cells.get("identified_on") else None
        if day is None:
            return
        self.made.values["identified_on"] = day
        if day > company.day(self.at):
            self.wrong("identified_on", _("Nobody can have seen it on a day to come."))

    def rating(self, kind: str) -> None:
        names = AXES[kind]
        texts = [self.cells.get(name, "") for name in names]
        if not any(texts):
            return
        if not all(texts):
            lacks, other = (names[0], names[1]) if not texts[0] else (names[1], names[0])
            self.wrong(lacks, _("Give it with %(other)s, or neither.") % {"other": other})
            return
        likelihood = self.tried(names[0], self.known.likelihoods.find)
        impact = self.tried(names[1], self.known.impacts.find)
        if likelihood is None or impact is None or self.is_rated(kind, likelihood.key, impact.key):
            return
        level = self.known.version.scale.level(likelihood.key, impact.key)
        steps = Steps(
            likelihood.key,
            impact.key,
            level,
            confidence=self.confidence(),
            reason=self.cells.get("reason", ""),
            despite=self.cells.get("despite", ""),
        )
        self.made.ratings[kind] = steps
        if not steps.reason:
            self.wrong("reason", _("Say what the rating rests on, for whoever reads it in a year."))
        if self.made.risk is not None and self.made.risk.is_closed:
            words = _("%(risk)s is closed. Open it again to rate it.")
            self.wrong(names[0], words % {"risk": self.made.risk.short_id})
        elif kind == RatingKind.CURRENT:
            self.suggestion(steps)

    def is_rated(self, kind: str, likelihood: str, impact: str) -> bool:
        """Whether it stands so already. By a scale that was replaced, a reason says that somebody rated it anew."""
        before = getattr(self.made.risk, kind, None)
        if before is None or (before.likelihood.key, before.impact.key) != (likelihood, impact):
            return False
        return before.matrix_id == self.known.version.matrix.pk or not self.cells.get("reason")

    def confidence(self) -> str:
        text = self.cells.get("confidence", "").casefold()
        for one in Confidence:
            if text in (one.value, str(one.label).casefold()):
                return one.value
        if text:
            words = _("“%(text)s” is not a confidence: use low, medium or high.")
            self.wrong("confidence", words % {"text": shortened(text)})
        return Confidence.MEDIUM.value

    def suggestion(self, steps: Steps) -> None:
        """As whoever rates it on its page is asked."""
        if self.made.risk is None or steps.despite:
            return
        scale = self.known.version.scale
        found = suggested_likelihood(self.user, self.made.risk, scale, at=self.at)
        if found is not None and found.step is not None and scale.far(steps.likelihood, found.step.key):
            words = _("Its incidents suggest “%(step)s”. Say in this column why you rate it two or more steps away.")
            self.wrong("despite", words % {"step": found.step.name})

    def review(self) -> None:
        """Kept to what its level asks for: a date that lies further away is brought forward, and said."""
        day = self.tried("review_due_on", _day) if self.cells.get("review_due_on") else None
        risk = self.made.risk
        if day is None or (risk is not None and day == risk.review_due_on):
            return
        if risk is not None and risk.is_closed:
            self.wrong("review_due_on", _("%(risk)s is closed: nobody looks at it.") % {"risk": risk.short_id})
            return
        level = self.level()
        last = review.due(company.day(self.at), level.review_days if level is not None else None)
        self.made.values["review_due_on"] = min(day, last)
        if day > last:
            words = _("%(level)s: it is looked at again by %(day)s at the latest, so that day is taken.")
            name = level.name if level is not None else _("Not rated")
            self.wrong("review_due_on", words % {"level": name, "day": date_format(last)}, severity=Severity.NOTE)

    def level(self) -> Any:
        """That it will have: of this line's rating, or of the one that stands."""
        given = self.made.ratings.get(RatingKind.CURRENT.value)
        if given is not None:
            return given.level
        risk = self.made.risk
        return risk.current.level if risk is not None and risk.current is not None else None

    def tried(self, name: str, find: Callable[[str], T]) -> T | None:
        try:
            return find(self.cells[name])
        except Refusal as refusal:
            self.wrong(name, str(refusal))
            return None

    def wrong(self, name: str, text: str, *, severity: Severity = Severity.ERROR) -> None:
        self.made.problems.append(Problem(self.made.line.number, text, name, severity))


def _day(text: str) -> dt.date:
    """A workbook gives some days with a midnight."""
    try:
        return dt.date.fromisoformat(text.removesuffix("T00:00:00"))
    except ValueError as error:
        words = _("“%(text)s” is not a day: write it as 2026-11-30.")
        raise Refusal(words % {"text": shortened(text)}) from error
