"""A company of known history: what is stored is compared with what the test itself counts."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest

from incidents.models import Incident, Moment, TimeMark, TimeSource
from relportal.core.models import Service, User
from reports.actions.figures import compute, compute_kept
from reports.domain.periods import ROLLING, Calendar, Cut
from reports.domain.scopes import ScopeKind
from reports.kpis import KPIS
from reports.kpis._base import Frame, Kpi
from reports.models import Edition, KpiInput, KpiRun, KpiTarget, KpiValue
from tests import make
from tests.incidents.conftest import _settings as severities  # noqa: F401
from tests.incidents.shipping import caused, deploy, incident

AT = dt.datetime(2026, 11, 2, 12, 0, tzinfo=dt.UTC)
SEPTEMBER = Calendar().period(Cut.MONTH, dt.date(2026, 9, 1))
OCTOBER = Calendar().period(Cut.MONTH, dt.date(2026, 10, 1))


def day(month: int, number: int, hour: int = 12) -> dt.datetime:
    return dt.datetime(2026, month, number, hour, tzinfo=dt.UTC)


def value(
    key: str, *, period: Any = OCTOBER, scope: str = "company", number: int = 0, edition: str = "live"
) -> KpiValue:
    return KpiValue.objects.get(
        kpi=key, cut=period.cut, first=period.first, scope=scope, number=number, edition=edition
    )


@pytest.fixture
def shop(db: None) -> Service:
    return make.service(slug="shop", name="Shop", tier=1)


@pytest.fixture
def search(db: None) -> Service:
    return make.service(slug="search", name="Search", tier=2)


def timed(row: Incident, began: dt.datetime, **minutes: int) -> None:
    for moment, after in minutes.items():
        TimeMark.objects.update_or_create(
            incident=row, moment=moment, is_override=False,
            defaults={"at": began + dt.timedelta(minutes=after), "source": TimeSource.PERSON, "recorded_at": AT},
        )  # fmt: skip


def test_incidents_count_in_the_month_of_their_impact_once_in_each_scope(
    lead: User, shop: Service, search: Service
) -> None:
    incident(lead, shop, search, began=day(10, 5))
    incident(lead, shop, began=day(10, 31, 23))
    incident(lead, search, began=day(9, 30, 23), private=True)
    compute([SEPTEMBER, OCTOBER], at=AT)
    assert value("incidents").value == 2
    assert value("incidents", scope="service", number=shop.pk).value == 2
    assert value("incidents", scope="tier", number=2).value == 1
    assert value("incidents", period=SEPTEMBER).value == 1
    assert value("incidents", scope="tier", number=4).value == 0
    assert value("incidents").before == 1


def test_a_median_of_too_few_incidents_is_shown_and_earns_no_colour(lead: User, shop: Service) -> None:
    for number, took in enumerate((2, 4, 9), start=1):
        began = day(10, number)
        timed(incident(lead, shop, began=began), began, **{Moment.DETECTED: took})
    compute([OCTOBER], at=AT)
    found = value("ttd")
    assert (found.value, found.n, found.coverage) == (240, 3, 1.0)
    assert (found.rag, found.lacking) == ("grey", "few")


def test_a_deploy_counts_once_however_many_incidents_it_caused(lead: User, shop: Service) -> None:
    rows = [deploy(shop, day(10, number)) for number in range(1, 9)]
    for number in (1, 2):
        caused(incident(lead, shop, began=day(10, number, 13)), rows[0])
    deploy(shop, day(10, 8, 14), is_rollback=True)
    compute([OCTOBER], at=AT)
    assert (value("change_failure").numerator, value("change_failure").denominator) == (2, 9)
    assert (value("rollback").numerator, value("rollback").denominator) == (1, 9)


def test_every_figure_beside_a_value_says_what_it_is(lead: User, shop: Service) -> None:
    incident(lead, shop, began=day(10, 5))
    deploy(shop, day(10, 5))
    compute([OCTOBER], at=AT)
    for row in KpiValue.objects.filter(scope="company"):
        assert set(row.parts) <= {one.name for one in KPIS[row.kpi].beside}, row.kpi
    assert all(any(one.guard for one in kpi.beside) for kpi in KPIS.values())


def test_what_judges_by_periods_before_looks_back_further_than_one() -> None:
    judging = {key: kpi.looks_back for key, kpi in KPIS.items() if type(kpi).judged is not Kpi.judged}
    assert judging == {"incidents": 4, "rollback": 4}


def test_a_second_run_writes_nothing_and_says_when_it_was(lead: User, shop: Service) -> None:
    incident(lead, shop, began=day(10, 5))
    first = compute([OCTOBER], at=AT)
    again = compute([OCTOBER], at=AT + dt.timedelta(hours=1))
    assert (first.written, again.values, again.written) == (first.values, first.values, 0)
    assert KpiRun.objects.get(kpi="incidents").at == AT + dt.timedelta(hours=1)
    incident(lead, shop, began=day(10, 6))
    compute([OCTOBER], at=AT + dt.timedelta(hours=2))
    assert value("incidents").value == 2


def test_nothing_at_all_is_never_green(db: None) -> None:
    done = compute([OCTOBER], at=AT)
    assert done.failed == {}
    found = KpiValue.objects.filter(scope=ScopeKind.COMPANY, cut=OCTOBER.cut)
    assert found.count() == len(KPIS) == 22
    assert not found.filter(rag="green").exists()


def test_a_service_that_changed_its_tier_counts_where_it_stood_at_the_end(lead: User, shop: Service) -> None:
    incident(lead, shop, began=day(10, 5))
    Service.objects.filter(pk=shop.pk).update(tier=2)
    compute([OCTOBER], at=dt.datetime.now(dt.UTC))
    assert value("incidents", scope="tier", number=1).value == 1
    assert value("incidents", scope="tier", number=2).value == 0


def test_a_closed_value_stays_and_what_is_known_later_stands_beside_it(lead: User, shop: Service) -> None:
    incident(lead, shop, began=day(10, 5))
    compute([OCTOBER], at=day(11, 2))
    assert not KpiValue.objects.filter(edition=Edition.CLOSED).exists()
    compute([OCTOBER], at=day(11, 8))
    incident(lead, shop, began=day(10, 6))
    make.service(slug="late", name="Late")
    compute([OCTOBER], at=day(11, 9))
    assert value("incidents", edition=Edition.CLOSED).value == 1
    assert value("incidents").value == 2


def test_the_target_that_held_at_the_end_of_the_period_judges_it(lead: User, shop: Service) -> None:
    for number in range(1, 6):
        deploy(shop, day(9, number))
        deploy(shop, day(10, number))
    caused(incident(lead, shop, began=day(9, 5)), deploy(shop, day(9, 5, 11)))
    caused(incident(lead, shop, began=day(10, 5)), deploy(shop, day(10, 5, 11)))
    KpiTarget.objects.create(
        kpi="change_failure", since=dt.date(2026, 10, 15), green=0.5, red=0.6, reason="We begin.", at=AT
    )
    compute([SEPTEMBER, OCTOBER], at=AT)
    assert (value("change_failure", period=SEPTEMBER).green, value("change_failure").green) == (0.10, 0.5)
    assert value("change_failure").rag == "green"


def test_a_target_of_customer_minutes_is_that_of_a_quarter_and_other_periods_take_their_part_of_it(
    lead: User, shop: Service
) -> None:
    quarter, week = Calendar().period(Cut.QUARTER, OCTOBER.first), Calendar().period(Cut.WEEK, OCTOBER.first)
    KpiTarget.objects.create(
        kpi="customer_minutes", since=dt.date(2026, 9, 1), green=1.2e6, red=2.4e6, reason="The promise", at=AT
    )
    compute([quarter, OCTOBER, week], at=AT)
    found = [value("customer_minutes", period=each) for each in (quarter, OCTOBER, week)]
    assert [(row.green, row.red) for row in found] == [
        (1.2e6, 2.4e6), (4e5, 8e5), (pytest.approx(1.2e6 * 28 / 365.25), pytest.approx(2.4e6 * 28 / 365.25)),
    ]  # fmt: skip
    assert shop.team is not None
    of_team = value("customer_minutes", scope="team", number=shop.team.pk)
    assert (of_team.green, of_team.lacking) == (None, "no_target")
    assert value("customer_minutes", scope="tier", number=1).green == 4e5


def test_what_people_enter_counts_in_the_period_in_which_it_ends_and_the_newest_holds(shop: Service) -> None:
    team = shop.team
    assert team is not None
    for first, hours, at in ((5, 40.0, 1), (5, 10.0, 2), (12, 20.0, 3)):
        KpiInput.objects.create(
            kpi="toil", first=dt.date(2026, 10, first), last=dt.date(2026, 10, first + 6), scope="team", number=team.pk,
            numbers={"toil_h": hours, "work_h": 100, "answered": 6, "asked": 8}, at=day(10, 20, at),
        )  # fmt: skip
    compute([OCTOBER], at=AT)
    found = value("toil", scope="team", number=team.pk)
    assert (found.numerator, found.denominator, found.coverage, found.rag) == (30, 200, 0.75, "green")
    assert value("toil").value == found.value


@pytest.fixture
def broken(monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(_frame: object) -> list[object]:
        raise ZeroDivisionError("no such thing")

    monkeypatch.setattr(KPIS["ttd"], "seen", fail)


def test_a_kpi_that_fails_stops_no_other(broken: None, lead: User, shop: Service) -> None:
    incident(lead, shop, began=day(10, 5))
    done = compute([OCTOBER], at=AT)
    assert list(done.failed) == ["ttd"]
    assert "no such thing" in KpiRun.objects.get(kpi="ttd").problem
    assert value("incidents").value == 1


def test_a_kpi_that_fails_in_one_cut_says_so_and_is_right_in_the_others(
    monkeypatch: pytest.MonkeyPatch, lead: User, shop: Service
) -> None:
    incident(lead, shop, began=day(10, 5))
    seen = KPIS["incidents"].seen

    def failing(frame: Frame) -> Any:
        if frame.periods[0].cut is Cut.QUARTER:
            raise ZeroDivisionError("no such quarter")
        return seen(frame)

    monkeypatch.setattr(KPIS["incidents"], "seen", failing)
    quarter = Calendar().period(Cut.QUARTER, OCTOBER.first)
    week = Calendar().period(Cut.WEEK, dt.date(2026, 10, 5))
    done = compute([OCTOBER, quarter, week], at=AT)
    assert list(done.failed) == ["incidents"]
    run, other = KpiRun.objects.get(kpi="incidents"), KpiRun.objects.get(kpi="rollback")
    assert ("no such quarter" in run.problem, run.at, run.failed_at) == (True, None, AT)
    assert (other.problem, other.at, other.failed_at) == ("", AT, None)
    assert [value("incidents", period=each).value for each in (week, OCTOBER)] == [1, 1]
    assert not KpiValue.objects.filter(kpi="incidents", cut=Cut.QUARTER).exists()


def test_old_entries_are_seen_though_the_oldest_week_is_younger(db: None) -> None:
    old = KpiInput.objects.create(
        kpi="toil",
        first=dt.date(2025, 2, 3),
        last=dt.date(2025, 2, 9),
        numbers={"toil_h": 1, "work_h": 2},
        at=day(10, 1),
    )
    cuts = Calendar()
    quarter, rolling = cuts.period(Cut.QUARTER, old.last), cuts.period(Cut.DAYS_28, OCTOBER.last)
    (seen,) = KPIS["toil"].seen(Frame([rolling, quarter], zone=dt.UTC, at=AT))
    assert (seen.period, seen.fact.pk) == (quarter, old.pk)


def test_what_is_kept_is_written_again_without_a_second_row_and_of_the_last_so_many_days_as_of_now(db: None) -> None:
    for number in (2, 3):
        assert compute_kept(at=day(11, number)).failed == {}
    kept = KpiValue.objects.filter(kpi="incidents", scope="company")
    assert kept.filter(edition=Edition.LIVE).count() == 9 + 13 + 9 + 6
    assert set(kept.filter(cut__in=ROLLING).values_list("cut", "last", "edition")) == {
        (cut.value, dt.date(2026, 11, 2) - dt.timedelta(days=back), "live")
        for cut, days in ROLLING.items()
        for back in (0, days)
    }


def test_a_period_that_was_over_before_the_portal_computed_anything_is_never_closed(lead: User, shop: Service) -> None:
    incident(lead, shop, began=day(9, 5))
    compute([SEPTEMBER, OCTOBER], at=day(10, 20))
    compute([SEPTEMBER, OCTOBER], at=day(11, 20))
    closed = KpiValue.objects.filter(edition=Edition.CLOSED)
    assert set(closed.values_list("first", flat=True)) == {OCTOBER.first}
