"""The pages of core answer, say what they are for, and do what their forms promise."""

from __future__ import annotations

import datetime as dt

import pytest
from django.db import transaction
from django.test import Client
from django.utils import timezone
from pytest_django.asserts import assertContains, assertNotContains, assertRedirects
from pytest_django.fixtures import DjangoAssertNumQueries, Settings

from relportal.core import audit, palette, shortlinks, work
from relportal.core.models import (
    ApiToken,
    AuditEvent,
    Heartbeat,
    Membership,
    Role,
    Service,
    Team,
    User,
    WorkItem,
    WorkState,
)
from relportal.core.permissions import SYSTEM
from tests import make

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def peppers(settings: Settings) -> None:
    settings.TOKEN_PEPPERS = {"1": "first"}


def signed_in(client: Client, user: User) -> Client:
    client.force_login(user)
    return client


def test_the_teams_page_counts_teams_without_an_owner(client: Client, bob: User, alice: User) -> None:
    make.team(name="Lonely")
    assertContains(signed_in(client, bob).get("/teams/"), "1 of 2 teams have no service owner")


@pytest.mark.parametrize("teams", [2, 40])
def test_the_teams_page_costs_the_same_however_many_there_are(
    client: Client, bob: User, teams: int, django_assert_max_num_queries: DjangoAssertNumQueries
) -> None:
    for _ in range(teams):
        make.user(role=Role.SERVICE_OWNER, team=make.team())
    signed_in(client, bob)
    with django_assert_max_num_queries(8):
        client.get("/teams/")


def test_a_team_page_names_its_services_and_people(client: Client, bob: User, alice: User, payments: Team) -> None:
    make.service(name="Checkout", team=payments)
    page = signed_in(client, bob).get("/teams/payments/")
    assertContains(page, "Payments owns 1 service")
    assertContains(page, "alice@example.com")


def test_an_administrator_makes_and_edits_a_team(client: Client, admin: User) -> None:
    signed_in(client, admin)
    client.post("/teams/new/", {"name": "Search", "slug": "search"})
    team = Team.objects.get(slug="search")
    client.post("/teams/search/edit/", {"name": "Discovery", "description": "", "version": team.version})
    team.refresh_from_db()
    assert team.name == "Discovery"


def test_a_lost_update_of_a_team_shows_both_versions_and_can_be_saved_then(
    client: Client, admin: User, payments: Team
) -> None:
    signed_in(client, admin)
    Team.objects.update(name="Money", version=2)
    page = client.post("/teams/payments/edit/", {"name": "Cash", "description": "", "version": 1})
    assertContains(page, "Money", status_code=200)
    assertContains(page, 'value="Cash"')
    assertContains(page, 'name="version" value="2"')
    payments.refresh_from_db()
    assert payments.name == "Money"


def test_a_name_of_ten_thousand_characters_is_refused_at_its_field(client: Client, admin: User) -> None:
    page = signed_in(client, admin).post("/teams/new/", {"name": "x" * 10_000, "slug": "x"})
    assertContains(page, "at most 120 characters", status_code=422)


def test_a_duplicate_is_refused_at_its_field(client: Client, admin: User, payments: Team) -> None:
    page = signed_in(client, admin).post("/teams/new/", {"name": "Payments", "slug": "other"})
    assertContains(page, "already exists", status_code=422)


def test_a_new_person_gets_a_link_that_is_shown_once_and_works(client: Client, admin: User, payments: Team) -> None:
    signed_in(client, admin)
    body = {"display_name": "Dana", "email": "dana@example.com", "role": "responder", "team": "payments"}
    page = client.post("/users/new/", body, follow=True)
    dana = User.objects.get(email="dana@example.com")
    link = page.context["link"]
    assertContains(page, link)
    assertNotContains(client.get(f"/users/{dana.pk}/"), "password/reset/key")
    fresh = Client()
    form = fresh.get(link.split("8000", 1)[1] if "8000" in link else link, follow=True)
    assertContains(form, "password1")
    fresh.post(form.request["PATH_INFO"], {"password1": make.PASSWORD, "password2": make.PASSWORD})
    dana.refresh_from_db()
    assert dana.check_password(make.PASSWORD)


def test_a_role_that_needs_a_team_is_refused_at_the_field(client: Client, admin: User, bob: User) -> None:
    page = signed_in(client, admin).post(f"/users/{bob.pk}/roles/", {"role": "responder", "team": ""})
    assertContains(page, "choose which", status_code=422)


def test_a_role_is_given_and_taken_away(client: Client, admin: User, bob: User, payments: Team) -> None:
    signed_in(client, admin).post(f"/users/{bob.pk}/roles/", {"role": "service_owner", "team": "payments"})
    held = Membership.objects.get(user=bob, role="service_owner")
    client.post(f"/users/{bob.pk}/roles/{held.pk}/revoke/")
    assert not Membership.objects.filter(pk=held.pk).exists()


