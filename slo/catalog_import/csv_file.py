"""Services from CSV, in the form of our own export: what is exported imports again as it was.

The columns are in COLUMNS and docs/catalog.md. Several values in a cell stand with " | " between them; a link may have a
label before its address in angle brackets, as in `On call <https://wiki.example.com/checkout>`.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from typing import Any, Final, TypeVar

from django.utils.translation import gettext as _

from relportal.core.models import LinkKind
from relportal.core.reading.problems import Problem, Refusal, Unreadable, shortened
from relportal.core.reading.tables import Columns, csv_records, filled, named, wrong_width
from slo.catalog_import.entries import (
    MAX_ALIAS,
    MAX_LABEL,
    MAX_SERVICES,
    DependencyEntry,
    Entry,
    LinkEntry,
    Parsed,
    parse_lifecycle,
    parse_name,
    parse_slug,
    parse_tier,
    parse_url,
    repeated,
)

LINK_COLUMNS: Final = tuple(kind.value for kind in LinkKind)
COLUMNS: Final = (
    "slug",
    "name",
    "tier",
    "team",
    "lifecycle",
    "description",
    "aliases",
    *LINK_COLUMNS,
    "depends_on",
    "soft_depends_on",
)
# Columns of the list's own CSV, which say how a service is doing: read past, so that either export can be imported.
REPORTED: Final = frozenset(
    {
        "band",
        "objectives",
        "breached",
        "at_risk",
        "healthy",
        "no_data",
        "remaining",
        "burn_1h",
        "firing",
        "completeness",
        "missing",
        "watermark",
    }
)
MAX_PROBLEMS: Final = 200

_SEPARATOR: Final = re.compile(r"(?<!\\)\|")
_LABELLED: Final = re.compile(r"(?P<label>.*?)\s*(?<!\\)<(?P<url>(?:[^<>\\]|\\.)*)>", re.DOTALL)
_ESCAPED: Final = re.compile(r"[\\|<>]")
_UNESCAPED: Final = re.compile(r"\\([\\|<>])")

T = TypeVar("T")


def parse_csv(content: bytes) -> Parsed:
    """Every service of the file with every problem of it, at most MAX_PROBLEMS.

    Raises: Unreadable when it is not a table of services at all.
    """
    records = csv_records(content)
    header = next(records, None)
    if header is None:
        raise Unreadable(_("The file is empty."))
    columns = named(header, Columns(known=COLUMNS, needed=("slug", "name"), reported=REPORTED))
    entries: list[Entry] = []
    problems: list[Problem] = []
    for line, cells in filled(records):
        if wrong := wrong_width((line, cells), columns):
            problems.append(wrong)
            continue
        entry, found = _entry(line, dict(zip(columns, cells, strict=True)))
        problems += found
        if entry is not None:
            entries.append(entry)
        if len(entries) > MAX_SERVICES:
            raise Unreadable(
                _("The file has more than %(most)s services: split it.") % {"most": MAX_SERVICES},
                line=line,
            )
    if not entries and not problems:
        raise Unreadable(_("The file has a header and no services."))
    problems += repeated(entries)
    return Parsed(tuple(entries), tuple(problems[:MAX_PROBLEMS]))


def _entry(line: int, cells: Mapping[str, str]) -> tuple[Entry | None, list[Problem]]:
    problems: list[Problem] = []

    def read(column: str, parse: Callable[[str], T]) -> T | None:
        """None when the column is not there, or says nothing where something must be: tier and lifecycle."""
        text = cells.get(column)
        if text is None or (not text.strip() and column in ("tier", "lifecycle")):
            return None
        try:
            return parse(text.strip())
        except Refusal as refusal:
            problems.append(Problem(line, str(refusal), column))
            return None

    kinds = tuple(kind for kind in LinkKind if kind.value in cells)
    links = [read(kind.value, _links_of(kind)) for kind in kinds]
    fields: dict[str, Any] = {
        "slug": read("slug", parse_slug),
        "name": read("name", parse_name),
        "tier": read("tier", parse_tier),
        "team": read("team", str),
        "lifecycle": read("lifecycle", parse_lifecycle),
        "description": cells.get("description"),
        "aliases": read("aliases", _aliases),
        "links": tuple(link for some in links for link in some or ()) if kinds else None,
        "kinds": kinds,
        "dependencies": _dependencies(read("depends_on", _hard), read("soft_depends_on", _soft)),
    }
    # A line with bad cells is still an entry, so that the catalog's own objections to it are told at once with them.
    if fields["slug"] is None:
        return None, problems
    return Entry(line=line, **fields), problems


def _values(text: str) -> list[str]:
    return [part.strip() for part in _SEPARATOR.split(text) if part.strip()]


def _aliases(text: str) -> tuple[str, ...]:
    found = tuple(_plain(part) for part in _values(text))
    for alias in found:
        if len(alias) > MAX_ALIAS:
            raise Refusal(
                _("An alias has at most %(most)s characters: “%(text)s”.")
                % {"most": MAX_ALIAS, "text": shortened(alias)}
            )
    return tuple(dict.fromkeys(found))


def _links_of(kind: LinkKind) -> Callable[[str], tuple[LinkEntry, ...]]:
    return lambda text: tuple(_link(kind, part) for part in _values(text))


def _link(kind: LinkKind, text: str) -> LinkEntry:
    match = _LABELLED.fullmatch(text)
    if match is None:
        return LinkEntry(kind, parse_url(_plain(text)))
    label = _plain(match["label"])
    if len(label) > MAX_LABEL:
        raise Refusal(
            _("A label has at most %(most)s characters: “%(text)s”.") % {"most": MAX_LABEL, "text": shortened(label)}
        )
    return LinkEntry(kind, parse_url(_plain(match["url"])), label)


def _hard(text: str) -> tuple[DependencyEntry, ...]:
    return tuple(DependencyEntry(parse_slug(part)) for part in _values(text))


def _soft(text: str) -> tuple[DependencyEntry, ...]:
    return tuple(DependencyEntry(parse_slug(part), hard=False) for part in _values(text))


def _dependencies(
    hard: tuple[DependencyEntry, ...] | None, soft: tuple[DependencyEntry, ...] | None
) -> tuple[DependencyEntry, ...] | None:
    """Named as hard and as soft is hard."""
    if hard is None and soft is None:
        return None
    by_slug = {one.slug: one for one in (*(soft or ()), *(hard or ()))}
    return tuple(by_slug.values())


def cell_of_links(links: Iterable[LinkEntry], kind: LinkKind) -> str:
    """The cell that `_links_of` reads back."""
    return " | ".join(
        f"{_escaped(link.label)} <{_escaped(link.url)}>" if link.label else _escaped(link.url)
        for link in links
        if link.kind is kind
    )


def cell_of_values(values: Iterable[str]) -> str:
    return " | ".join(_escaped(value) for value in values)


def _plain(text: str) -> str:
    return _UNESCAPED.sub(r"\1", text)


def _escaped(text: str) -> str:
    return _ESCAPED.sub(lambda match: "\\" + match[0], text)
