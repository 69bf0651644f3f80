"""Rules about incidents: what repeats, and what was promised after the worst of them."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest

from incidents.models import ActionItem, ActionState, FailureMode, ImpactFigures, Incident
from relportal.core.models import Service
from risks.rules import RULES
from risks.rules._base import Found
from tests import make
from tests.risks.rules.conftest import Failed

pytestmark = pytest.mark.django_db
DAY = dt.timedelta(days=1)


def repeats(at: dt.datetime) -> list[Found]:
    return list(RULES["repeats"].found(at))


def overdue(at: dt.datetime) -> list[Found]:
    return list(RULES["overdue_actions"].found(at))


def test_two_incidents_of_one_service_and_mode_are_a_repeat(failed: Failed, checkout: Service, at: dt.datetime) -> None:
    first, second = failed(days=300), failed(days=3)
    ImpactFigures.objects.create(incident=first, computed_at=at, impact_minutes=90)
    (found,) = repeats(at)
    assert found.title == "Checkout fails again: bad deploy"
    assert found.services == (checkout.pk,)
    assert found.team == checkout.team_id
    assert found.category == "bad-deploy"
    assert found.members == {f"incident-{first.pk}", f"incident-{second.pk}"}
    assert found.facts["per_year"] == 2
    assert RULES["repeats"].sentence(found.facts) == (
        "2 incidents of Checkout in 12 months: Bad deploy. Impact together: 1\u202fh 30\u202fmin."
    )


def test_impact_that_nobody_measured_is_no_data_and_not_zero(failed: Failed, at: dt.datetime) -> None:
    failed(days=5), failed(days=3)
    (found,) = repeats(at)
    assert found.consequence == ""
    assert "no data" in RULES["repeats"].sentence(found.facts)


@pytest.mark.parametrize(
    "other",
    [
        {"days": 366},
        {"severity": 3},
        {"severity": None},
        {"kind": "drill"},
        {"state": "false_alarm"},
        {"is_private": True},
    ],
)
def test_what_is_old_mild_not_counted_or_private_repeats_nothing(
    failed: Failed, at: dt.datetime, other: dict[str, object]
) -> None:
    failed(days=3)
    failed(**other)
    assert repeats(at) == []


def test_another_service_or_another_way_to_fail_is_no_repeat(failed: Failed, at: dt.datetime) -> None:
    failed()
    failed(service=make.service())
    failed().failure_modes.set([FailureMode.objects.create(slug="by-hand", name="By hand")])
    assert repeats(at) == []


def test_one_more_repeat_is_new_evidence_and_the_order_is_not(failed: Failed, at: dt.datetime) -> None:
    failed(days=9), failed(days=5)
    (before,) = repeats(at)
    (again,) = repeats(at + DAY)
    assert before.evidence_key == again.evidence_key
    failed(days=1)
    (after,) = repeats(at)
    assert after.subject == before.subject
    assert after.evidence_key != before.evidence_key


def late(incident: Incident, at: dt.datetime, *, days: int = 5, **fields: Any) -> ActionItem:
    due = (at - days * DAY).date()
    given: dict[str, Any] = {"title": "Page earlier", "due_on": due, "first_due_on": due, "created_at": at - 40 * DAY}
    return ActionItem.objects.create(incident=incident, **given | fields)


def test_overdue_actions_of_one_bad_incident_are_one_risk(failed: Failed, checkout: Service, at: dt.datetime) -> None:
    incident = failed(severity=1)
    one, two = late(incident, at, days=5), late(incident, at, days=12)
    late(incident, at, days=-1)
    late(incident, at, days=30, state=ActionState.DONE)
    (found,) = overdue(at)
    assert found.members == {f"action-{row.pk}-{row.due_on}" for row in (one, two)}
    assert found.services == (checkout.pk,)
    assert found.category == "bad-deploy"
    assert RULES["overdue_actions"].sentence(found.facts) == (
        "2 actions after a SEV-1 of Checkout are overdue, the oldest by 12 days."
    )


@pytest.mark.parametrize(
    "other", [{"severity": 2}, {"is_private": True, "severity": 0}, {"kind": "drill", "severity": 0}]
)
def test_overdue_actions_of_milder_private_or_trained_incidents_are_none(
    failed: Failed, at: dt.datetime, other: dict[str, object]
) -> None:
    late(failed(**other), at)
    assert overdue(at) == []


def test_a_date_that_moved_and_was_missed_again_is_new_evidence(failed: Failed, at: dt.datetime) -> None:
    row = late(failed(severity=0), at, days=12)
    (before,) = overdue(at)
    row.due_on = (at - 2 * DAY).date()
    row.save()
    (after,) = overdue(at)
    assert (after.subject, after.evidence_key) != (before.subject, before.evidence_key)
    assert after.subject == before.subject


def test_no_text_tells_the_title_of_an_incident_or_an_action(failed: Failed, at: dt.datetime) -> None:
    """Both may become private later; the proofs are shown to those who may see them."""
    for days in (3, 5):
        late(failed(days=days, severity=1, title="Zanzibar"), at, title="Quetzal")
    for found in (*repeats(at), *overdue(at)):
        said = " ".join((found.title, found.cause, found.event, found.consequence, *map(str, found.facts.values())))
        assert "Zanzibar" not in said
        assert "Quetzal" not in said
