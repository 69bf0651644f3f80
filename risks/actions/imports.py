"""Importing risks from a file: exactly the plan that was shown is carried out, all or nothing."""

from __future__ import annotations

import datetime as dt

from django.utils.translation import gettext as _

from relportal.core.exceptions import Conflict
from relportal.core.models import User
from relportal.core.permissions import require
from relportal.core.reading.problems import Unreadable
from risks.actions.register_bulk import Draft, write_risks
from risks.queries.imports.plan import Plan, Step, Verb, plan_of
from risks.queries.imports.table import Table


def plan_import(actor: User, table: Table, *, filename: str, at: dt.datetime) -> Plan:
    """What the table would do; nothing is written. Raises: NotAllowed."""
    require(actor, "risk.import")
    return plan_of(actor, table, filename=filename, at=at)


def apply_import(actor: User, plan: Plan, *, digest: str, at: dt.datetime) -> int:
    """Gives the number of risks written.

    Raises: NotAllowed; Conflict when `digest` is not of this plan, because the register or the scale changed since it was
        shown; Unreadable when the plan has errors; Invalid, its sentence begins with the line.
    """
    require(actor, "risk.import")
    if plan.errors:
        raise Unreadable(_("Nothing was imported: the file has errors."))
    if digest != plan.digest:
        raise Conflict(_("The register changed since this preview. Look at the new one, then import."))
    drafts = [_draft(step) for step in plan.steps if step.verb is not Verb.KEEP]
    write_risks(actor, drafts, of=plan.version, at=at, reason=_("Import of %(file)s") % {"file": plan.filename})
    return len(drafts)


def _draft(step: Step) -> Draft:
    return Draft(
        place=_("Line %(line)s") % {"line": step.line},
        risk=step.risk.pk if step.risk is not None else None,
        version=step.risk.version if step.risk is not None else None,
        values=step.values,
        ratings=step.ratings,
    )
