"""What an exception is about, and what follows from that for its path: tier, level, team and service."""

from __future__ import annotations

from dataclasses import dataclass

from incidents.models import ActionItem
from relportal.core.models import Service, Team
from risks.domain.policy import Case
from risks.models import GovernanceException, Risk
from slo.models import Objective


@dataclass(frozen=True, slots=True, kw_only=True)
class Subject:
    """`key` and `url` name what a later app knows. `team` counts only where nothing else here belongs to one."""

    risk: Risk | None = None
    objective: Objective | None = None
    action: ActionItem | None = None
    service: Service | None = None
    team: Team | None = None
    key: str = ""
    url: str = ""

    @property
    def words(self) -> str:
        """What it is called; empty where only a service or a team is named."""
        for row in (self.risk, self.action):
            if row is not None:
                return str(row)
        return f"{self.objective.short_id} {self.objective}" if self.objective is not None else ""


@dataclass(frozen=True, slots=True)
class Bearing:
    """`tier` None: no service; `level` empty: no rated risk; `team` None: nobody's."""

    tier: int | None
    level: str
    team: Team | None
    service: Service | None

    def case(self, kind: str) -> Case:
        return Case(kind, self.tier, self.level)


def bearing(subject: Subject) -> Bearing:
    """The most critical of all services that it touches decides the tier, the newest current rating of its risk the level."""
    risk, objective, action = subject.risk, subject.objective, subject.action
    named = [
        one
        for one in (
            subject.service,
            objective.service if objective is not None else None,
            action.service if action is not None else None,
        )
        if one is not None
    ]
    touched = [*named, *(risk.services.select_related("team") if risk is not None else ())]
    first = min(touched, key=lambda one: (one.tier, one.name), default=None)
    rating = risk.current if risk is not None else None
    return Bearing(
        tier=first.tier if first is not None else None,
        level=rating.level.key if rating is not None else "",
        team=_team(subject, first),
        service=named[0] if named else (first if len(touched) == 1 else None),
    )


def _team(subject: Subject, service: Service | None) -> Team | None:
    """Nobody chooses the team that signs where the subject has one."""
    if subject.risk is not None and subject.risk.team is not None:
        return subject.risk.team
    if subject.action is not None and subject.action.team is not None:
        return subject.action.team
    if service is not None and service.team is not None:
        return service.team
    return subject.team


def subject_of(exception: GovernanceException) -> Subject:
    return Subject(
        risk=exception.risk,
        objective=exception.objective,
        action=exception.action,
        service=exception.service,
        team=exception.team,
        key=exception.subject_key,
        url=exception.subject_url,
    )
