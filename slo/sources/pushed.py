"""Counts that other tools send: the portal asks nobody."""

from __future__ import annotations

from typing import NoReturn

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from slo.sources._base import SourceConfig


class Pushed:
    key = "pushed"
    label: str | Promise = _("Pushed counts")
    tenant_header = ""
    address_hint = ""
    pulls = False

    def open(self, config: SourceConfig) -> NoReturn:
        raise NotImplementedError("a pushed source has no client")


PLUGIN = Pushed()
