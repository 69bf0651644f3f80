"""The recovery of one service with its history, and one test with all that was recorded."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from django.db.models import QuerySet
from django.utils.translation import gettext as _

from incidents.models import ActionItem
from relportal.core.exceptions import Missing
from relportal.core.models import Service, User
from relportal.core.permissions import allowed
from risks.models import RecoveryEvidence, RecoveryObjective, RecoveryResult, RecoveryTest
from risks.queries.recovery.standings import ServiceRecovery, standings


@dataclass(frozen=True, slots=True, kw_only=True)
class OfService:
    """`objectives` and `results` are the newest first, with what is void."""

    now: ServiceRecovery
    objectives: tuple[RecoveryObjective, ...]
    results: tuple[RecoveryResult, ...]
    may_record: bool


def of_service(user: User, service: Service, *, at: dt.datetime) -> OfService:
    """Four statements."""
    [now] = standings([service], at=at)
    objectives = RecoveryObjective.objects.filter(service=service).select_related("set_by")
    results = RecoveryResult.objects.filter(service=service).select_related("test", "objective")
    return OfService(
        now=now,
        objectives=tuple(objectives.order_by("-effective_from", "-pk")),
        results=tuple(results.order_by("-test__held_at", "-test")),
        may_record=allowed(user, "recovery.record", service),
    )


def visible(user: User, pk: int) -> RecoveryTest:
    """Raises: Missing."""
    found = tests(user).filter(pk=pk).first()
    if found is None:
        raise Missing(_("There is no such recovery test."))
    return found


def tests(user: User) -> QuerySet[RecoveryTest]:
    return RecoveryTest.objects.visible_to(user).select_related("recorded_by", "approved_by", "voided_by")


@dataclass(frozen=True, slots=True, kw_only=True)
class RecoveryDetail:
    """`actions` are those that the viewer may see. `may_approve`: they answer for all services, and did not record it. `whole_s`:
    seconds until the last of several services was usable; None: of one alone, or one has no time."""

    results: tuple[RecoveryResult, ...]
    evidence: tuple[RecoveryEvidence, ...]
    actions: tuple[ActionItem, ...]
    whole_s: int | None
    may_change: bool
    may_approve: bool
    may_void: bool


def recovery_detail(user: User, test: RecoveryTest) -> RecoveryDetail:
    results = tuple(test.results.select_related("service__team", "objective").order_by("service__name"))
    services = [one.service for one in results]
    records = all(allowed(user, "recovery.record", one) for one in services)
    approves = all(allowed(user, "recovery.approve", one) for one in services)
    actions = ActionItem.objects.visible_to(user).filter(recovery_tests=test).select_related("owner")
    times = [one.rto_s for one in results if one.rto_s is not None]
    return RecoveryDetail(
        results=results,
        whole_s=max(times) if 1 < len(times) == len(results) else None,
        evidence=tuple(test.evidence.all()),
        actions=tuple(actions.order_by("pk")),
        may_change=records and test.is_open,
        may_approve=approves and test.is_open and test.recorded_by_id != user.pk,
        may_void=records and test.voided_at is None,
    )