def test_a_role_of_someone_else_cannot_be_taken_through_this_address(client: Client, admin: User, bob: User) -> None:
    held = Membership.objects.get(user=bob)
    response = signed_in(client, admin).post(f"/users/{admin.pk}/roles/{held.pk}/revoke/")
    assert response.status_code == 404
    assert Membership.objects.filter(pk=held.pk).exists()


def test_who_is_deactivated_is_signed_out_with_the_next_click(client: Client, admin: User, bob: User) -> None:
    theirs = signed_in(Client(), bob)
    assert theirs.get("/teams/").status_code == 200
    signed_in(client, admin).post(f"/users/{bob.pk}/deactivate/")
    assertRedirects(theirs.get("/teams/"), "/accounts/login/?next=/teams/", fetch_redirect_response=False)


def test_preferences_set_the_theme_cookie_and_return(client: Client, bob: User) -> None:
    signed_in(client, bob)
    body = {"theme": "dark", "time_zone": "Asia/Tokyo", "next": "/teams/"}
    response = client.post("/preferences/", body)
    assertRedirects(response, "/teams/", fetch_redirect_response=False)
    assert client.cookies["theme"].value == "dark"
    page = client.get("/profile/")
    assertContains(page, 'data-bs-theme="dark"')
    assertContains(page, "Asia/Tokyo")
    bob.refresh_from_db()
    assert not bob.single_key_shortcuts


def test_preferences_never_lead_to_another_site(client: Client, bob: User) -> None:
    body = {"theme": "dark", "next": "https://evil.example/"}
    assertRedirects(signed_in(client, bob).post("/preferences/", body), "/profile/", fetch_redirect_response=False)


def test_a_token_is_shown_once_and_works(client: Client, bob: User) -> None:
    signed_in(client, bob)
    page = client.post("/tokens/", {"name": "ci", "scopes": ["read"], "lifetime": "30"})
    plain = page.context["issued"].plain
    assertContains(page, plain)
    assert "no-store" in page["Cache-Control"]
    assertNotContains(client.get("/tokens/"), plain)
    assert Client().get("/api/v1/services/", headers={"Authorization": f"Bearer {plain}"}).status_code == 200
    token = ApiToken.objects.get()
    assert token.expires_at is not None
    client.post(f"/tokens/{token.pk}/revoke/")
    assert Client().get("/api/v1/services/", headers={"Authorization": f"Bearer {plain}"}).status_code == 401


def test_someone_elses_token_is_not_there(client: Client, bob: User, lead: User) -> None:
    signed_in(client, bob).post("/tokens/", {"name": "ci", "scopes": ["read"], "lifetime": "never"})
    token = ApiToken.objects.get()
    for act in ("rotate", "revoke"):
        assert signed_in(client, lead).post(f"/tokens/{token.pk}/{act}/").status_code == 404


def record(service: Service, at: dt.datetime, **more: str) -> None:
    with transaction.atomic():
        audit.record(SYSTEM, "service.edit", service, at=at, changes={"tier": (1, 2)}, **more)


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("", True),
        ("actor=relportal", True),
        ("actor=nobody", False),
        ("action=service.edit", True),
        ("action=service", True),
        ("action=team", False),
        ("object=service:checkout", True),
        ("object=service", True),
        ("object=service:other", False),
        ("team=payments", True),
        ("team=other", False),
        ("from=2026-11-02&to=2026-11-02", True),
        ("to=2026-11-01", False),
        ("from=2026-11-03", False),
        ("q=weekly", True),
        ("q=nothing+of+it", False),
        ("from=yesterday", True),
        ("before=rubbish", True),
        ("before=2026-11-02T00:00:00%2B00:00_1", False),
    ],
)
def test_the_audit_is_filtered_by_its_address(
    client: Client, lead: User, payments: Team, at: dt.datetime, query: str, found: bool
) -> None:
    record(make.service(slug="checkout", name="Checkout", team=payments), at, reason="weekly review")
    page = signed_in(client, lead).get(f"/audit/?{query}")
    assert ("weekly review" in page.content.decode()) is found
    assert page.status_code == 200


