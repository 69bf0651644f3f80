"""Scorecards in a real browser: accessible in both themes, and the rows behind a figure come by themselves."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from django.utils import timezone
from playwright.sync_api import Page, expect

from relportal.core.models import User
from reports.actions.figures import compute
from reports.domain.periods import Calendar, Cut
from tests.browser.test_incidents import seen
from tests.incidents.conftest import _settings as severities  # noqa: F401
from tests.reports.truth.company import OCTOBER, founded

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_the_pages_of_figures_have_no_serious_violation(
    login: Callable[..., Page], axe: Callable[[Page], None], lead: User, scheme: str
) -> None:
    founded()
    compute(Calendar().last(Cut.MONTH, OCTOBER, 3), at=timezone.now())
    page = login(lead, color_scheme=scheme)
    for name, path in (
        ("scorecard", "/scorecards/?period=month:2026-10-01"),
        ("kpi", "/scorecards/kpis/slo_attainment/?period=month:2026-10-01"),
        ("kpi-entered", "/scorecards/kpis/toil/?period=month:2026-10-01"),
        ("settings", "/scorecards/settings/"),
    ):
        page.goto(path)
        if name == "kpi":
            expect(page.get_by_role("region", name="What is behind it")).to_be_visible()
        for width in (1440, 390):
            page.set_viewport_size({"width": width, "height": 900})
            axe(page)
            seen(page, f"figures-{name}-{scheme}-{width}")
