"""What burns stands in the timeline of the incident that goes on for it, as soon as a tick has judged it."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from typing import Any

import pytest

from incidents.actions.burning import note_burns
from incidents.actions.incidents import Declaration, declare, move
from incidents.models import Incident, State
from relportal.core.models import User
from slo.models import BurnAlert, Objective
from slo.signals import burn_alerts_changed
from tests import make

pytestmark = pytest.mark.django_db
MINUTE = dt.timedelta(minutes=1)


@pytest.fixture
def objective(db: None) -> Objective:
    return make.objective(service=make.service(slug="checkout"), target=Decimal("0.999"), name="Availability")


@pytest.fixture
def going(rita: User, objective: Objective, at: Any) -> Incident:
    """Declared for the service, not for the objective."""
    return declare(rita, Declaration(title="Checkout fails", services=[objective.service]), at=at)


def alert(
    objective: Objective, at: dt.datetime, *, resolved: dt.datetime | None = None, long_s: int = 3600
) -> BurnAlert:
    return BurnAlert.objects.create(
        objective=objective, long_s=long_s, short_s=300, factor=14.4, severity="page", fired_at=at, resolved_at=resolved,
        burn_long=20.0, burn_short=25.0, peak_burn=31.0,
    )  # fmt: skip


def lines(incident: Incident) -> list[tuple[dt.datetime, str]]:
    return list(incident.entries.filter(kind="burn").values_list("at", "text"))


def test_an_alert_that_fires_and_ends_while_it_goes_on_is_two_lines_and_no_more(
    going: Incident, objective: Objective, at: Any
) -> None:
    row = alert(objective, at + 5 * MINUTE)
    for _twice in range(2):
        note_burns([objective.pk], at=at + 6 * MINUTE)
    assert [(when, "20.0× too fast" in text) for when, text in lines(going)] == [(at + 5 * MINUTE, True)]

    row.resolved_at = at + 30 * MINUTE
    row.save()
    note_burns([objective.pk], at=at + 31 * MINUTE)

    assert [when for when, _text in lines(going)] == [at + 5 * MINUTE, at + 30 * MINUTE]
    assert "31.0×" in lines(going)[1][1]


def test_rules_that_fire_together_are_one_line_and_it_is_over_when_the_last_one_is(
    going: Incident, objective: Objective, at: Any
) -> None:
    fast = alert(objective, at + 5 * MINUTE)
    slow = alert(objective, at + 5 * MINUTE, long_s=21_600)
    note_burns([objective.pk], at=at + 6 * MINUTE)
    assert len(lines(going)) == 1

    fast.resolved_at = at + 30 * MINUTE
    fast.save()
    note_burns([objective.pk], at=at + 31 * MINUTE)
    assert len(lines(going)) == 1

    slow.resolved_at = at + 60 * MINUTE
    slow.save()
    note_burns([objective.pk], at=at + 61 * MINUTE)
    assert [when for when, text in lines(going) if "no more" in text] == [at + 60 * MINUTE]


def test_what_ended_before_or_burns_elsewhere_is_not_said(going: Incident, objective: Objective, at: Any) -> None:
    alert(objective, at - 30 * MINUTE, resolved=at - 10 * MINUTE)
    elsewhere = make.objective(service=make.service(slug="search"))
    alert(elsewhere, at + MINUTE)

    note_burns([objective.pk, elsewhere.pk], at=at + 2 * MINUTE)

    assert lines(going) == []


def test_an_incident_that_is_over_hears_nothing(rita: User, going: Incident, objective: Objective, at: Any) -> None:
    move(rita, going, State.RESOLVED, at=at, despite=True)
    alert(objective, at + MINUTE)

    assert note_burns([objective.pk], at=at + 2 * MINUTE) == 0


def test_the_receiver_is_connected(going: Incident, objective: Objective, at: Any) -> None:
    alert(objective, at + MINUTE)

    burn_alerts_changed.send(BurnAlert, objectives=[objective.pk], at=at + 2 * MINUTE)

    assert len(lines(going)) == 1
