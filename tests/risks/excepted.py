"""Exceptions for tests: asked for, signed by whoever comes next, and in force."""

from __future__ import annotations

import datetime as dt
from typing import Any, Final

from django.test import Client

from relportal.core.models import Notification, Role, Team, User
from risks.actions.exceptions import Asked, request
from risks.actions.signatures import Decision, refuse, sign
from risks.models import ExceptionKind, GovernanceException, Risk
from risks.queries.exceptions.path import end_of_day
from risks.queries.exceptions.seen import sha256, shown
from risks.queries.exceptions.signers import signers
from risks.queries.exceptions.subject import Subject
from tests import make

DAY = dt.timedelta(days=1)
TERMS: Final = {
    "title": "", "reason": "The second node comes in May", "ends_on": "2026-12-12", "scope": "", "controls": "",
}  # fmt: skip
"""Of the form."""


def as_(client: Client, user: User) -> Client:
    client.force_login(user)
    return client


def director(team: Team, email: str = "dora@example.com") -> User:
    return make.user(email, role=Role.DIRECTOR, team=team)


def executive(email: str = "vera@example.com") -> User:
    return make.user(email, role=Role.EXECUTIVE)


def asked(actor: User, at: dt.datetime, *, days: int = 30, **given: Any) -> GovernanceException:
    """A standard without a tier by default, which an owner of the team signs alone; `days` from today."""
    subject = given.pop("subject", None) or Subject(**{name: given.pop(name) for name in ("team",) if name in given})
    terms: dict[str, Any] = {
        "kind": ExceptionKind.STANDARD.value,
        "title": "Logs are kept for a week",
        "reason": "The store is full until the new one is there.",
        "expires_at": end_of_day(at.date() + days * DAY),
    }
    return request(actor, Asked(subject=subject, **terms | given), at=at)


def accepted(actor: User, risk: Risk, at: dt.datetime, *, days: int = 30, **given: Any) -> GovernanceException:
    """An acceptance that was asked for."""
    given = {"kind": ExceptionKind.RISK.value, "subject": Subject(risk=risk), "title": ""} | given
    return asked(actor, at, days=days, **given)


def decision(one: GovernanceException, **given: Any) -> Decision:
    """Of the next step, over what stands there now."""
    step = one.signatures.filter(verdict="").order_by("position").first()
    fields: dict[str, Any] = {"step": step.position if step is not None else 1, "sha256": sha256(shown(_fresh(one)))}
    return Decision(**fields | given)


def signed(one: GovernanceException, by: User, at: dt.datetime, **given: Any) -> GovernanceException:
    return sign(by, one, decision(one, **given), at=at)


def refused(one: GovernanceException, by: User, at: dt.datetime, comment: str = "Too long") -> GovernanceException:
    return refuse(by, one, decision(one, comment=comment), at=at)


def in_force(one: GovernanceException, at: dt.datetime) -> GovernanceException:
    """Signed by whoever may, step by step."""
    while one.state == "requested":
        able = signers(one, list(one.signatures.order_by("position")), at=at)
        assert able, "nobody can sign the next step"
        one = signed(one, able[0].person, at)
    return _fresh(one)


def told(user: User) -> list[str]:
    return list(Notification.objects.filter(user=user).order_by("at", "pk").values_list("text", flat=True))


def _fresh(one: GovernanceException) -> GovernanceException:
    return GovernanceException.objects.get(pk=one.pk)
