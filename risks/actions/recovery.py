"""Recording what services promise after a disaster and how tests of it went; approving a test, and voiding what was wrong."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from functools import partial
from typing import Final

from django.db import models, transaction
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from incidents.models import ActionItem
from relportal.core import audit, company
from relportal.core.exceptions import Conflict, Invalid, NotAllowed
from relportal.core.models import Lifecycle, Service, User
from relportal.core.permissions import Actor, require
from relportal.core.rows import clean, clean_alone
from relportal.core.versions import locked
from risks.domain.recovery import Fault, Kind, Measured, Objective, Verdict, faults, judged, measured, together
from risks.models import RecoveryEvidence, RecoveryObjective, RecoveryResult, RecoveryTest
from risks.models.recovery import EVERY_DAYS
from risks.signals import recovery_changed

AHEAD: Final = dt.timedelta(days=365)
MOST_SERVICES: Final = 50
EARLIEST: Final = dt.datetime(2000, 1, 1, tzinfo=dt.UTC)
SHARED: Final = {"failed": "failed_at", "declared": "declared_at", "decided": "decided_at"}
"""Marks of the test itself, and their fields; the others stand in each result."""
OWN: Final = {"restored": "restored_at", "usable": "usable_at", "verified": "verified_at", "last_good": "last_good_at"}
WORDS: Final = {
    Fault.FUTURE: gettext_lazy("This is still to come. Enter when it happened."),
    Fault.ORDER: gettext_lazy("This is before what has to come before it. Check the times."),
    Fault.LOST_AFTER: gettext_lazy("The last good data is not newer than the failure. Check both times."),
    Fault.UNDECLARED: gettext_lazy("Enter when it was declared: the time of recovery counts from there."),
    Fault.FAR: gettext_lazy("This is more than a year from the day of the test. Check the year."),
    Fault.UNRECOVERED: gettext_lazy("It was usable or did not recover: leave this empty, or take the other back."),
}
TERMS: Final = (
    "kind", "environment", "scenario", "plan_version", "held_at", "failed_at", "declared_at", "decided_at", "people",
    "deviations",
)  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class Promised:
    """`rpo_s` None: the service keeps no data."""

    rto_s: int
    rpo_s: int | None
    effective_from: dt.date
    reason: str
    every_days: int = EVERY_DAYS
    plan_version: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Recovered:
    """How one service came back."""

    service: Service
    restored_at: dt.datetime | None = None
    usable_at: dt.datetime | None = None
    verified_at: dt.datetime | None = None
    last_good_at: dt.datetime | None = None
    broken_off: bool = False
    records_lost: int | None = None


@dataclass(frozen=True, slots=True)
class Proof:
    title: str
    url: str
    sha256: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Held:
    """A test as it is recorded; the caller sees to it that the actor may see the `actions`."""

    kind: str
    environment: str
    scenario: str
    held_at: dt.datetime
    results: Sequence[Recovered]
    plan_version: str = ""
    failed_at: dt.datetime | None = None
    declared_at: dt.datetime | None = None
    decided_at: dt.datetime | None = None
    people: str = ""
    deviations: str = ""
    actions: Sequence[ActionItem] = ()
    evidence: Sequence[Proof] = ()


def promise(actor: Actor, service: Service, given: Promised, *, at: dt.datetime) -> RecoveryObjective:
    """One more row: what was promised before stays readable. Raises: NotAllowed; Invalid by field."""
    require(actor, "recovery.record", service)
    with transaction.atomic():
        Service.objects.select_for_update(of=("self",)).get(pk=service.pk)
        row = RecoveryObjective(
            service=service, rto_s=given.rto_s, rpo_s=given.rpo_s, every_days=given.every_days,
            plan_version=given.plan_version.strip(), effective_from=given.effective_from, reason=given.reason.strip(),
            set_at=at, set_by=_person(actor),
        )  # fmt: skip
        before = RecoveryObjective.objects.filter(service=service).order_by("-effective_from", "-pk").first()
        _check_promise(row, before, today=company.day(at))
        row.save()
        names = ("rto_s", "rpo_s", "every_days", "plan_version", "effective_from")
        changes = {name: (getattr(before, name, None), getattr(row, name)) for name in names}
        audit.record(actor, "recovery.promise", row, at=at, key=service.slug, reason=row.reason, changes=changes)
        _changed(RecoveryObjective, at=at)
    return row


def _check_promise(row: RecoveryObjective, before: RecoveryObjective | None, *, today: dt.date) -> None:
    errors: dict[str, list[str]] = {}
    if row.service.lifecycle == Lifecycle.RETIRED:
        errors[""] = [_("The service is retired.")]
    if before is not None and row.effective_from < before.effective_from:
        errors["effective_from"] = [
            _("The one before holds from %(day)s on: what was tested since was judged by it. Choose that day or a later one.")
            % {"day": before.effective_from}
        ]  # fmt: skip
    if row.effective_from > today + AHEAD:
        errors["effective_from"] = [_("This is more than a year ahead. Set it when it is nearer.")]
    if errors:
        raise Invalid(errors)
    clean(row)


def held(test: RecoveryTest) -> Held:
    """As it was recorded."""
    marks = ("restored_at", "usable_at", "verified_at", "last_good_at", "broken_off", "records_lost")
    results = test.results.select_related("service__team")
    return Held(
        results=[Recovered(service=one.service, **{name: getattr(one, name) for name in marks}) for one in results],
        evidence=[Proof(one.title, one.url, one.sha256) for one in test.evidence.all()],
        actions=list(test.actions.all()),
        **{name: getattr(test, name) for name in TERMS},
    )


def record(actor: Actor, given: Held, *, at: dt.datetime) -> RecoveryTest:
    """Judged against the objective that each service had on that day. Raises: NotAllowed; Invalid by field."""
    _require_all(actor, (one.service for one in given.results))
    with transaction.atomic():
        row = RecoveryTest(recorded_at=at, recorded_by=_person(actor))
        _write(row, given, at=at)
        audit.record(actor, "recovery.record", row, at=at, changes=_told(row, given))
        _changed(RecoveryTest, at=at)
    return row


def change(actor: Actor, test: RecoveryTest, given: Held, *, at: dt.datetime, version: int | None) -> RecoveryTest:
    """Until somebody has approved it. Who records it now is who answers for it.

    Raises: NotAllowed; Stale; Conflict when it is approved or void; Invalid by field.
    """
    _require_all(actor, [*of_test(test), *(one.service for one in given.results)])
    with transaction.atomic():
        row = locked(RecoveryTest, test.pk, version=version)
        _check_open(row)
        was = {name: getattr(row, name) for name in TERMS}
        given = replace(given, actions=[*given.actions, *_unseen(actor, row)])
        row.version += 1
        row.recorded_by = _person(actor) or row.recorded_by
        _write(row, given, at=at)
        changes = {name: (was[name], getattr(row, name)) for name in TERMS if was[name] != getattr(row, name)}
        changes["results"] = (None, _told(row, given)["results"][1])
        audit.record(actor, "recovery.change", row, at=at, changes=changes)
        _changed(RecoveryTest, at=at)
    return row


def approve(actor: Actor, test: RecoveryTest, *, at: dt.datetime, version: int | None = None) -> RecoveryTest:
    """By somebody else than who recorded it; from then on it stays as it is.

    Raises: NotAllowed; Stale; Conflict when it is approved or void.
    """
    require_of(actor, test, "recovery.approve")
    with transaction.atomic():
        row = locked(RecoveryTest, test.pk, version=version)
        _check_open(row)
        if isinstance(actor, User) and row.recorded_by_id == actor.pk:
            raise NotAllowed(_("You have recorded this test: somebody else approves it."), ability="recovery.approve")
        row.approved_at, row.approved_by, row.version = at, _person(actor), row.version + 1
        row.save()
        audit.record(actor, "recovery.approve", row, at=at, changes={"approved_by": (None, row.approved_by)})
    return row


def void(actor: Actor, test: RecoveryTest, *, reason: str, at: dt.datetime, version: int | None = None) -> RecoveryTest:
    """It stays readable and counts for nothing. Raises: NotAllowed; Stale; Conflict; Invalid by field."""
    require_of(actor, test, "recovery.record")
    reason = reason.strip()
    if not reason:
        raise Invalid({"reason": [_("Say why it does not count.")]})
    with transaction.atomic():
        row = locked(RecoveryTest, test.pk, version=version)
        if row.voided_at is not None:
            raise Conflict(_("%(test)s is void already.") % {"test": row.short_id})
        row.voided_at, row.voided_by, row.void_reason, row.version = at, _person(actor), reason, row.version + 1
        clean_alone(row, exclude=("recorded_by", "approved_by", "voided_by"))
        row.save()
        audit.record(actor, "recovery.void", row, at=at, reason=reason, changes={"voided_at": (None, at)})
        _changed(RecoveryTest, at=at)
    return row


def require_of(actor: Actor, test: RecoveryTest, ability: str) -> None:
    """For whoever answers for all of its services. Raises: NotAllowed."""
    _require_all(actor, of_test(test), ability=ability)


def of_test(test: RecoveryTest) -> list[Service]:
    return list(Service.objects.filter(recovery_results__test=test).select_related("team"))


def _require_all(actor: Actor, services: Iterable[Service], *, ability: str = "recovery.record") -> None:
    """Whoever answers for each of them."""
    require(actor, ability)
    for service in services:
        require(actor, ability, service)


def _check_open(row: RecoveryTest) -> None:
    if row.voided_at is not None:
        raise Conflict(_("%(test)s is void. Record another one.") % {"test": row.short_id})
    if row.approved_at is not None:
        raise Conflict(
            _("%(test)s is approved and stays as it is. Void it with a reason, and record another one.")
            % {"test": row.short_id}
        )


def _write(row: RecoveryTest, given: Held, *, at: dt.datetime) -> None:
    for name in TERMS:
        value = getattr(given, name)
        setattr(row, name, value.strip() if isinstance(value, str) else value)
    _check_held(row, given, at=at)
    results = _results(row, given)
    errors = _wrong(row, results, at=at)
    if errors:
        raise Invalid(errors)
    row.verdict = together([Verdict(one.verdict) for one in results]).value
    clean(row)
    row.save()
    row.results.all().delete()
    for one in results:
        one.test = row
    RecoveryResult.objects.bulk_create(results)
    row.actions.set(given.actions)
    _prove(row, given.evidence)


def _results(row: RecoveryTest, given: Held) -> list[RecoveryResult]:
    """Each with the objective of that day as it is known now, and what follows from its marks; what marks in disorder would
    measure is refused after this."""
    services = [one.service for one in given.results]
    kept = RecoveryObjective.objects.filter(service__in=services).in_force(company.day(row.held_at))
    objectives = {one.service_id: one for one in kept}
    found = []
    for one in given.results:
        objective = objectives.get(one.service.pk)
        result = RecoveryResult(
            service=one.service, objective=objective, tier=one.service.tier, restored_at=one.restored_at,
            usable_at=one.usable_at, verified_at=one.verified_at, last_good_at=one.last_good_at,
            broken_off=one.broken_off, records_lost=one.records_lost,
        )  # fmt: skip
        marks = result.marks(row)
        seen = Measured() if row.kind == Kind.TABLETOP else measured(marks)
        result.rto_s, result.rto_impact_s, result.rpo_s = (
            None if each is None or each < 0 else each for each in (seen.rto_s, seen.rto_impact_s, seen.rpo_s)
        )
        said = judged(Kind(row.kind), marks, objective.promise if objective is not None else Objective())
        result.rto_verdict, result.rpo_verdict, result.verdict = said.rto.value, said.rpo.value, said.whole.value
        found.append(result)
    return found


def _check_held(row: RecoveryTest, given: Held, *, at: dt.datetime) -> None:
    errors = {}
    if row.held_at > at:
        errors["held_at"] = [_("This is still to come. Record a test when it is over.")]
    elif row.held_at < EARLIEST:
        errors["held_at"] = [_("This is before the year 2000. Check the year.")]
    if not given.results:
        errors["services"] = [_("Choose at least one service.")]
    elif len(given.results) > MOST_SERVICES:
        errors["services"] = [_("At most %(n)d services: record larger tests in parts.") % {"n": MOST_SERVICES}]
    if errors:
        raise Invalid(errors)


def _wrong(row: RecoveryTest, results: Sequence[RecoveryResult], *, at: dt.datetime) -> dict[str, list[str]]:
    """By field; those of a result as `results.0.usable_at`."""
    errors: dict[str, list[str]] = {}
    seen = set()
    for number, one in enumerate(results):
        if one.service_id in seen:
            errors[f"results.{number}.service"] = [_("This service is in the test already.")]
        seen.add(one.service_id)
        if one.broken_off and row.kind == Kind.TABLETOP:
            errors[f"results.{number}.broken_off"] = [_("A tabletop recovers nothing. Leave this empty.")]
        for mark, fault in faults(one.marks(row), held=row.held_at, at=at).items():
            field = SHARED.get(mark) or f"results.{number}.{OWN[mark]}"
            errors[field] = [str(WORDS[fault])]
    return errors


def _prove(row: RecoveryTest, evidence: Sequence[Proof]) -> None:
    row.evidence.all().delete()
    for number, one in enumerate(evidence):
        proof = RecoveryEvidence(test=row, title=one.title.strip(), url=one.url.strip(), sha256=one.sha256.lower())
        try:
            clean(proof)
        except Invalid as error:
            raise Invalid({f"evidence.{number}.{name}": texts for name, texts in error.errors.items()}) from error
        proof.save()


def _told(row: RecoveryTest, given: Held) -> dict[str, audit.Change]:
    services = ", ".join(sorted(one.service.slug for one in given.results))
    return {"kind": (None, row.kind), "held_at": (None, row.held_at), "results": (None, f"{services}: {row.verdict}")}


def _unseen(actor: Actor, row: RecoveryTest) -> list[ActionItem]:
    """Follow-up actions that the actor may not see: whoever changes the test does not unlink them unknowingly."""
    person = _person(actor)
    return (
        [] if person is None else list(row.actions.exclude(pk__in=ActionItem.objects.visible_to(person).values("pk")))
    )


def _person(actor: Actor) -> User | None:
    return actor if isinstance(actor, User) else None


def _changed(sender: type[models.Model], *, at: dt.datetime) -> None:
    transaction.on_commit(partial(recovery_changed.send, sender, at=at), robust=True)
