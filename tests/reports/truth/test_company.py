"""Every KPI of the company of `tests.reports.truth.company` is what its history says: counted in the tables by SQL, or by hand in
the plain data from which they were written, never by what the portal computes with."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from statistics import median
from typing import Any

import pytest
from django.db import connection
from django.test import Client

from incidents.models import ImpactFigures
from relportal.core.models import ServiceLink, User
from reports.actions.figures import compute
from reports.domain.periods import Calendar, Cut
from reports.models import KpiComment, KpiRun, KpiTarget, KpiValue, ReportSettings
from risks.models import GovernanceException
from tests import make
from tests.incidents.conftest import _settings as severities  # noqa: F401
from tests.reports.truth.company import (
    AT,
    COUNTED,
    END,
    ENTERED,
    OCTOBER,
    START,
    Company,
    day,
    founded,
    promised_actions,
)

approx: Any = pytest.approx
MONTH = Calendar().period(Cut.MONTH, OCTOBER)
MINUTES = 31 * 24 * 60


@pytest.fixture
def company(db: None) -> Company:
    made = founded()
    promised_actions(made)
    assert compute([MONTH], at=AT).failed == {}
    return made


def figure(kpi: str, *, scope: str = "company", number: int = 0, edition: str = "live") -> KpiValue:
    return KpiValue.objects.get(kpi=kpi, first=OCTOBER, cut="month", scope=scope, number=number, edition=edition)


def says(kpi: str, rag: str, value: float | None, of: tuple[float, float] | None = None, **parts: Any) -> None:
    found = figure(kpi)
    assert (found.rag, found.value) == (rag, approx(value)), kpi
    if of is not None:
        assert (found.numerator, found.denominator) == (approx(of[0]), approx(of[1])), kpi
    assert {name: found.parts[name] for name in parts} == {
        name: None if each is None else approx(each) for name, each in parts.items()
    }


def rows(sql: str, *params: Any) -> list[tuple[Any, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(sql, params)
        return list(cursor.fetchall())


SPENT = """
    SELECT service.slug, objective.target, indicator.latency_s, z.bad - a.bad, z.total - a.total
    FROM slo_objective objective JOIN core_service service ON service.id = objective.service_id
    JOIN slo_indicator indicator ON indicator.id = objective.indicator_id
    JOIN slo_measurement a ON a.series_id = objective.series_id AND a.instant = %s
    JOIN slo_measurement z ON z.series_id = objective.series_id AND z.instant = %s
    WHERE service.tier <= %s
