"""A report that has everything a report can have: each drawing, greys, long titles, long tables, and names of every script."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace
from typing import Final

from reports.domain.payload import (
    Cell,
    Chart,
    Claim,
    Column,
    Definition,
    Drawing,
    Figure,
    Look,
    Page,
    Payload,
    Series,
    Source,
    Span,
    Table,
    Tone,
    Value,
)
from tests.reports.exports.sample_risks import RISKS

QUARTERS: Final = ("Dec-Feb", "Mar-May", "Jun-Aug", "Sep-Nov", "Dec-Feb", "Mar-May", "Jun-Aug", "Sep-Nov")
SERVICES: Final = (
    "checkout", "timetable", "بحث الرحلات", "ticket 🚆 printer", "座席予約", "מפות", "payments-gateway", "login",
)  # fmt: skip

HEADLINE: Final = Page(
    key="headline",
    topic="Headline",
    title="Customers lost 41 % fewer minutes than the allowance permits, but checkout missed its objective twice",
    narrative=(
        "Checkout missed its objective in **June** and in *August*; both times the [payment gateway](/services/7/) was slow.\n\n"
        "1. The retry budget is now limited.\n2. A second region is asked for on page 15.\n\n> Two steps, one owner."
    ),
    so_what="Decide on the second region for checkout by 15 Sep: it moves R-12 from critical to medium.",
    claims=(
        Claim(
            text="11 of 12 tier-1 SLOs were met; in Mar-May it were 10 of 12: no clear change.",
            sources=(Source(label="KPI-01", path="/scorecards/kpis/kpi-01/"), Source(label="SLO list", path="/slos/")),
        ),
        Claim(
            text="One incident made 58 % of the customer minutes.",
            sources=(Source(label="INC-231", path="/r/INC-231"),),
        ),
        Claim(text="Expected loss is about 0.9 M a year; 1 year in 10 is worse than about 2.1 M."),
    ),
    figures=(
        Figure(
            key="slos",
            label="Tier-1 SLOs met",
            text="11 of 12",
            value=11,
            unit="count",
            change="10 of 12 to 11 of 12: no clear change",
            target="all 12",
            tone=Tone.AMBER,
            word="At risk",
            basis="n = 12",
            path="/slos/",
        ),
        Figure(
            key="minutes",
            label="Customer minutes",
            text="1.9 M",
            value=1_904_511.0,
            unit="minutes",
            change="2.4 M before",
            target="at most 4.6 M",
            tone=Tone.GREEN,
            word="On target",
            basis="coverage 98.2 %",
        ),
        Figure(
            key="sevs",
            label="SEV-0 and SEV-1 incidents",
            text="7",
            value=7,
            unit="count",
            change="10 to 7: no clear change",
        ),
        Figure(
            key="loss",
            label="Expected loss a year",
            text="about 0.9 M",
            value=912_000.0,
            unit="money",
            basis="P5-P95: 0.2-2.9 M",
        ),
        Figure(
            key="surveys",
            label="Satisfaction on call",
            text="N/A: no surveys are connected",
            tone=Tone.GREY,
            word="No data",
        ),
    ),
    leading=True,
)
SCORECARD: Final = Page(
    key="scorecard",
    topic="Scorecard",
    title="Three of 22 KPIs are red, four are not known",
    tables=(
        Table(
            key="kpis",
            title="KPIs, worst first",
            columns=(
                Column(label="KPI"),
                Column(label="Value", numeric=True),
                Column(label="Before", numeric=True),
                Column(label="Target"),
                Column(label="State"),
                Column(label="Next step"),
            ),
            rows=tuple(
                (
                    Cell(
                        text=f"KPI-{number:02} Share of {SERVICES[number % 8]} that is served in time",
                        path=f"/scorecards/kpis/kpi-{number:02}/",
                    ),
                    Cell(
                        text="no data" if number % 6 == 5 else f"{number}.{number % 10} %",
                        value=None if number % 6 == 5 else number / 100,
                    ),
                    Cell(text="0.0 %", value=0.0),
                    Cell(text="at least 95 %"),
                    Cell(
                        text=("Breached", "At risk", "On target", "No data")[number % 4],
                        tone=(Tone.RED, Tone.AMBER, Tone.GREEN, Tone.GREY)[number % 4],
                    ),
                    Cell(
                        text="Owner: payments. Limit the retries of the gateway, see ACT-7." if number % 3 == 0 else ""
                    ),
                )
                for number in range(1, 51)
            ),
            note="50 of 53 rows are here, all are in the workbook.",
            left_out=3,
        ),
    ),
    leading=True,
)
ATTAINMENT: Final = Page(
    key="attainment",
    topic="SLO attainment",
    title="Checkout missed its availability objective in June and August",
    so_what="Keep the freeze on risky changes of checkout until its budget is back.",
    claims=(Claim(text="Availability of checkout fell to 99.71 % in August."),),
    charts=(
        Chart(
            key="sli",
            drawing=Drawing.LINES,
            title="Availability of checkout by month",
            unit="share",
            summary="From 99.95 % in June down to 99.71 % in August, below the objective of 99.9 %.",
            categories=("Mar", "Apr", "May", "Jun", "Jul", "Aug"),
            series=(
                Series(
                    name="Availability",
                    values=(0.9995, 0.9993, None, 0.9989, 0.9996, 0.9971),
                    texts=("99.95 %", "99.93 %", "", "99.89 %", "99.96 %", "99.71 %"),
                    tones=(Tone.GREEN, Tone.GREEN, Tone.GREY, Tone.RED, Tone.GREEN, Tone.RED),
                ),
                Series(name="Objective", values=(0.999,) * 6, look=Look.TARGET, texts=("99.9 %",) * 6),
            ),
            note="n = 41 M requests; source: SLO-3",
        ),
        Chart(
            key="incidents",
            drawing=Drawing.STACKED,
            title="Incidents by severity",
            unit="count",
            summary="7 in the last quarter, 10 before.",
            categories=QUARTERS,
            series=(
                Series(name="SEV-0", values=(1, 0, 0, 1, 0, 2, 1, 1), texts=("1", "", "", "1", "", "2", "1", "1")),
                Series(name="SEV-1", values=(5, 7, 6, 8, 9, 8, 6, 4), texts=("5", "7", "6", "8", "9", "8", "6", "4")),
                Series(
                    name="SEV-2",
                    values=(12, 9, 14, 11, 10, 12, 8, 9),
                    texts=("12", "9", "14", "11", "10", "12", "8", "9"),
                ),
            ),
            note="Only real incidents.",
        ),
    ),
)
BUDGETS: Final = Page(
    key="budgets",
    topic="Error budgets",
    title="One objective of eight spent its budget twice over",
    claims=(Claim(text="Checkout spent 212 % of its budget.", sources=(Source(label="SLO-3", path="/slos/3/"),)),),
    charts=(
        Chart(
            key="spent",
            drawing=Drawing.BARS,
            title="Spent of the error budget",
            unit="share",
            summary="Checkout spent most, 212 %.",
            categories=SERVICES,
            series=(
                Series(
                    name="Spent",
                    values=(2.12, 0.81, 0.44, None, 0.31, 0.2, 0.004, -0.12),
                    texts=("212 %", "81 %", "44 %", "no data", "31 %", "20 %", "0.4 %", "-12 %"),
                    tones=(Tone.RED, Tone.AMBER, Tone.GREEN, Tone.GREY, Tone.GREEN, Tone.GREEN, Tone.GREEN, Tone.GREEN),
                ),
                Series(
                    name="Before",
                    values=(1.4, 0.6, 0.5, 0.2, None, 0.3, 0.1, 0.0),
                    look=Look.PREVIOUS,
                    texts=("140 %", "60 %", "50 %", "20 %", "", "30 %", "10 %", "0 %"),
                ),
                Series(name="Whole budget", values=(1.0,) * 8, look=Look.TARGET),
            ),
            note="n = 8 SLOs; coverage 98 %",
        ),
        Chart(
            key="plan",
            drawing=Drawing.COLUMNS,
            title="Overdue actions, planned and expected",
            unit="count",
            summary="12 in June, 5 expected in November.",
            categories=("Jun", "Jul", "Aug", "Sep", "Oct", "Nov"),
            series=(
                Series(name="Actual", values=(12, 9, 11, None, None, None), texts=("12", "9", "11", "", "", "")),
                Series(
                    name="Plan", values=(10, 10, 8, 8, 6, 6), look=Look.PLAN, texts=("10", "10", "8", "8", "6", "6")
                ),
                Series(
                    name="Forecast",
                    values=(None, None, None, 8, 7, 5),
                    look=Look.FORECAST,
                    texts=("", "", "", "8", "7", "5"),
                ),
            ),
        ),
    ),
)
DECISIONS: Final = Page(
    key="decisions",
    topic="Decisions",
    title="Nothing was decided since the last report",
    tables=(
        Table(
            key="decisions",
            title="Decisions",
            columns=(Column(label="Ask"), Column(label="Decided", numeric=True)),
            rows=(),
            empty="No ask is open: zero is stated as well.",
        ),
    ),
)
PAYLOAD: Final = Payload(
    number="REP-1",
    title="Reliability, Jun-Aug 2026",
    company="Perronova",
    scope="Company",
    period=Span(key="2026Q3", name="Jun-Aug 2026", start=dt.date(2026, 6, 1), end=dt.date(2026, 9, 1)),
    before=Span(key="2026Q2", name="Mar-May 2026", start=dt.date(2026, 3, 1), end=dt.date(2026, 6, 1)),
    frozen_at=dt.datetime(2026, 9, 8, 6, 0, 0, 123456, tzinfo=dt.UTC),
    revision=2,
    complete=0.818,
    pages=(HEADLINE, SCORECARD, ATTAINMENT, BUDGETS, RISKS, DECISIONS),
    values=(
        Value(
            key="KPI-01/company/2026Q3",
            code="KPI-01",
            version=1,
            scope="company",
            period="2026Q3",
            value=11 / 12,
            numerator=11,
            denominator=12,
            low=0.646,
            high=0.985,
            n=12,
            coverage=0.98,
            excluded=0,
            tone=Tone.AMBER,
            green=1.0,
            red=0.8,
        ),
        Value(
            key="KPI-13/company/2026Q3",
            code="KPI-13",
            version=2,
            scope="company",
            period="2026Q3",
            value=None,
            numerator=None,
            denominator=None,
            low=None,
            high=None,
            n=0,
            coverage=None,
            excluded=0,
            tone=Tone.GREY,
            green=None,
            red=None,
            lacking="not_connected",
        ),
    ),
    definitions=(
        Definition(
            key="KPI-01",
            version=1,
            title="SLO attainment",
            meaning="Objectives of tier 1 that were met.",
            numerator="met",
            denominator="objectives with data",
            exclusions="less than 90 % coverage",
        ),
        Definition(key="KPI-13", version=2, title="Satisfaction on call", meaning="Mean of the surveys."),
    ),
    quality=("checkout: 1.8 % of June is a gap of its source.", "=2+3 is text, not a formula."),
    changes=("Customer minutes: 1.8 M to 1.9 M, INC-231 was corrected.",),
)


def long_report(pages: int = 20) -> Payload:
    """As many pages, each with what a quarter of a large company has."""
    kinds = (HEADLINE, ATTAINMENT, BUDGETS, RISKS)
    made = tuple(replace(kinds[number % 4], key=f"page-{number}", leading=number < 4) for number in range(pages))
    return replace(PAYLOAD, pages=made)
