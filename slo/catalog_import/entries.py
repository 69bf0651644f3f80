"""What a file says of services, and what is wrong with it, by line."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final
from urllib.parse import urlsplit

from django.utils.translation import gettext as _

from relportal.core.models import Lifecycle, LinkKind
from relportal.core.reading.problems import Problem, Refusal, Severity, did_you_mean, shortened

MAX_SERVICES: Final = 2000
SLUG: Final = re.compile(r"[-a-zA-Z0-9_]{1,80}")
MAX_NAME: Final = 120
MAX_ALIAS: Final = 120
MAX_LABEL: Final = 120
MAX_URL: Final = 500
TIER: Final = re.compile(r"(?:tier|t)?[\s_-]*([1-4])", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class LinkEntry:
    kind: LinkKind
    url: str
    label: str = ""


@dataclass(frozen=True, slots=True)
class DependencyEntry:
    """`slug` is of the called service. Where a file may speak of services kept elsewhere, an unknown one is `optional`."""

    slug: str
    hard: bool = True
    optional: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """A service as a file describes it. None means that the file does not speak of it, and what is there stays.

    An empty text or tuple means that the file says there is none. `team` is a short name or a name. `adds_aliases`: those
    that are there already stay. `kinds` are those of links that the file speaks of.
    """

    line: int
    slug: str
    name: str | None = None
    tier: int | None = None
    team: str | None = None
    lifecycle: Lifecycle | None = None
    description: str | None = None
    aliases: tuple[str, ...] | None = None
    adds_aliases: bool = False
    links: tuple[LinkEntry, ...] | None = None
    kinds: tuple[LinkKind, ...] = tuple(LinkKind)
    dependencies: tuple[DependencyEntry, ...] | None = None


@dataclass(frozen=True, slots=True)
class Parsed:
    entries: tuple[Entry, ...]
    problems: tuple[Problem, ...]

    @property
    def errors(self) -> tuple[Problem, ...]:
        return tuple(one for one in self.problems if one.severity is Severity.ERROR)


def parse_slug(text: str) -> str:
    if not SLUG.fullmatch(text):
        raise Refusal(
            _("“%(text)s” is not a short name: use 1 to 80 letters, digits, hyphens and underscores.")
            % {"text": shortened(text)}
        )
    return text


def parse_name(text: str) -> str:
    if not text or len(text) > MAX_NAME:
        raise Refusal(
            _("A name has 1 to %(most)s characters, this one has %(count)s.") % {"most": MAX_NAME, "count": len(text)}
        )
    return text


def parse_tier(text: str) -> int:
    match = TIER.fullmatch(text)
    if match is None:
        raise Refusal(_("“%(text)s” is not a tier: use 1, 2, 3 or 4.") % {"text": shortened(text)})
    return int(match[1])


def parse_lifecycle(text: str) -> Lifecycle:
    wanted = text.strip().lower()
    for lifecycle in Lifecycle:
        if wanted in (lifecycle.value, str(lifecycle.label).lower()):
            return lifecycle
    accepted = [lifecycle.value for lifecycle in Lifecycle]
    raise Refusal(
        _("“%(text)s” is not a lifecycle%(hint)s. Use %(accepted)s.")
        % {
            "text": shortened(text),
            "hint": did_you_mean(wanted, accepted),
            "accepted": ", ".join(accepted),
        }
    )


def parse_url(text: str) -> str:
    """Only http and https with a host: a link is opened by whoever clicks it."""
    try:
        parts = urlsplit(text)
        good = parts.scheme in ("http", "https") and bool(parts.hostname)
    except ValueError:
        good = False
    if not good or len(text) > MAX_URL or re.search(r"\s", text):
        raise Refusal(
            _(
                "“%(text)s” is not a web address: it must begin with https:// or http:// and have at most %(most)s characters."
            )
            % {"text": shortened(text), "most": MAX_URL}
        )
    return text


def repeated(entries: Iterable[Entry]) -> list[Problem]:
    """A service that one file describes twice: neither description can be trusted."""
    first: dict[str, int] = {}
    problems = []
    for entry in entries:
        line = first.setdefault(entry.slug, entry.line)
        if line != entry.line:
            problems.append(
                Problem(
                    entry.line,
                    _("%(slug)s stands in line %(line)s already.") % {"slug": entry.slug, "line": line},
                    "slug",
                )
            )
    return problems
