"""Writing objectives: what is promised, over which window, and when its burn raises an alert."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

from django.db import transaction
from django.utils.translation import gettext as _

from relportal.core import audit
from relportal.core.exceptions import Conflict, Invalid
from relportal.core.models import Service
from relportal.core.permissions import SYSTEM, Actor, require
from relportal.core.rows import clean, save
from relportal.core.versions import locked
from slo.actions.backfill import request_backfill
from slo.actions.sourcing import plugin_of
from slo.domain import burn
from slo.domain.budget import parse_target
from slo.domain.refusals import Refused
from slo.domain.slices import parse_slice_target
from slo.domain.windows import Window
from slo.models import Backfill, BurnRule, Counting, Indicator, Objective, Series, WindowKind, window_from

# A month and some days, so that whoever shortens or shifts a window finds its history there already.
LEAST_HISTORY_DAYS = 35
FIELDS = ("name", "description", "target", "window_kind", "window_days", "window_zone", "counting", "slice_target")


@dataclass(frozen=True, slots=True, kw_only=True)
class ObjectiveFields:
    """`rules` None means the Workbook's four for the window and the target."""

    name: str
    target: Decimal | str
    description: str = ""
    window_kind: str = WindowKind.ROLLING.value
    window_days: int | None = 30
    window_zone: str = ""
    counting: str = Counting.OCCURRENCES.value
    slice_target: Decimal | str | None = None
    rules: tuple[burn.BurnRule, ...] | None = None


def create_objective(
    actor: Actor, *, service: Service, indicator: Indicator, fields: ObjectiveFields, at: dt.datetime, reason: str = ""
) -> Objective:
    """Raises: NotAllowed; Invalid, by field."""
    require(actor, "objective.edit", service)
    row = Objective(service=service, indicator=indicator)
    with transaction.atomic():
        window = _apply(row, fields)
        row.series = _series(row)
        clean(row)
        save(row)
        rules = _set_rules(row, window, fields.rules)
        changes: dict[str, audit.Change] = {
            name: (None, getattr(row, name)) for name in FIELDS if getattr(row, name) not in (None, "")
        }
        changes |= {"indicator": (None, indicator), "rules": (None, rules)}
        audit.record(actor, "objective.create", row, at=at, reason=reason, changes=changes)
        fill_history(row, at=at)
    return row


def create_objectives(
    actor: Actor, *, services: Sequence[Service], indicator: Indicator, fields: ObjectiveFields, at: dt.datetime
) -> list[Objective]:
    """The same promise for many services of one indicator, all or none.

    Raises: NotAllowed; Invalid, which names the service.
    """
    made = []
    with transaction.atomic():
        for service in services:
            try:
                made.append(create_objective(actor, service=service, indicator=indicator, fields=fields, at=at))
            except Invalid as error:
                texts = {field: [f"{service}: {text}" for text in texts] for field, texts in error.errors.items()}
                raise Invalid(texts) from error
    return made


def update_objective(
    actor: Actor,
    objective: Objective,
    *,
    version: int | None,
    fields: ObjectiveFields,
    at: dt.datetime,
    reason: str = "",
) -> Objective:
    """A new target or window reads the same counts anew, so that history keeps; another method counts in a series of its own.

    Raises: NotAllowed, Stale; Conflict for a retired objective; Invalid, by field.
    """
    with transaction.atomic():
        row = locked(Objective, objective.pk, version=version)
        require(actor, "objective.edit", row)
        if row.retired_at is not None:
            raise Conflict(_("This objective is retired. Restore it before changing it."))
        before = Objective.objects.get(pk=row.pk)
        window = _apply(row, fields)
        row.series = _series(row)
        clean(row)
        changes = audit.differences(before, row, FIELDS)
        old_rules = _texts(before)
        new_rules = _set_rules(row, window, fields.rules)
        if old_rules != new_rules:
            changes["rules"] = (old_rules, new_rules)
        if changes:
            row.version += 1
            save(row)
            audit.record(actor, "objective.edit", row, at=at, reason=reason, changes=changes)
            fill_history(row, at=at)
    return row


def retire_objective(actor: Actor, objective: Objective, *, at: dt.datetime, reason: str = "") -> Objective:
    """Ends the promise; its history stays, and its open alerts end.

    Raises: NotAllowed; Conflict when it is retired already.
    """
    with transaction.atomic():
        row = locked(Objective, objective.pk)
        require(actor, "objective.edit", row)
        if row.retired_at is not None:
            raise Conflict(_("%(name)s is retired already.") % {"name": row})
        row.retired_at = at
        row.version += 1
        save(row)
        row.burn_alerts.filter(resolved_at__isnull=True).update(resolved_at=at)
        audit.record(actor, "objective.retire", row, at=at, reason=reason, changes={"retired_at": (None, at)})
    return row


