"""Launches of a quarter, counted by hand: reviewed, blocked, waived, and out without a review or against it."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest
from django.utils import timezone

from relportal.core.models import Service, User
from reports.domain.payload import Tone
from reports.domain.scopes import COMPANY, Scope, ScopeKind
from reports.models import ReadinessReview, ReadinessTemplate
from reports.pages.readiness import PLUGIN
from reports.queries.facts import gather
from tests import make
from tests.reports import reporting
from tests.reports.reviewed import DAY, small

pytestmark = pytest.mark.django_db
ITEM: dict[str, Any] = {
    "key": "data", "area": "Data", "text": "A restore was tested.", "weight": "blocker", "proof": "answer", "days": None,
    "born_from": "INC-1", "checks": [], "said": "", "reason": "", "link": "", "seen_on": None, "by": "", "until": None,
}  # fmt: skip
OPEN = [ITEM | {"bare": "unknown", "result": "unknown", "exception": ""}]
COVERED = [ITEM | {"bare": "unknown", "result": "exempt", "exception": "EXC-7", "until": "2099-01-01T00:00:00+00:00"}]


def _review(
    service: Service,
    author: User,
    lead: User,
    template: ReadinessTemplate,
    *,
    decided: dt.datetime | None = None,
    verdict: str = "ready",
    launched: dt.datetime | None = None,
    follows: ReadinessReview | None = None,
) -> ReadinessReview:
    opened = min(each for each in (decided, launched) if each is not None) - 9 * DAY
    against = launched is not None and (decided is None or verdict == "not_ready")
    return ReadinessReview.objects.create(
        service=service, title=f"Launch of {service}", planned_on=opened.date(), author=author, opened_at=opened,
        template=template, tier=service.tier, verdict=verdict, judged_at=opened, decided_at=decided,
        decided_by=lead if decided else None, launched_at=launched, against=against, follows=follows,
        launched_because="The fair opened." if against else "",
        results={"ready": [], "conditions": COVERED, "not_ready": OPEN}[verdict],
        state="launched" if launched else "decided",
    )  # fmt: skip


def test_the_launches_of_a_quarter_are_those_that_a_person_counts(lead: User, alice: User) -> None:
    at = timezone.now()
    quarter = reporting.closed_quarter(at)
    first = dt.datetime.combine(quarter.first, dt.time(12), dt.UTC)
    after = dt.datetime.combine(quarter.last, dt.time(12), dt.UTC) + 2 * DAY
    template = small(at=first)
    pay, web, api = (make.service(slug=slug, name=slug.title()) for slug in ("pay", "web", "api"))
    mail = make.service(slug="mail", name="Mail", tier=2)

    def review(service: Service, **given: Any) -> ReadinessReview:
        return _review(service, alice, lead, template, **given)

    # Four are decided in the quarter, one of them not ready and ready later on, one with conditions; a fifth after it.
    review(pay, decided=first + 3 * DAY, launched=first + 5 * DAY)
    blocked = review(web, decided=first + 10 * DAY, verdict="not_ready")
    review(web, decided=first + 20 * DAY, follows=blocked, launched=after)
    review(mail, decided=first + 30 * DAY, verdict="conditions", launched=first + 31 * DAY)
    review(api, decided=after, verdict="not_ready")
    # One went out before anybody had decided, and one of the quarter before against it, within the quarter.
    review(api, verdict="not_ready", launched=first + 40 * DAY)
    review(pay, decided=first - 9 * DAY, verdict="not_ready", launched=first + DAY)
    # Of the quarter before, and with nothing in this one.
    review(mail, decided=first - 5 * DAY, verdict="conditions", launched=first - 4 * DAY)

    page = PLUGIN.build(gather(COMPANY, quarter, scope_name="Company", at=at))
    assert page.title.startswith("2 launches went out without a review or against it")
    assert page.so_what.startswith("Review what went out all the same, and close what blocks:")
    figures = {one.key: (one.text, one.word) for one in page.figures}
    assert figures["reviewed"] == ("4", "1 blocked, 1 waived")
    assert figures["against"] == ("2", "Named below")
    assert len(figures) == 5
    (told,) = (one for one in page.tables if one.key == "launches")
    rows = {(row[1].text, row[3].text): [cell.text for cell in row[5:]] for row in told.rows}
    # What was launched after the quarter is not known in it.
    assert rows["Pay", "Not ready"][1] == "Went out all the same: The fair opened"
    assert rows["Api", "No decision"][1] == "Went out all the same: The fair opened"
    cleared = (first + 20 * DAY).strftime("%-d %b %Y")
    assert rows["Web", "Not ready"] == ["–", f"A restore was tested; found ready on {cleared}"]
    assert rows["Web", "Ready"] == ["–", "–"]
    assert rows["Mail", "Ready with conditions"][1] == "waived by EXC-7"
    assert len(told.rows) == 6
    # An old review says nothing any more, and an attestation fills in; a new one goes before it.
    seen = {row[0].text: row[1].text for row in next(one.rows for one in page.tables if one.key == "services")}
    assert seen["Web"] == (first + 20 * DAY).strftime("%-d %b %Y")
    assert seen["Api"] == "no record"
    assert told.rows[0][5].tone is Tone.RED

    second = PLUGIN.build(gather(Scope(ScopeKind.TIER, 2), quarter, scope_name="Tier 2", at=at))
    assert second.title.startswith("1 launch was reviewed, none was blocked")
    nothing = PLUGIN.build(gather(Scope(ScopeKind.TIER, 4), quarter, scope_name="Tier 4", at=at))
    assert nothing.title == "No service of tier 4 is in the catalogue"
    assert [one.text for one in nothing.figures if one.key == "reviewed"] == ["0"]
