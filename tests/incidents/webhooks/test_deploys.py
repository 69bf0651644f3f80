"""What deliveries make of deploys, and of the timeline of an incident."""

from __future__ import annotations

import json
from typing import Any

import pytest
from django.test import Client

from incidents.actions.deliveries import drain
from incidents.actions.incidents import Declaration, declare
from incidents.models import Delivery, Deploy, Entry, EntryKind
from relportal.core.models import Service, User
from tests.incidents.webhooks import payloads
from tests.incidents.webhooks.intake import integration, told
from tests.incidents.webhooks.payloads import AT, am_alert, minutes

pytestmark = pytest.mark.django_db


def test_github_tells_a_deploy_and_how_it_ended_in_any_order(checkout: Service) -> None:
    row = integration("github")
    told(row, payloads.github_status("success", at=minutes(6)), at=minutes(6))
    told(row, payloads.github_status("in_progress", at=minutes(1)), at=minutes(7))
    told(row, payloads.github_deployment(), at=minutes(8))
    deploy = Deploy.objects.get()
    assert (deploy.service, deploy.state, deploy.started_at, deploy.finished_at) == (
        checkout,
        "succeeded",
        AT,
        minutes(6),
    )
    assert (deploy.revision[:7], deploy.author, deploy.environment) == ("f95f852", "octocat", "production")
    assert (deploy.url, deploy.is_rollback) == ("https://ci.example.com/runs/4711", False)


def test_a_deploy_of_a_repository_that_no_service_has_can_be_read_again(checkout: Service, lead: User) -> None:
    from incidents.actions.deliveries import replay

    Service.objects.update(aliases=[])
    row = integration("github")
    delivery = told(row, payloads.github_deployment(task="rollback"))
    assert (delivery.result, Deploy.objects.count()) == (Delivery.Result.IGNORED, 0)
    assert "acme/checkout-api" in delivery.detail
    Service.objects.update(aliases=["ACME/checkout-api"])
    for _again in range(2):
        delivery = replay(lead, delivery, at=minutes(5))
    assert (delivery.result, Deploy.objects.get().is_rollback) == (Delivery.Result.TAKEN, True)


@pytest.mark.parametrize(
    ("task", "payload", "expected"),
    [
        ("rollback", {"automatic": True}, (True, True, False)),
        ("deploy", {"rollback": True, "automatic": False}, (True, False, False)),
        ("rollback", {"automatic": "yes", "hotfix": True}, (True, None, False)),
        ("deploy:hotfix", {"automatic": True}, (False, None, True)),
        ("deploy", {"hotfix": True}, (False, None, True)),
    ],
)
def test_github_says_who_rolled_back_and_what_is_a_hotfix(
    checkout: Service, task: str, payload: dict[str, Any], expected: tuple[bool, bool | None, bool]
) -> None:
    told(integration("github"), payloads.github_deployment(task=task, payload=payload))
    row = Deploy.objects.get(service=checkout)
    assert (row.is_rollback, row.rollback_automatic, row.is_hotfix) == expected


def test_github_may_send_a_form(checkout: Service) -> None:
    from urllib.parse import urlencode

    row = integration("github")
    body = urlencode({"payload": json.dumps(payloads.github_deployment())}).encode()
    headers = {"x-hub-signature-256": f"sha256={payloads.hmac_of(body)}", "x-github-event": "deployment"}
    answer = Client().post(
        f"/hooks/{row.slug}/", body, content_type="application/x-www-form-urlencoded", headers=headers
    )
    assert answer.status_code == 202
    drain(at=AT)
    assert Deploy.objects.get().state == "started"


def test_alerts_and_deploys_of_its_service_stand_in_the_timeline_once(checkout: Service, rita: User) -> None:
    incident = declare(rita, Declaration(title="Checkout fails", services=(checkout,)), at=minutes(2))
    alerts = integration("alertmanager")
    told(alerts, payloads.alertmanager(), at=minutes(3))
    told(alerts, payloads.alertmanager() | {"receiver": "other"}, at=minutes(4))
    told(alerts, payloads.alertmanager(am_alert(end=minutes(9))), at=minutes(9))
    told(integration("github"), payloads.github_status("success", at=minutes(5)), at=minutes(9))
    told(alerts, payloads.alertmanager(am_alert(fingerprint="old", start=minutes(-600))), at=minutes(9))
    told(alerts, payloads.alertmanager(am_alert(fingerprint="else", service="search", job="search")), at=minutes(9))
    lines = Entry.objects.filter(incident=incident, kind__in=(EntryKind.ALERT, EntryKind.DEPLOY)).order_by("at")
    assert [(line.at, line.text) for line in lines] == [
        (AT, "Alert began: HighErrorRate (attached: its service is hit). Checkout answers with errors"),
        (minutes(5), "Deploy: Checkout, succeeded. f95f852bd8fc Release 1.4.2"),
        (minutes(9), "Alert ended: HighErrorRate. Checkout answers with errors"),
    ]
