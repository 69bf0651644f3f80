"""The ladder in a real browser: its pages at a desk and on a phone, drawn and accessible in both themes."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable

import pytest
from django.utils import timezone
from playwright.sync_api import Page, expect

from relportal.core.models import ServiceLink, Team, User
from reports.actions.initiatives import Given, begin
from reports.actions.ladder import begin_draft
from reports.actions.levels import evaluate
from reports.domain.scopes import Scope, ScopeKind
from reports.models import KpiValue
from reports.queries.calendar import kept_periods
from tests import make
from tests.browser.test_incidents import PHONE, seen
from tests.reports.ladders import in_force

pytestmark = pytest.mark.django_db(transaction=True)

LADDER = "/scorecards/ladder/"


def climbed(lead: User, payments: Team) -> str:
    """Three services, an initiative and a month of toil; the address of the initiative."""
    at = timezone.now()
    in_force(at=at)
    shop = make.service(slug="shop", name="Shop", tier=1, team=payments)
    ServiceLink.objects.create(service=shop, kind="runbook", url="https://wiki.example/x")
    make.service(name="Search", tier=1, team=payments)
    make.service(name="Loner", tier=3)
    evaluate(at=at - dt.timedelta(days=20))
    given = Given(
        name="Tier 1 to bronze", owner=lead, goal="level", key="bronze", scope=Scope(ScopeKind.TIER, 1),
        starts_on=timezone.localdate() - dt.timedelta(days=15), due_on=timezone.localdate() + dt.timedelta(days=40),
    )  # fmt: skip
    period = next(each for each in kept_periods(at) if each.cut == "quarter" and timezone.localdate() in each)
    for n, team in enumerate(Team.objects.all()):
        KpiValue.objects.create(
            kpi="action_closure", definition=1, cut=period.cut, first=period.first, last=period.last, scope="team",
            number=team.pk, value=0.6 + 0.1 * n, low=0.4, high=0.9, n=20, rag="green", maturity="3", computed_at=at,
        )  # fmt: skip
    begin_draft(lead, at=at)
    return begin(lead, given, at=at).get_absolute_url()


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_the_ladder_its_draft_an_initiative_and_the_teams_are_accessible(
    login: Callable[..., Page], axe: Callable[[Page], None], lead: User, payments: Team, scheme: str
) -> None:
    initiative = climbed(lead, payments)
    desk = login(lead, color_scheme=scheme)
    pages = {
        "list": LADDER, "service": f"{LADDER}services/shop/", "draft": f"{LADDER}rules/draft/", "initiative": initiative,
        "teams": "/scorecards/teams/", "form": "/scorecards/initiatives/new/",
    }  # fmt: skip
    for name, path in pages.items():
        desk.goto(path)
        axe(desk)
        seen(desk, f"ladder-{name}-1440-{scheme}")
    expect(desk.get_by_label("Level")).to_be_visible()
    desk.get_by_label("Goal").select_option("kpi")
    expect(desk.get_by_label("Level")).to_be_hidden()
    if scheme == "light":
        phone = login(lead, **PHONE)
        for name in ("list", "service", "initiative", "teams"):
            phone.goto(pages[name])
            assert phone.evaluate("document.documentElement.scrollWidth") <= 390
            seen(phone, f"ladder-{name}-390")
