"""The environment variables of a profile: what is set already wins, so DATABASE_URL, REDIS_URL and PROMETHEUS_URL take over."""

from __future__ import annotations

import base64
import hashlib
import os
from collections.abc import Iterator
from contextlib import contextmanager

from relportal.launch.locks import Use
from relportal.launch.paths import Profile
from relportal.launch.postgres import Postgres
from relportal.launch.servers import Store
from relportal.launch.valkey import Valkey


def settings_of(profile: Profile) -> dict[str, str]:
    """Secrets and settings that relportal needs besides its servers, chosen once for the profile."""
    field_key = base64.urlsafe_b64encode(hashlib.sha256(profile.secret("field").encode()).digest()).decode()
    return {
        "SECRET_KEY": profile.secret("django"),
        "FIELD_KEYS": f"local:{field_key}",
        "TOKEN_PEPPERS": f"1:{profile.secret('pepper')}",
        "OUTBOUND_ALLOWED_NETWORKS": "127.0.0.0/8,::1/128",
        "SECURE_COOKIES": "false",
        "LOG_FORMAT": "console",
        "DJANGO_SETTINGS_MODULE": "relportal.settings",
    }


def servers_of(profile: Profile, *, durable: bool) -> dict[str, Store]:
    """Variable -> bundled server, for those variables that the environment does not set."""
    servers: dict[str, Store] = {}
    if "DATABASE_URL" not in os.environ:
        servers["DATABASE_URL"] = Postgres(profile, durable=durable)
    if "REDIS_URL" not in os.environ:
        servers["REDIS_URL"] = Valkey(profile)
    return servers


@contextmanager
def stores(profile: Profile, *, durable: bool) -> Iterator[dict[str, str]]:
    """The environment with PostgreSQL and Valkey running.

    On the way out, those that were started here are stopped, or by the last of several commands that use them together.
    """
    with Use(profile) as use:
        env = settings_of(profile) | dict(os.environ)
        servers = servers_of(profile, durable=durable)
        try:
            for variable, server in servers.items():
                if server.ensure():
                    use.ours(server.name)
                env[variable] = server.url
            use.begun()
            yield env
        finally:
            mine = use.last()
            for server in reversed(servers.values()):
                if server.name in mine:
                    server.stop()
