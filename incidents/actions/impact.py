"""Writing whom an incident hit, and computing what it cost whenever that changes."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from django.db import transaction
from django.db.models import F
from django.utils.translation import gettext as _

from incidents.actions.marks import marked, sentence
from incidents.actions.timeline import noted, person
from incidents.domain.times import EARLIEST, Flaw
from incidents.models import EntryKind, ImpactFigures, ImpactSegment, Incident, Moment, TimeSource
from incidents.queries.impact import impact_of, no_price
from relportal.core import audit, work
from relportal.core.exceptions import Invalid
from relportal.core.models import Journey, Service
from relportal.core.money import minute_worth
from relportal.core.permissions import Actor, require
from relportal.core.rows import clean, save
from relportal.core.versions import locked

FIELDS = (
    "service", "journey", "level", "user_share", "customers", "customers_low", "customers_high", "customers_measured",
    "start", "end",
)  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class SegmentFields:
    """`user_share` 0..1; `end` None: still affected."""

    start: dt.datetime
    service: Service | None = None
    journey: Journey | None = None
    level: str = "degraded"
    user_share: float | None = None
    customers: int | None = None
    customers_low: int | None = None
    customers_high: int | None = None
    customers_measured: bool = False
    end: dt.datetime | None = None


def add_segment(actor: Actor, incident: Incident, given: SegmentFields, *, at: dt.datetime) -> ImpactSegment:
    """The first one also says when the impact started, unless somebody has. Raises: NotAllowed; Invalid, by field."""
    require(actor, "incident.run")
    row = ImpactSegment(incident=incident, author=person(actor))
    with transaction.atomic():
        locked(Incident, incident.pk)
        _apply(row, given, at=at)
        marked(incident, Moment.IMPACT_STARTED, row.start, source=TimeSource.PERSON, actor=actor, at=at)
        words = _("Impact: %(what)s") % {"what": row}
        noted(incident, EntryKind.IMPACT, words, at=at, happened_at=row.start, actor=actor)
        audit.record(actor, "incident.impact", incident, at=at, changes={"segment": (None, row)})
        compute_impact(incident, at=at)
        work.enqueue(IMPACT_WORK, "ongoing", at=at + RENEWED)
    return row


def edit_segment(
    actor: Actor, segment: ImpactSegment, given: SegmentFields, *, version: int | None, at: dt.datetime
) -> ImpactSegment:
    """Raises: NotAllowed, Stale; Invalid, by field."""
    require(actor, "incident.run")
    with transaction.atomic():
        row = locked(ImpactSegment, segment.pk, version=version)
        before = ImpactSegment.objects.get(pk=row.pk)
        row.version += 1
        _apply(row, given, at=at)
        changes = audit.differences(before, row, FIELDS)
        audit.record(actor, "incident.impact_edit", row.incident, at=at, changes=changes)
        compute_impact(row.incident, at=at)
    return row


def remove_segment(actor: Actor, segment: ImpactSegment, *, at: dt.datetime) -> None:
    """Raises: NotAllowed."""
    require(actor, "incident.run")
    with transaction.atomic():
        row = locked(ImpactSegment, segment.pk)
        incident = row.incident
        audit.record(actor, "incident.impact_remove", incident, at=at, changes={"segment": (row, None)})
        row.delete()
        compute_impact(incident, at=at)


def end_segments(actor: Actor, incident: Incident, *, end: dt.datetime, at: dt.datetime) -> int:
    """All that is still affected ends at `end`; how many. Raises: NotAllowed."""
    require(actor, "incident.run")
    with transaction.atomic():
        count = ImpactSegment.objects.filter(incident=incident, end=None, start__lt=end).update(end=end)
        if count:
            noted(incident, EntryKind.IMPACT, _("Impact ended"), at=at, happened_at=end, actor=actor)
            audit.record(actor, "incident.impact_end", incident, at=at, changes={"segments": (None, count)})
            compute_impact(incident, at=at)
    return count


IMPACT_WORK = "incidents.impact"
RENEWED = dt.timedelta(minutes=5)


# Counts of the time of an incident may be read later, as a history; so many incidents are looked at again in one run.
LATE = dt.timedelta(hours=1)
AT_ONCE = 40


def renew_impact(*, at: dt.datetime) -> int:
    """Computes anew what the incidents cost whose impact goes on, and those whose counts have come since; how many."""
    goes_on = Incident.objects.ongoing().filter(segments__end=None, segments__isnull=False)
    late = Incident.objects.filter(
        figures__failed_requests=None,
        figures__computed_at__lt=at - LATE,
        segments__service__series__started_at__lt=F("segments__start"),
    )
    rows = [*goes_on.distinct(), *late.distinct().order_by("-pk")[:AT_ONCE]]
    for incident in dict.fromkeys(rows):
        with transaction.atomic():
            compute_impact(incident, at=at)
    return len(rows)


def compute_impact(incident: Incident, *, at: dt.datetime) -> ImpactFigures:
    """Minutes, customers, failed requests and budget, as of `at`; a task repeats it while the incident goes on."""
    found = impact_of(incident, at=at)
    figures, _new = ImpactFigures.objects.update_or_create(
        incident=incident,
        defaults={
            "computed_at": at,
            "impact_minutes": found.impact_minutes,
            "customer_minutes": found.customer_minutes,
            "customer_minutes_low": found.reach.low if found.reach is not None else None,
            "customer_minutes_high": found.reach.high if found.reach is not None else None,
            "reach_measured": found.reach.measured if found.reach is not None else None,
            "failed_requests": found.failed_requests,
            "budget_spent": found.budget_spent,
            "cost": found.cost,
            "explained": found.as_json(),
        },
    )
    return figures


def reprice() -> int:
    """What every incident cost, by what a customer minute is worth now; how many. Joins the transaction that changed it."""
    worth = minute_worth()
    rows = list(ImpactFigures.objects.select_for_update().exclude(customer_minutes=None))
    for row in rows:
        reasons = row.explained.setdefault("reasons", {})
        reasons.pop("cost", None)
        row.cost = (
            row.customer_minutes * worth.expected if worth is not None and row.customer_minutes is not None else None
        )
        if worth is None:
            reasons["cost"] = no_price()
    return ImpactFigures.objects.bulk_update(rows, ["cost", "explained"], batch_size=500)


def _apply(row: ImpactSegment, given: SegmentFields, *, at: dt.datetime) -> None:
    for name in FIELDS:
        setattr(row, name, getattr(given, name))
    if row.start > at:
        raise Invalid({"start": _("This lies in the future. Check the day and the zone.")})
    if row.start < EARLIEST:
        raise Invalid({"start": sentence(Flaw.ANCIENT)})
    if row.user_share is not None and not 0 <= row.user_share <= 1:
        raise Invalid({"user_share": _("A share of users is 0 to 100 %.")})
    if row.end is not None and row.end > at:
        raise Invalid({"end": _("This lies in the future. Leave it empty while it goes on.")})
    if row.customers is None and (row.customers_low is not None or row.customers_high is not None):
        raise Invalid({"customers": _("Say your best number too, not only what it lies between.")})
    if row.customers_low is not None and row.customers_low > (row.customers or 0):
        raise Invalid({"customers_low": _("This is more than the best number. Check both.")})
    if row.customers_high is not None and row.customers_high < (row.customers or 0):
        raise Invalid({"customers_high": _("This is less than the best number. Check both.")})
    clean(row)
    save(row)
