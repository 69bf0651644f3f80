"""From a Source row to the plug-in's settings and an open client."""

from __future__ import annotations

from django.utils.translation import gettext as _

from relportal.core import secrets
from relportal.core.exceptions import Unavailable
from slo.models import Source
from slo.sources import SOURCES
from slo.sources._base import Client, SourceConfig, SourcePlugin


def plugin_of(source: Source) -> SourcePlugin:
    """Raises: Unavailable when no plug-in of this kind is installed."""
    try:
        return SOURCES[source.kind]
    except KeyError:
        raise Unavailable(_("The plug-in “%(kind)s” of this source is missing.") % {"kind": source.kind}) from None


def config_of(source: Source, *, secret: str | None = None) -> SourceConfig:
    """`secret` is a plain one that is not stored yet. Raises: Unavailable when the stored one cannot be read."""
    return SourceConfig(
        url=source.url,
        auth=source.auth,
        username=source.username,
        secret=secrets.decrypt(source.secret) if secret is None else secret,
        tenant_header=source.tenant_header,
        tenant=source.tenant,
        timeout_s=source.timeout_s,
        max_bytes=source.max_response_mb * 1_000_000,
        series_limit=source.series_limit,
        scrape_s=source.scrape_interval_s,
    )


def client_of(source: Source, *, secret: str | None = None) -> Client:
    """Raises: Unavailable, BadAddress."""
    return plugin_of(source).open(config_of(source, secret=secret))
