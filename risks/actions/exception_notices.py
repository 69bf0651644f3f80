"""Whom an exception concerns, and what they are told of it at once; each sentence has a key and comes once."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Sequence

from django.utils.formats import date_format
from django.utils.translation import gettext as _

from relportal.core import company
from relportal.core.actions.notifications import notify
from relportal.core.models import Membership, Role, User
from relportal.core.permissions import able
from risks.models import GovernanceException, Signature
from risks.queries.exceptions.signers import signers


def ask_next(exception: GovernanceException, signatures: Sequence[Signature], *, at: dt.datetime) -> None:
    """Whoever may decide the next step; where nobody can, the requester and those who keep the roles' policy hear of it."""
    step = next((one for one in signatures if not one.verdict), None)
    if step is None:
        return
    able_to = [one.person for one in signers(exception, signatures, at=at)]
    url, key = exception.get_absolute_url(), f"exception:{exception.pk}:step{step.position}"
    if able_to:
        words = _("%(exception)s waits for your signature") % {"exception": exception}
        notify(able_to, words, key=key, url=url, at=at)
        return
    words = _("Nobody can sign %(exception)s as %(role)s now") % {
        "exception": exception,
        "role": step.get_approver_display(),
    }
    people = who_see(exception, [exception.requester, *_leads()])
    notify(people, words, key=f"{key}:nobody", url=url, at=at)


def tell(people: Iterable[User], words: str, exception: GovernanceException, *, key: str, at: dt.datetime) -> None:
    """`key` says what of the exception is told."""
    seen = who_see(exception, people)
    notify(seen, words, key=f"exception:{exception.pk}:{key}", url=exception.get_absolute_url(), at=at)


def concerned(exception: GovernanceException) -> list[User]:
    """Requester, owners and whoever has signed or refused."""
    decided = User.objects.filter(signed__exception=exception)
    behind = User.objects.filter(pk__in=exception.signatures.values("on_behalf_of"))
    return list(dict.fromkeys([exception.requester, *owners(exception), *decided, *behind]))


def owners(exception: GovernanceException) -> list[User]:
    """Who answers for the subject: the owner of the risk or the action, else the service owners of its team."""
    for row in (exception.risk, exception.action):
        if row is not None and row.owner is not None:
            return [row.owner]
    if exception.team_id is None:
        return []
    held = Membership.objects.filter(role=Role.SERVICE_OWNER, team=exception.team_id)
    return list(User.objects.filter(pk__in=held.values("user"), is_active=True))


def who_see(exception: GovernanceException, people: Iterable[User]) -> list[User]:
    if exception.action_id is None:
        return list(people)
    seen = GovernanceException.objects.filter(pk=exception.pk)
    return [each for each in people if seen.visible_to(each).exists()]


def until(exception: GovernanceException) -> str:
    """The last day on which it holds, as a word."""
    return date_format(company.day(exception.last_moment))


def _leads() -> list[User]:
    held = Membership.objects.filter(role=Role.RELIABILITY_LEAD)
    return list(able("exception.sign").filter(pk__in=held.values("user")))
