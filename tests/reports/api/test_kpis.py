"""KPIs over the API: the stored values are those of the page, and tools push what they count."""

from __future__ import annotations

import datetime as dt

import pytest
from django.utils import timezone

from relportal.core.models import Team, User
from reports.actions.figures import compute
from reports.domain.periods import Calendar, Cut
from reports.models import KpiInput, KpiTarget
from reports.queries.calendar import kept_periods
from tests import make
from tests.incidents.conftest import _settings as severities  # noqa: F401
from tests.incidents.shipping import incident
from tests.risks.api.asking import get, post, said

pytestmark = pytest.mark.django_db
GIVEN = {
    "kpi": "toil", "first": "2026-10-05", "last": "2026-10-11", "scope": "team:payments",
    "numbers": {"toil_h": 30, "work_h": 100, "answered": 6, "asked": 8},
}  # fmt: skip


def test_a_tool_pushes_numbers_and_reads_the_value_that_they_give(alice: User, payments: Team) -> None:
    answer = post(alice, "kpi-inputs/", **GIVEN)
    assert answer.status_code == 201, answer.content
    assert answer.json()["scope"] == "team:payments"
    assert KpiInput.objects.get().source == KpiInput.Source.API
    october = Calendar().period(Cut.MONTH, KpiInput.objects.get().last)
    compute([october], at=timezone.now())
    (value,) = (
        each
        for each in get(alice, "kpi-values/?kpi=toil&scope=team:payments&edition=live").json()["results"]
        if each["period"] == october.key
    )
    assert (value["value"], value["numerator"], value["denominator"], value["rag"]) == (0.3, 30, 100, "green")


def test_what_cannot_be_is_refused_at_its_field(alice: User, bob: User, payments: Team) -> None:
    assert "scope" in said(post(alice, "kpi-inputs/", **GIVEN | {"scope": "team:gone"}))
    assert "toil_h" in said(
        post(alice, "kpi-inputs/", **GIVEN | {"numbers": {"toil_h": 200, "work_h": 100, "answered": 1, "asked": 1}})
    )
    assert post(alice, "kpi-inputs/", **GIVEN | {"numbers": {"toil_h": 10**400}}).status_code == 422
    assert post(bob, "kpi-inputs/", **GIVEN).status_code == 403
    assert not KpiInput.objects.exists()


def test_a_target_is_set_in_the_unit_of_the_value(lead: User, alice: User) -> None:
    given = {"kpi": "toil", "since": "2026-10-01", "green": 0.2, "red": 0.4, "reason": "Council"}
    assert post(alice, "kpi-targets/", **given).status_code == 403
    assert post(lead, "kpi-targets/", **given).status_code == 201
    assert get(alice, "kpi-targets/?kpi=toil").json()["results"][0]["green"] == 0.2
    assert "red" in said(post(lead, "kpi-targets/", **given | {"green": 0.5}))
    assert KpiTarget.objects.count() == 1


def test_an_unknown_scope_has_no_values(bob: User) -> None:
    assert get(bob, "kpi-values/?scope=galaxy:1").json()["results"] == []


def test_an_owner_comments_and_a_second_comment_names_the_one_that_it_replaces(alice: User, payments: Team) -> None:
    given = {"kpi": "toil", "period": Calendar().period(Cut.MONTH, timezone.localdate()).key, "scope": "team:payments"}
    made = post(alice, "kpi-comments/", **given, text="We hired two.")
    assert (made.status_code, made.json()["version"]) == (201, 1), made.content
    assert post(alice, "kpi-comments/", **given, text="We did not.").status_code == 412
    assert post(alice, "kpi-comments/", **given, text="We hired three.", version=1).json()["version"] == 2
    assert get(alice, "kpi-comments/?kpi=toil").json()["results"][0]["text"] == "We hired three."
    assert "period" in said(post(alice, "kpi-comments/", **given | {"period": "month:1999-01-01"}, text="x"))
    assert "action" in said(post(alice, "kpi-comments/", **given, text="x", action=99))
    assert "ask" in said(post(alice, "kpi-comments/", **given, text="x", ask=99))
    assert post(alice, "kpi-comments/", **given | {"scope": ""}, text="x").status_code == 403


def test_the_rows_behind_a_figure_come_in_pages_without_what_is_private(lead: User, bob: User) -> None:
    shop = make.service(slug="shop", name="Shop")
    began = timezone.now() - dt.timedelta(minutes=1)
    for private in (False, False, False, True):
        incident(lead, shop, began=began, private=private)
    found = get(bob, "kpis/incidents/rows/?scope=service:shop&page_size=2").json()
    assert (found["count"], found["hidden"], len(found["results"]), found["previous"]) == (3, 1, 2, None)
    assert found["period"].startswith("quarter:")
    row = found["results"][0]
    assert (row["kind"], row["url"].startswith("http://testserver/incidents/")) == ("incident", True)
    rest = get(bob, found["next"].partition("/api/v1/")[2]).json()
    assert (len(rest["results"]), rest["next"]) == (1, None)
    assert row["what"] not in {each["what"] for each in rest["results"]}
    assert get(lead, "kpis/incidents/rows/").json()["hidden"] == 0


@pytest.mark.parametrize("cut", list(Cut))
def test_rows_are_read_for_every_cut_of_the_calendar(bob: User, cut: Cut) -> None:
    period = next(each for each in kept_periods(timezone.now()) if each.cut is cut)
    assert get(bob, f"kpis/toil/rows/?period={period.key}").json()["period"] == period.key


def test_rows_of_what_is_not_there_are_refused(bob: User) -> None:
    for asked, field in (
        ("scope=galaxy:1", "scope"),
        ("scope=team:gone", "scope"),
        ("period=month:1999-01-01", "period"),
        ("period=fortnight", "period"),
        ("page=0", "page"),
        ("page_size=501", "page_size"),
    ):
        assert set(said(get(bob, f"kpis/toil/rows/?{asked}"))) == {field}, asked
    for path in ("kpis/luck/rows/", "kpis/toil/rows/?page=2"):
        said(get(bob, path), 404)
