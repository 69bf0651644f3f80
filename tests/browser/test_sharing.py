"""E-mails and shared reports in a real browser: a link opens by itself and keeps its key out of the address."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from typing import Any

import pytest
from django.utils import timezone
from playwright.sync_api import Page, expect

from relportal.core.models import Team, User
from reports.actions import deliveries, sharing
from reports.actions.report_files import make_files
from reports.actions.schedules import ScheduleGiven, create
from reports.domain.schedules import Cadence
from tests.browser.test_incidents import PHONE, seen
from tests.reports.views.test_sharing import published

pytestmark = pytest.mark.django_db(transaction=True)


def test_a_link_opens_by_itself_and_its_key_leaves_the_address(
    login: Callable[..., Page], axe: Callable[[Page], None], lead: User, payments: Team, settings: Any
) -> None:
    at = timezone.now()
    report = published(at)
    make_files(report.pk, at=at)
    link, key = sharing.share(lead, report, name="Board", until=at + dt.timedelta(days=7), at=at)
    given = ScheduleGiven(name="Mondays", cadence=Cadence.WEEKLY, zone="UTC", hour=8, team=payments, people=[lead])
    schedule = create(lead, given, at=at)
    deliveries.run_schedule(schedule.pk, at=at)

    guest = login(None)
    guest.goto(f"/share/{link.lookup}/#{key}")
    expect(guest.get_by_role("heading", level=1)).to_have_text("Reliability, Jun-Aug 2026")
    assert key not in guest.url
    axe(guest)
    seen(guest, "share-report")

    for options in ({}, PHONE):
        page = login(lead, **options)
        for name, path in (
            ("schedules", "/reports/schedules/"),
            ("schedule", schedule.get_absolute_url()),
            ("schedule-new", "/reports/schedules/new/"),
            ("share-links", f"/reports/{report.pk}/share/"),
        ):
            page.goto(path)
            axe(page)
            seen(page, f"{name}{'-phone' if options else ''}")
