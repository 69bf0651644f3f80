"""The page of a published report of 20 pages: read from its frozen bytes, drawn, and sent."""

from __future__ import annotations

import datetime as dt
import hashlib
from typing import Final

from django.utils import timezone

from bench import asked
from bench.report import Report
from relportal.core.models import Heartbeat, Membership, Role, User
from reports.domain.payload import written
from reports.domain.report_states import ReportState
from reports.models import Report as ExecutiveReport
from tests.reports.exports.sample import long_report

PAGES: Final = 20
SLOWEST_MS: Final = 150


def run(report: Report, *, url: str) -> None:  # noqa: ARG001 - the same call for all
    at = timezone.now()
    Heartbeat.objects.update_or_create(name="tick", defaults={"at": at})
    leader, _new = User.objects.get_or_create(email="leader@bench.example", defaults={"display_name": "Ida Leader"})
    Membership.objects.get_or_create(user=leader, role=Role.RELIABILITY_LEAD, team=None)
    payload = long_report(PAGES)
    content = written(payload)
    first = dt.date(2020, 1, 1)
    row = ExecutiveReport.objects.filter(first=first).first() or ExecutiveReport.objects.create(
        cut="quarter", first=first, last=dt.date(2020, 3, 31), sections=[page.key for page in payload.pages],
        state=ReportState.PUBLISHED, payload=content, sha256=hashlib.sha256(content).hexdigest(), created_at=at,
        published_at=at,
    )  # fmt: skip
    with asked.reader() as client:
        for name, address in ((f"report of {PAGES} pages", row.get_absolute_url()), ("list of reports", "/reports/")):
            asked.page(report, client, name, address, most_ms=SLOWEST_MS)
