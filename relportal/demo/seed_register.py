"""The register of the demo: its people write risks down, rate, treat, look again and close, each on its day."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import partial
from typing import Final

from incidents.models import ActionItem, FailureMode, Incident
from relportal.core.models import Journey, Membership, Role, Service, Team, User
from relportal.demo.beats import Act, Beat, Days
from relportal.demo.register import REGISTER
from relportal.demo.register.parts import DemoRisk, Link, Rating, Step, Treatment
from risks.actions.evidence import attach
from risks.actions.links import link
from risks.actions.milestones import add_milestone, tick_milestone
from risks.actions.ratings import Rated, rate
from risks.actions.risks import Given, close, create, review
from risks.actions.treatments import Planned, add_treatment, move_treatment
from risks.models import RatingKind, Risk, TreatmentState
from risks.models import Treatment as TreatmentRow
from slo.models import Objective

FROM: Final = "demo"


@dataclass(slots=True)
class Cast:
    """Who and what there is, by the names that the register uses; `risks` grows while it is told."""

    people: dict[str, User]
    owners: dict[str, User]
    teams: dict[str, Team]
    services: dict[str, Service]
    journeys: dict[str, Journey]
    modes: dict[str, FailureMode]
    risks: dict[str, int] = field(default_factory=dict)

    @classmethod
    def read(cls) -> Cast:
        owners = Membership.objects.filter(role=Role.SERVICE_OWNER, team__isnull=False).select_related("user", "team")
        return cls(
            people={each.display_name: each for each in User.objects.all()},
            owners={each.team.slug: each.user for each in owners if each.team is not None},
            teams={each.slug: each for each in Team.objects.all()},
            services={each.slug: each for each in Service.objects.select_related("team")},
            journeys={each.slug: each for each in Journey.objects.all()},
            modes={each.slug: each for each in FailureMode.objects.all()},
        )

    def risk(self, key: str) -> Risk:
        return Risk.objects.get(pk=self.risks[key])


def incident(key: str) -> Incident:
    return Incident.objects.get(declared_from=f"{FROM}:{key}")


def register(days: Days, cast: Cast) -> list[Beat]:
    return [beat for told in REGISTER for beat in days.told(told.key, _Life(told, days, cast).acts())]


@dataclass(frozen=True, slots=True)
class _Life:
    """What its owner did about a risk."""

    told: DemoRisk
    days: Days
    cast: Cast

    def acts(self) -> Iterator[tuple[int, Act]]:
        told = self.told
        first = next(one for one in told.ratings if one.kind == RatingKind.CURRENT)
        yield told.written, partial(self._write, _rated(first))
        for rating in told.ratings:
            if rating is not first:
                yield rating.day, partial(self._rate, _rated(rating))
        for treatment in told.treatments:
            yield from self._treatment(treatment)
        for each in told.links:
            yield each.day, partial(self._link, each)
        for name, text in told.files.items():
            yield told.written + 1, partial(self._attach, name, text)
        for day, note in told.reviews:
            yield day, partial(self._review, note)
        if told.closed is not None:
            day, because = told.closed
            yield day, partial(self._close, because)

    def _treatment(self, given: Treatment) -> Iterator[tuple[int, Act]]:
        """From the day it was planned: its milestones, and how far it came."""
        yield given.day, partial(self._plan, given)
        for step in given.steps:
            if step.done is not None:
                yield step.done, partial(self._tick, given, step)
        moves = (
            (given.begun, TreatmentState.DOING),
            (given.done, TreatmentState.DONE),
            (given.dropped, TreatmentState.DROPPED),
        )
        for day, state in moves:
            if day is not None:
                yield day, partial(self._move, given, state.value)

    @property
    def owner(self) -> User:
        return self.cast.people[self.told.owner]

    @property
    def risk(self) -> Risk:
        return self.cast.risk(self.told.key)

    def _row(self, given: Treatment) -> TreatmentRow:
        return TreatmentRow.objects.select_related("risk").get(risk=self.risk, title=given.title)

    def _write(self, rating: Rated, at: dt.datetime) -> None:
        told, cast = self.told, self.cast
        given = Given(
            title=told.title,
            cause=told.cause,
            event=told.event,
            consequence=told.consequence,
            category=cast.modes[told.category],
            owner=self.owner,
            team=cast.teams[told.team],
            services=[cast.services[slug] for slug in told.services],
            journeys=[cast.journeys[slug] for slug in told.journeys],
            rated=rating,
        )
        cast.risks[told.key] = create(self.owner, given, at=at).pk

    def _rate(self, rating: Rated, at: dt.datetime) -> None:
        rate(self.owner, self.risk, rating, at=at)

    def _plan(self, given: Treatment, at: dt.datetime) -> None:
        planned = Planned(
            title=given.title,
            strategy=given.strategy,
            expected_effect=given.effect,
            effort_days=given.effort,
            owner=self.cast.people[given.owner] if given.owner else None,
            due_on=self.days.date(given.due),
        )
        row = add_treatment(self.owner, self.risk, planned, at=at)
        for step in given.steps:
            add_milestone(self.owner, row, title=step.title, due_on=self.days.date(step.due), at=at)

    def _tick(self, given: Treatment, step: Step, at: dt.datetime) -> None:
        row = self._row(given).milestones.select_related("treatment__risk").get(title=step.title)
        tick_milestone(self.owner, row, done=True, at=at)

    def _move(self, given: Treatment, to: str, at: dt.datetime) -> None:
        move_treatment(self.owner, self._row(given), to, reason=given.because, at=at)

    def _link(self, given: Link, at: dt.datetime) -> None:
        service, indicator = given.objective or ("", "")
        link(
            self.owner,
            self.risk,
            relation=given.relation,
            incident=incident(given.incident) if given.incident else None,
            objective=Objective.objects.get(service__slug=service, indicator__slug=indicator) if service else None,
            action=ActionItem.objects.filter(incident=incident(given.action)).earliest("pk") if given.action else None,
            note=given.note,
            at=at,
        )

    def _attach(self, name: str, text: str, at: dt.datetime) -> None:
        attach(self.owner, self.risk, name=name, content=text.encode(), at=at)

    def _review(self, note: str, at: dt.datetime) -> None:
        review(self.owner, self.risk, note=note, at=at)

    def _close(self, because: str, at: dt.datetime) -> None:
        close(self.owner, self.risk, because=because, at=at)


def _rated(told: Rating) -> Rated:
    return Rated(
        likelihood=told.likelihood,
        columns=told.columns,
        reason=told.reason,
        kind=told.kind,
        confidence=told.confidence,
    )
