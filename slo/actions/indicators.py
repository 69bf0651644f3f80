"""Writing indicators: one query for many services, and which label value stands for which service."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass

from django.db import transaction
from django.utils.translation import gettext as _

from relportal.core import audit
from relportal.core.exceptions import Conflict, Invalid
from relportal.core.models import Service, Team
from relportal.core.permissions import Actor, allowed, require
from relportal.core.rows import clean, save
from relportal.core.versions import locked
from slo.actions.objectives import fill_history
from slo.domain.refusals import Refused
from slo.models import Indicator, IndicatorKind, IndicatorService, Objective, Operator, Series, Source
from slo.sources import SOURCES
from slo.sources._promql import BadQuery, label_name, parse, selector

FIELDS = (
    "name", "description", "team", "source", "kind", "good", "bad", "total", "histogram", "latency_s", "value", "operator",
    "limit", "service_label", "paused",
)  # fmt: skip
# A change of one of these counts something else: a new generation begins, and the old one stays readable.
COUNTING_FIELDS = frozenset(FIELDS) - {"name", "description", "team", "paused"}

# The fields that a kind needs; the others are emptied.
NEEDED: dict[str, tuple[str, ...]] = {
    IndicatorKind.RATIO_GOOD: ("good", "total"),
    IndicatorKind.RATIO_BAD: ("bad", "total"),
    IndicatorKind.LATENCY_CLASSIC: ("histogram", "latency_s"),
    IndicatorKind.LATENCY_NATIVE: ("histogram", "latency_s"),
    IndicatorKind.THRESHOLD: ("value", "operator", "limit"),
    IndicatorKind.PUSHED: (),
}
_QUERIES = ("good", "bad", "total", "histogram", "value")


@dataclass(frozen=True, slots=True, kw_only=True)
class IndicatorFields:
    """What an indicator is, without its short name, which never changes."""

    name: str
    source: Source
    kind: str
    description: str = ""
    team: Team | None = None
    good: str = ""
    bad: str = ""
    total: str = ""
    histogram: str = ""
    latency_s: float | None = None
    value: str = ""
    operator: str = ""
    limit: float | None = None
    service_label: str = "service"
    paused: bool = False


def create_indicator(
    actor: Actor,
    *,
    slug: str,
    fields: IndicatorFields,
    services: Mapping[str, Service],
    at: dt.datetime,
    reason: str = "",
) -> Indicator:
    """`services` by the label value that stands for each.

    Raises: NotAllowed; Invalid, by field.
    """
    row = Indicator(slug=slug, **{name: getattr(fields, name) for name in FIELDS})
    _require_team(actor, row)
    with transaction.atomic():
        check(row)
        clean(row)
        save(row)
        changes: dict[str, audit.Change] = {
            name: (None, getattr(row, name)) for name in FIELDS if getattr(row, name) not in (None, "")
        }
        changes |= _set_services(row, services)
        audit.record(actor, "indicator.create", row, at=at, reason=reason, changes=changes)
    return row


def update_indicator(
    actor: Actor,
    indicator: Indicator,
    *,
    version: int | None,
    fields: IndicatorFields,
    services: Mapping[str, Service] | None = None,
    at: dt.datetime,
    reason: str = "",
) -> Indicator:
    """A changed query begins a new generation: the objectives count anew, and the counts so far stay readable.

    Raises: NotAllowed, Stale; Invalid, by field.
    """
    with transaction.atomic():
        row = locked(Indicator, indicator.pk, version=version)
        require(actor, "indicator.edit", row)
        before = Indicator.objects.select_related("team", "source").get(pk=row.pk)
        for name in FIELDS:
            setattr(row, name, getattr(fields, name))
        if row.team_id != before.team_id:
            _require_team(actor, row)
        check(row)
        clean(row)
        changes = audit.differences(before, row, FIELDS)
        if services is not None:
            changes |= _set_services(row, services)
        if changes:
            row.version += 1
            if COUNTING_FIELDS & changes.keys():
                row.generation += 1
                changes["generation"] = (before.generation, row.generation)
            save(row)
            if row.generation != before.generation:
                _begin_generation(row, at=at)
            audit.record(actor, "indicator.edit", row, at=at, reason=reason, changes=changes)
    return row


def delete_indicator(actor: Actor, indicator: Indicator, *, at: dt.datetime, reason: str = "") -> None:
    """Raises: NotAllowed; Conflict while an objective, also a retired one, stands on it."""
    with transaction.atomic():
        row = locked(Indicator, indicator.pk)
        require(actor, "indicator.edit", row)
        if row.objectives.exists():
            raise Conflict(
                _("Objectives stand on %(name)s, and their history needs it. Pause it instead.") % {"name": row}
            )
        audit.record(actor, "indicator.delete", row, at=at, reason=reason)
        row.delete()


def check(row: Indicator) -> None:
    """Empties what its kind does not use, and checks what it does.

    Raises: Invalid, by field.
    """
    needed = NEEDED.get(row.kind)
    if needed is None:
        raise Invalid({"kind": _("Choose what kind of indicator this is.")})
    errors: dict[str, str] = {}
    for name in ("good", "bad", "total", "histogram", "value", "operator", "latency_s", "limit"):
        if name not in needed:
            setattr(row, name, None if name in {"latency_s", "limit"} else "")
        elif getattr(row, name) in (None, ""):
            errors[name] = _("An indicator of this kind needs this.")
        elif name in _QUERIES and (problem := _query_problem(name, getattr(row, name))):
            errors[name] = problem
    errors |= _setting_problems(row)
    if errors:
        raise Invalid(errors)


def _setting_problems(row: Indicator) -> dict[str, str]:
    errors: dict[str, str] = {}
    if row.latency_s is not None and not 0 < row.latency_s < 3600:
        errors["latency_s"] = _("A number of seconds above 0, such as 0.3 for 300 ms.")
    if row.operator and row.operator not in Operator.values:
        errors["operator"] = _("Choose how the value is compared with the limit.")
    try:
        label_name(row.service_label)
    except BadQuery as error:
        errors["service_label"] = str(error)
    plugin = SOURCES.get(row.source.kind)
    if plugin is not None and plugin.pulls == (row.kind == IndicatorKind.PUSHED):
        errors["source"] = (
            _("Pushed counts need a source of the kind “pushed”.")
            if plugin.pulls
            else _("Counts are pushed to this source: choose the kind “pushed”, or another source.")
        )
    return errors


def _query_problem(name: str, text: str) -> str | None:
    try:
        parse(text)
        if name == "histogram" and selector(text) is None:
            return _("Enter the histogram's name, with label matchers if needed, and nothing around it.")
    except (BadQuery, Refused) as error:
        return str(error)
    return None


def _require_team(actor: Actor, row: Indicator) -> None:
    if allowed(actor, "indicator.edit", row):
        return
    if not allowed(actor, "indicator.edit"):
        require(actor, "indicator.edit", row)
    raise Invalid({"team": _("Choose a team of yours: you write indicators of your own teams only.")})


def _set_services(row: Indicator, services: Mapping[str, Service]) -> dict[str, audit.Change]:
    """Raises: Invalid when two label values stand for one service, or a service that has objectives would be left out."""
    seen: dict[int, str] = {}
    for value, service in services.items():
        if service.pk in seen:
            text = _("“%(a)s” and “%(b)s” both stand for %(service)s: its events would count twice.")
            raise Invalid({"services": text % {"a": seen[service.pk], "b": value, "service": service}})
        seen[service.pk] = value
    kept = Objective.objects.active().filter(indicator=row).exclude(service__in=seen).select_related("service").first()
    if kept is not None:
        text = _(
            "%(service)s has the objective “%(name)s” on this indicator: retire it before leaving the service out."
        )
        raise Invalid({"services": text % {"service": kept.service, "name": kept.name}})
    before = {one.label_value: one.service for one in row.mappings.select_related("service")}
    if before == dict(services):
        return {}
    row.mappings.all().delete()
    IndicatorService.objects.bulk_create(
        IndicatorService(indicator=row, label_value=value, service=service) for value, service in services.items()
    )
    return {"services": (_listed(before), _listed(services))}


def _listed(services: Mapping[str, Service]) -> list[str]:
    return sorted(
        value if value == service.slug else f"{value} = {service.slug}" for value, service in services.items()
    )


def _begin_generation(row: Indicator, *, at: dt.datetime) -> None:
    """Gives every active objective a series of the new generation; those of the old one stay as they are."""
    for objective in Objective.objects.active().filter(indicator=row).select_related("series"):
        old = objective.series
        objective.series, _made = Series.objects.get_or_create(
            indicator=row,
            service_id=old.service_id,
            generation=row.generation,
            counting=old.counting,
            slice_target=old.slice_target,
        )
        objective.save(update_fields=["series"])
        fill_history(objective, at=at)
