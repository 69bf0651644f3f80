"""Which path a request would take: who signs in which order, who they are now, and until when it may last at most."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import Final

from django.utils.translation import gettext as _

from relportal.core import company
from relportal.core.exceptions import Invalid
from relportal.core.models import User
from risks.domain.policy import last_day
from risks.models import Approver, ExceptionKind, PolicyRow
from risks.queries.exceptions.policy import LevelWord, level_words, policy
from risks.queries.exceptions.signers import OF_A_TEAM, held
from risks.queries.exceptions.subject import Bearing, Subject, bearing

NAMED: Final = 4


@dataclass(frozen=True, slots=True)
class Expected:
    """A step: its role, and who of those that hold it now could sign (`more` besides those named)."""

    approver: Approver
    people: tuple[User, ...]
    more: int


@dataclass(frozen=True, slots=True)
class Preview:
    """`problem` says why there is no path; then nothing else is set."""

    about: Bearing
    level: LevelWord | None = None
    steps: tuple[Expected, ...] = ()
    max_days: int = 0
    last: dt.date | None = None
    problem: str = ""

    @property
    def unsigned(self) -> tuple[Expected, ...]:
        """Steps that nobody but the requester could sign now."""
        return tuple(step for step in self.steps if not step.people)


def path_rule(kind: str, about: Bearing) -> PolicyRow:
    """The row of the policy that decides. Raises: Invalid where none does, or its path needs a team and there is none."""
    if kind not in ExceptionKind.values:
        raise Invalid({"kind": _("Choose what kind of exception it is.")})
    found = policy().deciding(about.case(kind))
    if found is None:
        raise Invalid(_("The policy names nobody who signs such an exception. Ask whoever keeps it."))
    if about.team is None and OF_A_TEAM & set(found.approvers):
        raise Invalid({"team": _("Say which team it is about: somebody of that team signs.")})
    return found


def longest_end(rule: PolicyRow, *, at: dt.datetime) -> dt.date:
    """The last day that may be asked for at `at`."""
    return last_day(company.day(at), rule.max_days)


def end_of_day(day: dt.date) -> dt.datetime:
    """The midnight after it in the company's zone: what lasts until a day holds through that day."""
    return dt.datetime.combine(day + dt.timedelta(days=1), dt.time(), tzinfo=company.zone())


def preview(user: User, kind: str, subject: Subject, *, at: dt.datetime) -> Preview:
    """As a request of `user` would be made now; nothing is written."""
    about = bearing(subject)
    try:
        rule = path_rule(kind, about)
    except Invalid as error:
        return Preview(about, problem=str(error))
    steps = tuple(_expected(Approver(each), about, user) for each in rule.approvers)
    return Preview(about, level_words().get(about.level), steps, rule.max_days, longest_end(rule, at=at))


def _expected(approver: Approver, about: Bearing, requester: User) -> Expected:
    having = held(approver, about.team.pk if about.team is not None else None).values("user")
    people = tuple(User.objects.filter(pk__in=having).exclude(pk=requester.pk))
    return Expected(approver, people[:NAMED], max(0, len(people) - NAMED))
