from __future__ import annotations

from typing import Any

import pytest
from pytest_django import DjangoAssertNumQueries
from rest_framework.test import APIClient

from relportal.core.models import AuditEvent, Dependency, Service, ServiceLink, Team, User
from tests import make

pytestmark = pytest.mark.django_db


@pytest.fixture
def api() -> APIClient:
    return APIClient()


@pytest.fixture
def checkout(payments: Team) -> Service:
    service = make.service(slug="checkout", name="Checkout", team=payments, tier=1)
    make.status(objective=make.objective(service=service), band="breached", remaining=-0.5, burn_1h=3.0)
    return service


def signed_in(api: APIClient, user: User) -> APIClient:
    api.force_authenticate(user)
    return api


def test_a_service_is_shown_with_its_state_and_what_is_missing(api: APIClient, bob: User, checkout: Service) -> None:
    Dependency.objects.create(service=checkout, depends_on=make.service(slug="stock"), hard=False)
    answer = signed_in(api, bob).get("/api/v1/services/checkout/")
    data: dict[str, Any] = answer.json()
    assert answer.headers["ETag"] == '"1"'
    assert (data["slug"], data["tier"], data["team"]) == ("checkout", 1, "payments")
    assert data["dependencies"] == [{"service": "stock", "hard": False}]
    state = data["state"]
    assert (state["band"], state["remaining"], state["burn_1h"]) == ("breached", -0.5, 3.0)
    assert state["objectives"] == {"total": 1, "breached": 1, "at_risk": 0, "no_data": 0, "healthy": 0}
    assert "runbook" in [one["fact"] for one in data["completeness"]["missing"]]


def test_no_data_is_null_and_never_zero(api: APIClient, bob: User) -> None:
    make.service(slug="silent")
    state = signed_in(api, bob).get("/api/v1/services/silent/").json()["state"]
    assert (state["band"], state["remaining"], state["burn_1h"], state["watermark"]) == ("no_data", None, None, None)


def test_the_list_goes_by_cursor_through_every_service_once(api: APIClient, bob: User) -> None:
    for _ in range(7):
        make.service()
    signed_in(api, bob)
    seen, url = [], "/api/v1/services/?page_size=3"
    while url:
        page = api.get(url).json()
        seen += [row["slug"] for row in page["results"]]
        url = page["next"]
    assert sorted(seen) == sorted(Service.objects.values_list("slug", flat=True))


def test_the_list_filters_like_the_page(api: APIClient, bob: User, checkout: Service) -> None:
    make.service(tier=3)
    signed_in(api, bob)
    for query in ("tier=1", "band=breached", "team=payments", "q=check", "below=90&tier=1,2"):
        rows = api.get(f"/api/v1/services/?{query}").json()["results"]
        assert [row["slug"] for row in rows] == ["checkout"], query


def test_a_filter_that_means_nothing_is_refused(api: APIClient, bob: User) -> None:
    assert signed_in(api, bob).get("/api/v1/services/?tier=9").status_code in (400, 422)


def test_the_list_does_not_ask_more_for_more_services(
    api: APIClient, bob: User, django_assert_max_num_queries: DjangoAssertNumQueries
) -> None:
    for _ in range(20):
        service = make.service()
        make.status(objective=make.objective(service=service))
        Dependency.objects.create(service=service, depends_on=make.service())
    signed_in(api, bob)
    with django_assert_max_num_queries(10):
        api.get("/api/v1/services/")


def test_a_service_is_created_with_what_belongs_to_it(api: APIClient, alice: User, checkout: Service) -> None:
    answer = signed_in(api, alice).post(
        "/api/v1/services/",
        {
            "slug": "mail",
            "name": "Mail",
            "team": "payments",
            "links": [{"kind": "repo", "url": "https://git.example/mail"}],
            "dependencies": [{"service": "checkout", "hard": False}],
        },
        format="json",
    )
    assert answer.status_code == 201, answer.json()
    mail = Service.objects.get(slug="mail")
    assert (mail.tier, mail.links.get().kind) == (3, "repo")
    assert AuditEvent.objects.get().action == "service.create"


def test_a_change_names_the_version_that_it_replaces(api: APIClient, alice: User, checkout: Service) -> None:
    signed_in(api, alice)
    url = "/api/v1/services/checkout/"
    assert api.patch(url, {"tier": 2}, format="json").status_code == 428
    answer = api.patch(url, {"tier": 2}, format="json", headers={"If-Match": '"1"'})
    assert (answer.status_code, answer.headers["ETag"], answer.json()["tier"]) == (200, '"2"', 2)
    stale = api.patch(url, {"tier": 3}, format="json", headers={"If-Match": '"1"'})
    assert stale.status_code == 412
    assert api.patch(url, {"tier": 3}, format="json", headers={"If-Match": "*"}).status_code == 200
    checkout.refresh_from_db()
    assert (checkout.tier, checkout.name) == (3, "Checkout")


