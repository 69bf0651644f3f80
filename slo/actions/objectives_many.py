"""Retiring many objectives at once, and bringing them back: all of them or none."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection

from django.db import transaction
from django.utils.translation import gettext as _

from relportal.core.many import conflict, count, refuse
from relportal.core.permissions import Actor, allowed
from slo.actions.objectives import restore_objective, retire_objective
from slo.models import Objective


def retire_objectives(actor: Actor, ids: Collection[int], *, at: dt.datetime, reason: str = "") -> list[Objective]:
    """Raises: NotAllowed and Conflict, which name the rows; Invalid for none or too many."""
    with transaction.atomic():
        rows = _rows(actor, ids)
        unfit = [str(row) for row in rows if row.retired_at is not None]
        conflict(unfit, _("Nothing was changed, because they are retired already: %(names)s."))
        return [retire_objective(actor, row, at=at, reason=reason) for row in rows]


def restore_objectives(actor: Actor, ids: Collection[int], *, at: dt.datetime, reason: str = "") -> list[Objective]:
    """Raises: NotAllowed and Conflict, which name the rows; Invalid for none, for too many, and for a name that is taken."""
    with transaction.atomic():
        rows = _rows(actor, ids)
        unfit = [str(row) for row in rows if row.retired_at is None]
        conflict(unfit, _("Nothing was changed, because they are not retired: %(names)s."))
        return [restore_objective(actor, row, at=at, reason=reason) for row in rows]


def _rows(actor: Actor, ids: Collection[int]) -> list[Objective]:
    """Locked in the order of their keys, so that two who change the same rows wait for each other instead of blocking."""
    count(ids)
    found = Objective.objects.select_for_update(of=("self",)).select_related("service__team", "indicator")
    rows = list(found.filter(pk__in=ids).order_by("pk"))
    gone = set(ids) - {row.pk for row in rows}
    conflict([f"SLO-{pk}" for pk in sorted(gone)], _("Nothing was changed, because there is no %(names)s."))
    refuse([str(row) for row in rows if not allowed(actor, "objective.edit", row)], ability="objective.edit")
    return rows