"""


def test_what_was_promised(company: Company) -> None:
    known = rows(SPENT, START, END, 1)
    met = [bad / total <= 1 - float(target) for _slug, target, _slow, bad, total in known]
    assert (sum(met), len(met)) == (3, 4)
    says("slo_attainment", "amber", 3 / 4, (3, 4), no_data=1, journeys_missed=1)
    assert figure("slo_attainment").coverage == 4 / 5
    burns = [bad / total / float(1 - target) for _slug, target, _slow, bad, total in known]
    says("budget_burn", "red", max(burns), (3000, 200_000), above_1=1, events=2_400_000, lately=0.5, overrides=0)
    # Pay: 12 of 1,500 where one in 2,000 may be bad; web: 90 of 2,000 where one in 100 may, and no counts an hour before the end.
    says("budget_burn", "red", max(burns), hour=12 / 1_500 * 2_000, six_hours=90 / 2_000 * 100)
    slow = [(bad, total) for _slug, _target, threshold, bad, total in known if threshold]
    bad, total = sum(each[0] for each in slow), sum(each[1] for each in slow)
    says("latency", "green", 1 - bad / total, error_rate=3400 / 1_200_000, missed=0)
    ((bad, total),) = [row[3:] for row in known if row[0] == "web" and row[2] is None]
    says("journey_availability", "amber", 1 - bad / total, covered=200_000 / 1_205_000, down=MINUTES * 0.015)
    # From three days to six hours before the end, 10 of 18,000 failed.
    says(
        "journey_availability", "amber", 1 - bad / total, maintenance=66 * 60, without=1 - (bad - 10) / (total - 18_000)
    )


def test_how_slow_the_slowest_requests_were(company: Company) -> None:
    """Pay: 1,400 of 3,000 up to 0.1 s, 2,500 up to 0.3 s, 2,950 up to 1 s; web: 700 of 1,000 up to 0.3 s, 900 up to 1 s, all up
    to 2.5 s. Both know 0.3 and 1 s: 3,200 and 3,850 of 4,000; of 50 of pay nobody knows whether they took less than 2.5 s."""
    # The 3,800th is number 600 of the 650 between 0.3 and 1 s, the 3,960th is above 1 s; web's 990th is 90th of its last 100.
    says("latency", "green", figure("latency").value, p95=300 + 700 * 600 / 650, p95_low=300, p95_high=1000)
    says("latency", "green", figure("latency").value, p99=1000, p99_low=1000, p99_high=None)
    # Pay's 2,970th is above 1 s, and nobody knows how far: that is slower than what is known of web.
    says("latency", "green", figure("latency").value, slowest=1000, slowest_low=1000, slowest_high=None, days=4 / 62)
    web = figure("latency", scope="service", number=company.services["web"].pk)
    assert (web.parts["p99"], web.parts["p99_low"], web.parts["p99_high"]) == (
        approx(1000 + 1500 * 90 / 100),
        1000,
        2500,
    )
    assert web.parts["days"] == approx(1 / 31)


def test_what_failed(company: Company) -> None:
    says(
        "incidents", "amber", 7, by_customers=2, downgraded=2, per_1000_deploys=1000 * 7 / 22, sev_0=1, sev_1=3, sev_2=1
    )
    assert len(COUNTED) == 7
    # Garwood's interval of 7, as printed in tables of the Poisson distribution.
    assert (figure("incidents").low, figure("incidents").high) == (
        approx(2.814, abs=1e-3),
        approx(14.423, abs=1e-3),
    )
    minutes = [one.customers for one in COUNTED if one.customers is not None]
    says("customer_minutes", "grey", sum(minutes), largest=30_000 / 50_600, unknown=1, known=6 / 7, measured=1 / 7,
         ranged=50_600, low=50_600 - 10_000, high=50_600 + 15_000)  # fmt: skip
    detected = sorted(60 * one.detected for one in COUNTED if one.detected is not None)
    says("ttd", "grey", median(detected), p90=detected[4] + 0.5 * (detected[5] - detected[4]), self_detected=5 / 7,
         at_once=0, n_sev_1=3, sev_1=6 * 60, p90_sev_1=None)  # fmt: skip
    assert (figure("ttd").n, figure("ttd").coverage, figure("ttd").lacking) == (6, approx(6 / 7), "few")
    says("ttr", "grey", 2 / 3, (2, 3), reopened=1, median=50 * 60, mitigated=12 * 60)
    says("repeats", "red", 2 / 5, (2, 5), unclassified=2, top=2, after_fixed=1)


def test_a_promise_to_all_customers_judges_what_they_lost(company: Company) -> None:
    """1,000 customers and 99.9 % allow one customer minute a minute."""
    ReportSettings.objects.filter(pk=1).update(customers=1000, promise=Decimal("0.999"))
    compute([MONTH], at=AT)
    found = figure("customer_minutes")
    assert (found.green, found.red, found.rag) == (approx(MINUTES / 2), approx(MINUTES), "red")


def test_a_target_of_its_one_tier_holds_for_the_company(company: Company) -> None:
    """Tier-1 SLOs alone count for the company; of all KPIs, those of every tier count for it."""
    for kpi in ("slo_attainment", "action_closure"):
        KpiTarget.objects.create(kpi=kpi, tier=1, since=OCTOBER, green=0.75, red=0.7, reason="Agreed.", at=AT)
    compute([MONTH], at=AT)
    assert (figure("slo_attainment").green, figure("action_closure").green) == (0.75, 0.9)


def test_a_small_sum_of_which_little_is_known_is_on_no_target(company: Company) -> None:
    """A million customers allow a thousand minutes a minute, of which 50,600 are next to nothing; then of seven only four are
    known."""
    ReportSettings.objects.filter(pk=1).update(customers=1_000_000, promise=Decimal("0.999"))
    compute([MONTH], at=AT)
    assert figure("customer_minutes").rag == "green"
    unknown = [company.incidents[told].pk for told in COUNTED if told.customers in (100, 500)]
    ImpactFigures.objects.filter(incident__in=unknown).update(customer_minutes=None)
    compute([MONTH], at=AT)
    found = figure("customer_minutes")
    assert (found.rag, found.lacking, found.value) == ("grey", "low_coverage", 50_000)


def test_what_was_shipped(company: Company) -> None:
    ((n,),) = rows("SELECT count(*) FROM incidents_deploy WHERE environment = 'production' AND started_at < %s", END)
    assert n == 22
    says(
        "change_failure", "amber", 4 / n, (4, n),
        cause=1, failed=1, rolled_back=1, hotfixed=1, minutes=12_000, deploys=n,
    )  # fmt: skip
    says("rollback", "grey", 1 / n, (1, n), median=90 * 60, kept_share=3 / n, automatic=1, by_hand=0, unsaid=0)


def test_what_rang(company: Company) -> None:
    says("alert_quality", "amber", 9 / 12, (9, 12), recall=3 / 7, alerts=18)
    assert (figure("alert_quality").coverage, figure("alert_quality").excluded) == (12 / 18, 6)


def test_what_was_learnt(company: Company) -> None:
    says("postmortem_done", "red", 1 / 3, (1, 3), missing=1, actions=3, systemic=1 / 2)
    oldest = (AT - dt.datetime(2026, 10, 3, 12, tzinfo=dt.UTC)).total_seconds()
    says("action_closure", "red", 2 / 6, (2, 6), put_off=1, split=1, dropped=1, overdue=1, overdue_grave=1, age_p90=oldest,
         verified_share=1 / 4)  # fmt: skip


def test_what_is_open_past_its_first_date_counts_in_every_later_period(company: Company) -> None:
    """One was done on the 21st and one on the 28th; at the end of each month one was open still."""
    november = Calendar().period(Cut.MONTH, dt.date(2026, 11, 1))
    compute([MONTH, november], at=AT)
    later = KpiValue.objects.get(kpi="action_closure", first=november.first, cut="month", scope="company")
    assert (later.value, later.parts["overdue_grave"]) == (None, 1)
    week = Calendar().period(Cut.WEEK, dt.date(2026, 10, 24))
    compute([week], at=AT)
    # On the 25th that of the 28th was open, too.
    assert KpiValue.objects.get(kpi="action_closure", cut="week", scope="company").parts["overdue_grave"] == 2


def test_what_can_be_observed(company: Company) -> None:
    """Pay meets all seven rules; web has no alert, traces and dashboard, and its link to logs is stale."""
    says("observability", "amber", 1 / 2, (1, 2), rules=10 / 14, alert=1, logs=1, traces=1, dashboard=1, runbook=0, stale=1,
         exempt=0, untold=2)  # fmt: skip
    # What was confirmed in November was stale when October ended; what was entered before that was kept is as old as its row.
    logs, runbook = (ServiceLink.objects.get(service__slug="web", kind=kind) for kind in ("logs", "runbook"))
    logs.verified_at = day(20, month=11)
    logs.save()
    told_at("core_servicelinkevent", logs.pk, day(20, month=11))
    runbook.verified_at = None
    runbook.save()
    told_at("core_servicelinkevent", runbook.pk, day(1, month=3))
    # Exempt is not pass; what ended before, or is of a rule that has nothing to do with it, changes nothing.
    lead = make.user()
    for slug, key, ended_at in (("web", "ladder:game_day", None), ("web", "", day(15)), ("pay", "", None)):
        GovernanceException.objects.create(
            kind="standard", title="x", reason="x", service=company.services[slug], subject_key=key, requester=lead,
            requested_at=day(1), in_force_at=day(2), expires_at=day(20, month=11), ended_at=ended_at,
            state="ended" if ended_at else "in_force",
        )  # fmt: skip
    compute([MONTH], at=AT)
    says("observability", "red", 0, (0, 2), rules=9 / 14, logs=1, runbook=1, stale=1, exempt=1)
    # One of a whole team is of each of its services.
    GovernanceException.objects.create(
        kind="standard", title="x", reason="x", team=company.services["pay"].team, requester=lead, requested_at=day(1),
        in_force_at=day(2), expires_at=day(20, month=11), state="in_force",
    )  # fmt: skip
    compute([MONTH], at=AT)
    says("observability", "red", 0, (0, 2), rules=9 / 14, exempt=2)


def test_what_was_entered(company: Company) -> None:
    pages = ENTERED["page_load"]
    says(
        "page_load",
        "green",
        sum(each["pages"] for each in pages) / 28,
        (21, 28),
        missed=1,
        p90_person=3,
        quiet_nights=0.5,
    )
    # Garwood's interval of 21 pages, in 28 shifts.
    load = figure("page_load")
    assert (load.low, load.high) == (approx(12.999 / 28, abs=1e-4), approx(32.101 / 28, abs=1e-4))
    says("toil", "amber", 0.36, (72, 200))
    assert (figure("toil").n, figure("toil").coverage) == (6, 11 / 16)
    says("forecast_accuracy", "green", 0.1, (40, 400), bias=0.05, idle=0.5, undated=2, under=0)
    assert figure("forecast_accuracy").excluded == 1
    says("cost_efficiency", "red", 121, (1210, 1_000_000), observability=0.1)
    says("roadmap_delivery", "amber", 7 / 9, (7, 9), added=2, aimed_share=6 / 9)
    says("stakeholders", "green", 0.75, (30, 40), response=40 / 64)
    says("oncall_satisfaction", "amber", 0.8, (8, 10), left_share=2 / (16 * 7 / 365), pool=16)


def test_what_few_people_said_counts_and_nobody_reads_it(company: Company, bob: User, client: Client) -> None:
    """Three answers of Post, and ten of its people on call: the company's own entries hold for the company."""
    post = company.services["mail"].team_id or 0
    for kpi in ("stakeholders", "oncall_satisfaction"):
        found = figure(kpi, scope="team", number=post)
        assert (found.value, found.lacking, found.parts) == (None, "too_few_people", {}), kpi
    client.force_login(bob)
    page = client.get("/scorecards/kpis/stakeholders/?period=month:2026-10-01").content.decode()
    assert "too few people to show" in page
    assert "All three in Post" not in page
    for kpi, shown in (("stakeholders", [False, True]), ("oncall_satisfaction", [False, True])):
        told = client.get(f"/api/v1/kpi-inputs/?kpi={kpi}").json()["results"]
        assert [one["withheld"] for one in told] == shown
        assert [bool(one["numbers"] or one["note"]) for one in told] == [True, False]
    behind = client.get("/scorecards/kpis/stakeholders/rows/?period=month:2026-10-01").content.decode()
    assert "Answers of 4 or 5: 30" in behind
    assert "Answers: 3" not in behind


