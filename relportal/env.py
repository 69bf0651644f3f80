"""Configuration by environment: each variable may also come from a file named by `<NAME>_FILE`.

The table in docs/settings.md is checked against `DOCUMENTED` by a test, so a setting cannot be undocumented.
"""

from __future__ import annotations

import environ

env = environ.FileAwareEnv()

DOCUMENTED: dict[str, str] = {
    "SECRET_KEY": "Signs sessions and links. Required outside of DEBUG.",
    "DEBUG": "`true` only on a developer's machine.",
    "DEMO": "`true` adds the demo company's commands and the demo logins to the sign-in page.",
    "ALLOWED_HOSTS": "Comma-separated host names that the portal answers to.",
    "BASE_URL": "Absolute address of the portal, for permalinks and e-mails.",
    "DATABASE_URL": "PostgreSQL, for example `postgres://user:password@host:5432/relportal`.",
    "TEST_DATABASE_NAME": "Name of the database that the tests create.",
    "REDIS_URL": "Broker and cache, for example `redis://host:6379/0` or `sentinel://host:26379/0`.",
    "REDIS_SENTINEL_MASTER": "Name of the master where REDIS_URL is `sentinel://`.",
    "FIELD_KEYS": "Keys for secrets at rest, `id:fernet-key,...`; the first encrypts, all decrypt.",
    "TOKEN_PEPPERS": "Peppers for API tokens, `number:secret,...`; the highest number is used for new tokens.",
    "OUTBOUND_ALLOWED_NETWORKS": "CIDR list of loopback, link-local or metadata ranges that sources may point to.",
    "COMPANY_TIME_ZONE": "IANA zone in which days and periods of the company are cut.",
    "COMPANY_NAME": "Shown in the header and in reports.",
    "EMAIL_URL": "SMTP server, for example `smtp+tls://user:password@host:587`.",
    "DEFAULT_FROM_EMAIL": "Sender of the portal's e-mails.",
    "OIDC_ISSUER": "OpenID Connect issuer; sign-in by OIDC is offered when it is set.",
    "OIDC_CLIENT_ID": "Client id at the OIDC issuer.",
    "OIDC_CLIENT_SECRET": "Client secret at the OIDC issuer.",
    "OIDC_LOGIN_ORIGINS": "Origins, comma-separated, that the sign-in page of the OIDC issuer leads through, beside its own.",
    "OIDC_NAME": "Name of the identity provider on the sign-in page.",
    "SECURE_COOKIES": "`false` only where the portal is served without TLS, as in the demo.",
    "TRUSTED_PROXIES": "How many reverse proxies append to `X-Forwarded-For`; wrong tries to get in count by client address.",
    "METRICS_NETWORKS": "CIDR list from which `/metrics` may be read without a token.",
    "DELIVERY_RETENTION_DAYS": "Days after which the bodies of deliveries of other tools are removed; `0` keeps them.",
    "LOG_FORMAT": "`json` (default) or `console`.",
}


def keyring(text: str) -> dict[str, str]:
    """`id:secret,id2:secret2` -> ordered mapping; empty text gives an empty mapping."""
    pairs = (item.partition(":") for item in text.split(",") if item.strip())
    return {key.strip(): secret.strip() for key, _, secret in pairs}
