from __future__ import annotations

import datetime as dt

import pytest
from django.test import Client
from pytest_django import DjangoAssertNumQueries as AssertNum

from relportal.core.models import User
from reports.models import KpiValue
from reports.queries.calendar import kept_periods
from tests import make

TEAMS = "/scorecards/teams/"


@pytest.fixture
def told(db: None) -> str:
    """Five teams; the last two with too few, and with too few people to show."""
    from django.utils import timezone

    at = timezone.now()
    period = next(each for each in kept_periods(at) if each.cut == "month")
    for n, name in enumerate(("Zeta", "Alpha", "Mid", "Few", "Tiny")):
        team = make.team(slug=name.lower(), name=name)
        make.service(team=team, tier=1 if n < 2 else 3)
        KpiValue.objects.create(
            kpi="toil", definition=1, cut=period.cut, first=period.first, last=period.last, scope="team", number=team.pk,
            value=0.1 * (n + 1), low=0.05 * (n + 1), high=0.1 * (n + 2), n=n + 1, rag="grey", maturity="1", computed_at=at,
            lacking={"Few": "few", "Tiny": "too_few_people"}.get(name, ""),
        )  # fmt: skip
    return period.key


def test_teams_stand_by_name_with_their_ranges_and_no_order(
    told: str, bob: User, client: Client, django_assert_max_num_queries: AssertNum
) -> None:
    client.force_login(bob)
    with django_assert_max_num_queries(12):
        page = client.get(TEAMS, {"kpi": "toil", "period": told}).content.decode()
    heading = page.partition("<h1>")[2].partition("</h1>")[0]
    assert "half of the 4 teams lie between" in heading
    assert "This is no ranking" in page
    names = [page.index(f">{name}<") for name in ("Alpha", "Zeta", "Few", "Mid", "Tiny")]
    assert names == sorted(names)
    assert page.index("Runs Tier 1") < page.index("Runs Tier 3")
    assert 'class="d is-small"' in page
    assert "too few people to show" in page
    assert "50 %" not in page.partition(">Tiny<")[2].partition("</tr>")[0]


def test_its_csv_hides_what_would_be_of_persons(told: str, bob: User, client: Client) -> None:
    client.force_login(bob)
    rows = client.get(TEAMS, {"kpi": "toil", "period": told, "format": "csv"}).getvalue().decode("utf-8-sig")
    assert next(line for line in rows.splitlines() if ",tiny," in line).endswith(",,,,,too_few_people")


def test_without_figures_it_says_what_to_connect(db: None, bob: User, client: Client) -> None:
    client.force_login(bob)
    page = client.get(TEAMS, {"kpi": "nonsense", "period": f"month:{dt.date.min}"})
    assert "No team has a figure for this period" in page.content.decode()
