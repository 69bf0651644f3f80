"""The very bytes that were frozen and hashed."""

from __future__ import annotations

from typing import Final

from django.utils.translation import gettext_lazy as _

from reports.domain.payload import Payload, written
from reports.exports._base import Format


def canonical(payload: Payload, _base: str) -> bytes:
    return written(payload)


PLUGIN: Final = Format(
    key="json",
    label=_("JSON"),
    hint=_("The canonical bytes, whose SHA-256 is the hash of the report"),
    ending=".json",
    media_type="application/json",
    make=canonical,
)
