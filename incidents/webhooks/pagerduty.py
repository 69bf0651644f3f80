"""PagerDuty's webhooks of version 3.

Source: https://developer.pagerduty.com/docs/webhooks-overview and https://developer.pagerduty.com/docs/verifying-webhook-signatures
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any, Final

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from incidents.webhooks import _base
from incidents.webhooks._base import Config, Headers, Parsed, ToldAlert, Unreadable

VERSION: Final = "v1="
# Events that carry an incident and say where it stands. Others (notes, responders, updates) tell of no alert.
OF_INCIDENTS: Final = frozenset(
    f"incident.{word}"
    for word in (
        "triggered", "acknowledged", "unacknowledged", "resolved", "reopened", "escalated", "delegated", "reassigned",
        "priority_updated",
    )
)  # fmt: skip


class PagerDuty:
    key: Final = "pagerduty"
    label: Final = gettext_lazy("PagerDuty")
    makes_secret: Final = False

    def verify(self, headers: Headers, body: bytes, secrets: Sequence[str]) -> bool:
        """The header holds a signature for each secret that is valid, commas between them."""
        told = [one.strip() for one in headers.get("x-pagerduty-signature", "").split(",")]
        return _base.signed([one.removeprefix(VERSION) for one in told if one.startswith(VERSION)], body, secrets)

    def dedup(self, headers: Headers, body: bytes) -> str:
        return headers.get("x-webhook-id", "") or _base.digest(body)

    def event(self, headers: Headers, body: bytes) -> str:
        try:
            return _base.text(_base.mapping(json.loads(body).get("event")).get("event_type"), 80)
        except (ValueError, AttributeError, RecursionError):
            return ""

    def parse(self, body: bytes, config: Config) -> Parsed:
        event = _base.loaded(body).get("event")
        if not isinstance(event, dict):
            raise Unreadable(_("The body has no object “event”: is the subscription one of version 3?"))
        kind = _base.text(event.get("event_type"), 80)
        if kind not in OF_INCIDENTS:
            return Parsed(ignored=_("Events of the kind “%(kind)s” tell of no alert.") % {"kind": kind or "?"})
        return Parsed(alerts=(_incident(kind, event, _base.mapping(event.get("data")), config),))


def _incident(kind: str, event: dict[str, Any], data: dict[str, Any], config: Config) -> ToldAlert:
    """An incident of PagerDuty is an alert of ours. A reopened one is another alert, from then on."""
    if not data.get("id"):
        raise Unreadable(_("The incident of the event has no id."))
    happened = _base.instant(event.get("occurred_at"))
    service, priority = _base.mapping(data.get("service")), _base.mapping(data.get("priority"))
    over = kind == "incident.resolved" or _base.text(data.get("status")) == "resolved"
    custom = {name: _base.text(data.get(name)) for name in ("number", "urgency", "incident_key") if data.get(name)}
    labels = custom | {"status": _base.text(data.get("status"))}
    if service:
        labels[config.service_label or "service"] = _base.text(service.get("summary"))
    return ToldAlert(
        fingerprint=_base.text(data["id"], 128),
        name=_base.text(data.get("title") or data.get("summary"), 200) or _("Incident without a title"),
        started=happened if kind == "incident.reopened" else _base.instant(data.get("created_at")) or happened,
        ended=happened if over else None,
        over=over,
        acknowledged=happened if kind == "incident.acknowledged" else None,
        labels=labels,
        severity=_base.text(priority.get("summary") or data.get("urgency"), 40),
        url=_base.link(data.get("html_url")),
        services=tuple(filter(None, (_base.text(service.get("summary")), _base.text(service.get("id"))))),
    )


PLUGIN: Final = PagerDuty()
