"""Importing services from a file: a plan that changes nothing, and carrying out exactly that plan."""

from __future__ import annotations

import datetime as dt
import hashlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum

from django.utils.translation import gettext as _

from relportal.core.actions.catalog import RESERVED_SLUGS, ServiceFields
from relportal.core.actions.catalog_bulk import Draft, write_services
from relportal.core.actions.catalog_parts import Link
from relportal.core.exceptions import Conflict
from relportal.core.models import Dependency, Lifecycle, LinkKind, Service, ServiceLink, Team, Tier
from relportal.core.permissions import Actor, require
from relportal.core.reading.problems import Problem, Severity, Unreadable, did_you_mean
from slo.catalog_import.backstage import TIER_ANNOTATION, looks_like_backstage, parse_backstage
from slo.catalog_import.csv_file import parse_csv
from slo.catalog_import.entries import Entry, Parsed


class Format(StrEnum):
    CSV = "csv"
    BACKSTAGE = "backstage"


class Verb(StrEnum):
    CREATE = "create"
    UPDATE = "update"
    KEEP = "keep"


@dataclass(frozen=True, slots=True)
class Change:
    """One field of a service as text, before and after; `before` is empty for a new service."""

    field: str
    before: str
    after: str


@dataclass(frozen=True, slots=True)
class Step:
    """What will be done about one entry of the file."""

    verb: Verb
    entry: Entry
    name: str
    fields: ServiceFields
    links: tuple[Link, ...] | None
    edges: tuple[tuple[str, bool], ...] | None
    changes: tuple[Change, ...]


@dataclass(frozen=True, slots=True)
class Plan:
    """`digest` names this plan: the same file against the same catalog gives the same, anything else another."""

    filename: str
    format: Format
    steps: tuple[Step, ...]
    problems: tuple[Problem, ...]

    @property
    def errors(self) -> tuple[Problem, ...]:
        return tuple(one for one in self.problems if one.severity is Severity.ERROR)

    @property
    def notes(self) -> tuple[Problem, ...]:
        return tuple(one for one in self.problems if one.severity is Severity.NOTE)

    @property
    def possible(self) -> bool:
        return not self.errors and any(step.verb is not Verb.KEEP for step in self.steps)

    def count(self, verb: Verb) -> int:
        return sum(step.verb is verb for step in self.steps)

    @property
    def digest(self) -> str:
        text = repr([(step.verb, step.entry.slug, step.changes) for step in self.steps])
        return hashlib.sha256(text.encode()).hexdigest()


@dataclass(frozen=True, slots=True)
class _Catalog:
    """What stands in the catalog now, read in four statements."""

    services: Mapping[str, Service]
    links: Mapping[int, tuple[Link, ...]]
    edges: Mapping[int, tuple[tuple[str, bool], ...]]
    teams: Mapping[str, Team]


def plan_import(
    actor: Actor,
    content: bytes,
    *,
    filename: str,
    file_format: Format | None = None,
    tier_annotation: str = "",
) -> Plan:
    """Compares a file with the catalog; nothing is written. `file_format` None is told from the content.

    Raises: NotAllowed; Unreadable when the file as a whole cannot be read.
    """
    require(actor, "service.import")
    kind = file_format or (Format.BACKSTAGE if looks_like_backstage(content) else Format.CSV)
    parsed = _parsed(content, kind, tier_annotation)
    planner = _Planner(parsed, _catalog())
    steps = planner.steps()
    problems = sorted(planner.problems, key=lambda one: (one.severity is Severity.NOTE, one.line))
    return Plan(filename, kind, steps, tuple(problems))


def _parsed(content: bytes, kind: Format, tier_annotation: str) -> Parsed:
    if kind is Format.CSV:
        return parse_csv(content)
    return parse_backstage(content, tier_annotation=tier_annotation or TIER_ANNOTATION)


def apply_import(actor: Actor, plan: Plan, *, digest: str, at: dt.datetime) -> int:
    """Carries the plan out, all or nothing, and gives the number of services written.

    Raises: NotAllowed; Conflict when `digest` is not of this plan, because the catalog changed since it was shown;
        Unreadable when the plan has errors.
    """
    require(actor, "service.import")
    if plan.errors:
        raise Unreadable(_("Nothing was imported: the file has errors."))
    if digest != plan.digest:
        raise Conflict(_("The catalog changed since this preview. Look at the new one, then import."))
    write_services(
        actor,
        created=[_draft(step) for step in plan.steps if step.verb is Verb.CREATE],
        updated=[_draft(step) for step in plan.steps if step.verb is Verb.UPDATE],
        at=at,
        reason=_("Import of %(file)s") % {"file": plan.filename},
    )
    return plan.count(Verb.CREATE) + plan.count(Verb.UPDATE)


def _draft(step: Step) -> Draft:
    """What the actions refuse is said with the line of the file."""
    return Draft(
        slug=step.entry.slug,
        place=_("Line %(line)s, %(slug)s") % {"line": step.entry.line, "slug": step.entry.slug},
        fields=step.fields,
        links=step.links,
        dependencies=step.edges,
    )


def _catalog() -> _Catalog:
    services = {service.slug: service for service in Service.objects.select_related("team")}
    links: dict[int, list[Link]] = {}
    for row in ServiceLink.objects.all():
        links.setdefault(row.service_id, []).append(Link(LinkKind(row.kind), row.url, row.label))
    edges: dict[int, list[tuple[str, bool]]] = {}
    for caller, called, hard in Dependency.objects.values_list("service_id", "depends_on__slug", "hard"):
        edges.setdefault(caller, []).append((called, hard))
    teams = list(Team.objects.all())
    return _Catalog(
        services=services,
        links={pk: tuple(found) for pk, found in links.items()},
        edges={pk: tuple(found) for pk, found in edges.items()},
        teams={team.name.casefold(): team for team in teams} | {team.slug.casefold(): team for team in teams},
    )


