"""Deliveries as the tools send them, written after their public documentation."""

from __future__ import annotations

import datetime as dt
import hashlib
import hmac
import json
from typing import Any, Final

SECRET: Final = "correct-horse-battery"
AT: Final = dt.datetime(2026, 11, 2, 12, 0, tzinfo=dt.UTC)
NO_TIME: Final = "0001-01-01T00:00:00Z"


def rfc(at: dt.datetime) -> str:
    """As Go writes it."""
    return at.strftime("%Y-%m-%dT%H:%M:%S.%f")[:-3] + "Z"


def minutes(n: float) -> dt.datetime:
    """So many minutes after noon."""
    return AT + dt.timedelta(minutes=n)


def am_alert(
    *,
    start: dt.datetime = AT,
    end: dt.datetime | None = None,
    fingerprint: str = "c9c8e3b1f2a4d560",
    **labels: str,
) -> dict[str, Any]:
    named = {
        "alertname": "HighErrorRate",
        "instance": "10.0.3.17:8080",
        "job": "checkout",
        "service": "checkout",
        "severity": "critical",
    } | labels
    return {
        "status": "firing" if end is None else "resolved",
        "labels": named,
        "annotations": {
            "description": "5.2% of the requests of checkout fail for 5 minutes.",
            "runbook_url": "https://runbooks.example.com/HighErrorRate",
            "summary": "Checkout answers with errors",
        },
        "startsAt": rfc(start),
        "endsAt": NO_TIME if end is None else rfc(end),
        "generatorURL": "http://prometheus.example.com:9090/graph?g0.expr=job%3Aerrors%3Arate5m+%3E+0.05&g0.tab=1",
        "fingerprint": fingerprint,
    }


def alertmanager(*alerts: dict[str, Any], truncated: int = 0) -> dict[str, Any]:
    alerts = alerts or (am_alert(),)
    return {
        "receiver": "relportal",
        "status": "firing" if any(one["status"] == "firing" for one in alerts) else "resolved",
        "alerts": list(alerts),
        "groupLabels": {"alertname": "HighErrorRate"},
        "commonLabels": {"alertname": "HighErrorRate", "severity": "critical"},
        "commonAnnotations": {"summary": "Checkout answers with errors"},
        "externalURL": "http://alertmanager.example.com:9093",
        "version": "4",
        "groupKey": '{}:{alertname="HighErrorRate"}',
        "truncatedAlerts": truncated,
    }


def grafana(*, start: dt.datetime = AT, end: dt.datetime | None = None) -> dict[str, Any]:
    status = "firing" if end is None else "resolved"
    return {
        "receiver": "relportal",
        "status": status,
        "orgId": 1,
        "alerts": [
            {
                "status": status,
                "labels": {
                    "alertname": "High latency",
                    "grafana_folder": "Payments",
                    "service": "Checkout",
                    "severity": "warning",
                },
                "annotations": {"summary": "p99 of checkout is above 2 s"},
                "startsAt": start.isoformat(),
                "endsAt": NO_TIME if end is None else end.isoformat(),
                "values": {"B": 2.31, "C": 1},
                "generatorURL": "https://grafana.example.com/alerting/grafana/cdeqmlhvflz40f/view?orgId=1",
                "fingerprint": "57c6d9296de2ad39",
                "silenceURL": "https://grafana.example.com/alerting/silence/new?alertmanager=grafana",
                "dashboardURL": "https://grafana.example.com/d/Nmf0W4m4k?orgId=1",
                "panelURL": "https://grafana.example.com/d/Nmf0W4m4k?orgId=1&viewPanel=2",
                "valueString": "[ var='B' labels={service=checkout} value=2.31 ]",
            }
        ],
        "groupLabels": {"alertname": "High latency", "grafana_folder": "Payments"},
        "commonLabels": {"alertname": "High latency", "service": "Checkout", "severity": "warning"},
        "commonAnnotations": {"summary": "p99 of checkout is above 2 s"},
        "externalURL": "https://grafana.example.com/",
        "version": "1",
        "groupKey": '{}/{service="Checkout"}:{alertname="High latency"}',
        "truncatedAlerts": 0,
        "title": "[FIRING:1] High latency Payments (Checkout warning)",
        "state": "alerting",
        "message": "**Firing**\n\nValue: B=2.31, C=1",
    }


