"""Two people approve the same report at the same instant."""

from __future__ import annotations

import datetime as dt
import threading
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import replace

import pytest
from django.db import connection
from django.utils import timezone

from relportal.core.exceptions import Conflict
from relportal.core.models import User
from reports.actions.approvals import approve
from reports.domain.payload import written
from reports.models import Report
from reports.payloads import shown
from tests.reports import reporting
from tests.reports.exports.sample import ATTAINMENT, PAYLOAD


@pytest.mark.django_db(transaction=True)
def test_of_two_who_approve_at_the_same_instant_one_is_the_second_and_nobody_counts_twice(lead: User) -> None:
    at = timezone.now()
    facts = written(replace(PAYLOAD, pages=(ATTAINMENT,), values=()))
    report = Report.objects.create(
        cut="quarter", first=dt.date(2026, 6, 1), last=dt.date(2026, 8, 31), sections=["attainment"], state="frozen",
        facts=facts, drafted_at=at, frozen_at=at, created_at=at, created_by=lead,
    )  # fmt: skip
    seen = shown(report).sha256
    first, second = reporting.executives()
    meeting = threading.Barrier(3)

    def run(person: User) -> str:
        try:
            with suppress(threading.BrokenBarrierError):
                meeting.wait(5)
            approve(person, report, sha256=seen, at=at)
        except Conflict as error:
            return str(error)
        finally:
            connection.close()
        return ""

    with ThreadPoolExecutor(3) as pool:
        ended = list(pool.map(run, (first, first, second)))

    report.refresh_from_db()
    assert (report.state, report.sha256) == ("approved", seen)
    assert {one.by for one in report.approvals.all()} == {first, second}
    assert sum(each != "" for each in ended) == 1