def test_the_audit_is_paged_by_key_and_shows_each_entry_once(client: Client, lead: User, at: dt.datetime) -> None:
    service = make.service()
    for n in range(120):
        record(service, at - dt.timedelta(minutes=n // 3))
    signed_in(client, lead)
    seen: list[int] = []
    before = ""
    while True:
        page = client.get("/audit/", {"before": before}).context["page"]
        seen += [event.pk for event in page.events]
        before = page.older
        if not before:
            break
    assert len(seen) == 120
    assert set(seen) == set(AuditEvent.objects.values_list("pk", flat=True))


def test_the_audit_is_exported_with_the_same_filters(client: Client, lead: User, at: dt.datetime) -> None:
    record(make.service(slug="checkout", name="=cmd()"), at)
    record(make.service(slug="other"), at)
    response = signed_in(client, lead).get("/audit/?object=service:checkout&format=csv")
    text = b"".join(response.streaming_content).decode("utf-8-sig")  # type: ignore[attr-defined]
    assert len(text.splitlines()) == 2
    assert "'=cmd()" in text


def test_the_history_of_a_service_is_readable_and_outlives_it(client: Client, admin: User, payments: Team) -> None:
    signed_in(client, admin)
    service = make.service(slug="checkout", name="Checkout", team=payments)
    link = {"links": [{"kind": "runbook", "url": "https://example.com/run"}]}
    patched = client.patch(
        "/api/v1/services/checkout/", {"tier": 2} | link, content_type="application/json", headers={"If-Match": "*"}
    )
    assert patched.status_code == 200
    page = client.get("/audit/history/service/checkout/")
    assertContains(page, "<del>Tier 1</del>")
    assertContains(page, "<ins>Tier 2</ins>")
    assertContains(page, "Admin</strong> changed")
    assertContains(page, "https://example.com/run")
    service.delete()
    page = client.get("/audit/history/service/checkout/")
    assertContains(page, "deleted")


def test_a_password_is_in_no_history(client: Client, admin: User, bob: User) -> None:
    bob.set_password("another one entirely")
    bob.save()
    page = signed_in(client, admin).get(f"/audit/history/user/{bob.email}/")
    assertContains(page, "created")
    assertNotContains(page, "argon2")


@pytest.mark.parametrize("path", ["service/nowhere", "nothing/checkout", "objective/SLO-99999999999999999999"])
def test_a_history_that_is_not_there_says_so(client: Client, lead: User, path: str) -> None:
    assert signed_in(client, lead).get(f"/audit/history/{path}/").status_code == 404


def test_quarantined_work_is_the_claim_of_the_operations_page_and_runs_again(client: Client, lead: User) -> None:
    at = timezone.now()
    work.enqueue("core.heartbeat", "a", at=at)
    broken = WorkItem.objects.filter(kind="core.heartbeat")
    broken.update(state=WorkState.QUARANTINED, attempts=6, last_error="Boom: it broke")
    Heartbeat.objects.create(name="tick", at=at)
    page = signed_in(client, lead).get("/operations/")
    assertContains(page, "1 piece of work needs help")
    assertContains(page, "Boom: it broke")
    client.post(f"/operations/{broken.get().pk}/retry/")
    item = broken.get()
    assert (item.state, item.attempts) == (WorkState.PENDING, 0)
    assert AuditEvent.objects.get().action == "work.retry"


def test_work_that_a_worker_holds_is_not_taken_from_it(client: Client, lead: User) -> None:
    at = timezone.now()
    work.enqueue("core.heartbeat", "a", at=at)
    [item] = [each for each in work.claim(at=at) if each.kind == "core.heartbeat"]
    assert signed_in(client, lead).post(f"/operations/{item.pk}/retry/").status_code == 409


def test_search_answers_a_page_and_a_fragment(client: Client, bob: User) -> None:
    palette.provide("test", lambda user, text, limit: palette.Group("Tests", [palette.Hit(label=text, url="/x/")]))
    try:
        signed_in(client, bob)
        assertContains(client.get("/search/?q=check"), "<html")
        fragment = client.get("/search/?q=check", headers={"HX-Request": "true"})
        assertNotContains(fragment, "<html")
        assertContains(fragment, "check")
    finally:
        palette._providers.pop("test")


def test_short_ids_lead_to_their_pages_and_unknown_ones_say_so(client: Client, bob: User) -> None:
    shortlinks.provide("TEST", lambda user, number: f"/tests/{number}/" if number == 7 else None)
    try:
        signed_in(client, bob)
        assertRedirects(client.get("/r/test-7/"), "/tests/7/", fetch_redirect_response=False)
        assert client.get("/r/TEST-8/").status_code == 404
        assert client.get("/r/nonsense/").status_code == 404
        assertContains(client.get("/search/?q=TEST-7"), "/tests/7/")
    finally:
        shortlinks._resolvers.pop("TEST")


def test_a_page_that_is_not_there_has_the_house_s_page(client: Client, bob: User) -> None:
    assertContains(signed_in(client, bob).get("/nowhere/"), "404", status_code=404)
