"""The register as a list, with its files."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_safe

from incidents.models import FailureMode
from relportal.core.csvexport import Cell
from relportal.core.models import Service, Team, User
from relportal.core.permissions import able, allowed
from relportal.core.views.lists import ListPage
from risks.forms.register import controls, read
from risks.queries.register_rows import PAGE_SIZE, RiskList, RiskRow, risk_rows
from risks.queries.register_words import claim

COLUMNS: Final = (
    "id", "title", "state", "category", "owner", "team", "services", "level", "likelihood", "impact", "confidence", "target",
    "above_target", "after_plan", "moved", "moved_from", "expected_loss", "currency", "identified_on", "rated_at",
    "reviewed_at", "review_due_on", "review", "exception", "exception_until", "to_rate", "treatments_pending",
    "treatments_late", "came_true", "cause", "event", "consequence",
)  # fmt: skip


def cells(row: RiskRow) -> tuple[Cell, ...]:
    """In the order of COLUMNS: steps and levels by their short names, people by their e-mail addresses."""
    now, exception = row.now, row.exception
    return (
        row.short_id,
        row.title,
        row.state,
        row.category.key if row.category else "",
        row.owner.email if row.owner else "",
        row.team.key if row.team else "",
        ", ".join(each.key for each in row.services),
        now.level.key if now else "",
        now.likelihood.key if now else "",
        now.impact.key if now else "",
        row.confidence,
        row.target.level.key if row.target else "",
        row.above_target,
        row.after_plan.key if row.after_plan else "",
        row.shift.moved.value if row.shift else "",
        row.shift.before.level.key if row.shift and row.shift.before else "",
        row.expected,
        row.currency,
        row.identified_on,
        row.rated_at,
        row.reviewed_at,
        row.review_due_on,
        row.review.value,
        exception.short_id if exception else "",
        exception.expires_at if exception else None,
        row.tasks.to_rate,
        row.tasks.pending,
        row.tasks.late,
        row.came_true,
        row.cause,
        row.event,
        row.consequence,
    )


def _csv_rows(listed: RiskList) -> Iterator[tuple[Cell, ...]]:
    return (cells(row) for row in listed.rows)


def _around(user: User) -> dict[str, object]:
    return {
        "may_create": allowed(user, "risk.edit"),
        "may_import": allowed(user, "risk.import"),
        # Asked for only where rows can be selected.
        "owners": able("risk.own").only("display_name", "email").order_by("display_name", "email"),
    }


LIST: Final = ListPage(
    name="risks",
    template="risks/list.html",
    page_size=PAGE_SIZE,
    read=read,
    rows=risk_rows,
    choices={"team": Team, "service": Service, "category": FailureMode},
    controls=controls,
    title=lambda listed: claim(listed.tally),
    label=gettext_lazy("Risks"),
    hint=gettext_lazy("Risk, words, owner, RISK-12"),
    csv_header=COLUMNS,
    csv_rows=_csv_rows,
    context=_around,
    bulk=("risk.edit", "risks:bulk"),
    xlsx=True,
    ability="risk.view",
)


@require_safe
def risk_list(request: HttpRequest) -> HttpResponseBase:
    return LIST.answer(request)