def test_links_that_are_not_named_stay_and_named_ones_replace(api: APIClient, alice: User, checkout: Service) -> None:
    signed_in(api, alice)
    url, any_version = "/api/v1/services/checkout/", {"If-Match": "*"}
    link = {"kind": "runbook", "url": "https://wiki.example/", "label": ""}
    api.patch(url, {"links": [link]}, format="json", headers=any_version)
    (shown,) = api.patch(url, {"tier": 2}, format="json", headers=any_version).json()["links"]
    assert shown == link | {"verified_at": shown["verified_at"]}
    assert api.patch(url, {"links": []}, format="json", headers=any_version).json()["links"] == []


def test_one_or_all_links_are_confirmed_and_one_that_is_not_there_is_told(
    api: APIClient, alice: User, checkout: Service
) -> None:
    for kind in ("logs", "traces"):
        ServiceLink.objects.create(service=checkout, kind=kind, url=f"https://{kind}.example/")
    signed_in(api, alice)
    url = "/api/v1/services/checkout/confirm-links/"
    answer = api.post(url, {"url": "https://logs.example/"}, format="json")
    assert [one["verified_at"] is None for one in answer.json()["links"]] == [False, True]
    assert all(one["verified_at"] for one in api.post(url).json()["links"])
    assert api.post(url, {"url": "https://else.example/"}, format="json").status_code == 404
    assert api.post(url, {"url": "x"}, format="json").status_code == 422


@pytest.mark.parametrize(
    "body",
    [
        {"tier": 9},
        {"tier": "x"},
        {"name": ""},
        {"name": None},
        {"team": "nobody"},
        {"lifecycle": "dead"},
        {"links": [{"kind": "repo", "url": "javascript:alert(1)"}]},
        {"links": "x"},
        {"dependencies": [{"service": "nothing"}]},
        {"dependencies": [{"service": "checkout"}]},
        {"aliases": [1, {}]},
        {"description": "\u0000"},
        [],
        "text",
    ],
)
def test_what_cannot_be_is_refused_and_changes_nothing(
    api: APIClient, alice: User, checkout: Service, body: object
) -> None:
    answer = signed_in(api, alice).patch("/api/v1/services/checkout/", body, format="json", headers={"If-Match": "*"})
    assert answer.status_code in (400, 422), answer.content
    checkout.refresh_from_db()
    assert checkout.version == 1


def test_a_service_is_retired_and_brought_back(api: APIClient, alice: User, checkout: Service) -> None:
    signed_in(api, alice)
    assert api.post("/api/v1/services/checkout/retire/").json()["lifecycle"] == "retired"
    assert api.get("/api/v1/services/").json()["results"] == []
    assert api.post("/api/v1/services/checkout/retire/").status_code == 409
    assert api.post("/api/v1/services/checkout/restore/").json()["lifecycle"] == "production"


@pytest.mark.parametrize(
    ("method", "path"),
    [("post", ""), ("patch", "checkout/"), ("post", "checkout/retire/"), ("post", "checkout/restore/")],
)
def test_who_only_reads_writes_nothing(
    api: APIClient, bob: User, charlie: User, checkout: Service, method: str, path: str
) -> None:
    for user in (bob, charlie):
        answer = getattr(signed_in(api, user), method)(
            f"/api/v1/services/{path}", {}, format="json", headers={"If-Match": "*"}
        )
        assert answer.status_code in (403, 404)
    checkout.refresh_from_db()
    assert checkout.version == 1


@pytest.mark.parametrize("path", ["", "checkout/", "checkout/completeness/", "export/"])
def test_an_outsider_and_a_stranger_read_nothing(api: APIClient, charlie: User, checkout: Service, path: str) -> None:
    assert api.get(f"/api/v1/services/{path}").status_code in (401, 403)
    assert signed_in(api, charlie).get(f"/api/v1/services/{path}").status_code in (403, 404)


def test_the_export_is_the_csv_that_imports_again(api: APIClient, lead: User, checkout: Service) -> None:
    content = b"".join(signed_in(api, lead).get("/api/v1/services/export/"))
    assert content.startswith(b"slug,name,tier,")
    answer = api.post("/api/v1/services/import/", content, content_type="text/csv")
    assert (answer.json()["possible"], answer.json()["steps"]) == (False, [])
