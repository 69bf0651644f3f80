"""What is tolerated: a curve is never edited, the next one replaces it."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from itertools import pairwise
from typing import Final

from django.db import transaction
from django.utils.translation import gettext as _

from relportal.core import audit, units
from relportal.core.exceptions import Invalid, Stale
from relportal.core.models import User
from relportal.core.permissions import Actor, require
from risks.actions.outdated import outdate
from risks.domain.lognormal import MOST
from risks.models import MoneySettings, ToleranceCurve, Unit
from risks.queries.tolerance import newest

MOST_POINTS: Final = 20
Points = Sequence[tuple[float, float]]


def set_tolerance(
    actor: Actor, unit: Unit, points: Points, *, reason: str, at: dt.datetime, version: int | None = None
) -> ToleranceCurve:
    """`points` are (loss, largest chance 0..1 that a year costs more); the same again writes nothing.

    Raises: NotAllowed; Stale; Invalid with "reason", "points", or the number of a point and its field ("2.chance").
    """
    require(actor, "risk.settings")
    with transaction.atomic():
        # The one row of the settings is what every writer of a curve waits for.
        MoneySettings.objects.select_for_update().get(pk=1)
        before = newest(unit)
        if version is not None and before is not None and before.version != version:
            raise Stale(
                _("Somebody else has changed the tolerance after you opened it. Compare, and save again."),
                current=before,
            )
        check(points, reason)
        if before is not None and before.points == tuple(points):
            return before.row
        return replace(actor, unit, points, reason=reason.strip(), at=at)


def replace(actor: Actor, unit: Unit, points: Points, *, reason: str, at: dt.datetime) -> ToleranceCurve:
    """The newest of its unit from now on; no points: nothing is said to be tolerated. The caller has checked."""
    before = newest(unit)
    by = actor if isinstance(actor, User) else None
    losses, chances = [loss for loss, _chance in points], [chance for _loss, chance in points]
    row = ToleranceCurve.objects.create(unit=unit, losses=losses, chances=chances, reason=reason, at=at, by=by)
    changes = {"points": (_said(before.points if before is not None else ()), _said(points))}
    audit.record(actor, "tolerance.set", row, at=at, key=f"tolerance:{unit}", reason=reason, changes=changes)
    outdate(ToleranceCurve, [unit], at=at)
    return row


def check(points: Points, reason: str) -> None:
    """Raises: Invalid."""
    errors: dict[str, list[str]] = {}
    if not points:
        errors["points"] = [_("Give at least one point: a loss, and how likely a year may cost more than that.")]
    elif len(points) > MOST_POINTS:
        errors["points"] = [_("A curve has at most %(n)d points.") % {"n": MOST_POINTS}]
    for number, (loss, chance) in enumerate(points, 1):
        if not 0 < loss <= MOST:
            errors[f"{number}.loss"] = [_("A loss is above zero, and at most 10^15: give a larger unit or less.")]
        if not 0 <= chance <= 1:
            errors[f"{number}.chance"] = [_("A chance lies between 0 and 100 %.")]
    if not errors:
        errors = _not_falling(points)
    if not reason.strip():
        errors["reason"] = [_("Say why: who accepted this, and where it was decided.")]
    if errors:
        raise Invalid(errors)


def _not_falling(points: Points) -> dict[str, list[str]]:
    errors = {}
    for number, ((low, often), (high, rare)) in enumerate(pairwise(points), 2):
        if high <= low:
            errors[f"{number}.loss"] = [_("Each loss is larger than the one above it.")]
        elif rare > often:
            errors[f"{number}.chance"] = [
                _("A larger loss may not be tolerated more often than a smaller one: %(most)s at most.")
                % {"most": units.percent(often, 4)}
            ]
    return errors


def _said(points: Points) -> str | None:
    return "; ".join(f"{loss:g}: {chance:g}" for loss, chance in points) or None
