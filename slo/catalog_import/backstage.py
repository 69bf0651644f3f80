"""Services from Backstage `catalog-info.yaml`, one or many documents.

A Component becomes a service; System, Group, API and the other kinds are noted and passed over. References lose their kind
and namespace ("group:default/payments" is payments).
Source: Backstage, "Descriptor Format of Catalog Entities".
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any, Final

import yaml
from django.utils.translation import gettext as _

from relportal.core.models import Lifecycle, LinkKind
from relportal.core.reading.problems import Problem, Refusal, Severity, Unreadable, shortened
from relportal.core.reading.text import decoded
from slo.catalog_import.entries import (
    MAX_LABEL,
    MAX_NAME,
    MAX_SERVICES,
    DependencyEntry,
    Entry,
    LinkEntry,
    Parsed,
    parse_slug,
    parse_tier,
    parse_url,
    repeated,
)

TIER_ANNOTATION: Final = "relportal.io/tier"
SOURCE_ANNOTATION: Final = "backstage.io/source-location"
GITHUB_ANNOTATION: Final = "github.com/project-slug"
MAX_DEPTH: Final = 30
MAX_NODES: Final = 200_000
MAX_PROBLEMS: Final = 200

_NULLS: Final = frozenset({"", "~", "null", "Null", "NULL"})
_LIFECYCLES: Final = {
    "experimental": Lifecycle.EXPERIMENTAL,
    "development": Lifecycle.EXPERIMENTAL,
    "production": Lifecycle.PRODUCTION,
    "stable": Lifecycle.PRODUCTION,
    "deprecated": Lifecycle.DEPRECATED,
    "retired": Lifecycle.RETIRED,
}
_LINK_WORDS: Final = (
    (LinkKind.RUNBOOK, re.compile(r"run-?\s?book|playbook|on.?call", re.IGNORECASE)),
    # Before dashboards: Grafana shows logs and traces too, and says which in the title.
    (
        LinkKind.TRACES,
        re.compile(r"\btraces?\b|\btracing\b|jaeger|zipkin|\btempo\b|x-?ray|opentelemetry|honeycomb", re.IGNORECASE),
    ),
    (LinkKind.LOGS, re.compile(r"\blogs\b|\blogging\b|kibana|\bloki\b|splunk|graylog|papertrail", re.IGNORECASE)),
    (LinkKind.DASHBOARD, re.compile(r"dashboard|grafana|datadog", re.IGNORECASE)),
    (LinkKind.REPO, re.compile(r"\brepo|source|github|gitlab|\bcode\b", re.IGNORECASE)),
    (LinkKind.DOCS, re.compile(r"\bdoc|wiki|guide|manual", re.IGNORECASE)),
)


def looks_like_backstage(content: bytes) -> bool:
    return bool(re.search(rb"^\s*apiVersion\s*:", content, re.MULTILINE))


def parse_backstage(content: bytes, *, tier_annotation: str = TIER_ANNOTATION) -> Parsed:
    """Every Component with every problem of the file.

    Raises: Unreadable when it is not YAML, has aliases, or is too deep or too large to be a catalog.
    """
    text = decoded(content)
    _bounded(text)
    entries: list[Entry] = []
    problems: list[Problem] = []
    for line, document in _documents(text):
        entry, found = _Document(document, line, tier_annotation).read()
        problems += found
        if entry is not None:
            entries.append(entry)
    if not entries and not any(one.severity is Severity.ERROR for one in problems):
        raise Unreadable(_("There is no Component in this file, so there is nothing to import."))
    if len(entries) > MAX_SERVICES:
        raise Unreadable(_("The file has more than %(most)s services: split it.") % {"most": MAX_SERVICES})
    problems += repeated(entries)
    return Parsed(tuple(entries), tuple(problems[:MAX_PROBLEMS]))


def _bounded(text: str) -> None:
    """Walks the events before anything is built: an alias or a merge can grow a small file without bound."""
    depth = count = 0
    try:
        for event in yaml.parse(text, Loader=yaml.CSafeLoader):
            line = event.start_mark.line + 1 if event.start_mark else 0
            if isinstance(event, yaml.AliasEvent):
                raise Unreadable(
                    _("Line %(line)s has an alias (*%(name)s). Write the value out.")
                    % {"line": line, "name": shortened(str(event.anchor))},
                    line=line,
                )
            depth += isinstance(event, yaml.CollectionStartEvent)
            depth -= isinstance(event, yaml.CollectionEndEvent)
            count += 1
            if depth > MAX_DEPTH or count > MAX_NODES:
                raise Unreadable(
                    _("Line %(line)s: the file is nested too deeply or is too large to be a catalog.") % {"line": line},
                    line=line,
                )
    except yaml.YAMLError as error:
        raise _not_yaml(error) from error


def _documents(text: str) -> Iterator[tuple[int, Any]]:
    """Every document with its first line. Scalars stay text, so that a tier of 1 and a name of `on` read as written."""
    loader = yaml.CBaseLoader(text)
    try:
        while loader.check_node():
            node = loader.get_node()
            if node is not None:
                yield node.start_mark.line + 1, loader.construct_document(node)
    except yaml.YAMLError as error:
        raise _not_yaml(error) from error
    finally:
        loader.dispose()


def _not_yaml(error: yaml.YAMLError) -> Unreadable:
    mark = getattr(error, "problem_mark", None) or getattr(error, "context_mark", None)
    line = mark.line + 1 if mark else 0
    return Unreadable(
        _("Line %(line)s is not YAML: %(error)s.")
        % {"line": line, "error": getattr(error, "problem", None) or _("it cannot be read")},
        line=line,
    )


class _Document:
    """One entity; collects its problems while it is read."""

    def __init__(self, document: Any, line: int, tier_annotation: str) -> None:
        self.document = document
        self.line = line
        self.tier_annotation = tier_annotation
        self.problems: list[Problem] = []

    def read(self) -> tuple[Entry | None, list[Problem]]:
        if _null(self.document):
            return None, []
        if not isinstance(self.document, dict) or "kind" not in self.document:
            self.error(_("This document is not a Backstage entity: it has no kind."), "")
            return None, self.problems
        kind = self.text(self.document, "kind")
        metadata = self.mapping(self.document, "metadata")
        name = self.text(metadata, "name")
        if kind != "Component":
            self.note(
                _("%(kind)s %(name)s is passed over: only Components become services.")
                % {"kind": shortened(kind), "name": shortened(name)},
                "kind",
            )
            return None, self.problems
        entry = self.component(name, metadata, self.mapping(self.document, "spec"))
        return entry, self.problems

    def component(self, name: str, metadata: dict[str, Any], spec: dict[str, Any]) -> Entry | None:
        slug = self.slug(name)
        if slug is None:
            return None
        annotations = self.mapping(metadata, "annotations")
        title = self.text(metadata, "title")[:MAX_NAME]
        owner = self.text(spec, "owner")
        return Entry(
            line=self.line,
            slug=slug,
            name=title or name,
            tier=self.tier(annotations),
            team=reference(owner) if owner else None,
            lifecycle=self.lifecycle(self.text(spec, "lifecycle")),
            description=self.text(metadata, "description") if "description" in metadata else None,
            aliases=(name,) if name != slug else None,
            adds_aliases=True,
            links=self.links(metadata, annotations),
            dependencies=self.dependencies(spec),
        )

    def slug(self, name: str) -> str | None:
        """References in Backstage do not distinguish case, and its names may have dots."""
        try:
            return parse_slug(slug_of(name))
        except Refusal as refusal:
            self.error(str(refusal), "metadata.name")
            return None

    def tier(self, annotations: dict[str, Any]) -> int | None:
        text = self.text(annotations, self.tier_annotation)
        if not text:
            self.note(
                _("No annotation %(key)s: the tier stays as it is, a new service is tier 3.")
                % {"key": self.tier_annotation},
                self.tier_annotation,
            )
            return None
        try:
            return parse_tier(text)
        except Refusal as refusal:
            self.error(str(refusal), self.tier_annotation)
            return None

    def lifecycle(self, text: str) -> Lifecycle | None:
        """Free text in Backstage, so an unknown word is a note."""
        found = _LIFECYCLES.get(text.lower())
        if text and found is None:
            self.note(
                _("“%(text)s” is not a lifecycle known here: it stays as it is, a new service is in production.")
                % {"text": shortened(text)},
                "spec.lifecycle",
            )
        return found

    def links(self, metadata: dict[str, Any], annotations: dict[str, Any]) -> tuple[LinkEntry, ...] | None:
        found: dict[tuple[LinkKind, str], LinkEntry] = {}
        for link in self.sequence(metadata, "links"):
            if not isinstance(link, dict):
                self.error(_("A link is a mapping with a url."), "metadata.links")
                continue
            title = self.text(link, "title")[:MAX_LABEL]
            words = " ".join((title, self.text(link, "type"), self.text(link, "icon")))
            self.add(found, kind_of(words), self.text(link, "url"), title)
        source = self.text(annotations, SOURCE_ANNOTATION).removeprefix("url:")
        project = self.text(annotations, GITHUB_ANNOTATION)
        if source.startswith("http"):
            self.add(found, LinkKind.REPO, source, "")
        elif project:
            self.add(found, LinkKind.REPO, f"https://github.com/{project}", "")
        return tuple(found.values()) if found or "links" in metadata else None

    def add(
        self,
        found: dict[tuple[LinkKind, str], LinkEntry],
        kind: LinkKind,
        url: str,
        title: str,
    ) -> None:
        try:
            found.setdefault((kind, url), LinkEntry(kind, parse_url(url), title))
        except Refusal as refusal:
            self.error(str(refusal), "metadata.links")

    def dependencies(self, spec: dict[str, Any]) -> tuple[DependencyEntry, ...] | None:
        if "dependsOn" not in spec:
            return None
        found: dict[str, DependencyEntry] = {}
        for target in self.sequence(spec, "dependsOn"):
            text = str(target)
            kind, colon, _rest = text.partition(":")
            if colon and kind.lower() != "component":
                self.note(
                    _("%(text)s is passed over: only Components are services.") % {"text": shortened(text)},
                    "spec.dependsOn",
                )
                continue
            slug = slug_of(reference(text))
            found.setdefault(slug, DependencyEntry(slug, optional=True))
        return tuple(found.values())

    def text(self, mapping: dict[str, Any], key: str) -> str:
        value = mapping.get(key, "")
        if not isinstance(value, str):
            self.error(_("%(key)s is not text.") % {"key": key}, key)
            return ""
        if "\0" in value:
            self.error(_("%(key)s holds a NUL character.") % {"key": key}, key)
            return ""
        return "" if _null(value) else value.strip()

    def mapping(self, mapping: dict[str, Any], key: str) -> dict[str, Any]:
        value = mapping.get(key, "")
        if isinstance(value, dict):
            return {str(name): each for name, each in value.items()}
        if not _null(value):
            self.error(_("%(key)s is not a mapping.") % {"key": key}, key)
        return {}

    def sequence(self, mapping: dict[str, Any], key: str) -> list[Any]:
        value = mapping.get(key, "")
        if isinstance(value, list):
            return value
        if not _null(value):
            self.error(_("%(key)s is not a list.") % {"key": key}, key)
        return []

    def error(self, text: str, column: str) -> None:
        self.problems.append(Problem(self.line, text, column))

    def note(self, text: str, column: str) -> None:
        self.problems.append(Problem(self.line, text, column, Severity.NOTE))


def _null(value: Any) -> bool:
    return isinstance(value, str) and value in _NULLS


def reference(text: str) -> str:
    """The name of an entity reference: "[kind:][namespace/]name"."""
    return text.partition(":")[2].rpartition("/")[2] if ":" in text else text.rpartition("/")[2]


def slug_of(name: str) -> str:
    return name.lower().replace(".", "-")


def kind_of(words: str) -> LinkKind:
    """By the words of a link's title, type and icon."""
    return next((kind for kind, pattern in _LINK_WORDS if pattern.search(words)), LinkKind.OTHER)
