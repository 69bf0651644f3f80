"""Any tool that sends JSON: a mapping says where in it what stands.

`alerts` is the path of a list (without it the body is one alert); `name`, `fingerprint`, `service`, `status`, `started`, `ended`,
`acknowledged`, `url`, `summary` and `severity` are paths within an alert. A path has dots between its parts, numbers count in a
list: `data.items.0.title`. `resolved` lists the words of `status` that mean that it is over.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Final

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from incidents.webhooks import _base
from incidents.webhooks._base import Config, Headers, Parsed, ToldAlert, Unreadable

PATHS: Final = (
    "alerts", "name", "fingerprint", "service", "status", "started", "ended", "acknowledged", "url", "summary", "severity",
)  # fmt: skip
DEFAULTS: Final = {"name": "name", "status": "status", "service": "service", "started": "started", "ended": "ended"}
RESOLVED: Final = ("resolved", "ok", "closed", "recovered", "recovery", "normal", "up", "success")
SIGNATURE: Final = "x-signature-256"


class Generic:
    key: Final = "generic"
    label: Final = gettext_lazy("Any tool (JSON)")
    makes_secret: Final = True

    def verify(self, headers: Headers, body: bytes, secrets: Sequence[str]) -> bool:
        """`X-Signature-256: sha256=<HMAC of the body>` where it is sent, else bearer token or password."""
        if SIGNATURE in headers:
            return _base.signed([headers[SIGNATURE].removeprefix("sha256=")], body, secrets)
        return _base.presented(headers, secrets)

    def dedup(self, headers: Headers, body: bytes) -> str:
        """A body may come again with another meaning where it has no times, so only the sender's own id counts."""
        return headers.get("idempotency-key", "") or headers.get("x-delivery-id", "")

    def event(self, headers: Headers, body: bytes) -> str:
        return _base.text(headers.get("x-event", ""), 80)

    def parse(self, body: bytes, config: Config) -> Parsed:
        found = _base.loaded(body)
        where = config.mapping.get("alerts")
        if not where:
            return Parsed(alerts=(_alert(found, config),))
        alerts = at(found, where)
        if not isinstance(alerts, list):
            raise Unreadable(_("There is no list at “%(path)s”.") % {"path": where})
        told = tuple(_alert(_base.mapping(one), config) for one in alerts)
        return Parsed(alerts=told, ignored="" if told else _("It holds no alert."))


def at(value: Any, path: str) -> Any:
    """What stands at a dotted path; None where there is nothing."""
    for part in path.split("."):
        if isinstance(value, list) and part.isdecimal() and len(part) < 7:
            value = value[int(part)] if int(part) < len(value) else None
        else:
            value = _base.mapping(value).get(part)
    return value


def _alert(one: dict[str, Any], config: Config) -> ToldAlert:
    def get(name: str) -> Any:
        return at(one, path) if (path := config.mapping.get(name) or DEFAULTS.get(name)) else None

    name, service = _base.text(get("name"), 200), _base.text(get("service"))
    if not name:
        raise Unreadable(
            _("An alert has no name at “%(path)s”: correct the mapping.")
            % {"path": config.mapping.get("name") or DEFAULTS["name"]}
        )
    ended = _base.instant(get("ended"))
    status = _base.text(get("status")).lower()
    # With a word for it, an `ended` of a firing alert is when it would expire.
    over = status in _words(config.mapping) if status else ended is not None
    return ToldAlert(
        fingerprint=_base.text(get("fingerprint"), 128) or _base.hashed({"name": name, "service": service}),
        name=name,
        started=_base.instant(get("started")),
        ended=ended if over else None,
        over=over,
        acknowledged=_base.instant(get("acknowledged")),
        summary=_base.text(get("summary")),
        labels={
            key: _base.text(value)
            for key, value in list(one.items())[:100]
            if isinstance(value, str | int | float | bool)
        },
        severity=_base.text(get("severity"), 40),
        url=_base.link(get("url")),
        services=(service,) if service else (),
    )


def _words(mapping: Mapping[str, Any]) -> tuple[str, ...]:
    given = mapping.get("resolved")
    return tuple(str(one).lower() for one in given) if isinstance(given, list) and given else RESOLVED


PLUGIN: Final = Generic()
