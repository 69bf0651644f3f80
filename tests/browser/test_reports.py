"""Reports in a real browser: read, written, compared and told to a board, at a desk and on a phone, in both themes."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from dataclasses import replace

import pytest
from django.utils import timezone
from playwright.sync_api import Page, expect

from relportal.core.models import User
from reports.actions import narratives
from reports.actions.investments import enter
from reports.domain.payload import hashed, written
from reports.models import KpiValue, Report
from tests.browser.test_incidents import seen
from tests.reports.exports.sample import PAYLOAD
from tests.reports.views.test_sharing import published

pytestmark = pytest.mark.django_db(transaction=True)
FIRST, LAST = dt.date(2026, 6, 1), dt.date(2026, 8, 31)


def told(lead: User) -> tuple[Report, Report]:
    """What is out, with a figure that was corrected since, and what is being written, with everything a report can have."""
    at = timezone.now()
    known, unknown = PAYLOAD.values
    headline, card, *others = PAYLOAD.pages
    payload = replace(
        PAYLOAD,
        pages=(headline, replace(card, tables=(replace(card.tables[0], rows=card.tables[0].rows[:6]),)), *others),
        values=(replace(known, code="slo_attainment"), replace(unknown, code="oncall_satisfaction")),
    )
    content = {"payload": written(payload), "sha256": hashed(payload), "drafted_at": at, "scope_name": "Perronova"}
    out = published(at, **content)
    KpiValue.objects.create(
        kpi="slo_attainment", definition=1, cut="quarter", first=FIRST, last=LAST, scope="company", value=10 / 12,
        numerator=10, denominator=12, n=12, rag="amber", maturity="3", computed_at=at,
    )  # fmt: skip
    going = Report.objects.create(
        cut="quarter", first=FIRST, last=LAST, scope="tier", number=1, scope_name="Tier 1", state="closing",
        sections=[page.key for page in PAYLOAD.pages], facts=written(payload), drafted_at=at, created_at=at, created_by=lead,
    )  # fmt: skip
    words = narratives.Words(title="Checkout has to be mended first", text="See **INC-231**.")
    narratives.write(lead, going, "headline", words, at=at, version=None)
    narratives.comment(lead, going, "Is *this* all?", page="headline", at=at)
    enter(lead, {"title": "Log archive", "promised": "Faster", "starts_on": FIRST, "spent": 54_000}, at=at)
    return out, going


def test_the_pages_of_reports_are_accessible_and_as_wide_as_a_phone(
    login: Callable[..., Page], axe: Callable[[Page], None], lead: User
) -> None:
    out, going = told(lead)
    pages = {
        "list": "/reports/", "out": out.get_absolute_url(), "going": going.get_absolute_url(),
        "board": f"{out.get_absolute_url()}board/", "write": f"{going.get_absolute_url()}write/headline/",
        "compare": "/reports/compare/", "investments": "/reports/investments/",
    }  # fmt: skip
    for scheme, width in (("light", 1440), ("dark", 390)):
        page = login(lead, color_scheme=scheme, viewport={"width": width, "height": 900})
        for name, path in pages.items():
            page.goto(path)
            expect(page.get_by_role("heading", level=1)).to_be_visible()
            axe(page)
            seen(page, f"reports-{name}-{scheme}-{width}")
            assert page.evaluate("document.documentElement.scrollWidth") <= width, name
