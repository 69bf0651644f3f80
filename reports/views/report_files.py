"""Giving out the files of a report to whoever may read it."""

from __future__ import annotations

from django.http import Http404, HttpRequest
from django.http.response import HttpResponseBase
from django.views.decorators.http import require_safe

from relportal.core.downloads import stored_file
from reports.exports import FORMATS
from reports.models import Report, ReportFile
from reports.views.answers import reader
from reports.views.reports import report_for


@require_safe
def file(request: HttpRequest, pk: int, key: str) -> HttpResponseBase:
    return given(request, report_for(reader(request), pk), key)


def given(request: HttpRequest, report: Report, key: str) -> HttpResponseBase:
    """Raises: Http404 where it was not made."""
    row = ReportFile.objects.filter(report=report, key=key).defer("content").first()
    if row is None:
        raise Http404
    known = FORMATS.get(row.key)
    return stored_file(
        request,
        lambda: bytes(ReportFile.objects.values_list("content", flat=True).get(pk=row.pk)),
        name=row.name,
        media_type=row.media_type,
        sha256=row.sha256,
        inline=known is not None and known.inline,
    )
