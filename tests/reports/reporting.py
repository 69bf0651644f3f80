"""Reports for tests: of the last quarter whose figures are final, through the same actions as people use."""

from __future__ import annotations

import datetime as dt

from relportal.core import company
from relportal.core.models import Role, User
from reports.actions import approvals, narratives
from reports.actions import reports as actions
from reports.actions.comments import comment
from reports.domain.periods import Cut, Period
from reports.domain.report_states import Lack
from reports.domain.scopes import COMPANY, Scope
from reports.models import Report
from reports.pages import in_order
from reports.payloads import period_of, scope_of, shown
from reports.queries.calendar import calendar
from tests import make


def closed_quarter(at: dt.datetime) -> Period:
    return calendar().closed(Cut.QUARTER, company.day(at))


def drafted(user: User, *, at: dt.datetime, scope: Scope = COMPANY, period: Period | None = None) -> Report:
    """With every page there is."""
    row = actions.create(user, scope, period or closed_quarter(at), sections=[page.key for page in in_order()], at=at)
    actions.draft(row.pk, at=at)
    row.refresh_from_db()
    return row


def unhindered(user: User, report: Report, *, at: dt.datetime) -> None:
    """Takes every message and explains every figure that hinders it, with an action."""
    from incidents.models import ActionItem

    mend = ActionItem.objects.create(
        title="Mend it", due_on=company.day(at), first_due_on=company.day(at), created_at=at
    )
    for each in actions.hindrances_of(report):
        if each.hindrance.lack is Lack.MESSAGE:
            narratives.take(user, report, each.hindrance.key, at=at, version=None)
        else:
            comment(
                user, each.hindrance.key, (scope_of(report), period_of(report)), text="We know, and mend it.",
                action=mend, version=None, at=at,
            )  # fmt: skip


def executives() -> tuple[User, User]:
    return (
        make.user("first@example.com", role=Role.EXECUTIVE),
        make.user("second@example.com", role=Role.EXECUTIVE),
    )


def published(user: User, *, at: dt.datetime, scope: Scope = COMPANY) -> Report:
    row = drafted(user, at=at, scope=scope)
    unhindered(user, row, at=at)
    row = actions.freeze(user, row, at=at, version=None)
    for person in executives():
        row = approvals.approve(person, row, sha256=shown(row).sha256, at=at)
    return actions.publish(user, row, at=at, version=None)
