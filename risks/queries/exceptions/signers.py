"""Who may decide the next step of a request, and why somebody else may not, in a sentence."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Final

from django.db.models import OuterRef, Q, QuerySet, Subquery
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from relportal.core import company
from relportal.core.models import Membership, Role, User
from relportal.core.models.accounts import TEAM_ROLES
from relportal.core.permissions import able
from risks.domain import signing
from risks.domain.signing import Denial, Mandate, Path, Ruling, Step
from risks.models import Approver, Delegation, GovernanceException, Signature, Verdict

OF_A_TEAM: Final = frozenset({Approver.SERVICE_OWNER, Approver.DIRECTOR})


@dataclass(frozen=True, slots=True)
class Signer:
    """`for_others`: those whose delegate they are today; `own`: whether they may sign for themselves, too."""

    person: User
    own: bool
    for_others: tuple[User, ...]


@dataclass(frozen=True, slots=True)
class Turn:
    """The next step as one person meets it: what they may choose (`own`, `for_others`), or `why_not`, a sentence."""

    step: Signature | None
    own: bool = False
    for_others: tuple[User, ...] = ()
    why_not: str = ""

    @property
    def may(self) -> bool:
        return self.own or bool(self.for_others)


def held(approver: str, team: int | None) -> QuerySet[Membership]:
    """The roles that a step asks for, held by whoever may sign at all."""
    of = team if approver in OF_A_TEAM else None
    found = Membership.objects.filter(role=approver, user__in=able("exception.sign"))
    return found.none() if approver in OF_A_TEAM and team is None else found.filter(team=of)


def holders(approver: str, team: int | None) -> frozenset[int]:
    return frozenset(held(approver, team).values_list("user", flat=True))


def mandates(people: Collection[int], *, delegate: int | None = None) -> tuple[Mandate, ...]:
    """All that they have ever delegated, to `delegate` or to anybody."""
    if not people:
        return ()
    rows = Delegation.objects.filter(person__in=people)
    if delegate is not None:
        rows = rows.filter(delegate=delegate)
    return tuple(
        Mandate(one.person_id, one.delegate_id, one.starts_on, one.ends_on, _day(one.revoked_at)) for one in rows
    )


def _day(at: dt.datetime | None) -> dt.date | None:
    return None if at is None else company.day(at)


def path_of(exception: GovernanceException, signatures: Sequence[Signature]) -> Path:
    """`signatures` by position."""
    steps = (
        Step(one.approver, one.by_id, one.on_behalf_of_id, one.verdict == Verdict.REFUSED.value) for one in signatures
    )
    return Path(exception.requester_id, tuple(steps))


def turn(user: User, exception: GovernanceException, signatures: Sequence[Signature], *, at: dt.datetime) -> Turn:
    """What `user` may do about the next step at `at`. Whether the request can still be signed at all is not asked here."""
    path = path_of(exception, signatures)
    number = signing.pending(path.steps)
    if number is None:
        return Turn(None, why_not=_("Every step of it is decided."))
    step = signatures[number]
    having = holders(step.approver, exception.team_id)
    given = mandates(having, delegate=user.pk)
    found = signing.ruling(path, user.pk, holders=having, mandates=given, day=company.day(at))
    if found.denial is not None:
        return Turn(step, why_not=_why(found, step))
    others = User.objects.filter(pk__in=[each for each in found.principals if each != user.pk])
    return Turn(step, own=user.pk in found.principals, for_others=tuple(others))


def signers(exception: GovernanceException, signatures: Sequence[Signature], *, at: dt.datetime) -> tuple[Signer, ...]:
    """Everybody who may decide the next step at `at`, by name; nobody: an administrator has to give the role to somebody."""
    path = path_of(exception, signatures)
    number = signing.pending(path.steps)
    if number is None:
        return ()
    having = holders(signatures[number].approver, exception.team_id)
    found = signing.signers(path, holders=having, mandates=mandates(having), day=company.day(at))
    people = able("exception.sign").in_bulk({*found, *(each for principals in found.values() for each in principals)})
    listed = (
        Signer(
            people[one], one in principals, tuple(people[each] for each in principals if each in people and each != one)
        )
        for one, principals in found.items()
        if one in people
    )
    return tuple(sorted((one for one in listed if _sees(one.person, exception)), key=lambda one: str(one.person)))


def _sees(person: User, exception: GovernanceException) -> bool:
    if exception.action_id is None:
        return True
    return GovernanceException.objects.visible_to(person).filter(pk=exception.pk).exists()


def with_next(rows: QuerySet[GovernanceException]) -> QuerySet[GovernanceException]:
    """With whose signature the next step asks for; None where every step is decided."""
    undecided = Signature.objects.filter(exception=OuterRef("pk"), verdict="").order_by("position")
    return rows.annotate(next_approver=Subquery(undecided.values("approver")[:1]))


def awaiting(user: User, *, at: dt.datetime) -> Q:
    """Those of `GovernanceException.objects.waiting(at)` whose next step `user` may decide, as a condition.

    For rows of `with_next`.
    """
    today = company.day(at)
    lent = Delegation.objects.filter(delegate=user, revoked_at=None, starts_on__lte=today, ends_on__gte=today)
    theirs = Q(user=user) | Q(user__in=lent.values("person"))
    roles = Membership.objects.filter(theirs, user__in=able("exception.sign"))
    wanted = Q(pk__in=())
    for person, role, team in roles.filter(role__in=Approver.values).values_list("user", "role", "team"):
        fits = Q(next_approver=role) & (Q(team=team) if role in TEAM_ROLES else Q())
        wanted |= fits & _apart(person)
    return wanted & _apart(user.pk)


def _apart(person: int) -> Q:
    """Of which somebody is not the requester, and in which they have had no part."""
    part = Signature.objects.filter(Q(by=person) | Q(on_behalf_of=person))
    return ~Q(requester=person) & ~Q(pk__in=part.values("exception"))


def may_ever_sign(user: User) -> bool:
    """Whether to count for them at all."""
    return any(role in {Role(each) for each in Approver.values} for role, _team in user.roles)


def _why(found: Ruling, step: Signature) -> str:
    if found.mandate is None:
        return {
            Denial.REQUESTER: _("You have asked for it: somebody else signs."),
            Denial.TWICE: _("You have had your part in it: every step is signed by somebody else."),
            Denial.FOR_REQUESTER: _("Whoever you sign for has asked for it: nobody signs for the requester."),
            Denial.FOR_SIGNED: _("Whoever you sign for has had their part in it: every step has its own person."),
        }.get(
            found.denial or Denial.NO_ROLE,
            _("This step is signed by somebody else: %(role)s.") % {"role": step.get_approver_display()},
        )
    given = found.mandate
    words, day = {
        Denial.ENDED: (_("Your delegation from %(name)s ended on %(day)s."), given.ends_on),
        Denial.REVOKED: (_("Your delegation from %(name)s was revoked on %(day)s."), given.revoked_on),
        Denial.NOT_YET: (_("Your delegation from %(name)s begins on %(day)s."), given.starts_on),
    }[found.denial or Denial.ENDED]
    name = User.objects.filter(pk=given.person).first()
    return words % {"name": name, "day": date_format(day) if day is not None else ""}