class _Planner:
    """Turns entries into steps against one reading of the catalog, collecting what is wrong."""

    def __init__(self, parsed: Parsed, catalog: _Catalog) -> None:
        self.parsed = parsed
        self.catalog = catalog
        self.problems = list(parsed.problems)
        self.known = catalog.services.keys() | {entry.slug for entry in parsed.entries}
        renamed = {entry.slug: entry.name for entry in parsed.entries if entry.name}
        names = {slug: service.name for slug, service in catalog.services.items()} | renamed
        self.owners: dict[str, list[str]] = {}
        for slug, name in names.items():
            self.owners.setdefault(name, []).append(slug)

    def steps(self) -> tuple[Step, ...]:
        return tuple(self.step(entry) for entry in self.parsed.entries)

    def step(self, entry: Entry) -> Step:
        service = self.catalog.services.get(entry.slug)
        if service is None and entry.slug in RESERVED_SLUGS:
            self.error(
                entry, _("“%(slug)s” is an address of the portal: choose another.") % {"slug": entry.slug}, "slug"
            )
        fields = self.fields(entry, service)
        links = self.links(entry, service)
        edges = self.edges(entry)
        changes = self.changes(service, fields, links=links, edges=edges)
        verb = Verb.CREATE if service is None else Verb.UPDATE if changes else Verb.KEEP
        return Step(verb, entry, fields.name, fields, links, edges, changes)

    def links(self, entry: Entry, service: Service | None) -> tuple[Link, ...] | None:
        """Those of a kind that the file does not speak of stay."""
        if entry.links is None:
            return None
        there = self.catalog.links.get(service.pk, ()) if service else ()
        kept = (link for link in there if link.kind not in entry.kinds)
        return (*(Link(one.kind, one.url, one.label) for one in entry.links), *kept)

    def fields(self, entry: Entry, service: Service | None) -> ServiceFields:
        now = service or Service(name=entry.slug, tier=Tier.THREE, lifecycle=Lifecycle.PRODUCTION)
        aliases = tuple(now.aliases) if entry.aliases is None else entry.aliases
        if entry.adds_aliases:
            aliases = tuple(dict.fromkeys((*now.aliases, *aliases)))
        name = entry.name or now.name
        others = [slug for slug in self.owners.get(name, []) if slug != entry.slug]
        if others:
            text = _("The name “%(name)s” is used by %(slug)s.") % {"name": name, "slug": others[0]}
            self.error(entry, text, "name")
        return ServiceFields(
            name=name,
            tier=entry.tier or now.tier,
            team=now.team if entry.team is None else self.team(entry, entry.team),
            lifecycle=entry.lifecycle or Lifecycle(now.lifecycle),
            description=now.description if entry.description is None else entry.description,
            aliases=aliases,
        )

    def team(self, entry: Entry, text: str) -> Team | None:
        if not text:
            return None
        team = self.catalog.teams.get(text.casefold())
        if team is None:
            known = sorted({team.slug for team in self.catalog.teams.values()})
            hint = did_you_mean(text, known)
            self.error(entry, _("There is no team “%(text)s”%(hint)s.") % {"text": text, "hint": hint}, "team")
        return team

    def edges(self, entry: Entry) -> tuple[tuple[str, bool], ...] | None:
        if entry.dependencies is None:
            return None
        found = []
        for one in entry.dependencies:
            if one.slug == entry.slug:
                self.error(entry, _("A service cannot depend on itself."), "depends_on")
            elif one.slug in self.known:
                found.append((one.slug, one.hard))
            elif one.optional:
                text = _("%(slug)s is not in the catalog: this dependency is passed over.") % {"slug": one.slug}
                self.problems.append(Problem(entry.line, text, "depends_on", Severity.NOTE))
            else:
                hint = did_you_mean(one.slug, self.known)
                text = _("There is no service “%(slug)s”%(hint)s.") % {"slug": one.slug, "hint": hint}
                self.error(entry, text, "depends_on")
        return tuple(found)

    def changes(
        self,
        service: Service | None,
        fields: ServiceFields,
        *,
        links: tuple[Link, ...] | None,
        edges: tuple[tuple[str, bool], ...] | None,
    ) -> tuple[Change, ...]:
        before = _texts(service) if service else {}
        after = _texts(fields)
        if links is not None:
            before["links"] = _links_text(self.catalog.links.get(service.pk, ()) if service else ())
            after["links"] = _links_text(links)
        if edges is not None:
            before["dependencies"] = _edges_text(self.catalog.edges.get(service.pk, ()) if service else ())
            after["dependencies"] = _edges_text(edges)
        return tuple(
            Change(name, before.get(name, ""), text) for name, text in after.items() if before.get(name, "") != text
        )

    def error(self, entry: Entry, text: str, column: str) -> None:
        self.problems.append(Problem(entry.line, text, column))


def _texts(row: Service | ServiceFields) -> dict[str, str]:
    return {
        "name": row.name,
        "tier": str(row.tier),
        "team": row.team.name if row.team else "",
        "lifecycle": str(Lifecycle(row.lifecycle).label),
        "description": row.description,
        "aliases": ", ".join(row.aliases),
    }


def _links_text(links: Iterable[Link]) -> str:
    return "\n".join(sorted(f"{link.kind.label}: {link.label} {link.url}" for link in links))


def _edges_text(edges: Iterable[tuple[str, bool]]) -> str:
    return ", ".join(sorted(slug if hard else _("%(slug)s (soft)") % {"slug": slug} for slug, hard in edges))
