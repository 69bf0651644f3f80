"""Links: to exactly one thing, once, and taken back."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest

from incidents.actions.action_items import Promised, promise
from incidents.models import Incident
from relportal.core.exceptions import Invalid, Missing, NotAllowed
from relportal.core.models import AuditEvent, User
from risks.actions.links import link, unlink
from risks.models import Relation, Risk, RiskLink
from tests import make

pytestmark = pytest.mark.django_db


@pytest.fixture
def incident(at: dt.datetime) -> Incident:
    return Incident.objects.create(title="Somebody's secret", declared_at=at)


def test_a_risk_is_linked_to_an_incident_an_objective_and_an_action(
    alice: User, risk: Risk, incident: Incident, at: dt.datetime
) -> None:
    link(alice, risk, relation=Relation.MATERIALISED, incident=incident, note=" First time ", at=at)
    link(alice, risk, objective=make.objective(), at=at)
    link(alice, risk, relation=Relation.TREATS, action=promise(alice, Promised(title="Page earlier"), at=at), at=at)
    assert RiskLink.objects.count() == 3
    assert RiskLink.objects.get(incident=incident).note == "First time"


def test_the_audit_of_a_risk_names_an_incident_by_its_id_alone(
    alice: User, risk: Risk, incident: Incident, at: dt.datetime
) -> None:
    link(alice, risk, incident=incident, at=at)
    assert AuditEvent.objects.get(action="risk.link").changes == {"Related": [None, incident.short_id]}


def test_nothing_two_things_and_the_same_twice_are_refused(
    alice: User, risk: Risk, incident: Incident, at: dt.datetime
) -> None:
    link(alice, risk, incident=incident, at=at)
    objective = make.objective()
    refused: list[dict[str, Any]] = [
        {},
        {"incident": incident, "objective": objective},
        {"incident": incident, "relation": Relation.EVIDENCE},
        {"objective": objective, "relation": Relation.MATERIALISED},
        {"objective": objective, "relation": "married"},
    ]
    for given in refused:
        with pytest.raises(Invalid):
            link(alice, risk, at=at, **given)
    assert RiskLink.objects.count() == 1


def test_a_link_is_taken_back_once(alice: User, bob: User, risk: Risk, incident: Incident, at: dt.datetime) -> None:
    row = link(alice, risk, incident=incident, at=at)
    with pytest.raises(NotAllowed):
        unlink(bob, row, at=at)
    unlink(alice, row, at=at)
    with pytest.raises(Missing):
        unlink(alice, row, at=at)
    assert AuditEvent.objects.get(action="risk.unlink").changes == {"Related": [incident.short_id, None]}