def restore_objective(actor: Actor, objective: Objective, *, at: dt.datetime, reason: str = "") -> Objective:
    """Undoes a retirement.

    Raises: NotAllowed; Conflict when it is not retired; Invalid when another objective has its name by now.
    """
    with transaction.atomic():
        row = locked(Objective, objective.pk)
        require(actor, "objective.edit", row)
        if row.retired_at is None:
            raise Conflict(_("%(name)s is not retired.") % {"name": row})
        before, row.retired_at = row.retired_at, None
        row.series = _series(row)
        row.version += 1
        clean(row)
        save(row)
        audit.record(actor, "objective.restore", row, at=at, reason=reason, changes={"retired_at": (before, None)})
    return row


def fill_history(row: Objective, *, at: dt.datetime) -> None:
    """Has the window of a series that was never counted read from its source; the portal asks, not the author."""
    if row.series.started_at is not None or not plugin_of(row.indicator.source).pulls:
        return
    if Backfill.objects.filter(indicator=row.indicator, state=Backfill.State.RUNNING).exists():
        return
    days = max(LEAST_HISTORY_DAYS, round(row.window.nominal_s / 86_400) + 2)
    request_backfill(SYSTEM, row.indicator, days=days, at=at)


def _apply(row: Objective, fields: ObjectiveFields) -> Window:
    """Sets the fields of a row from a promise. Raises: Invalid, by field."""
    errors: dict[str, str] = {}
    row.name, row.description = fields.name.strip(), fields.description
    row.window_kind, row.counting = fields.window_kind, fields.counting
    rolling = fields.window_kind == WindowKind.ROLLING
    row.window_days = fields.window_days if rolling else None
    row.window_zone = "" if rolling else fields.window_zone or "UTC"
    row.slice_target = None
    window: Window | None = None
    try:
        row.target = parse_target(fields.target)
    except Refused as error:
        errors["target"] = str(error)
    try:
        if fields.counting == Counting.TIMESLICES:
            row.slice_target = parse_slice_target(fields.slice_target or "")
    except Refused as error:
        errors["slice_target"] = str(error)
    try:
        window = window_from(row.window_kind, row.window_days, row.window_zone)
    except Refused as error:
        errors["window_days" if rolling else "window_zone"] = str(error)
    except ValueError:
        errors["window_kind"] = _("Choose a window.")
    if not row.indicator.mappings.filter(service=row.service).exists():
        errors["service"] = _("The indicator has no label value for %(service)s: add it there first.") % {
            "service": row.service
        }
    if errors or window is None:
        raise Invalid(errors)
    return window


def _series(row: Objective) -> Series:
    return Series.objects.get_or_create(
        indicator=row.indicator,
        service=row.service,
        generation=row.indicator.generation,
        counting=row.counting,
        slice_target=row.slice_target,
    )[0]


def _set_rules(row: Objective, window: Window, rules: tuple[burn.BurnRule, ...] | None) -> list[str]:
    """Replaces the rules of an objective where they differ; their texts. Raises: Invalid for one that can never fire."""
    chosen = burn.default_rules(window, target=row.target) if rules is None else rules
    try:
        for rule in chosen:
            rule.check(row.target, window=window)
    except Refused as error:
        raise Invalid({"rules": str(error)}) from error
    wanted = [
        BurnRule(
            objective=row,
            long_s=rule.long_s,
            short_s=rule.short_s,
            factor=rule.factor,
            severity=rule.severity.value,
            min_failures=rule.min_failures,
        )
        for rule in chosen
    ]
    texts = sorted(_text(rule) for rule in wanted)
    if texts != _texts(row):
        row.burn_rules.all().delete()
        BurnRule.objects.bulk_create(wanted)
    return texts


def _texts(row: Objective) -> list[str]:
    return sorted(_text(rule) for rule in row.burn_rules.all())


def _text(rule: BurnRule) -> str:
    guard = f", >= {rule.min_failures} bad" if rule.min_failures else ""
    return f"{rule.severity} {rule.factor:g}x {rule.long_s // 60}m/{rule.short_s // 60}m{guard}"
