"""Reviews of launches of the demo: opened, answered, decided and launched on their days, after its history is read."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from functools import partial
from typing import Final

from relportal.core.exceptions import Conflict
from relportal.core.models import Service, User
from relportal.demo.beats import Act, Days, tell
from relportal.demo.launches import LAUNCHES, DemoLaunch, DemoReview
from relportal.demo.seed_learning import quiet
from reports.actions.attestations import Attested, attest
from reports.actions.readiness import ReviewGiven, again, begin, decide, launch, withdraw
from reports.actions.readiness_answers import AnswerGiven, answer
from reports.actions.readiness_judging import judge_all
from reports.actions.readiness_templates import ship_readiness
from reports.domain.readiness import Proof, Result
from reports.facts import FACTS
from reports.models import ReadinessReview
from reports.queries.readiness.template import current

HEAD: Final = "Ines Halvorsen"
DIRECTOR: Final = "Henrik Solberg"
AS_IT_STANDS: Final = "As it stands."
DAY: Final = dt.timedelta(days=1)
TOLD: Final = {
    "owner": "The product manager stands in the catalog's description.",
    "on_call": "Five people; the escalation was tried on a Tuesday night.",
    "budget_policy": "Product has signed the standard one.",
    "dependencies": "Listed with timeouts, budgets for retries and what is shown instead.",
    "failure_modes": "Nine failures in the table of the team, each with what tells of it.",
    "capacity": "Twice the load of last Friday for an hour; it bent at three times.",
    "rollout": "One in a hundred, one in ten, all; rolled back in four minutes in the rehearsal.",
    "schema": "Columns are added first and filled; what is old goes a release later.",
    "access": "Two people with a key that ends at night; each use is written down.",
    "limits": "A third of every quota is left.",
    "severity": "Two examples stand in the matrix, and the status page has a line.",
    "support": "Support has tried it and knows three questions that will come.",
    "cost": "0.04 a thousand requests, from the bill of the rehearsal.",
}


def launches(*, at: dt.datetime) -> int:
    """Tells them once. How many reviews there are new."""
    if ReadinessReview.objects.exists():
        return 0
    ship_readiness(at=at)
    told = _Telling(Days(at), {each.display_name: each for each in User.objects.all()})
    beats = [
        one
        for number, each in enumerate(LAUNCHES)
        for one in told.days.told(f"launch-{number}", told.life(each), hour=13)
    ]
    tell(beats, until=at)
    judge_all(at=at)
    quiet(at=at)
    return ReadinessReview.objects.count()


@dataclass(frozen=True, slots=True)
class _Telling:
    days: Days
    people: dict[str, User]

    def life(self, told: DemoLaunch) -> list[tuple[int, Act]]:
        acts: list[tuple[int, Act]] = []
        for number, each in enumerate(told.reviews):
            acts.append((each.opened, partial(self._open, told, each, number)))
            acts.append((each.answered, partial(self._answer, told, each)))
            if each.decided is not None:
                acts.append((each.decided[0], partial(self._decide, told, each)))
            if each.launched is not None:
                acts.append((each.launched[0], partial(self._launch, told, each.launched[1])))
            if each.withdrawn is not None:
                acts.append((each.withdrawn[0], partial(self._withdraw, told, each.withdrawn[1])))
        return acts

    def _row(self, told: DemoLaunch) -> ReadinessReview:
        """The newest of the launch."""
        return ReadinessReview.objects.filter(title=told.title).select_related("service").latest("pk")

    def _open(self, told: DemoLaunch, each: DemoReview, number: int, at: dt.datetime) -> None:
        author, planned = self.people[told.author], self.days.date(each.planned)
        if number:
            again(author, self._row(told), planned_on=planned, at=at)
            return
        service = Service.objects.select_related("team").get(slug=told.service)
        begin(author, ReviewGiven(service=service, title=told.title, planned_on=planned, kind=told.kind), at=at)

    def _answer(self, told: DemoLaunch, each: DemoReview, at: dt.datetime) -> None:
        author, row = self.people[told.author], self._row(told)
        seen_on = (at - 6 * DAY).date()
        for fact, note in each.seen.items():
            if FACTS[fact].by_hand is not None:
                attest(author, Attested(service=row.service, fact=fact, on=seen_on, note=note), at=at)
        for item in current().template.items:
            if item.key in each.unanswered or not (item.answered or item.key in each.apart):
                continue
            result, words = Result.PASSED, TOLD.get(item.key, "")
            if item.key in each.failed:
                result, words = Result.FAILED, each.failed[item.key]
            elif item.key in each.apart:
                result, words = Result.NOT_APPLICABLE, each.apart[item.key]
            seen = seen_on if item.proof is Proof.EVIDENCE and result is not Result.NOT_APPLICABLE else None
            answer(
                author, row, AnswerGiven(item=item.key, result=result, reason=words, seen_on=seen), version=None, at=at
            )

    def _decide(self, told: DemoLaunch, each: DemoReview, at: dt.datetime) -> None:
        """By the Head of Reliability where a launch was not plainly ready, by the director else."""
        row = self._row(told)
        if each.decided is not None:
            _day, verdict, words = each.decided
            person = self.people[DIRECTOR if verdict == "ready" else HEAD]
            try:
                decide(person, row, verdict=verdict, because=words, version=None, at=at)
            except Conflict:
                # What it rests on are facts of other stories of the demo: as it stands, so it is decided.
                row.refresh_from_db()
                decide(person, row, verdict=row.verdict, because=words or AS_IT_STANDS, version=None, at=at)

    def _launch(self, told: DemoLaunch, why: str, at: dt.datetime) -> None:
        launch(self.people[told.author], self._row(told), because=why, version=None, at=at)

    def _withdraw(self, told: DemoLaunch, why: str, at: dt.datetime) -> None:
        withdraw(self.people[told.author], self._row(told), because=why, version=None, at=at)
