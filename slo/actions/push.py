"""Counts that other tools send: idempotent, in any order, also late; later rows move with what came late."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
from django.db import transaction
from django.utils.translation import gettext as _

from relportal.core import audit
from relportal.core.exceptions import Invalid
from relportal.core.models import Service
from relportal.core.permissions import Actor, require
from slo.actions.collecting import store
from slo.actions.pushing import Span, merged, stored_rows
from slo.actions.status import write_statuses
from slo.domain.grid import STEP, aligned, epoch, instant
from slo.models import Indicator, IndicatorKind, IndicatorService, IndicatorState, Measurement, SourceState, Via
from slo.queries.standing import promises

AT_ONCE: Final = 10_000
MAX_SPAN: Final = dt.timedelta(days=1)
OLDEST: Final = dt.timedelta(days=800)


@dataclass(frozen=True, slots=True)
class PushedCount:
    """`bad` of `total` events of a service in [start, end); both instants stand on the 5-minute grid."""

    service: str
    start: dt.datetime
    end: dt.datetime
    bad: float
    total: float


@dataclass(frozen=True, slots=True)
class Pushed:
    """`changed` of the counts were new or differ from what was pushed before; `unchanged` were there already."""

    changed: int
    unchanged: int
    watermark: dt.datetime | None


def push_counts(actor: Actor, indicator: Indicator, counts: Sequence[PushedCount], *, at: dt.datetime) -> Pushed:
    """Takes over the counts of some spans; a span that was pushed before is replaced, so repeating a push changes nothing.

    All of it is accepted, or nothing. Raises: NotAllowed; Invalid, with errors by the number of the count ("3.total").
    """
    require(actor, "measurement.push", indicator)
    if indicator.kind != IndicatorKind.PUSHED:
        raise Invalid(_("Counts are pushed to indicators of the kind “pushed”; this one is read from its source."))
    _check(counts, at=at)
    with transaction.atomic():
        state, _new = IndicatorState.objects.get_or_create(
            indicator=indicator, defaults={"generation": indicator.generation}
        )
        state = IndicatorState.objects.select_for_update().get(pk=state.pk)
        services = _services(indicator, counts)
        changed = _write(indicator, services, counts)
        newest = max(each.end for each in counts)
        watermark = max(filter(None, (state.watermark, newest)))
        IndicatorState.objects.filter(pk=state.pk).update(
            watermark=watermark, via=Via.PUSHED, error="", error_since=None, generation=indicator.generation
        )
        SourceState.objects.get_or_create(source_id=indicator.source_id)
        SourceState.objects.filter(source_id=indicator.source_id).update(
            watermark=watermark, last_success_at=at, last_attempt_at=at, unavailable_since=None
        )
        write_statuses(promises([indicator.pk], by="indicator_id", pushed=True), at=at)
        audit.record(actor, "measurement.push", indicator, at=at, changes={"counts": (None, len(counts))})
    return Pushed(changed=changed, unchanged=len(counts) - changed, watermark=watermark)


def _check(counts: Sequence[PushedCount], *, at: dt.datetime) -> None:
    if not counts:
        raise Invalid(_("There are no counts in this push."))
    if len(counts) > AT_ONCE:
        raise Invalid(_("One push takes at most %(limit)d counts. Send several.") % {"limit": AT_ONCE})
    errors: dict[str, str] = {}
    for number, each in enumerate(counts):
        for name, sentence in _faults(each, at=at).items():
            errors[f"{number}.{name}"] = sentence
        if len(errors) > 20:
            break
    if errors:
        raise Invalid(errors)


def _faults(count: PushedCount, *, at: dt.datetime) -> dict[str, str]:
    faults = {}
    if not (aligned(count.start) and aligned(count.end)):
        faults["start"] = _("Start and end are full multiples of five minutes, with a time zone.")
    elif not dt.timedelta(0) < count.end - count.start <= MAX_SPAN:
        faults["end"] = _("A count spans at least five minutes and at most a day.")
    elif count.end > at + STEP:
        faults["end"] = _("This lies in the future.")
    elif count.start < at - OLDEST:
        faults["start"] = _("Counts are kept for %(days)d days.") % {"days": OLDEST.days}
    if not (np.isfinite(count.total) and count.total >= 0):
        faults["total"] = _("The number of events is a number from 0.")
    if not (np.isfinite(count.bad) and count.bad >= 0):
        faults["bad"] = _("The number of bad events is a number from 0.")
    elif count.bad > count.total:
        faults["bad"] = _("There cannot be more bad events than events.")
    return faults


def _services(indicator: Indicator, counts: Sequence[PushedCount]) -> dict[str, int]:
    """Service ids by the name that was pushed: a mapped label value, a slug or an alias."""
    names = dict(indicator.mappings.values_list("label_value", "service_id"))
    unknown = {each.service for each in counts} - names.keys()
    added = []
    for service in Service.objects.active() if unknown else ():
        for name in {service.slug, *service.aliases} & unknown:
            if service.pk not in names.values():
                added.append(IndicatorService(indicator=indicator, label_value=name, service=service))
            names[name] = service.pk
            unknown.discard(name)
    if unknown:
        number = next(place for place, each in enumerate(counts) if each.service in unknown)
        raise Invalid(
            {f"{number}.service": _("No service has the name or alias %(name)s.") % {"name": counts[number].service}}
        )
    IndicatorService.objects.bulk_create(added, ignore_conflicts=True)
    store.create_series([indicator.pk])
    return names


def _write(indicator: Indicator, services: dict[str, int], counts: Sequence[PushedCount]) -> int:
    """How many counts were new or other than what stands, over the series that count events."""
    series = store.series_of([indicator.pk])
    by_service: dict[int, list[Span]] = {}
    for each in counts:
        span = Span(epoch(each.start), epoch(each.end), each.bad, each.total)
        by_service.setdefault(services[each.service], []).append(span)
    changed = 0
    batches = []
    for service, spans in by_service.items():
        for place in np.flatnonzero(series.service == service).tolist():
            one = series.only(np.arange(len(series.id)) == place)
            since = min(each.start for each in spans)
            result = merged(stored_rows(int(one.id[0]), since=since), spans, series=one)
            changed += result.changed if one.counting[0] == 0 else 0
            batches.append(result.rows)
            if result.gone:
                stale = [instant(each) for each in result.gone]
                Measurement.objects.filter(series_id=int(one.id[0]), instant__in=stale).delete()
            if result.changed:
                store.started(one.id, result.begin)
    if batches:
        store.write(store.NewRows.joined(batches))
    return changed
