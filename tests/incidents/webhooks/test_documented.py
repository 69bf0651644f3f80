"""What the tools say that they send is read as they mean it, through the address that they send to."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from incidents.actions.deliveries import drain
from incidents.actions.integrations import IntegrationFields, create_integration
from incidents.models import Alert, Delivery, Deploy, Integration
from relportal.core.models import Service
from relportal.core.permissions import SYSTEM
from tests import make
from tests.incidents.webhooks import documented
from tests.incidents.webhooks.payloads import SECRET, bearer, hmac_of, raw

pytestmark = pytest.mark.django_db

NOW = dt.datetime(2026, 11, 2, 12, 0, tzinfo=dt.UTC)


def at(text: str) -> dt.datetime:
    return dt.datetime.fromisoformat(f"2026-11-02T{text}+00:00")


@pytest.fixture
def checkout(db: None) -> Service:
    return make.service(slug="checkout", name="Checkout", aliases=["acme/checkout-api"])


def tool(kind: str) -> Integration:
    fields = IntegrationFields(name=kind.title())
    return create_integration(SYSTEM, slug=kind, kind=kind, fields=fields, secret=SECRET, at=NOW).integration


def sent(row: Integration, payload: Any, *, event: str = "") -> Delivery:
    """Signed as this tool signs, and read."""
    body = raw(payload)
    headers = {
        "alertmanager": bearer(),
        "grafana": {"x-grafana-alerting-signature": hmac_of(body)},
        "pagerduty": {"x-pagerduty-signature": f"v1={hmac_of(body)}"},
        "github": {"x-hub-signature-256": f"sha256={hmac_of(body)}", "x-github-event": event},
    }[row.kind]
    path = reverse("incidents:hook", args=[row.slug])
    answer = Client().post(path, body, content_type="application/json", headers=headers)
    assert answer.status_code == 202, answer.content
    drain(at=NOW)
    return Delivery.objects.get(pk=answer.json()["delivery"])


def test_a_group_of_alertmanager_is_its_alerts_each_with_its_own_state(checkout: Service) -> None:
    delivery = sent(tool("alertmanager"), documented.am_cluster())

    assert (delivery.result, delivery.alerts) == (Delivery.Result.TAKEN, 2)
    first, second = Alert.objects.order_by("started_at")
    assert (first.labels["instance"], first.started_at, first.ended_at) == ("db-1:9100", at("11:20:04.123456"), None)
    assert (second.labels["instance"], second.ended_at) == ("db-2:9100", at("11:55:04.987654"))
    assert first.fingerprint != second.fingerprint
    assert {first.service, second.service} == {checkout}
    assert first.url.startswith("http://prometheus.example.com:9090/")


def test_an_alert_without_a_fingerprint_ends_as_the_one_that_began(checkout: Service) -> None:
    row = tool("alertmanager")
    sent(row, documented.am_cluster())
    over = documented.am_cluster() | {"status": "resolved"}
    over["alerts"][0] |= {"status": "resolved", "endsAt": "2026-11-02T11:58:00Z"}
    sent(row, over)

    ended = Alert.objects.order_by("ended_at").values_list("ended_at", flat=True)
    assert list(ended) == [at("11:55:04.987654"), at("11:58:00")]


def test_grafana_tells_several_alerts_in_its_own_zone(checkout: Service) -> None:
    sent(tool("grafana"), documented.grafana_two())

    told = list(Alert.objects.order_by("started_at").values_list("name", "started_at", "summary", "fingerprint"))
    assert told == [
        ("High memory", at("07:51:03.157076"), "Memory runs out in us-1", "c6eadffa33fcdf37"),
        ("High CPU", at("07:56:03.157076"), "Memory runs out in eu-1", "bc97ff14869b13e3"),
    ]
    assert {one.service for one in Alert.objects.all()} == {checkout}


def test_grafana_ends_an_alert_of_a_group_that_goes_on(checkout: Service) -> None:
    row = tool("grafana")
    sent(row, documented.grafana_two())
    later = documented.grafana_two()
    later["alerts"][1] |= {"status": "resolved", "endsAt": "2026-11-02T10:30:00.25+02:00"}
    sent(row, later)

    assert list(Alert.objects.order_by("started_at").values_list("ended_at", flat=True)) == [None, at("08:30:00.25")]


def test_grafana_without_data_is_an_alert_too(checkout: Service) -> None:
    sent(tool("grafana"), documented.grafana_no_data())

    assert Alert.objects.get().labels["rulename"] == "High memory"


def test_pagerduty_tells_a_priority_that_changed(checkout: Service) -> None:
    row = tool("pagerduty")
    sent(
        row, documented.pd_event("incident.triggered", documented.pd_incident(priority=None), at="2026-11-02T10:16:27Z")
    )
    assert Alert.objects.get().severity == "high"
    sent(row, documented.pd_event("incident.priority_updated", documented.pd_incident()))

    alert = Alert.objects.get()
    assert (alert.severity, alert.started_at, alert.acknowledged_at, alert.ended_at) == (
        "P1",
        at("10:16:27"),
        None,
        None,
    )
    assert (alert.service, alert.name) == (checkout, "Card payments are declined")
    assert alert.url == "https://acme.pagerduty.com/incidents/PGR0VU2"


def test_pagerduty_tells_acknowledgement_escalation_and_end(checkout: Service) -> None:
    row = tool("pagerduty")
    for kind, status, when in (
        ("triggered", "triggered", "10:16:27Z"),
        ("acknowledged", "acknowledged", "10:20:00Z"),
        ("unacknowledged", "triggered", "10:50:00Z"),
        ("escalated", "triggered", "10:51:00Z"),
        ("delegated", "triggered", "10:52:00Z"),
        ("reassigned", "triggered", "10:53:00Z"),
        ("resolved", "resolved", "11:30:00Z"),
    ):
        event = documented.pd_event(f"incident.{kind}", documented.pd_incident(status=status), at=f"2026-11-02T{when}")
        assert sent(row, event).result == Delivery.Result.TAKEN

    alert = Alert.objects.get()
    assert (alert.started_at, alert.acknowledged_at, alert.ended_at) == (at("10:16:27"), at("10:20:00"), at("11:30:00"))


def test_an_incident_of_pagerduty_that_was_merged_away_is_over(checkout: Service) -> None:
    into = {"id": "PINTO12", "summary": "The other one", "type": "incident_reference"}
    data = documented.pd_incident(status="resolved", resolve_reason={"type": "merge_resolve_reason", "incident": into})
    sent(tool("pagerduty"), documented.pd_event("incident.resolved", data))

    assert Alert.objects.get().ended_at == at("10:45:22.169")


@pytest.mark.parametrize("kind", sorted(documented.PD_OTHERS))
def test_other_events_of_pagerduty_are_taken_and_change_nothing(kind: str) -> None:
    delivery = sent(tool("pagerduty"), documented.pd_event(kind, documented.PD_OTHERS[kind]))

    assert (delivery.result, delivery.event) == (Delivery.Result.IGNORED, kind)
    assert kind in delivery.detail
    assert not Alert.objects.exists()


@pytest.mark.parametrize(
    ("state", "stored", "finished"),
    [
        ("queued", "started", None), ("pending", "started", None), ("waiting", "started", None),
        ("in_progress", "started", None), ("success", "succeeded", at("11:06:12")), ("failure", "failed", at("11:06:12")),
        ("error", "failed", at("11:06:12")),
    ],
)  # fmt: skip
def test_a_deployment_of_github_is_where_its_status_says(
    checkout: Service, state: str, stored: str, finished: dt.datetime | None
) -> None:
    row = tool("github")
    sent(row, documented.gh_deployment(), event="deployment")
    sent(row, documented.gh_status(state), event="deployment_status")

    deploy = Deploy.objects.get()
    assert (deploy.service, deploy.state, deploy.started_at, deploy.finished_at) == (
        checkout,
        stored,
        at("11:00:37"),
        finished,
    )
    assert (deploy.environment, deploy.author, deploy.description) == ("production", "octocat", "main")


@pytest.mark.parametrize("payload", ["", None, "v1.4.2", '{"service": "x"}', [1], {"service": "checkout"}])
def test_the_payload_of_a_deployment_may_be_anything(checkout: Service, payload: Any) -> None:
    sent(tool("github"), documented.gh_deployment(payload=payload), event="deployment")

    assert Deploy.objects.get().service == checkout


def test_the_first_word_of_github_is_its_ping_and_inactive_changes_nothing(checkout: Service) -> None:
    row = tool("github")
    assert sent(row, documented.gh_ping(), event="ping").result == Delivery.Result.IGNORED
    assert sent(row, documented.gh_status("inactive"), event="deployment_status").result == Delivery.Result.IGNORED
    assert not Deploy.objects.exists()
