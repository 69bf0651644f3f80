"""Payloads with every field that the documentation of the tools prints, filled with values of our own.

Sources: prometheus.io, "Configuration: webhook_config"; grafana.com, "Configure the webhook notifier"; developer.pagerduty.com,
"Webhooks: Overview", event data types; docs.github.com, "Webhook events and payloads: deployment, deployment_status, ping".
"""

from __future__ import annotations

from typing import Any, Final

NEVER: Final = "0001-01-01T00:00:00Z"


def am_cluster() -> dict[str, Any]:
    """Two alerts of one group, one over and one not, with times as Go prints them; the older way without a fingerprint."""
    shared = {"alertname": "DiskFull", "job": "node", "service": "checkout", "severity": "warning"}

    def alert(instance: str, status: str, start: str, end: str) -> dict[str, Any]:
        return {
            "status": status,
            "labels": shared | {"instance": instance},
            "annotations": {"description": f"{instance} has 2% left", "summary": "A disk is nearly full"},
            "startsAt": start,
            "endsAt": end,
            "generatorURL": "http://prometheus.example.com:9090/graph?g0.expr=disk_free+%3C+0.05&g0.tab=1",
        }

    return {
        "version": "4",
        "groupKey": '{}/{severity=~"warning|critical"}:{alertname="DiskFull"}',
        "truncatedAlerts": 0,
        "status": "firing",
        "receiver": "relportal",
        "groupLabels": {"alertname": "DiskFull"},
        "commonLabels": shared,
        "commonAnnotations": {"summary": "A disk is nearly full"},
        "externalURL": "http://alertmanager.example.com:9093",
        "alerts": [
            alert("db-1:9100", "firing", "2026-11-02T11:20:04.123456789Z", NEVER),
            alert("db-2:9100", "resolved", "2026-11-02T11:25:04.5Z", "2026-11-02T11:55:04.987654321+00:00"),
        ],
    }


def grafana_two() -> dict[str, Any]:
    def alert(name: str, zone: str, start: str, fingerprint: str) -> dict[str, Any]:
        return {
            "status": "firing",
            "labels": {"alertname": name, "grafana_folder": "Infra", "service": "checkout", "zone": zone},
            "annotations": {
                "description": "The nodes of the zone have no memory left",
                "runbook_url": "https://runbooks.example.com/memory",
                "summary": f"Memory runs out in {zone}",
            },
            "startsAt": start,
            "endsAt": NEVER,
            "generatorURL": "https://grafana.example.com/alerting/1afz29v7z/edit",
            "fingerprint": fingerprint,
            "silenceURL": f"https://grafana.example.com/alerting/silence/new?alertmanager=grafana&matchers=zone%3D{zone}",
            "dashboardURL": "",
            "panelURL": "",
            "imageURL": "https://images.example.com/1.png",
            "values": {"B": 44.2, "C": 1},
            "valueString": "[ var='B' labels={} value=44.2 ], [ var='C' labels={} value=1 ]",
        }

    return {
        "receiver": "On call",
        "status": "firing",
        "orgId": 1,
        "alerts": [
            alert("High memory", "us-1", "2026-11-02T09:51:03.157076+02:00", "c6eadffa33fcdf37"),
            alert("High CPU", "eu-1", "2026-11-02T09:56:03.157076+02:00", "bc97ff14869b13e3"),
        ],
        "groupLabels": {},
        "commonLabels": {"grafana_folder": "Infra", "service": "checkout"},
        "commonAnnotations": {},
        "externalURL": "https://grafana.example.com/",
        "version": "1",
        "groupKey": "{}:{}",
        "truncatedAlerts": 0,
        "title": "[FIRING:2]  (Infra)",
        "state": "alerting",
        "message": "**Firing**\n\nLabels:\n - alertname = High memory\n",
    }


