"""The page of a published report of 20 pages: read from its frozen bytes, drawn, and sent."""

from __future__ import annotations

import datetime as dt
import hashlib
from functools import partial
from typing import Final

from django.test import Client
from django.utils import timezone

from bench.pages import p95_ms
from bench.report import Report, repeated
from relportal.core.models import Heartbeat, Membership, Role, User
from reports.domain.payload import written
from reports.domain.report_states import ReportState
from reports.models import Report as ExecutiveReport
from tests.reports.exports.sample import long_report

PAGES: Final = 20
TIMES: Final = 40
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
    client = Client(headers={"accept-encoding": "gzip"})
    client.force_login(leader)
    for name, address in ((f"report of {PAGES} pages", row.get_absolute_url()), ("list of reports", "/reports/")):
        if client.get(address).status_code != 200:
            raise RuntimeError(f"{address} does not answer")
        p95 = p95_ms(repeated(partial(_get, client, address), times=TIMES))
        report.add(f"{name}, page, p95", f"{p95:.1f} ms", target=f"<= {SLOWEST_MS} ms", met=p95 <= SLOWEST_MS)


def _get(client: Client, address: str, _number: int) -> None:
    client.get(address)
