"""Recording deploys: by a pipeline over the API, or from the deliveries of a tool."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, field

from django.db import transaction
from django.utils.translation import gettext as _

from incidents.actions.reported import note_deploys
from incidents.models import Deploy, DeployState, Integration
from incidents.queries.service_names import ServiceNames
from incidents.webhooks._base import ToldDeploy
from relportal.core import audit
from relportal.core.models import Service
from relportal.core.permissions import Actor, require
from relportal.core.rows import clean_alone

DESCRIBED = ("revision", "description", "author", "url", "size")
TOLD = (*DESCRIBED, "state", "finished_at", "started_at", "is_rollback", "rollback_automatic", "is_hotfix")


@dataclass(slots=True)
class TakenDeploys:
    """`unknown` are the names that no service has; those deploys were left out. `ahead` is how far the sender's clock is."""

    recorded: list[Deploy] = field(default_factory=list)
    unknown: set[str] = field(default_factory=set)
    ahead: dt.timedelta = dt.timedelta(0)


def record_deploy(actor: Actor, service: Service, told: ToldDeploy, *, at: dt.datetime) -> Deploy:
    """As a pipeline tells it; telling it again changes what it says anew. Raises: NotAllowed; Invalid, by field."""
    require(actor, "deploy.record", service)
    with transaction.atomic():
        row, changed = upsert(service.pk, told, integration=None, at=at)
        if changed:
            note_deploys([row], at=at)
            audit.record(actor, "deploy.record", row, at=at, changes={"state": (None, row.state)})
    return row


def take_deploys(
    integration: Integration, told: list[ToldDeploy], *, names: ServiceNames, at: dt.datetime
) -> TakenDeploys:
    """`at` is when they were received. Must run in a transaction."""
    taken = TakenDeploys()
    for one in told:
        taken.ahead = max(taken.ahead, one.started - at)
        service = names.find(one.services) or integration.default_service_id
        if service is None:
            taken.unknown.add(one.services[0] if one.services else _("(none)"))
            continue
        row, changed = upsert(service, one, integration=integration, at=at)
        if changed:
            taken.recorded.append(row)
    return taken


def upsert(service: int, told: ToldDeploy, *, integration: Integration | None, at: dt.datetime) -> tuple[Deploy, bool]:
    """The row, and whether anything changed. What is told in any order ends the same: an end wins over a beginning, and the
    later of two ends. A time in the future is taken as now, and an end without a time ends now."""
    started = min(told.started, at)
    over = told.state != DeployState.STARTED
    finished = max(started, min(told.finished or at, at)) if over else None
    fresh = Deploy(
        service_id=service,
        integration=integration,
        key=told.key[:128],
        environment=told.environment[:60],
        started_at=started,
        finished_at=finished,
        state=told.state,
        is_rollback=told.is_rollback,
        rollback_automatic=told.rollback_automatic,
        is_hotfix=told.is_hotfix,
        **{name: getattr(told, name) for name in DESCRIBED},
    )
    clean_alone(fresh, exclude=["service", "integration"])
    given = {name: getattr(fresh, name) for name in TOLD} | {"integration": integration}
    row, made = (
        Deploy.objects.select_for_update(of=("self",))
        .select_related("service__team")
        .get_or_create(service_id=service, environment=fresh.environment, key=fresh.key, defaults=given)
    )
    before = {name: getattr(row, name) for name in TOLD}
    if _moves(row, fresh, timed=told.finished is not None):
        row.state, row.finished_at = fresh.state, fresh.finished_at
    for name in DESCRIBED:
        if (value := getattr(fresh, name)) not in ("", None):
            setattr(row, name, value)
    row.is_rollback = row.is_rollback or fresh.is_rollback
    row.is_hotfix = row.is_hotfix or fresh.is_hotfix
    if fresh.rollback_automatic is not None:
        row.rollback_automatic = fresh.rollback_automatic
    row.started_at = min(row.started_at, fresh.started_at)
    changed = {name: getattr(row, name) for name in TOLD} != before
    if changed:
        row.save()
    return row, made or changed


def _moves(row: Deploy, fresh: Deploy, *, timed: bool) -> bool:
    """Whether `fresh` says where the deploy stands; the same end told again without a time is no later one."""
    if fresh.finished_at is None:
        return False
    if row.finished_at is None or row.state == DeployState.STARTED:
        return True
    return fresh.finished_at > row.finished_at and (timed or fresh.state != row.state)