def grafana_no_data() -> dict[str, Any]:
    """What Grafana makes itself where a rule finds no data."""
    given = grafana_two()
    alert = given["alerts"][0]
    alert["labels"] = {
        "alertname": "DatasourceNoData", "rulename": "High memory", "datasource_uid": "P1809F7CD0C75ACF3", "ref_id": "A",
        "service": "checkout",
    }  # fmt: skip
    alert["values"] = None
    return given | {"alerts": [alert]}


def _reference(kind: str, key: str, summary: str) -> dict[str, str]:
    return {
        "html_url": f"https://acme.pagerduty.com/{kind}s/{key}",
        "id": key,
        "self": f"https://api.pagerduty.com/{kind}s/{key}",
        "summary": summary,
        "type": f"{kind}_reference",
    }


def pd_incident(**changed: Any) -> dict[str, Any]:
    return {
        "id": "PGR0VU2",
        "type": "incident",
        "self": "https://api.pagerduty.com/incidents/PGR0VU2",
        "html_url": "https://acme.pagerduty.com/incidents/PGR0VU2",
        "number": 2,
        "status": "triggered",
        "incident_key": "d3640fbd41094207a1c11e58e46b1662",
        "created_at": "2026-11-02T10:16:27Z",
        "title": "Card payments are declined",
        "service": _reference("service", "PF9KMXH", "Checkout"),
        "assignees": [_reference("user", "PTUXL6G", "Rita")],
        "escalation_policy": _reference("escalation_policy", "PUS0KTE", "Payments"),
        "teams": [_reference("team", "PFCVPS0", "Payments")],
        "priority": _reference("priority", "PSO75BM", "P1"),
        "urgency": "high",
        "conference_bridge": {"conference_number": "+49 30 1234,,98#", "conference_url": "https://meet.example.com"},
        "resolve_reason": None,
    } | changed


def pd_event(kind: str, data: dict[str, Any], *, at: str = "2026-11-02T10:45:22.169Z") -> dict[str, Any]:
    return {
        "event": {
            "id": f"5ac64822-{kind}-{at}",
            "event_type": kind,
            "resource_type": kind.partition(".")[0],
            "occurred_at": at,
            "agent": _reference("user", "PLH1HKV", "Rita"),
            "client": {"name": "PagerDuty"},
            "data": data,
        }
    }


_OF: Final = {"incident": _reference("incident", "PGR0VU2", "Card payments are declined")}
PD_OTHERS: Final[dict[str, dict[str, Any]]] = {
    "incident.annotated": _OF | {"id": "P2LA89X", "content": "looking", "trimmed": False, "type": "incident_note"},
    "incident.status_update_published": _OF
    | {"id": "P2LA89X", "message": "being mended", "trimmed": False, "type": "incident_status_update"},
    "incident.responder.added": _OF
    | {
        "user": _reference("user", "PVMGSML", "Tom"),
        "escalation_policy": _reference("escalation_policy", "PJFWPEP", "Databases"),
        "message": "please help",
        "state": "pending",
        "type": "incident_responder",
    },
    "incident.responder.replied": _OF | {"state": "accepted", "type": "incident_responder"},
    "incident.conference_bridge.updated": _OF | {"conference_url": None, "type": "incident_conference_bridge"},
    "incident.workflow.started": _OF | {"id": "PXB5F5B", "type": "incident_workflow_instance"},
    "service.updated": {"id": "PF9KMXH", "summary": "Checkout", "alert_creation": "create_alerts_and_incidents"},
    "service.deleted": {"id": "PF9KMXH", "type": "service"},
    "something.of.tomorrow": {"id": "PNEW", "type": "something"},
}
"""Events that say nothing of where an incident stands, and one that nobody knows yet."""


def _person() -> dict[str, Any]:
    return {
        "login": "octocat", "id": 21031067, "node_id": "MDQ6VXNlcjIxMDMxMDY3", "type": "User", "site_admin": False,
        "avatar_url": "https://avatars.githubusercontent.com/u/21031067", "url": "https://api.github.com/users/octocat",
        "html_url": "https://github.com/octocat",
    }  # fmt: skip


