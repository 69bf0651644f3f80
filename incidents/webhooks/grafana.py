"""Grafana's unified alerting.

Source: https://grafana.com/docs/grafana/latest/alerting/configure-notifications/manage-contact-points/integrations/webhook-notifier/
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from django.utils.translation import gettext_lazy

from incidents.webhooks import _base
from incidents.webhooks._base import Config, Headers, Parsed
from incidents.webhooks.alertmanager import grouped

SIGNATURE: Final = "x-grafana-alerting-signature"


class Grafana:
    key: Final = "grafana"
    label: Final = gettext_lazy("Grafana alerting")
    makes_secret: Final = True

    def verify(self, headers: Headers, body: bytes, secrets: Sequence[str]) -> bool:
        """By the contact point's authorization, or by its HMAC signature where that is switched on."""
        if SIGNATURE in headers:
            return _base.signed([headers[SIGNATURE]], body, secrets)
        return _base.presented(headers, secrets)

    def dedup(self, headers: Headers, body: bytes) -> str:
        return _base.digest(body)

    def event(self, headers: Headers, body: bytes) -> str:
        return "alerts"

    def parse(self, body: bytes, config: Config) -> Parsed:
        return grouped(_base.loaded(body), config)


PLUGIN: Final = Grafana()