def test_a_tier_and_a_team_have_their_own(company: Company) -> None:
    mail = company.services["mail"]
    assert figure("incidents", scope="tier", number=2).value == 2
    assert figure("incidents", scope="team", number=mail.team_id or 0).value == 2
    assert figure("slo_attainment", scope="tier", number=2).denominator == 1
    assert figure("budget_burn", scope="service", number=mail.pk).value == approx(8)
    assert company.journey is not None
    assert figure("incidents", scope="journey", number=company.journey.pk).value == 3


def test_what_changed_in_mid_month_counts_as_it_was_at_its_end(company: Company, bob: User, client: Client) -> None:
    """An objective was loosened, a service moved to another tier, and a team was deleted, each later than it is told here."""
    pay, mail = company.services["pay"], company.services["mail"]
    loosened = next(row for promise, row in company.objectives.items() if promise.was)
    loosened.target = Decimal("0.999")
    loosened.save()
    mail.tier = 1
    mail.save()
    told_at("slo_objectiveevent", loosened.pk, dt.datetime(2026, 10, 15, tzinfo=dt.UTC))
    told_at("core_serviceevent", mail.pk, dt.datetime(2026, 10, 16, tzinfo=dt.UTC))
    compute([MONTH], at=AT)
    says("slo_attainment", "red", 3 / 5, (3, 5), loosened=1)
    assert figure("slo_attainment", scope="tier", number=2).denominator is None
    assert figure("incidents", scope="service", number=pay.pk).value == 3
    client.force_login(bob)
    address = "/scorecards/kpis/slo_attainment/"
    assert "loosened from 99.95" in client.get(f"{address}rows/?period=month:2026-10-01").content.decode()


