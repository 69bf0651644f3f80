"""Exceptions of the demo: asked for, signed along their path, refused, ended, and expired by the portal on their day."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import partial
from typing import Final

from incidents.models import ActionItem
from relportal.core.models import User
from relportal.demo.beats import MINUTE, Act, Beat, Days
from relportal.demo.register.exceptions import DELEGATIONS, EXCEPTIONS, DemoDelegation, DemoException, Signed
from relportal.demo.seed_register import Cast
from reports.domain.readiness import EXEMPTS
from risks.actions.delegations import delegate
from risks.actions.evidence import attach
from risks.actions.exception_ends import end_early, withdraw
from risks.actions.exceptions import Asked, renew, request
from risks.actions.expiry import expire_due
from risks.actions.signatures import Decision, refuse, sign
from risks.models import GovernanceException
from risks.queries.exceptions.path import end_of_day
from risks.queries.exceptions.seen import sha256, shown
from risks.queries.exceptions.signers import held
from risks.queries.exceptions.subject import Subject
from slo.models import Objective

AFTERNOON: Final = 14
MORNING: Final = 7


@dataclass(slots=True)
class Asking:
    """`rows` grows while it is told: what was asked for, by the keys of the story."""

    days: Days
    cast: Cast
    rows: dict[str, int] = field(default_factory=dict)

    def beats(self) -> list[Beat]:
        """Requests come after what was done about the risks that day; the portal ends what is over at midnight."""
        told = [one for each in EXCEPTIONS for one in self.days.told(each.key, self._life(each), hour=AFTERNOON)]
        lent = [
            one
            for number, each in enumerate(DELEGATIONS)
            for one in self.days.told(f"lent-{number}", [(each.day, partial(self._lend, each))], hour=MORNING)
        ]
        ends = {end_of_day(self.days.date(each.until)) + MINUTE for each in EXCEPTIONS}
        return [*lent, *told, *(Beat(end, self._expire) for end in ends)]

    def _life(self, told: DemoException) -> Iterator[tuple[int, Act]]:
        yield told.asked, partial(self._ask, told)
        for name, text in told.files.items():
            yield told.asked, partial(self._attach, told, name, text)
        for each in told.signed:
            yield each.day, partial(self._sign, told, each)
        for each in told.refused:
            yield each.day, partial(self._refuse, told, each)
        if told.withdrawn is not None:
            yield told.withdrawn[0], partial(self._withdraw, told, told.withdrawn[1])
        if told.ended is not None:
            day, who, because = told.ended
            yield day, partial(self._end, told, who, because)

    def _row(self, told: DemoException) -> GovernanceException:
        return GovernanceException.objects.select_related("requester", "service", "risk", "objective", "action").get(
            pk=self.rows[told.key]
        )

    def _ask(self, told: DemoException, at: dt.datetime) -> None:
        actor = self.cast.people[told.requester]
        asked = Asked(
            kind=told.kind,
            title=told.title,
            reason=told.reason,
            scope=told.scope,
            controls=told.controls,
            expires_at=end_of_day(self.days.date(told.until)),
            subject=self._subject(told, at=at),
        )
        if told.renews:
            old = GovernanceException.objects.get(pk=self.rows[told.renews])
            self.rows[told.key] = renew(actor, old, asked, at=at).pk
        else:
            self.rows[told.key] = request(actor, asked, at=at).pk

    def _subject(self, told: DemoException, *, at: dt.datetime) -> Subject:
        service, indicator = told.objective or ("", "")
        return Subject(
            risk=self.cast.risk(told.risk) if told.risk else None,
            objective=Objective.objects.get(service__slug=service, indicator__slug=indicator) if service else None,
            action=_late(at=at) if told.late else None,
            service=self.cast.services[told.service] if told.service else None,
            key=f"{EXEMPTS}{told.item}" if told.item else "",
        )

    def _attach(self, told: DemoException, name: str, text: str, at: dt.datetime) -> None:
        attach(self.cast.people[told.requester], self._row(told), name=name, content=text.encode(), at=at)

    def _sign(self, told: DemoException, given: Signed, at: dt.datetime) -> None:
        """Nobody is left to sign where the path turned out shorter, as that of an action of a lower tier."""
        row = self._row(told)
        if row.signatures.filter(verdict="").exists():
            sign(*self._decision(row, given), at=at)

    def _refuse(self, told: DemoException, given: Signed, at: dt.datetime) -> None:
        refuse(*self._decision(self._row(told), given), at=at)

    def _decision(self, row: GovernanceException, given: Signed) -> tuple[User, GovernanceException, Decision]:
        step = row.signatures.filter(verdict="").earliest("position")
        people = self.cast.people
        if given.by:
            actor = people[given.by]
        else:
            holders = held(step.approver, row.team_id).exclude(user=row.requester_id).order_by("user__pk")
            actor = holders.select_related("user")[0].user
        decision = Decision(
            step=step.position,
            sha256=sha256(shown(row)),
            comment=given.comment,
            on_behalf_of=people[given.behalf] if given.behalf else None,
        )
        return actor, row, decision

    def _withdraw(self, told: DemoException, reason: str, at: dt.datetime) -> None:
        withdraw(self.cast.people[told.requester], self._row(told), reason=reason, at=at)

    def _end(self, told: DemoException, who: str, because: str, at: dt.datetime) -> None:
        end_early(self.cast.people[who], self._row(told), reason=because, at=at)

    def _lend(self, told: DemoDelegation, at: dt.datetime) -> None:
        people, days = self.cast.people, self.days
        delegate(
            people[told.person],
            people[told.delegate],
            starts_on=days.date(told.starts),
            ends_on=days.date(told.ends),
            reason=told.reason,
            at=at,
        )

    @staticmethod
    def _expire(at: dt.datetime) -> None:
        expire_due(at=at)


def _late(*, at: dt.datetime) -> ActionItem:
    """That of the story which was due first of those that are not done; each was promised before `at`."""
    rows = ActionItem.objects.unfinished().filter(created_at__lt=at, incident__is_private=False)
    return rows.select_related("service", "team", "incident").order_by("due_on", "pk")[0]
