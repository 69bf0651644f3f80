"""What a report holds of whom, of how much, and of what was otherwise before."""

from __future__ import annotations

import datetime as dt

import pytest
from django.utils import timezone

from relportal.core.models import Role, Team, User
from reports.domain.payload import Page, Payload
from reports.domain.periods import Period
from reports.domain.scopes import COMPANY, Scope, ScopeKind
from reports.models import Investment
from reports.payloads import shown
from risks.models import Risk
from tests import make
from tests.incidents.conftest import _settings as severities  # noqa: F401
from tests.reports import reporting
from tests.reports.asked import asked

pytestmark = pytest.mark.django_db


def noon(quarter: Period) -> dt.datetime:
    """Of its eleventh day."""
    return dt.datetime.combine(quarter.first, dt.time(12), dt.UTC) + dt.timedelta(days=10)


def of(user: User, scope: Scope = COMPANY) -> Payload:
    found = shown(reporting.drafted(user, at=timezone.now(), scope=scope)).payload
    assert found is not None
    return found


def page(payload: Payload, key: str) -> Page:
    return next(each for each in payload.pages if each.key == key)


def test_a_report_of_a_team_or_a_tier_asks_and_tells_what_is_of_it(lead: User, payments: Team) -> None:
    at = timezone.now()
    quarter = reporting.closed_quarter(at)
    decider = make.user("decider@example.com", role=Role.EXECUTIVE)
    service = make.service(slug="gateway", tier=1, team=make.team(slug="edge", name="Edge"))
    risk = Risk.objects.create(title="Flood", identified_on=at.date(), created_at=at)
    risk.services.add(service)
    days = {"wanted_by": at.date() + dt.timedelta(days=30)}
    asked(lead, decider, at=at, title="Of nobody", **days)
    asked(lead, decider, at=at, title="Of payments", team=payments, **days)
    asked(lead, decider, at=at, title="About the flood", refs=(risk.short_id,), **days)
    for title, fields in (("Payments cache", {"team": payments}), ("Dam", {"risk": risk}), ("Training", {})):
        Investment.objects.create(
            title=title, promised="Less", starts_on=quarter.first, created_at=at - dt.timedelta(days=1), **fields
        )

    def told(scope: Scope) -> tuple[list[str], list[str], bool]:
        payload = of(lead, scope)
        wanted, invested = page(payload, "asks"), page(payload, "investments")
        box = next((each for each in payload.pages[0].tables if each.key == "wanted"), None)
        rows = [row[0].text.partition(" ")[2] for row in wanted.tables[0].rows]
        assert rows == ([row[0].text.partition(" ")[2] for row in box.rows] if box is not None else [])
        scoped = any("is of this scope" in note for note in wanted.notes)
        return sorted(rows), sorted(row[0].text for row in invested.tables[0].rows), scoped

    every = (["About the flood", "Of nobody", "Of payments"], ["Dam", "Payments cache", "Training"], False)
    assert told(COMPANY) == every
    assert told(Scope(ScopeKind.TEAM, payments.pk)) == (["Of payments"], ["Payments cache"], True)
    assert told(Scope(ScopeKind.TIER, 1)) == (["About the flood"], ["Dam"], True)
    assert told(Scope(ScopeKind.TIER, 3)) == ([], [], True)
