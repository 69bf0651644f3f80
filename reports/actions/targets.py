"""Setting targets: each holds from its day on, for a tier or for all, until a newer one; none is ever edited."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from math import isfinite

from django.db import transaction
from django.utils.translation import gettext as _

from relportal.core import audit
from relportal.core.exceptions import Invalid
from relportal.core.models import Tier, User
from relportal.core.permissions import Actor, require
from reports.actions.outdated import outdate
from reports.domain.values import Lines
from reports.kpis import KPIS
from reports.models import KpiTarget


@dataclass(frozen=True, slots=True, kw_only=True)
class Target:
    """`tier` None: for all that have none of their own. Both lines None: from that day on the default holds again."""

    kpi: str
    since: dt.date
    green: float | None
    red: float | None
    tier: int | None = None
    reason: str = ""


def set_target(actor: Actor, target: Target, *, at: dt.datetime) -> KpiTarget:
    """Of days that are past as well: closed values keep their colour, those of now show the new one.

    Raises: NotAllowed; Invalid.
    """
    require(actor, "kpi.target")
    check(target)
    with transaction.atomic():
        row = KpiTarget.objects.create(
            kpi=target.kpi,
            tier=target.tier,
            since=target.since,
            green=target.green,
            red=target.red,
            retired=target.green is None,
            reason=target.reason.strip(),
            at=at,
            by=actor if isinstance(actor, User) else None,
        )
        changes = {"green": (None, target.green), "red": (None, target.red), "since": (None, target.since)}
        audit.record(actor, "kpi.target", row, at=at, key=target.kpi, reason=row.reason, changes=changes)
        outdate(KpiTarget, at=at)
    return row


def check(target: Target) -> None:
    """Raises: Invalid."""
    errors: dict[str, list[str]] = {}
    kpi = KPIS.get(target.kpi)
    if kpi is None:
        raise Invalid({"kpi": _("There is no such KPI.")})
    if (target.green is None) != (target.red is None):
        errors["red"] = [_("Give both lines, or none to go back to the default.")]
    elif target.green is not None and target.red is not None:
        if not (isfinite(target.green) and isfinite(target.red)):
            errors["green"] = [_("Give a number.")]
        else:
            try:
                Lines(green=target.green, red=target.red, better=kpi.better)
            except ValueError:
                errors["red"] = [_("The red line is better than the green one. Swap them.")]
    if target.tier is not None and target.tier not in Tier.values:
        errors["tier"] = [_("There are the tiers 1 to 4.")]
    if not target.reason.strip():
        errors["reason"] = [_("Say why: who agreed on this target, and where.")]
    if errors:
        raise Invalid(errors)
