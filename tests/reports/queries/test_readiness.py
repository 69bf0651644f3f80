"""Readiness and recovery as they were recorded or attested: what is too old, failed or was seen by nobody is named."""

from __future__ import annotations

import datetime as dt

import pytest
from django.utils import timezone

from relportal.core.models import User
from reports.domain.payload import Cell, Page, Tone
from reports.domain.scopes import COMPANY, Scope, ScopeKind
from reports.models import Attestation
from reports.pages.readiness import PLUGIN
from reports.queries.facts import gather
from risks.models import ExceptionKind, GovernanceException
from tests import make
from tests.reports import reporting

pytestmark = pytest.mark.django_db
DAY = dt.timedelta(days=1)


def _rows(page: Page, key: str) -> tuple[tuple[Cell, ...], ...]:
    return next(one.rows for one in page.tables if one.key == key)


def test_the_newest_attestation_of_the_quarter_tells(lead: User) -> None:
    at = timezone.now()
    quarter = reporting.closed_quarter(at)
    end = dt.datetime.combine(quarter.last, dt.time(12), dt.UTC)
    pay, web, api = (make.service(slug=slug, name=slug.title()) for slug in ("pay", "web", "api"))
    make.service(slug="mail", name="Mail", tier=2)
    for service, fact, back, holds, told in (
        (pay, "dr_test", 400, True, 400), (pay, "dr_test", 300, True, 300), (pay, "game_day", 200, True, 200),
        (web, "dr_test", 500, True, 500), (web, "restore_test", 20, True, 20),
        (api, "dr_test", 40, True, 40), (api, "dr_test", 5, False, 5),
        # Said after the end of the quarter.
        (web, "game_day", 3, True, -3),
    ):  # fmt: skip
        Attestation.objects.create(
            service=service,
            fact=fact,
            on=(end - back * DAY).date(),
            holds=holds,
            note="Seen",
            at=end - told * DAY,
            by=lead,
        )
    page = PLUGIN.build(gather(COMPANY, quarter, scope_name="Company", at=at))
    assert page.title == (
        "1 of 3 tier-1 services were seen to recover within their objectives; 1 did not, "
        "1 is untested, stale or half measured"
    )
    assert page.so_what == (
        "Mend what did not recover in time, and test it again: Api. Test recovery, or record the test that was made: Web."
    )
    assert page.charts == ()
    assert [each.text for each in page.figures] == ["0", "1 of 3", "1 of 3", "0 of 3", "0"]
    tones = {row[0].text: [cell.tone for cell in row[1:]] for row in _rows(page, "services")}
    never, held, old, failed = Tone.GREY, Tone.GREEN, Tone.AMBER, Tone.RED
    assert tones == {
        "Api": [never, never, failed, never],
        "Pay": [never, never, held, old],
        "Web": [never, held, old, never],
    }
    second = PLUGIN.build(gather(Scope(ScopeKind.TIER, 2), quarter, scope_name="Tier 2", at=at))
    assert second.title == (
        "No tier-2 service of 1 was seen to recover within its objectives; 1 is untested, stale or half measured"
    )
    assert second.so_what == "Test recovery, or record the test that was made: Mail."


def test_what_is_waived_is_listed_and_an_empty_catalogue_says_so(lead: User) -> None:
    at = timezone.now()
    quarter = reporting.closed_quarter(at)
    start = dt.datetime.combine(quarter.first, dt.time(12), dt.UTC)
    service = make.service(slug="mail", name="Mail", tier=2)
    for kind in (ExceptionKind.DR, ExceptionKind.STANDARD):
        GovernanceException.objects.create(
            kind=kind, title="x", reason="x", service=service, subject_key=f"x:{kind}", requester=lead, requested_at=start,
            in_force_at=start, expires_at=at + 99 * DAY, state="in_force",
        )  # fmt: skip
    page = PLUGIN.build(gather(COMPANY, quarter, scope_name="Company", at=at))
    assert page.title == "No service of tier 1 is in the catalogue"
    assert [each.text for each in page.figures] == ["0", "1"]
    assert [row[1].text for row in _rows(page, "waived")] == ["Disaster recovery"]
