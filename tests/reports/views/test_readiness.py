from __future__ import annotations

import datetime as dt
from typing import Any

from django.test import Client
from django.utils import timezone

from relportal.core.models import Role, ServiceLink, Team, User
from reports.actions.readiness_templates import ship_readiness
from reports.models import ReadinessAnswer, ReadinessReview
from risks.models import GovernanceException
from tests import make
from tests.reports.reviewed import DAY, opened, passed, small
from tests.risks.defaults import fill_defaults

PLANNED = {"title": "Seat maps", "kind": "launch", "planned_on": "2099-12-15"}


def test_a_launch_is_opened_answered_decided_and_launched_without_a_script(
    alice: User, lead: User, payments: Team, client: Client
) -> None:
    small(at=timezone.now())
    fill_defaults()
    shop = make.service(slug="shop", name="Shop", team=payments)
    other = make.service(slug="search", name="Search")
    client.force_login(alice)
    wrong = client.post("/readiness/new/", PLANNED | {"service": other.slug})
    assert wrong.status_code == 422
    assert 'value="Seat maps"' in wrong.content.decode()
    page = client.post("/readiness/new/", PLANNED | {"service": "shop"}, follow=True).content.decode()
    one = ReadinessReview.objects.get()
    base = one.get_absolute_url()
    assert "Seat maps: not ready, 3 blockers are open" in page
    assert "/services/shop/edit/" in page
    # Evidence without a day stays in the form, with what was written.
    wrong = client.post(f"{base}items/capacity/", {"result": "pass", "reason": "Twice the load", "version": "0"})
    assert wrong.status_code == 422
    assert "on which day it was seen" in wrong.content.decode()
    assert "Twice the load" in wrong.content.decode()
    today = timezone.localdate().isoformat()
    client.post(f"{base}items/capacity/", {"result": "pass", "seen_on": today, "version": "0"})
    lost = client.post(f"{base}items/capacity/", {"result": "fail", "seen_on": today, "version": "0"})
    assert lost.status_code == 409
    assert "Somebody else has answered" in lost.content.decode()
    client.post(f"{base}items/rollout/", {"result": "not_applicable", "reason": "Static <b>files</b>", "version": "0"})
    page = client.get(base).content.decode()
    assert "Static &lt;b&gt;files" in page
    assert "not ready, 1 blocker is open" in page
    assert "Decide" not in page
    asked = client.post(
        f"{base}items/runbook/except/", {"title": "x", "reason": "The fair", "ends_on": _day(9)}, follow=True
    )
    assert asked.status_code == 200
    assert GovernanceException.objects.get().subject_key == "readiness:runbook"
    ServiceLink.objects.create(service=shop, kind="runbook", url="https://wiki.example/shop")
    client.force_login(lead)
    one.refresh_from_db()
    stale = client.post(f"{base}decide/", {"verdict": "not_ready", "because": "x", "version": one.version})
    assert stale.status_code == 409
    assert "It stands otherwise by now: Ready" in stale.content.decode()
    client.post(f"{base}decide/", {"verdict": "ready", "version": one.version})
    client.force_login(alice)
    page = client.post(f"{base}launch/", {}, follow=True).content.decode()
    assert "Seat maps: ready" in page
    assert ReadinessReview.objects.get().state == "launched"
    assert client.get(f"/r/{one.short_id}/").status_code == 302
    assert "Seat maps" in client.get("/search/?q=seat").content.decode()


def _day(days: int) -> str:
    return (timezone.localdate() + dt.timedelta(days=days)).isoformat()


def test_a_refused_step_keeps_what_was_written_and_a_launch_is_reviewed_again(
    alice: User, lead: User, payments: Team, client: Client
) -> None:
    at = timezone.now()
    small(at=at)
    one = opened(alice, make.service(slug="shop", name="Shop", team=payments), at=at)
    base = one.get_absolute_url()
    client.force_login(lead)
    lost = client.post(f"{base}edit/", {"planned_on": "2099-01-01", "title": "Maps", "kind": "change", "version": "9"})
    assert lost.status_code == 409
    sent = {"verdict": "not_ready", "because": "", "version": "1"}
    assert "This field is required." in client.post(f"{base}decide/", sent).content.decode()
    client.post(f"{base}decide/", sent | {"because": "Close all three"})
    client.force_login(alice)
    page = client.post(f"{base}launch/", {"because": ""}).content.decode()
    assert "the report names it" in page
    page = client.post(f"{base}again/", {"planned_on": "2099-02-01"}, follow=True).content.decode()
    newer = ReadinessReview.objects.get(follows=one)
    assert f'href="{base}"' in page
    client.post(f"{newer.get_absolute_url()}withdraw/", {"because": "Not this year"})
    page = client.post(f"{base}launch/", {"because": "The fair opens"}, follow=True).content.decode()
    assert "Launched against the verdict" in page
    assert client.get(f"{base}items/moon/except/").status_code == 404
    assert client.post(f"{base}items/moon/", {}).status_code == 404


def test_the_list_answers_first_and_is_to_be_had_as_csv(
    alice: User, lead: User, payments: Team, client: Client, django_assert_max_num_queries: Any
) -> None:
    at = timezone.now()
    small(at=at)
    client.force_login(lead)
    assert "Nothing is launched in the next 30 days" in client.get("/readiness/").content.decode()
    shop = make.service(slug="shop", name="Shop", team=payments)
    second = make.service(slug="pay", name="Pay", team=payments, tier=2)
    opened(alice, shop, at=at)
    opened(alice, shop, title="Much later", planned_on=(at + 90 * DAY).date(), at=at)
    passed(alice, opened(alice, second, title="Cards", at=at), at=at)
    assert "1 of 2 launches of the next 30 days is not ready" in client.get("/readiness/").content.decode()
    with django_assert_max_num_queries(12):
        page = client.get("/readiness/?when=soon&verdict=ready").content.decode()
    assert "Cards" in page
    assert "Seat maps" not in page
    late = client.get("/readiness/?team=payments&tier=1&format=csv").getvalue().decode()
    assert late.count("Much later") == 1
    assert "Cards" not in late
    page = client.get("/readiness/?state=moon&kind=launch&service=pay&sort=service").content.decode()
    assert "There is no state “moon”" in page


def test_what_is_asked_stands_on_a_page_with_its_versions(bob: User, client: Client) -> None:
    ship_readiness(at=timezone.now())
    client.force_login(bob)
    page = client.get("/readiness/template/").content.decode()
    assert "18 items are asked of a launch (version 1)" in page
    assert "worth 180 days" in page
    assert client.get("/readiness/template/1/").status_code == 200
    assert client.get("/readiness/template/9/").status_code == 404
    assert ReadinessAnswer.objects.count() == 0
    assert Role.VIEWER in {role for role, _team in bob.roles}
