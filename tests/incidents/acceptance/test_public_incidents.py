"""Forty public incidents, entered afterwards as a person would: nothing real is refused, and the portal computes what
subtraction gives."""

from __future__ import annotations

import csv
import datetime as dt
import io
import statistics
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from django.utils.html import escape
from pytest_django.asserts import assertContains, assertNotContains

from incidents.actions.impact import SegmentFields, add_segment
from incidents.actions.incidents import Declaration, declare, move
from incidents.actions.marks import set_times
from incidents.domain.statistics import distribution
from incidents.domain.times import Oddity
from incidents.models import Detection, Incident, Kind, Level, Moment, Precision, State
from incidents.queries.behind import Scope, behind, durations
from incidents.queries.listing import IncidentFilters, incident_list
from incidents.queries.room import room
from incidents.queries.times import FIELD_OF, times_of
from relportal.core.models import Service, User
from tests import make
from tests.incidents.acceptance.public_incidents import INCIDENTS, Public, at

pytestmark = pytest.mark.django_db

TODAY = dt.datetime(2026, 11, 2, 12, 0, tzinfo=dt.UTC)
DURATIONS = {
    "time_to_detect": ("impact_started", "detected"),
    "time_to_mitigate": ("impact_started", "mitigated"),
    "time_to_resolve": ("impact_started", "resolved"),
}
SAID = ("impact_started", "detected", "mitigated", "resolved")


def minus(one: Public, name: str) -> dt.timedelta | None:
    """Plain subtraction of what was published."""
    start, end = (one.time(which) for which in DURATIONS[name])
    return None if start is None or end is None else end - start


def service_of(one: Public) -> Service:
    slug = one.who.lower().replace(" ", "-")
    return Service.objects.filter(slug=slug).first() or make.service(slug=slug, name=one.who)


def spans_of(one: Public) -> list[tuple[dt.datetime, dt.datetime]]:
    given = one.spans or ((one.began, one.resolved or one.mitigated),)
    return [(start, end) for start, end in ((at(a), at(b)) for a, b in given) if start is not None and end is not None]


def enter(actor: User, one: Public, *, kind: Kind = Kind.BACKFILLED, declared: dt.datetime = TODAY) -> Incident:
    """As on the pages: declared with the title, then its times, whom it hit, and its end."""
    service = service_of(one)
    given = Declaration(
        title=f"{one.who}: {one.title}", summary=f"Source: {one.source}", kind=kind.value, services=[service]
    )
    incident = declare(actor, given, at=declared)
    marks = {
        moment: (one.time(name), one.precision(name))
        for moment, name in FIELD_OF.items()
        if name in SAID and one.time(name) is not None
    }
    set_times(actor, incident, marks, at=TODAY, detected_by=Detection.STAFF if one.detected else None)
    for start, end in spans_of(one):
        fields = SegmentFields(service=service, level=Level.PARTIAL.value, start=start, end=end)
        add_segment(actor, incident, fields, at=TODAY)
    return move(actor, incident, State.RESOLVED, at=TODAY)


@pytest.fixture
def entered(rita: User) -> dict[Public, Incident]:
    return {one: enter(rita, one) for one in INCIDENTS}


def test_there_are_forty_and_each_names_its_source() -> None:
    assert len(INCIDENTS) == 40
    assert len({(one.who, one.title) for one in INCIDENTS}) == 40
    assert all(one.source.startswith("https://") and at(one.began) for one in INCIDENTS)


@pytest.mark.parametrize("one", INCIDENTS, ids=lambda one: f"{one.who} {one.began}")
def test_a_public_incident_is_taken_and_its_durations_are_plain_subtraction(rita: User, one: Public) -> None:
    incident = enter(rita, one)

    times = times_of(incident)
    assert {name: getattr(times, name) for name in SAID} == {name: one.time(name) for name in SAID}
    assert {name: getattr(times, name) for name in DURATIONS} == {name: minus(one, name) for name in DURATIONS}
    precisions = dict(incident.times.values_list("moment", "precision"))
    for moment, name in FIELD_OF.items():
        if name in SAID and one.time(name) is not None:
            assert precisions[moment.value] == one.precision(name)
    assert (incident.state, times.closed) == (State.RESOLVED, None)
    _assert_minutes(one, incident)


