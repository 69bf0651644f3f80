"""The pages and the API of integrations, deliveries, alerts and deploys."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from incidents.actions.incidents import Declaration, declare
from incidents.models import Alert, Deploy, Entry, EntryKind, Integration
from relportal.core.models import AuditEvent, Service, User
from tests import make
from tests.incidents.webhooks import payloads
from tests.incidents.webhooks.intake import integration, told
from tests.incidents.webhooks.payloads import AT, am_alert, minutes

pytestmark = pytest.mark.django_db


@pytest.fixture
def checkout(rita: User) -> Service:
    return make.service(slug="checkout", name="Checkout", team=rita.memberships.get().team)


def client_of(user: User) -> Client:
    client = Client()
    client.force_login(user)
    return client


def test_a_tool_is_connected_and_its_secret_shown_once(lead: User) -> None:
    client = client_of(lead)
    fields = {"name": "Main Alertmanager", "slug": "main", "kind": "alertmanager", "service_label": "app"}
    page = client.post(reverse("incidents:integration-create"), fields)
    assert page.status_code == 200
    secret = page.context["issued"].plain
    assert len(secret) >= 40
    assert secret in page.content.decode()
    assert "/hooks/main/" in page.content.decode()
    assert "no-store" in page["Cache-Control"]
    row = Integration.objects.get()
    assert secret not in row.secret
    again = client.get(row.get_absolute_url()).content.decode()
    assert secret not in again
    assert secret not in str(list(AuditEvent.objects.values()))
    sent = Client().post("/hooks/main/", payloads.raw(payloads.alertmanager()), content_type="application/json",
                         headers=payloads.bearer(secret))  # fmt: skip
    assert sent.status_code == 202


@pytest.mark.parametrize(
    ("changed", "field", "words"),
    [
        ({"kind": "pagerduty"}, "secret", "makes the secret itself"),
        ({"secret": "short"}, "secret", "At least 12"),
        ({"kind": "generic", "mapping": '{"nmae": "a"}'}, "mapping", "means nothing"),
        ({"kind": "generic", "mapping": '{"name": 3}'}, "mapping", "is a path"),
        ({"mapping": "[1]"}, "mapping", "Enter an object"),
        ({"slug": "no spaces"}, "slug", "valid"),
    ],
)
def test_what_cannot_be_connected_is_said_at_its_field(
    lead: User, changed: dict[str, str], field: str, words: str
) -> None:
    fields = {"name": "Main", "slug": "main", "kind": "alertmanager"} | changed
    page = client_of(lead).post(reverse("incidents:integration-create"), fields)
    assert page.status_code == 422
    assert words in page.context["form"].errors[field][0]


def test_a_secret_is_rotated_and_edited_settings_are_kept(lead: User) -> None:
    row, client = integration("alertmanager"), client_of(lead)
    page = client.post(reverse("incidents:integration-rotate", args=[row.slug]), {"overlap": "24"})
    assert page.context["issued"].plain in page.content.decode()
    row.refresh_from_db()
    assert row.old_secret_until is not None
    edit = reverse("incidents:integration-edit", args=[row.slug])
    fields = {"name": "Renamed", "service_label": "app", "version": row.version}
    assert client.post(edit, fields).status_code == 302
    assert client.post(edit, fields).status_code == 409
    row.refresh_from_db()
    assert (row.name, row.service_label) == ("Renamed", "app")


def test_a_failed_delivery_says_why_and_is_read_again(lead: User, bob: User, checkout: Service) -> None:
    row = integration("generic")
    delivery = told(row, {"title": "Queue is full", "service": "Checkout", "status": "firing"})
    client = client_of(lead)
    assert "correct the mapping" in client.get(delivery.get_absolute_url()).content.decode()
    listing = client.get(reverse("incidents:integration-list")).content.decode()
    detail = client.get(f"{row.get_absolute_url()}?result=failed").content.decode()
    assert row.name in listing
    assert "correct the mapping" in detail
    Integration.objects.update(mapping={"name": "title"})
    replayed = client.post(reverse("incidents:delivery-replay", args=[delivery.pk]), follow=True)
    assert "Taken" in replayed.content.decode()
    assert Alert.objects.get().name == "Queue is full"
    assert client_of(bob).get(delivery.get_absolute_url()).status_code == 403


def test_a_body_with_markup_is_shown_as_text(lead: User) -> None:
    delivery = told(integration("alertmanager"), {"alerts": [], "x": "<script>alert(1)</script>"})
    assert "<script>alert(1)" not in client_of(lead).get(delivery.get_absolute_url()).content.decode()


def test_the_list_of_alerts_is_filtered_and_given_as_csv(bob: User, checkout: Service) -> None:
    row = integration("alertmanager")
    told(row, payloads.alertmanager(am_alert(), am_alert(fingerprint="b", alertname="DiskFull", end=minutes(5))),
         at=minutes(6))  # fmt: skip
    client, address = client_of(bob), reverse("incidents:alert-list")
    page = client.get(address)
    assert page.context["title"] == "1 alert fires"
    assert [one.alert.name for one in page.context["listed"].rows] == ["DiskFull", "HighErrorRate"]
    for query, names in (
        ("state=firing", ["HighErrorRate"]),
        ("state=ended", ["DiskFull"]),
        ("state=no_service", []),
        ("q=disk", ["DiskFull"]),
        (
            "service=checkout&integration=alertmanager&team=payments&severity=critical&sort=name",
            ["DiskFull", "HighErrorRate"],
        ),
    ):
        listed = client.get(f"{address}?{query}").context["listed"]
        assert [one.alert.name for one in listed.rows] == names, query
    text = b"".join(client.get(f"{address}?state=ended&format=csv").streaming_content).decode()  # type: ignore[attr-defined]
    assert "DiskFull,checkout,payments,critical,alertmanager,2026-11-02T12:00:00" in text


def test_an_alert_never_names_a_private_incident_to_others(
    lead: User, rita: User, bob: User, checkout: Service
) -> None:
    secret = declare(rita, Declaration(title="Stolen keys", services=(checkout,), is_private=True), at=AT)
    told(integration("alertmanager"), payloads.alertmanager())
    Alert.objects.update(incident=secret)
    for user, expected in ((bob, None), (rita, f"INC-{secret.pk}")):
        client = client_of(user)
        (listed,) = client.get("/api/v1/alerts/").json()["results"]
        assert listed["incident"] == expected
        page = client.get(reverse("incidents:alert-list")).content.decode()
        assert (f"INC-{secret.pk}" in page) is (expected is not None)


def test_integrations_are_made_changed_and_rotated_over_the_api(lead: User, checkout: Service) -> None:
    client = client_of(lead)
    body: dict[str, Any] = {"slug": "ci", "kind": "github", "name": "CI", "mapping": {"acme/checkout-api": "checkout"}}
    made = client.post("/api/v1/integrations/", body, content_type="application/json")
    assert made.status_code == 201, made.content
    assert len(made.json()["secret"]) >= 40
    row = client.get("/api/v1/integrations/ci/")
    assert "secret" not in row.json()
    patched = client.patch(
        "/api/v1/integrations/ci/",
        {"default_service": "checkout", "paused": True},
        content_type="application/json",
        headers={"if-match": row["ETag"]},
    )
    assert (patched.status_code, patched.json()["default_service"]) == (200, "checkout")
    rotated = client.post("/api/v1/integrations/ci/rotate/", {"overlap_hours": 1}, content_type="application/json")
    assert rotated.json()["secret"] != made.json()["secret"]
    wrong = client.post("/api/v1/integrations/", body | {"slug": "x", "kind": "fax"}, content_type="application/json")
    assert (wrong.status_code, [one["field"] for one in wrong.json()["errors"]]) == (422, ["kind"])


def test_deliveries_are_listed_and_replayed_over_the_api(lead: User, checkout: Service) -> None:
    delivery = told(integration("alertmanager"), payloads.alertmanager())
    client = client_of(lead)
    (listed,) = client.get("/api/v1/deliveries/?result=taken&integration=alertmanager").json()["results"]
    assert (listed["id"], listed["alerts"]) == (delivery.pk, 1)
    answer = client.post(f"/api/v1/deliveries/{delivery.pk}/replay/", content_type="application/json")
    assert (answer.status_code, answer.json()["result"], Alert.objects.count()) == (200, "taken", 1)


def deploy(client: Client, **fields: Any) -> Any:
    body = {"service": "checkout", "revision": "1.4.2"} | fields
    return client.post("/api/v1/deploys/", body, content_type="application/json")


def test_a_pipeline_records_a_deploy_once_and_the_timeline_has_it(rita: User, checkout: Service) -> None:
    incident = declare(rita, Declaration(title="Checkout fails", services=(checkout,)), at=AT)
    client = client_of(rita)
    started = deploy(client, state="started")
    done = deploy(client, size=120, author="Ann", url="https://ci.example.com/1")
    again = deploy(client, size=120)
    assert (started.status_code, done.status_code, again.status_code) == (201, 201, 201), done.content
    row = Deploy.objects.get()
    assert (row.state, row.size, row.author, row.key) == ("succeeded", 120, "Ann", "1.4.2")
    assert done.json() == again.json()
    assert Entry.objects.filter(incident=incident, kind=EntryKind.DEPLOY).count() == 2
    assert client.get("/api/v1/deploys/?service=checkout&state=succeeded").json()["results"][0]["id"] == row.pk


@pytest.mark.parametrize(
    ("fields", "field"),
    [
        ({"service": "nothing"}, "service"),
        ({"revision": ""}, "key"),
        ({"size": -1}, "size"),
        ({"state": "maybe"}, "state"),
        ({"url": "javascript:alert(1)"}, "url"),
        ({"started_at": "0648-01-01T20:56:52+19:30"}, "started_at"),
        ({"started_at": "2026-11-02T12:00:00Z", "finished_at": "2026-11-02T11:00:00Z"}, "finished_at"),
    ],
)
def test_an_impossible_deploy_is_refused_at_its_field(
    rita: User, checkout: Service, fields: dict[str, Any], field: str
) -> None:
    answer = deploy(client_of(rita), **fields)
    assert (answer.status_code, [one["field"] for one in answer.json()["errors"]]) == (422, [field])
    assert not Deploy.objects.exists()


def test_a_deploy_is_recorded_only_for_services_of_ones_team(rita: User, bob: User, checkout: Service) -> None:
    make.service(slug="search", name="Search")
    assert deploy(client_of(rita), service="search").status_code == 403
    assert deploy(client_of(bob)).status_code == 403
    assert not Deploy.objects.exists()


def test_a_deploy_in_the_future_starts_now(rita: User, checkout: Service) -> None:
    told = deploy(client_of(rita), state="started", started_at="2199-01-01T00:00:00Z").json()
    assert told["started_at"] < "2199"