def told_at(events: str, pk: int, at: dt.datetime) -> None:
    """The newest event of a row as if it had been told then, and all before it as if before everything."""
    with connection.cursor() as cursor:
        cursor.execute(f"ALTER TABLE {events} DISABLE TRIGGER USER")
        cursor.execute(f"UPDATE {events} SET pgh_created_at = '2020-01-01' WHERE pgh_obj_id = %s", [pk])
        cursor.execute(
            f"UPDATE {events} SET pgh_created_at = %s WHERE pgh_id = (SELECT max(pgh_id) FROM {events} WHERE pgh_obj_id = %s)",
            [at, pk],
        )
        cursor.execute(f"ALTER TABLE {events} ENABLE TRIGGER USER")


def test_a_spike_of_rollbacks_with_a_note_is_amber(company: Company) -> None:
    """A tenth of what is taken back each month, then four in ten."""
    KpiRun.objects.all().delete()
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO incidents_deploy (service_id, key, revision, description, environment, author, url, state, is_rollback,"
            " started_at) SELECT %s, 'old' || n, '', '', 'production', '', '', 'succeeded', n %% 10 = 9,"
            " '2026-09-01'::timestamptz + n * interval '1 hour' FROM generate_series(0, 199) n",
            [company.services["pay"].pk],
        )
        cursor.execute("UPDATE incidents_deploy SET is_rollback = true WHERE key IN ('4', '8', '10', '12', '14', '16')")
    compute([MONTH], at=AT)
    assert figure("rollback").rag == "green"
    with connection.cursor() as cursor:
        cursor.execute("UPDATE incidents_deploy SET is_rollback = true WHERE key IN ('back')")
        cursor.execute(
            "INSERT INTO incidents_deploy (service_id, key, revision, description, environment, author, url, state, is_rollback,"
            " started_at) SELECT %s, 'new' || n, '', '', 'production', '', '', 'succeeded', n %% 2 = 1,"
            " '2026-10-20'::timestamptz + n * interval '1 hour' FROM generate_series(0, 199) n",
            [company.services["mail"].pk],
        )
    compute([MONTH], at=AT)
    assert figure("rollback").rag == "red"
    KpiComment.objects.create(
        kpi="rollback", cut="month", first=OCTOBER, scope="company", text="We tried a new gate.", at=AT
    )
    compute([MONTH], at=AT)
    assert figure("rollback").rag == "amber"


def test_a_quarter_without_data_and_one_with_a_single_incident(db: None) -> None:
    february = Calendar(first_month=2).period(Cut.QUARTER, OCTOBER)
    assert (february.first, february.last) == (dt.date(2026, 8, 1), dt.date(2026, 10, 31))
    ReportSettings.objects.update_or_create(pk=1, defaults={"first_month": 2})
    assert compute([february], at=AT).failed == {}
    assert set(KpiValue.objects.filter(value__isnull=False).values_list("kpi", flat=True)) == {
        "incidents",
        "customer_minutes",
    }
    made = founded()
    compute([february], at=AT)
    # Of these three months, and no other.
    assert KpiValue.objects.get(kpi="incidents", scope="company").value == len(COUNTED) + 2
    only = KpiValue.objects.get(kpi="ttr", scope="team", number=made.services["mail"].team_id or 0)
    assert (only.value, only.rag) == (None, "grey")
