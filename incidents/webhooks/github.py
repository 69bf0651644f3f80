"""GitHub: deployments and what became of them.

Source: https://docs.github.com/en/webhooks/webhook-events-and-payloads#deployment and …/validating-webhook-deliveries
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final
from urllib.parse import parse_qs

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from incidents.webhooks import _base
from incidents.webhooks._base import Config, Headers, Parsed, ToldDeploy, Unreadable

STATES: Final = {
    "queued": "started",
    "pending": "started",
    "in_progress": "started",
    "waiting": "started",
    "success": "succeeded",
    "failure": "failed",
    "error": "failed",
}
ROLLBACKS: Final = frozenset({"rollback", "deploy:rollback", "revert"})
HOTFIXES: Final = frozenset({"hotfix", "deploy:hotfix"})


class GitHub:
    key: Final = "github"
    label: Final = gettext_lazy("GitHub deployments")
    makes_secret: Final = True

    def verify(self, headers: Headers, body: bytes, secrets: Sequence[str]) -> bool:
        told = headers.get("x-hub-signature-256", "")
        return told.startswith("sha256=") and _base.signed([told.removeprefix("sha256=")], body, secrets)

    def dedup(self, headers: Headers, body: bytes) -> str:
        return headers.get("x-github-delivery", "") or _base.digest(body)

    def event(self, headers: Headers, body: bytes) -> str:
        return _base.text(headers.get("x-github-event", ""), 80)

    def parse(self, body: bytes, config: Config) -> Parsed:
        found = _base.loaded(_unpacked(body))
        deployment = found.get("deployment")
        if not isinstance(deployment, dict):
            return Parsed(ignored=_("This event tells of no deployment."))
        status = _base.mapping(found.get("deployment_status"))
        state = _base.text(status.get("state"), 20) if status else "queued"
        if state not in STATES:
            return Parsed(ignored=_("A deployment that is “%(state)s” changes nothing.") % {"state": state})
        return Parsed(deploys=(_deploy(found, status, STATES[state], config),))


def _unpacked(body: bytes) -> bytes:
    """GitHub's other content type is a form with one field. Raises: Unreadable."""
    if not body.startswith(b"payload="):
        return body
    try:
        return parse_qs(body.decode(), strict_parsing=True)["payload"][0].encode("utf-8", "ignore")
    except (ValueError, KeyError):
        raise Unreadable(_("The body is a form without a readable field “payload”.")) from None


def _deploy(found: dict[str, Any], status: dict[str, Any], state: str, config: Config) -> ToldDeploy:
    deployment = _base.mapping(found.get("deployment"))
    repository, more = _base.mapping(found.get("repository")), _base.mapping(deployment.get("payload"))
    started = _base.instant(deployment.get("created_at")) or _base.instant(status.get("created_at"))
    if not deployment.get("id") or started is None:
        raise Unreadable(_("The deployment has no id or no time."))
    full, task = _base.text(repository.get("full_name"), 200), _base.text(deployment.get("task")).lower()
    back, automatic = task in ROLLBACKS or more.get("rollback") is True, more.get("automatic")
    mapped = _base.text(config.mapping.get(full)) or _base.text(config.mapping.get(_base.text(repository.get("name"))))
    size = more.get("changed_lines")
    names = (
        mapped, _base.text(more.get("service")), full, _base.text(repository.get("name")), _base.link(repository.get("html_url")),
    )  # fmt: skip
    description = _base.text(deployment.get("description"), 300) or _base.text(deployment.get("ref"), 300)
    return ToldDeploy(
        key=f"github:{_base.text(deployment['id'], 100)}",
        services=tuple(filter(None, names)),
        state=state,
        started=started,
        finished=None if state == "started" else _base.instant(status.get("created_at")) or started,
        revision=_base.text(deployment.get("sha"), 80),
        description=description,
        environment=_base.text(deployment.get("environment"), 60) or "production",
        author=_base.text(_base.mapping(deployment.get("creator")).get("login"), 120),
        url=_base.link(status.get("target_url")) or _base.link(status.get("log_url")),
        size=size if isinstance(size, int) and not isinstance(size, bool) and 0 <= size < 2**31 else None,
        is_rollback=back,
        rollback_automatic=automatic if back and isinstance(automatic, bool) else None,
        is_hotfix=not back and (task in HOTFIXES or more.get("hotfix") is True),
    )


PLUGIN: Final = GitHub()
