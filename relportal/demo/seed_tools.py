"""What the tools of Perronova told: deploys of two years, and the alerts of its incidents through a real webhook's deliveries."""

from __future__ import annotations

import datetime as dt
import json
from typing import Any, Final

from incidents.actions.deliveries import drain, receive
from incidents.actions.integrations import IntegrationFields, create_integration
from incidents.models import Alert, Deploy, DeployState, Incident, Integration, Suspect, SuspectVerdict
from relportal.core.models import Membership, Service, User
from relportal.core.permissions import SYSTEM
from relportal.demo import events, noise, people
from relportal.demo.deploys import deploys as told_deploys
from relportal.demo.events import HISTORY, Cause, Span, Timeline
from relportal.demo.profiles import PROFILES

MINUTE: Final = dt.timedelta(minutes=1)
ALERTS: Final = "alertmanager"
PIPELINE: Final = "github"
BY_MACHINE: Final = 0.6
"""So many of the rollbacks are decided by the canary, the others by whoever is on call."""
_NAMES: Final = {Cause.CAPACITY: "Saturation", Cause.CERTIFICATE: "CertificateExpiry", Cause.DATA: "StaleData"}


def integrations(*, at: dt.datetime) -> tuple[Integration, Integration]:
    """Alertmanager and GitHub; their secrets are made here and known to nobody."""
    for slug, kind, name in ((ALERTS, "alertmanager", "Alertmanager"), (PIPELINE, "github", "GitHub deployments")):
        if not Integration.objects.filter(slug=slug).exists():
            fields = IntegrationFields(name=name)
            secret = "" if kind == "alertmanager" else f"{noise.seed('secret', slug):x}{noise.seed(slug, str(at)):x}"
            create_integration(SYSTEM, slug=slug, kind=kind, fields=fields, secret=secret, at=at)
    return Integration.objects.get(slug=ALERTS), Integration.objects.get(slug=PIPELINE)


UNCLAIMED: Final = (
    ("recommendations", "HighLatency", 14, "p99 above 1.2 s for 5 minutes"),
    ("search-api", "HighErrorRate", 11, "2.1 % of the answers are errors"),
    ("partner-portal", "CertificateExpiry", 3, "ends in 20 days"),
)


def unclaimed(tool: Integration, *, at: dt.datetime) -> None:
    """Alerts that fire now and that nobody has declared an incident for: two that look like one matter, and one alone."""
    alerts = [
        {
            "status": "firing",
            "labels": {"alertname": name, "service": service, "severity": "warning"},
            "annotations": {"summary": f"{service}: {text}"},
            "startsAt": (at - minutes * MINUTE).isoformat(),
            "endsAt": "0001-01-01T00:00:00Z",
            "generatorURL": "",
            "fingerprint": f"{noise.seed('unclaimed', service, name):016x}",
        }
        for service, name, minutes, text in UNCLAIMED
    ]
    _send(tool, alerts, at=at)


def alone(tool: Integration, service: str, name: str, text: str, *, began: dt.datetime) -> Alert:
    """An alert of half an hour that was told when it was over, and that became no incident."""
    fingerprint, ended = f"{noise.seed('alone', service, name):016x}", began + 30 * MINUTE
    alert = {
        "status": "resolved",
        "labels": {"alertname": name, "service": service, "severity": "warning"},
        "annotations": {"summary": f"{service}: {text}"},
        "startsAt": began.isoformat(),
        "endsAt": ended.isoformat(),
        "generatorURL": "",
        "fingerprint": fingerprint,
    }
    _send(tool, [alert], at=ended)
    return Alert.objects.get(integration=tool, fingerprint=fingerprint, started_at=began)


