"""Reading reports: the list, one report, its board summary, and two of them side by side."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_safe

from relportal.core.models import User
from relportal.core.permissions import allowed, require
from relportal.core.views.base import viewer
from reports.actions.report_files import files_of
from reports.actions.reports import hindrances_of
from reports.charts.payload import Drawn, drawn
from reports.domain.markup import left_out
from reports.domain.payload import Page
from reports.domain.report_states import MOVING, OUT, WRITABLE, ReportState
from reports.models import Narrative, Report, ReportComment
from reports.pages import in_order
from reports.payloads import Shown, shown
from reports.queries.deliveries import receipts
from reports.queries.discussed import answered
from reports.queries.missing import missing
from reports.queries.reports import closes_on, is_final, reports
from reports.queries.restated import restated


@dataclass(frozen=True, slots=True)
class Sheet:
    """A page with its drawings; `proposal` is what the numbers would have as its message."""

    page: Page
    charts: tuple[Drawn, ...]
    proposal: str
    said: Narrative | None
    comments: tuple[ReportComment, ...]
    needed: bool
    left_out: tuple[str, ...]


@require_safe
def listing(request: HttpRequest) -> HttpResponse:
    user = viewer(request)
    require(user, "report.view")
    rows = list(reports())
    context = {
        "rows": rows,
        "title": _claim(rows),
        "may_write": allowed(user, "report.write"),
        "pairs": [row for row in rows if row.life in OUT],
    }
    return render(request, "reports/report_list.html", context)


def _claim(rows: list[Report]) -> str:
    out = sum(row.life in OUT and row.life is not ReportState.SUPERSEDED for row in rows)
    going = sum(row.life not in OUT for row in rows)
    if not rows:
        return _("Reports")
    words = ngettext("%(n)d report is published", "%(n)d reports are published", out) % {"n": out}
    return words if not going else _("%(out)s, %(going)d in the making") % {"out": words, "going": going}


@require_safe
def page(request: HttpRequest, pk: int) -> HttpResponse:
    user = viewer(request)
    report = report_for(user, pk)
    return render(request, "reports/report.html", _context(user, report, shown(report)))


@require_safe
def board(request: HttpRequest, pk: int) -> HttpResponse:
    """One page for a board: the leading pages by message, figures and asks."""
    user = viewer(request)
    report = report_for(user, pk)
    found = shown(report)
    if found.payload is None:
        return render(request, "reports/report.html", _context(user, report, found))
    context = {
        "report": report,
        "payload": found.payload,
        "sha256": found.sha256,
        "sheets": [page for page in found.payload.pages if page.leading],
        "moving": report.life not in OUT,
    }
    return render(request, "reports/report_board.html", context)


def report_for(user: User, pk: int) -> Report:
    require(user, "report.view")
    found = Report.objects.select_related("created_by", "supersedes").filter(pk=pk).first()
    if found is None:
        raise Http404
    return found


def _context(user: User, report: Report, found: Shown) -> dict[str, Any]:
    said = {row.page: row for row in Narrative.objects.filter(report=report).select_related("by")}
    may_write = allowed(user, "report.write", report)
    context: dict[str, Any] = {
        "report": report,
        "payload": found.payload,
        "sha256": found.sha256,
        "life": report.life,
        "out": report.life in OUT,
        "closes_on": closes_on(report),
        "may_write": may_write and report.life in WRITABLE,
        "may_freeze": may_write and report.life is ReportState.CLOSING and is_final(report),
        "may_approve": report.life is ReportState.FROZEN and allowed(user, "report.approve", report),
        "may_publish": report.life is ReportState.APPROVED and allowed(user, "report.publish", report),
        "may_reopen": report.life is ReportState.APPROVED and may_write,
        "may_recompute": report.life is ReportState.FROZEN and may_write,
        "may_discuss": report.life is ReportState.PUBLISHED and allowed(user, "report.publish", report),
        "may_revise": report.life in OUT - {ReportState.SUPERSEDED} and may_write,
        "may_comment": report.life not in OUT and allowed(user, "report.comment"),
        "may_share": report.life in OUT and allowed(user, "report.share", report),
        "files": files_of(report),
        "at": timezone.now(),
    }
    if found.payload is None:
        return context
    comments = list(report.comments.select_related("author"))
    moved = restated(report, found.payload) if report.life in OUT else {}
    at = context["at"]
    needed = {each.key for each in in_order() if each.needed}
    given = [one for one in report.approvals.select_related("by") if one.sha256 == found.sha256]
    return context | {
        "sheets": [
            _sheet(each, found, said.get(each.key), comments, needed=each.key in needed) for each in found.payload.pages
        ],
        "restated": moved,
        "hindering": hindrances_of(report),
        "owing": missing(user, report, found.payload) if report.life in MOVING else (),
        "answered": answered(found.payload, at=at) if report.life in OUT else (),
        "receipts": receipts(user, report) if report.life in OUT else None,
        "approvals": given,
        "lapsed": report.approvals.count() - len(given),
        "revised": Report.objects.filter(supersedes=report).only("pk").first(),
        "comments": [one for one in comments if not one.page],
    }


def _sheet(page: Page, found: Shown, said: Narrative | None, comments: list[ReportComment], *, needed: bool) -> Sheet:
    proposed = found.proposals.get(page.key)
    return Sheet(
        page=page,
        charts=tuple(drawn(each) for each in page.charts),
        proposal=proposed.title if proposed is not None else "",
        said=said,
        comments=tuple(one for one in comments if one.page == page.key),
        needed=needed,
        left_out=tuple(each.value for each in left_out(page.narrative)) if page.narrative else (),
    )
