"""Prometheus Alertmanager. Source: https://prometheus.io/docs/alerting/latest/configuration/#webhook_config (version 4)."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from incidents.webhooks import _base
from incidents.webhooks._base import Config, Headers, Parsed, ToldAlert, Unreadable


class Alertmanager:
    key: Final = "alertmanager"
    label: Final = gettext_lazy("Alertmanager")
    makes_secret: Final = True

    def verify(self, headers: Headers, body: bytes, secrets: Sequence[str]) -> bool:
        return _base.presented(headers, secrets)

    def dedup(self, headers: Headers, body: bytes) -> str:
        """Instances of a cluster may send the same; a body that was sent before tells nothing new."""
        return _base.digest(body)

    def event(self, headers: Headers, body: bytes) -> str:
        return "alerts"

    def parse(self, body: bytes, config: Config) -> Parsed:
        return grouped(_base.loaded(body), config)


def grouped(found: dict[str, Any], config: Config) -> Parsed:
    """The shape that Alertmanager and Grafana share: the status is each alert's own. Raises: Unreadable."""
    alerts = found.get("alerts")
    if not isinstance(alerts, list):
        raise Unreadable(_("The body has no list “alerts”."))
    told = tuple(_alert(_base.mapping(one), found, config) for one in alerts)
    return Parsed(alerts=told, ignored="" if told else _("It holds no alert."))


def _alert(one: dict[str, Any], group: dict[str, Any], config: Config) -> ToldAlert:
    labels = _base.texts(one.get("labels"))
    notes = _base.texts(one.get("annotations"))
    over = _base.text(one.get("status") or group.get("status")).lower() == "resolved"
    if not labels and not one.get("fingerprint"):
        raise Unreadable(_("An alert has neither labels nor a fingerprint, so it cannot be told from others."))
    links = (one.get("generatorURL"), one.get("dashboardURL"), group.get("externalURL"))
    return ToldAlert(
        fingerprint=_base.text(one.get("fingerprint"), 128) or _base.hashed(labels),
        name=labels.get("alertname", "")[:200] or _("Alert without a name"),
        started=_base.instant(one.get("startsAt")),
        # While it fires, endsAt is when it would expire.
        ended=_base.instant(one.get("endsAt")) if over else None,
        over=over,
        summary=notes.get("summary") or notes.get("description") or notes.get("message") or "",
        labels=labels,
        severity=labels.get("severity", "")[:40],
        url=next((found for each in links if (found := _base.link(each))), ""),
        services=tuple(filter(None, (labels.get(config.service_label), labels.get("service"), labels.get("job")))),
    )


PLUGIN: Final = Alertmanager()
