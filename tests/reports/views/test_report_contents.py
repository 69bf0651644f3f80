"""What a report holds of whom, of how much, and of what was otherwise before."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from incidents.models import ActionItem, ImpactFigures, Incident, IncidentService
from relportal.core.exceptions import Conflict
from relportal.core.models import Role, Service, Team, User
from relportal.core.units import NNBSP
from reports.actions import approvals, narratives
from reports.actions import reports as actions
from reports.actions.figures import compute
from reports.domain.payload import Page, Payload, read
from reports.domain.periods import Period
from reports.domain.scopes import COMPANY, Scope, ScopeKind
from reports.exports import FORMATS
from reports.kpis import KPIS
from reports.models import Investment, KpiComment, KpiValue, Report
from reports.pages._base import MOST_ROWS
from reports.payloads import shown
from reports.queries.calendar import calendar
from reports.queries.kpi_words import period_name
from risks.models import Risk
from tests import make
from tests.incidents.conftest import _settings as severities  # noqa: F401
from tests.incidents.shipping import incident
from tests.reports import reporting
from tests.reports.asked import asked
from tests.reports.exports.test_pdf import pages as pages_of
from tests.reports.truth.test_company import told_at

pytestmark = pytest.mark.django_db


def noon(quarter: Period) -> dt.datetime:
    """Of its eleventh day."""
    return dt.datetime.combine(quarter.first, dt.time(12), dt.UTC) + dt.timedelta(days=10)


def of(user: User, scope: Scope = COMPANY) -> Payload:
    found = shown(reporting.drafted(user, at=timezone.now(), scope=scope)).payload
    assert found is not None
    return found


def page(payload: Payload, key: str) -> Page:
    return next(each for each in payload.pages if each.key == key)


def test_a_report_of_a_team_or_a_tier_asks_and_tells_what_is_of_it(lead: User, payments: Team) -> None:
    at = timezone.now()
    quarter = reporting.closed_quarter(at)
    decider = make.user("decider@example.com", role=Role.EXECUTIVE)
    service = make.service(slug="gateway", tier=1, team=make.team(slug="edge", name="Edge"))
    risk = Risk.objects.create(title="Flood", identified_on=at.date(), created_at=at)
    risk.services.add(service)
    days = {"wanted_by": at.date() + dt.timedelta(days=30)}
    asked(lead, decider, at=at, title="Of nobody", **days)
    asked(lead, decider, at=at, title="Of payments", team=payments, **days)
    asked(lead, decider, at=at, title="About the flood", refs=(risk.short_id,), **days)
    for title, fields in (("Payments cache", {"team": payments}), ("Dam", {"risk": risk}), ("Training", {})):
        Investment.objects.create(
            title=title, promised="Less", starts_on=quarter.first, created_at=at - dt.timedelta(days=1), **fields
        )

    def told(scope: Scope) -> tuple[list[str], list[str], bool]:
        payload = of(lead, scope)
        wanted, invested = page(payload, "asks"), page(payload, "investments")
        box = next((each for each in payload.pages[0].tables if each.key == "wanted"), None)
        rows = [row[0].text.partition(" ")[2] for row in wanted.tables[0].rows]
        assert rows == ([row[0].text.partition(" ")[2] for row in box.rows] if box is not None else [])
        scoped = any("is of this scope" in note for note in wanted.notes)
        return sorted(rows), sorted(row[0].text for row in invested.tables[0].rows), scoped

    every = (["About the flood", "Of nobody", "Of payments"], ["Dam", "Payments cache", "Training"], False)
    assert told(COMPANY) == every
    assert told(Scope(ScopeKind.TEAM, payments.pk)) == (["Of payments"], ["Payments cache"], True)
    assert told(Scope(ScopeKind.TIER, 1)) == (["About the flood"], ["Dam"], True)
    assert told(Scope(ScopeKind.TIER, 3)) == ([], [], True)


def test_a_point_of_a_trend_that_was_corrected_since_carries_an_r_with_what_was_told(lead: User) -> None:
    at = timezone.now()
    now = reporting.closed_quarter(at)
    before = calendar().before(now)
    for quarter, edition, counts in (
        (before, "closed", (9, 12)),
        (before, "live", (6, 12)),
        (now, "closed", (11, 12)),
        (now, "live", (10, 12)),
    ):
        KpiValue.objects.create(
            kpi="slo_attainment", definition=KPIS["slo_attainment"].definition, cut=quarter.cut, first=quarter.first,
            last=quarter.last, scope="company", edition=edition, value=counts[0] / counts[1], numerator=counts[0],
            denominator=counts[1], n=12, rag="red", maturity="3", computed_at=at,
        )  # fmt: skip
    payload = of(lead)
    chart = next(each for each in page(payload, "attainment").charts if each.key == "history-slo_attainment")
    # The quarter of the report stands as it was closed, like its figure.
    assert chart.series[0].values == pytest.approx((50, 100 * 11 / 12))
    assert chart.series[0].texts[0].startswith("r 6 of 12")
    assert not chart.series[0].texts[1].startswith("r")
    assert f"r: corrected since (6 of 12 in {period_name(before)}, told as 9 of 12)" in chart.note
    told = next(each for each in page(payload, "appendix").tables if each.key == "restated")
    assert [cell.text for cell in told.rows[0]] == ["Tier-1 SLOs met", period_name(before), "9 of 12", "6 of 12"]


def test_one_incident_a_promise_that_changed_and_a_service_that_moved_in_mid_quarter_are_told_as_they_were(
    lead: User,
) -> None:
    at = timezone.now()
    now = reporting.closed_quarter(at)
    before = dt.datetime.combine(now.first, dt.time(), dt.UTC) - dt.timedelta(days=30)
    service = make.service(slug="shop", name="Shop", tier=1)
    promise = make.objective(service=service, name="Answers", target=Decimal("0.9995"), created_at=before)
    promise.target, service.tier = Decimal("0.999"), 2
    promise.save()
    service.save()
    told_at("slo_objectiveevent", promise.pk, noon(now))
    told_at("core_serviceevent", service.pk, noon(now))
    incident(lead, service, began=noon(now))
    compute([calendar().before(now), now], at=at)
    payload = of(lead)
    assert page(payload, "incidents").title.startswith("1 incident in ")
    attained = {each.key: each for each in page(payload, "attainment").tables}
    changed = [cell.text for cell in attained["changed"].rows[0]]
    assert changed == ["Shop: Answers", f"99.95{NNBSP}%", f"99.9{NNBSP}%", "loosened"]
    assert [row[0].text for row in attained["tiers"].rows] == ["Tier 2"]
    assert page(of(lead, Scope(ScopeKind.TIER, 2)), "incidents").title.startswith("1 incident in ")
    assert page(of(lead, Scope(ScopeKind.TIER, 1)), "incidents").title.startswith("0 incidents in ")


def test_a_team_that_was_split_and_deleted_in_the_quarter_stands_in_what_drove_the_change_by_its_name(
    lead: User,
) -> None:
    at = timezone.now()
    now = reporting.closed_quarter(at)
    before = calendar().before(now)
    old, new = make.team(slug="old", name="Old 🚆 team"), make.team(slug="new", name="New team")
    service = make.service(slug="shop", name="Shop", team=old)
    incident(lead, service, began=noon(now))
    hit = Incident.objects.get()
    # The actions of the old team are those of its service, which stood with it then.
    for quarter, owned, done in ((before, {"service": service}, 12), (now, {"team": new}, 4)):
        due = quarter.first + dt.timedelta(days=20)
        ActionItem.objects.bulk_create(
            ActionItem(
                title=f"Mend {number}", incident=hit, due_on=due, first_due_on=due, created_at=noon(quarter), **owned,
                state="done" if number < done else "open", done_at=noon(quarter) if number < done else None,
            )
            for number in range(12)
        )  # fmt: skip
    Service.objects.filter(pk=service.pk).update(team=new)
    Incident.objects.update(team=new)
    old.delete()
    assert compute([before, now], at=at).failed == {}
    KpiValue.objects.filter(kpi="action_closure", first=now.first).update(change="down")
    learning = page(of(lead), "learning")
    told = next(each for each in learning.tables if each.key == "by-team")
    assert [row[0].text for row in told.rows] == ["New team", "Old 🚆 team", "Together"]
    assert told.rows[-1][1].text.startswith("12 of 12")
    assert told.rows[-1][2].text.startswith("4 of 12")
    # Each team was there in one of the quarters alone: what changed is their weight.
    assert sum(cell.value or 0 for cell in told.rows[-1][3:]) == pytest.approx(-8 / 12)
    assert told.note == ""
    assert any("is mix" in claim.text for claim in learning.claims)


def test_a_quarter_of_two_thousand_incidents_is_drafted_once_and_says_how_many_more_there_are(
    lead: User, client: Client
) -> None:
    at = timezone.now()
    now = reporting.closed_quarter(at)
    services = [make.service(slug=slug, name=slug.title(), tier=1) for slug in ("shop", "feed")]

    def happened(quarter: Period, many: int) -> None:
        fields: dict[str, Any] = {"declared_at": noon(quarter), "state": "resolved"}
        made = Incident.objects.bulk_create(
            Incident(title=f"Checkout fails {n}", severity_id=1 + n % 4, **fields) for n in range(many)
        )
        IncidentService.objects.bulk_create(
            IncidentService(incident=one, service=services[place % 5 == 0]) for place, one in enumerate(made)
        )
        ImpactFigures.objects.bulk_create(
            ImpactFigures(incident=one, computed_at=at, customer_minutes=float(place)) for place, one in enumerate(made)
        )

    happened(calendar().before(now), 40)
    happened(now, 2_000)
    row = reporting.drafted(lead, at=at)
    found = shown(row).payload
    assert found is not None
    incidents = page(found, "incidents")
    assert incidents.title.startswith("2,000 incidents in ")
    assert any("The largest part of the rise is “Shop”: 32 to 1,600." in claim.text for claim in incidents.claims)
    body = [one for one in found.pages if one.key != "appendix"]
    assert max(len(each.rows) for one in body for each in one.tables) <= MOST_ROWS
    grave = next(each for each in incidents.tables if each.key == "grave")
    assert (len(grave.rows), grave.left_out) == (MOST_ROWS, 500 - MOST_ROWS)
    client.force_login(lead)
    assert "488 more rows are not shown" in client.get(row.get_absolute_url()).content.decode()
    printed = pages_of(FORMATS["pdf"].make(found, "https://portal.example"))
    assert "488morerows" in "".join(printed)
    assert len(printed) <= 2 * len(found.pages)
    assert len(bytes(row.facts or b"")) < 200_000
    assert Report.objects.count() == 1


def test_a_report_is_approved_and_published_only_with_a_comment_and_an_action_or_ask_of_what_is_off_its_target(
    lead: User, client: Client
) -> None:
    at = timezone.now()
    quarter = reporting.closed_quarter(at)
    KpiValue.objects.create(
        kpi="toil", definition=KPIS["toil"].definition, cut=quarter.cut, first=quarter.first, last=quarter.last,
        scope="company", value=0.5, numerator=50, denominator=100, n=100, rag="red", maturity="3", computed_at=at,
    )  # fmt: skip
    row = reporting.drafted(lead, at=at)
    for key in ("headline", "scorecard", "risks", "asks"):
        if key in {each.hindrance.key for each in actions.hindrances_of(row)}:
            narratives.take(lead, row, key, at=at, version=None)
    row = actions.freeze(lead, row, at=at, version=None)
    first, second = reporting.executives()

    def approved(person: User) -> Report:
        return approvals.approve(person, row, sha256=shown(row).sha256, at=at)

    with pytest.raises(Conflict, match="its owner has to say why, and what comes next"):
        approved(first)
    client.force_login(lead)
    address = f"/scorecards/kpis/toil/comment/?period={quarter.key}"
    assert client.post(address, {"text": "Backups by hand."}).status_code == 302
    with pytest.raises(Conflict, match="link the action that mends it, or the ask for what would"):
        approved(first)
    wanted = asked(lead, first, at=at, title="Automate backups", wanted_by=at.date() + dt.timedelta(days=9))
    sent = {"text": "Backups by hand.", "ask": str(wanted.pk), "version": "1"}
    assert client.post(address, sent).status_code == 302
    assert wanted.short_id in client.get(address.replace("comment/", "")).content.decode()
    approved(first)
    row = approved(second)
    KpiComment.objects.update(ask=None)
    with pytest.raises(Conflict, match="the ask for what would"):
        actions.publish(lead, row, at=at, version=None)
    KpiComment.objects.update(ask=wanted)
    published = actions.publish(lead, row, at=at, version=None)
    said = page(read(bytes(published.payload or b"")), "scorecard").tables[-1]
    assert [cell.text for cell in said.rows[0]][1:] == ["Backups by hand.", str(wanted)]
