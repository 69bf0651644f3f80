"""Exceptions that end soon while nothing was mended."""

from __future__ import annotations

import datetime as dt

import pytest

from incidents.models import ActionItem, Incident
from relportal.core.models import User
from risks.models import GovernanceException, Risk
from risks.rules import RULES
from risks.rules._base import Found

pytestmark = pytest.mark.django_db
DAY = dt.timedelta(days=1)


def run(at: dt.datetime) -> list[Found]:
    return list(RULES["expiring"].found(at))


def signed(alice: User, at: dt.datetime, *, days: float = 20, **fields: object) -> GovernanceException:
    """In force since ten days ago, for so many days more."""
    given = {
        "kind": "standard",
        "title": "No second region",
        "reason": "Costs",
        "state": "in_force",
        "requester": alice,
        "requested_at": at - 11 * DAY,
        "in_force_at": at - 10 * DAY,
        "expires_at": at + days * DAY,
    }
    return GovernanceException.objects.create(**given | fields)


def test_one_that_was_renewed_and_ends_within_30_days_is_found(alice: User, at: dt.datetime) -> None:
    row = signed(alice, at, renewal=1)
    signed(alice, at, renewal=1, days=31), signed(alice, at, renewal=0), signed(alice, at, renewal=2, days=-1)
    (found,) = run(at)
    assert found.evidence_key == f"exception-{row.pk}"
    assert RULES["expiring"].sentence(found.facts) == f"{row.short_id} ends on 2026-11-22, after 1 renewal."


def test_an_acceptance_of_an_open_risk_is_found_and_names_it(alice: User, risk: Risk, at: dt.datetime) -> None:
    row = signed(alice, at, kind="risk", risk=risk)
    (found,) = run(at)
    assert found.risk == risk.pk
    assert found.services == tuple(risk.services.values_list("pk", flat=True))
    assert RULES["expiring"].sentence(found.facts) == f"{row.short_id} ends on 2026-11-22; its risk is not closed."
    Risk.objects.filter(pk=risk.pk).update(state="closed", closed_at=at)
    assert run(at) == []


@pytest.mark.parametrize("state", ["requested", "ended", "expired"])
def test_what_is_not_in_force_ends_nothing(alice: User, at: dt.datetime, state: str) -> None:
    more: dict[str, object] = {
        "requested": {"in_force_at": None},
        "ended": {"ended_at": at - DAY},
        "expired": {"expired_at": at, "days": -1},
    }[state]
    signed(alice, at, renewal=1, state=state, **more)
    assert run(at) == []


def test_what_is_about_a_private_incident_is_not_told(alice: User, at: dt.datetime) -> None:
    incident = Incident.objects.create(title="x", declared_at=at, is_private=True)
    action = ActionItem.objects.create(
        title="x", incident=incident, due_on=at.date(), first_due_on=at.date(), created_at=at
    )
    signed(alice, at, kind="action", action=action, renewal=1)
    assert run(at) == []
