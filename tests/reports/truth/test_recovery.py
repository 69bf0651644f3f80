"""Page 11 tells what the clocks of the tests said: reckoned here by hand, as known at the end of the quarter."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest
from django.utils import timezone

from relportal.core.models import Service, User
from reports.domain.payload import Page, Tone
from reports.domain.scopes import COMPANY
from reports.pages.readiness import PLUGIN
from reports.queries.facts import gather
from risks.actions.recovery import Held, Promised, Recovered, promise, record, void
from tests import make
from tests.reports import reporting

pytestmark = pytest.mark.django_db
DAY = dt.timedelta(days=1)


def held(actor: User, service: Service, start: dt.datetime, **marks: Any) -> Held:
    return Held(
        kind="zone", environment="production", scenario="A zone is off", held_at=start, failed_at=start, declared_at=start,
        results=[Recovered(service=service, **marks)],
    )  # fmt: skip


def page(at: dt.datetime) -> Page:
    return PLUGIN.build(gather(COMPANY, reporting.closed_quarter(at), scope_name="Company", at=at))


def test_the_pairs_the_table_and_the_claim_are_those_of_the_records_that_were_known(lead: User) -> None:
    at = timezone.now()
    quarter = reporting.closed_quarter(at)
    last = dt.datetime.combine(quarter.last, dt.time(8), dt.UTC)
    pay, web, api, old, new = (
        make.service(slug=slug, name=slug.title()) for slug in ("pay", "web", "api", "old", "new")
    )
    side = make.service(slug="side", name="Side", tier=3)
    for one, rto, rpo in (
        (pay, 3600, 300),
        (web, 900, None),
        (api, 14400, 60),
        (old, 7200, 60),
        (new, 600, 60),
        (side, 60, None),
    ):
        promise(
            lead, one, Promised(rto_s=rto, rpo_s=rpo, effective_from=(last - 700 * DAY).date(), reason="x"), at=last - 700 * DAY,
        )  # fmt: skip
    # 08:00 to 08:42 are 42 minutes; data of 07:57 was there at 08:00.
    record(
        lead, held(lead, pay, last - 10 * DAY, usable_at=last - 10 * DAY + dt.timedelta(minutes=42),
                   last_good_at=last - 10 * DAY - dt.timedelta(minutes=3)),
        at=last - 9 * DAY,
    )  # fmt: skip
    # 08:00 to 08:15:01 is a second more than a quarter of an hour.
    record(
        lead, held(lead, web, last - 5 * DAY, usable_at=last - 5 * DAY + dt.timedelta(seconds=901)), at=last - 4 * DAY
    )
    # Nobody wrote down when the data was good last.
    record(lead, held(lead, api, last - 3 * DAY, usable_at=last - 3 * DAY + dt.timedelta(hours=2)), at=last - 2 * DAY)
    record(
        lead, held(lead, old, last - 400 * DAY, usable_at=last - 400 * DAY + dt.timedelta(hours=1),
                   last_good_at=last - 400 * DAY),
        at=last - 399 * DAY,
    )  # fmt: skip
    # Recorded after the end of the quarter, and voided after it: neither was known then.
    record(
        lead,
        held(lead, new, last - DAY, usable_at=last - DAY + dt.timedelta(minutes=5)),
        at=at - dt.timedelta(minutes=2),
    )
    talk = Held(
        kind="tabletop", environment="isolated", scenario="Read", held_at=last - DAY, results=[Recovered(service=pay)]
    )
    void(lead, record(lead, talk, at=last - DAY / 2), reason="Not held", at=at - dt.timedelta(minutes=1))

    found = page(at)
    assert found.title == (
        "1 of 5 tier-1 services were seen to recover within their objectives; 1 did not, "
        "3 are untested, stale or half measured"
    )
    assert found.so_what == (
        "Mend what did not recover in time, and test it again: Web. "
        "Test recovery, or record the test that was made: Api, New, Old."
    )
    [chart] = found.charts
    measured, objective = chart.series
    rows = dict(zip(chart.categories, zip(measured.values, objective.values, measured.tones, strict=True), strict=True))
    assert rows == {
        "Web": (pytest.approx(15 + 1 / 60), 15, Tone.RED),
        "New": (None, 10, Tone.GREY),
        "Old": (60, 120, Tone.AMBER),
        "Api": (120, 240, Tone.AMBER),
        "Pay": (42, 60, Tone.GREEN),
        "Side": (None, 1, Tone.GREY),
    }
    assert chart.categories[0] == "Web"
    assert chart.summary == "3 of 4 measured services were within; 2 with an objective were not measured."
    table = next(one for one in found.tables if one.key == "recovery")
    cells = {row[0].text: (row[2].text, row[3].value, row[4].value) for row in table.rows}
    assert cells == {
        "Web": ("Breached", 901, None),
        "New": ("Never tested", None, None),
        "Old": ("Stale: older than its cadence", 3600, 0),
        "Api": ("Partly met", 7200, None),
        "Pay": ("Met", 2520, 180),
        "Side": ("Never tested", None, None),
    }
    assert "4 recovery tests were held in the quarter, 1 of them a tabletop, which meets no objective." in found.notes