def ring(
    tool: Integration, told: events.Incident, *, began: dt.datetime, ended: dt.datetime | None, at: dt.datetime
) -> None:
    """The alerts of an incident, one for each service that it hit, as Alertmanager sends them."""
    alerts = [
        {
            "status": "firing" if ended is None else "resolved",
            "labels": {
                "alertname": _name(told, effect),
                "service": effect.service,
                "severity": "critical" if told.severity <= 1 else "warning",
            },
            "annotations": {"summary": f"{effect.service}: {told.title}"},
            "startsAt": began.isoformat(),
            "endsAt": ended.isoformat() if ended else "0001-01-01T00:00:00Z",
            "generatorURL": "",
            "fingerprint": f"{noise.seed(told.key, effect.service, _name(told, effect)):016x}",
        }
        for effect in told.effects
    ]
    _send(tool, alerts, at=at)


def _send(tool: Integration, alerts: list[dict[str, Any]], *, at: dt.datetime) -> None:
    body = json.dumps({"version": "4", "status": alerts[0]["status"], "receiver": "relportal", "alerts": alerts})
    receive(tool, {"content-type": "application/json"}, body.encode(), at=at)
    drain(at=at)


def _name(told: events.Incident, effect: events.Effect) -> str:
    return _NAMES.get(told.cause, "HighErrorRate" if effect.bad else "HighLatency")


def deploys(timeline: Timeline, tool: Integration, *, at: dt.datetime) -> int:
    """Adds those of the last two years that are not there yet, and says which ones broke something and mended it."""
    crews: dict[int, list[str]] = {}
    for held in Membership.objects.filter(team__isnull=False).select_related("user").order_by("pk"):
        crews.setdefault(held.team_id or 0, []).append(held.user.display_name)
    span = Span(max(timeline.epoch, at - HISTORY), at)
    rows = [
        _row(one, service, tool, crews.get(service.team_id or 0, ["Release robot"]))
        for service in Service.objects.filter(slug__in=PROFILES).order_by("pk")
        for one in told_deploys(timeline, service.slug, span)
    ]
    before = Deploy.objects.count()
    Deploy.objects.bulk_create(rows, ignore_conflicts=True)
    _judge(timeline)
    return Deploy.objects.count() - before


def _row(one: events.Deploy, service: Service, tool: Integration, crew: list[str]) -> Deploy:
    draw = noise.pick(noise.seed(one.service, one.version), 0)
    return Deploy(
        integration=tool,
        service=service,
        key=f"{one.service}-{one.version}",
        revision=f"{noise.seed(one.service, one.version, 'sha'):016x}"[:10],
        description=f"Back to the release before {one.version[:-2]}" if one.rollback else f"Release {one.version}",
        author=crew[int(draw * len(crew))],
        size=None if one.rollback else round(20 + 1800 * draw**3),
        state=DeployState.SUCCEEDED,
        is_rollback=one.rollback,
        rollback_automatic=draw < BY_MACHINE if one.rollback else None,
        started_at=one.at - 4 * MINUTE,
        finished_at=one.at,
    )


def _judge(timeline: Timeline) -> None:
    """Whoever ran the incident said which deploy it was, and which one mended it."""
    commander = User.objects.get(email=next(each.email for each in people.PEOPLE if each.login == "commander"))
    seeded = {
        row.declared_from.removeprefix("demo:"): row
        for row in Incident.objects.filter(declared_from__startswith="demo:")
    }
    for told in timeline.incidents:
        incident = seeded.get(told.key)
        if incident is None or told.cause is not Cause.DEPLOY:
            continue
        near = Deploy.objects.filter(service__slug=told.service)
        cause = near.filter(started_at__lte=told.start + 5 * MINUTE, is_rollback=False).order_by("-started_at").first()
        fix = None
        if told.end is not None:
            fix = near.filter(is_rollback=True, finished_at__range=(told.end - 6 * MINUTE, told.end + MINUTE)).first()
        for deploy, verdict in ((cause, SuspectVerdict.CAUSE), (fix, SuspectVerdict.FIX)):
            if deploy is not None:
                Suspect.objects.get_or_create(
                    incident=incident,
                    deploy=deploy,
                    defaults={"verdict": verdict, "by": commander, "at": incident.declared_at + 20 * MINUTE},
                )