def pagerduty(
    kind: str = "incident.triggered", *, happened: dt.datetime = AT, created: dt.datetime = AT, number: int = 2
) -> dict[str, Any]:
    status = {"incident.resolved": "resolved", "incident.acknowledged": "acknowledged"}.get(kind, "triggered")
    return {
        "event": {
            "id": f"5ac64822-4adc-4fda-ade0-{int(happened.timestamp()):012d}",
            "event_type": kind,
            "resource_type": "incident",
            "occurred_at": rfc(happened),
            "agent": {
                "html_url": "https://acme.pagerduty.com/users/PLH1HKV",
                "id": "PLH1HKV",
                "self": "https://api.pagerduty.com/users/PLH1HKV",
                "summary": "Rita Responder",
                "type": "user_reference",
            },
            "client": None,
            "data": {
                "id": "PGR0VU2",
                "type": "incident",
                "self": "https://api.pagerduty.com/incidents/PGR0VU2",
                "html_url": "https://acme.pagerduty.com/incidents/PGR0VU2",
                "number": number,
                "status": status,
                "incident_key": "d3640fbd41094207a1c11e58e46b1662",
                "created_at": rfc(created),
                "title": "Checkout: card payments are declined",
                "service": {
                    "html_url": "https://acme.pagerduty.com/services/PF9KMXH",
                    "id": "PF9KMXH",
                    "self": "https://api.pagerduty.com/services/PF9KMXH",
                    "summary": "Checkout",
                    "type": "service_reference",
                },
                "assignees": [{"id": "PTUXL6G", "summary": "Rita Responder", "type": "user_reference"}],
                "escalation_policy": {"id": "PUS0KTE", "summary": "Payments", "type": "escalation_policy_reference"},
                "teams": [{"id": "PFCVPS0", "summary": "Payments", "type": "team_reference"}],
                "priority": {"id": "PSO75BM", "summary": "P1", "type": "priority_reference"},
                "urgency": "high",
                "conference_bridge": None,
                "resolve_reason": None,
                "incident_type": {"name": "incident_default"},
            },
        }
    }


def pagerduty_ping() -> dict[str, Any]:
    return {
        "event": {
            "id": "01BYNHK2PEHVHM0YXAUCJ3TFYV",
            "event_type": "pagey.ping",
            "resource_type": "pagey",
            "occurred_at": rfc(AT),
            "agent": None,
            "client": None,
            "data": {"message": "Hello from your friend Pagey!", "type": "ping"},
        }
    }


def github_deployment(*, task: str = "deploy", payload: Any = None, at: dt.datetime = AT) -> dict[str, Any]:
    return {
        "action": "created",
        "deployment": {
            "url": "https://api.github.com/repos/acme/checkout-api/deployments/145988746",
            "id": 145988746,
            "node_id": "MDEwOkRlcGxveW1lbnQxNDU5ODg3NDY=",
            "sha": "f95f852bd8fca8fcc58a9a2d6c842781e32a215e",
            "ref": "v1.4.2",
            "task": task,
            "payload": payload if payload is not None else {},
            "original_environment": "production",
            "environment": "production",
            "description": "Release 1.4.2",
            "creator": {"login": "octocat", "id": 21031067, "type": "User"},
            "created_at": at.strftime("%Y-%m-%dT%H:%M:%SZ"),
            "updated_at": at.strftime("%Y-%m-%dT%H:%M:%SZ"),
            "statuses_url": "https://api.github.com/repos/acme/checkout-api/deployments/145988746/statuses",
            "repository_url": "https://api.github.com/repos/acme/checkout-api",
        },
        "repository": {
            "id": 186853002,
            "name": "checkout-api",
            "full_name": "acme/checkout-api",
            "private": True,
            "html_url": "https://github.com/acme/checkout-api",
            "default_branch": "main",
        },
        "organization": {"login": "acme"},
        "sender": {"login": "octocat", "id": 21031067, "type": "User"},
    }


def github_status(state: str = "success", *, at: dt.datetime = AT, **deployment: Any) -> dict[str, Any]:
    return github_deployment(**deployment) | {
        "deployment_status": {
            "url": "https://api.github.com/repos/acme/checkout-api/deployments/145988746/statuses/209916254",
            "id": 209916254,
            "state": state,
            "creator": {"login": "octocat", "id": 21031067, "type": "User"},
            "description": "",
            "environment": "production",
            "target_url": "https://ci.example.com/runs/4711",
            "created_at": at.strftime("%Y-%m-%dT%H:%M:%SZ"),
            "updated_at": at.strftime("%Y-%m-%dT%H:%M:%SZ"),
        }
    }


def raw(payload: Any) -> bytes:
    return json.dumps(payload).encode()


def hmac_of(body: bytes, secret: str = SECRET) -> str:
    return hmac.new(secret.encode(), body, hashlib.sha256).hexdigest()


def bearer(secret: str = SECRET) -> dict[str, str]:
    return {"authorization": f"Bearer {secret}"}
