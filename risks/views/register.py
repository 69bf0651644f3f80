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
from risks.models import RiskRating
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
    one, current, exception = row.risk, row.risk.current, row.exception
    return (
        one.short_id,
        one.title,
        one.state,
        one.category.slug if one.category else "",
        one.owner.email if one.owner else "",
        one.team.slug if one.team else "",
        ", ".join(each.slug for each in row.services),
        _level(current),
        current.likelihood.key if current else "",
        current.impact.key if current else "",
        current.confidence if current else "",
        _level(one.target),
        row.above_target,
        _level(one.after_plan),
        row.shift.moved.value if row.shift else "",
        row.shift.before.level if row.shift and row.shift.before else "",
        one.money.expected if one.money else None,
        one.money.currency if one.money else "",
        one.identified_on,
        one.rated_at,
        one.reviewed_at,
        one.review_due_on,
        row.review.value,
        exception.short_id if exception else "",
        exception.expires_at if exception else None,
        row.tasks.to_rate,
        row.tasks.pending,
        row.tasks.late,
        row.came_true,
        one.cause,
        one.event,
        one.consequence,
    )


def _level(rating: RiskRating | None) -> str:
    return rating.level.key if rating else ""


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