def _assert_minutes(one: Public, incident: Incident) -> None:
    """The union of the stretches, counted in half minutes; what was not measured has a reason and no number."""
    halves = {start + dt.timedelta(seconds=30 * n) for start, end in spans_of(one) for n in _halves(start, end)}
    figures = getattr(incident, "figures", None)
    if not halves:
        assert figures is None
        return
    assert figures is not None
    assert figures.impact_minutes == pytest.approx(len(halves) / 2, abs=0.6)
    assert (figures.failed_requests, figures.budget_spent) == (None, None)
    assert figures.explained["reasons"]


def _halves(start: dt.datetime, end: dt.datetime) -> range:
    return range(int((end - start).total_seconds() // 30))


def test_one_whose_end_nobody_published_has_no_duration_and_no_clock_that_runs(client: Client, rita: User) -> None:
    one = next(each for each in INCIDENTS if each.who == "Heroku")
    incident = enter(rita, one)

    client.force_login(rita)
    page = client.get(incident.get_absolute_url())
    assertContains(page, '<span class="rp-muted">lasted</span> <strong class="rp-num">–</strong>')
    assertNotContains(page, "data-since")


def test_known_unions_are_what_their_owners_wrote(rita: User) -> None:
    """Stripe: 27 and 93 minutes. DynamoDB: three stretches that overlap, 06:48 to 21:09. PagerDuty: two apart."""
    unions = {
        one.who: float(enter(rita, one).figures.impact_minutes)  # type: ignore[arg-type]
        for one in INCIDENTS
        if one.spans
    }
    assert unions == {"AWS": 861.0, "Stripe": 120.0, "PagerDuty": 377.0 + 226.0}


def test_what_is_odd_is_marked_and_nothing_else(client: Client, rita: User, entered: dict[Public, Incident]) -> None:
    odd = {
        f"{one.who} {one.began}": set(room(rita, incident, at=TODAY).oddities)
        for one, incident in entered.items()
        if room(rita, incident, at=TODAY).oddities
    }
    assert odd == {
        "Google 2020-12-14T11:46": {Oddity.DETECTED_BEFORE_IMPACT},
        "OpenAI 2024-12-11T23:16": {Oddity.DETECTED_BEFORE_IMPACT},
        "Cloudflare 2016-09-22T00:00": {Oddity.LONG_UNDETECTED},
    }

    client.force_login(rita)
    sign_in = next(incident for one, incident in entered.items() if one.who == "Google")
    assertContains(client.get(sign_in.get_absolute_url()), "rp-notice")
    assert sign_in.times.get(moment=Moment.DETECTED).at < sign_in.times.get(moment=Moment.IMPACT_STARTED).at


def test_one_that_was_declared_after_it_was_mitigated_is_marked_where_it_is_no_entry_afterwards(rita: User) -> None:
    """GitLab declared at 17:57 what was over at 17:39."""
    one = next(each for each in INCIDENTS if each.title == "The firewall stops git")
    declared = dt.datetime(2020, 5, 20, 17, 57, tzinfo=dt.UTC)

    real = enter(rita, one, kind=Kind.REAL, declared=declared)
    assert room(rita, real, at=TODAY).oddities == (Oddity.MITIGATED_BEFORE_DECLARED,)
    assert room(rita, enter(rita, one), at=TODAY).oddities == ()


@pytest.mark.parametrize("name", sorted(DURATIONS))
def test_the_distribution_over_all_has_the_median_of_plain_subtraction(
    rita: User, entered: dict[Public, Incident], name: str
) -> None:
    rows = behind(rita, Scope(), start=dt.datetime(2010, 1, 1, tzinfo=dt.UTC), end=TODAY)
    assert len(rows) == 40
    found = distribution(durations(rows, name))

    known = [gap.total_seconds() for one in entered if (gap := minus(one, name)) is not None]
    assert (found.n, found.missing) == (len(known), 40 - len(known))
    assert found.median == pytest.approx(statistics.median(known))
    assert found.interval is not None
    assert found.interval.low <= statistics.median(known) <= found.interval.high


def test_an_incident_belongs_to_the_time_of_its_impact_and_not_of_its_entry(
    rita: User, entered: dict[Public, Incident]
) -> None:
    start, end = (dt.datetime(year, 1, 1, tzinfo=dt.UTC) for year in (2020, 2021))
    told = {row.pk for row in behind(rita, Scope(), start=start, end=end)}

    assert told == {incident.pk for one, incident in entered.items() if one.began.startswith("2020")}


def test_each_is_found_by_words_of_its_title_its_service_and_its_number(
    rita: User, entered: dict[Public, Incident]
) -> None:
    for one, incident in entered.items():
        for text in (one.title, f"{one.who} {one.title.split()[-1]}", incident.short_id):
            found = incident_list(rita, filters=IncidentFilters(text=text), size=None)
            assert incident in [row.incident for row in found.rows], text
    assert incident_list(rita, filters=IncidentFilters(text="Cloudflare"), size=None).total >= 9
    assert incident_list(rita, filters=IncidentFilters(text="PagerDuty"), size=None).total == 3


def test_the_list_and_its_csv_have_all_forty(client: Client, rita: User, entered: dict[Public, Incident]) -> None:
    client.force_login(rita)
    page = client.get(reverse("incidents:list"))
    for one in INCIDENTS:
        assertContains(page, escape(one.title))
    answer: Any = client.get(reverse("incidents:list"), {"format": "csv"})
    rows = list(csv.DictReader(io.StringIO(b"".join(answer.streaming_content).decode("utf-8-sig"))))
    assert {row["title"] for row in rows} == {f"{one.who}: {one.title}" for one in INCIDENTS}
    assert {row["kind"] for row in rows} == {"backfilled"}


def test_the_times_of_each_stand_in_its_form_and_saving_them_again_changes_nothing(
    client: Client, rita: User, entered: dict[Public, Incident]
) -> None:
    client.force_login(rita)
    for one, incident in list(entered.items())[::8]:
        path = reverse("incidents:times", args=[incident.pk])
        page = client.get(path)
        before = list(incident.times.order_by("pk").values_list("moment", "at", "precision", "recorded_at"))
        given = {name: _local(one.time(name)) for name in SAID if one.time(name) is not None}
        for value in given.values():
            assertContains(page, value)
        version = Incident.objects.get(pk=incident.pk).version
        shown = {name: page.context["form"][name].value() for name in page.context["form"].fields}
        given |= {name: _local(value) for name, value in shown.items() if isinstance(value, dt.datetime)}
        answer = client.post(path, given | {"precision": Precision.MINUTE.value, "version": version})
        assert answer.status_code == 302
        after = list(incident.times.order_by("pk").values_list("moment", "at", "precision", "recorded_at"))
        assert after == before


def _local(value: dt.datetime | None) -> str:
    return "" if value is None else value.strftime("%Y-%m-%dT%H:%M:%S")


def test_a_public_incident_that_is_marked_private_is_in_no_figure_of_others(
    rita: User, watcher: User, entered: dict[Public, Incident], client: Client
) -> None:
    hidden = next(iter(entered.values()))
    Incident.objects.filter(pk=hidden.pk).update(is_private=True)
    start = dt.datetime(2010, 1, 1, tzinfo=dt.UTC)

    assert len(behind(watcher, Scope(), start=start, end=TODAY)) == 39
    assert len(behind(rita, Scope(), start=start, end=TODAY)) == 40
    client.force_login(watcher)
    assertNotContains(client.get(reverse("incidents:list")), hidden.title)