def _repository() -> dict[str, Any]:
    return {
        "id": 186853002, "node_id": "MDEwOlJlcG9zaXRvcnkxODY4NTMwMDI=", "name": "checkout-api",
        "full_name": "acme/checkout-api", "private": False, "owner": _person(), "description": None, "fork": False,
        "html_url": "https://github.com/acme/checkout-api", "url": "https://api.github.com/repos/acme/checkout-api",
        "default_branch": "main", "visibility": "public",
    }  # fmt: skip


def gh_deployment(**changed: Any) -> dict[str, Any]:
    """As GitHub Actions makes it: `payload` is an empty text then, and the run stands beside it."""
    url = "https://api.github.com/repos/acme/checkout-api/deployments/145988746"
    return {
        "action": "created",
        "deployment": {
            "url": url, "id": 145988746, "node_id": "MDEwOkRlcGxveW1lbnQxNDU5ODg3NDY=", "task": "deploy",
            "original_environment": "production", "environment": "production", "description": None,
            "created_at": "2026-11-02T11:00:37Z", "updated_at": "2026-11-02T11:00:38Z", "statuses_url": f"{url}/statuses",
            "repository_url": "https://api.github.com/repos/acme/checkout-api", "creator": _person(),
            "sha": "f95f852bd8fca8fcc58a9a2d6c842781e32a215e", "ref": "main", "payload": "",
            "transient_environment": False, "production_environment": True, "performed_via_github_app": None,
        }
        | changed,
        "workflow": {"id": 1, "name": "Deploy", "path": ".github/workflows/deploy.yml", "state": "active"},
        "workflow_run": {"id": 4711, "name": "Deploy", "event": "push", "status": "in_progress", "conclusion": None},
        "repository": _repository(),
        "organization": {"login": "acme", "id": 1},
        "sender": _person(),
        "installation": {"id": 375706, "node_id": "MDIzOkludGVncmF0aW9uSW5zdGFsbGF0aW9uMzc1NzA2"},
    }  # fmt: skip


def gh_status(state: str, *, at: str = "2026-11-02T11:06:12Z", **deployment: Any) -> dict[str, Any]:
    base = gh_deployment(**deployment)
    url = base["deployment"]["statuses_url"]
    status = {
        "url": f"{url}/209916254", "id": 209916254, "node_id": "MDE2OkRlcGxveW1lbnRTdGF0dXMyMDk5MTYyNTQ=", "state": state,
        "creator": _person(), "description": "", "environment": "production",
        "target_url": "https://github.com/acme/checkout-api/actions/runs/4711", "created_at": at, "updated_at": at,
        "deployment_url": base["deployment"]["url"], "repository_url": base["deployment"]["repository_url"],
        "environment_url": "https://checkout.example.com", "log_url": "https://github.com/acme/checkout-api/runs/1",
        "performed_via_github_app": None,
    }  # fmt: skip
    check = {"id": 128620228, "name": "deploy", "status": "completed", "conclusion": state}
    return base | {"deployment_status": status, "check_run": check}


def gh_ping() -> dict[str, Any]:
    return {
        "zen": "Anything added dilutes everything else.",
        "hook_id": 109948940,
        "hook": {
            "type": "Repository", "id": 109948940, "name": "web", "active": True,
            "events": ["deployment", "deployment_status"],
            "config": {"content_type": "json", "insecure_ssl": "0", "url": "https://portal.example.com/hooks/github/"},
            "updated_at": "2026-11-02T11:00:00Z", "created_at": "2026-11-02T11:00:00Z",
            "last_response": {"code": None, "status": "unused", "message": None},
        },
        "repository": _repository(),
        "sender": _person(),
    }  # fmt: skip
