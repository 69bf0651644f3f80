from __future__ import annotations

import csv
import datetime as dt
import io
import re
from html import unescape
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from django.test import Client
from django.utils import timezone
from pytest_django.asserts import assertContains, assertNotContains

from incidents.models import FailureMode, ImpactFigures, Incident, IncidentDetection, IncidentService, TimeMark
from relportal.core.models import User
from tests import make

pytestmark = pytest.mark.django_db

URL = "/incidents/analytics/"
MINUTE = dt.timedelta(minutes=1)


@pytest.fixture
def page(client: Client, watcher: User) -> Client:
    client.force_login(watcher)
    return client


def ago(days: float) -> dt.datetime:
    return timezone.now() - dt.timedelta(days=days)


def incident(began: dt.datetime, *, minutes: float = 30, by: str = "", **fields: Any) -> Incident:
    """Impact first, an hour before it was declared; resolved after `minutes`."""
    made = Incident.objects.create(**{"title": "Checkout fails", "declared_at": began + 60 * MINUTE} | fields)
    for moment, at in (("impact_started", began), ("detected", began + MINUTE), ("resolved", began + minutes * MINUTE)):
        TimeMark.objects.create(incident=made, moment=moment, at=at, source="person", recorded_at=timezone.now())
    ImpactFigures.objects.create(incident=made, computed_at=timezone.now(), impact_minutes=minutes)
    if by:
        IncidentDetection.objects.create(incident=made, by=by)
    return made


def heading(response: Any) -> str:
    found = re.search(r"<h1[^>]*>(.*?)</h1>", response.content.decode(), re.DOTALL)
    assert found
    return unescape(re.sub(r"<[^>]+>", "", found[1])).strip()


def listed(client: Client, address: str) -> set[str]:
    return set(re.findall(r'href="/incidents/(\d+)/"', client.get(address).content.decode()))


def test_the_title_is_the_answer(page: Client) -> None:
    for day in (2, 9, 60):
        incident(ago(day), minutes=70)
    incident(ago(100), minutes=70)
    assert heading(page.get(URL)) == "3 incidents in the last 90 days, 210 impact minutes; no clear change"


def test_without_incidents_the_page_says_what_never_counts(page: Client) -> None:
    response = page.get(URL)
    assert heading(response) == "0 incidents in the last 90 days; too few to compare"
    assertContains(response, "No incident counts here")


def test_every_number_of_a_table_leads_to_exactly_its_incidents(page: Client) -> None:
    mode = FailureMode.objects.create(slug="dns", name="DNS")
    both = incident(ago(2), severity_id=1, by="customer")
    both.failure_modes.add(mode)
    for name in ("shop", "search"):
        IncidentService.objects.create(incident=both, service=make.service(slug=name, name=name.title()))
    incident(ago(3), severity_id=2, kind="backfilled")
    incident(ago(4))
    # Seen, and not counted here: began before the period but was declared in it, a drill, a false alarm.
    incident(ago(90), declared_at=ago(20))
    incident(ago(5), kind="drill")
    incident(ago(5), state="false_alarm")

    response = page.get(URL)

    rows = re.findall(
        r'<th scope="row"><a href="(/incidents/\?[^"]+)">([^<]+)</a></th><td class="num">(\d+)',
        response.content.decode(),
    )
    assert len(rows) == 3 + 2 + 3 + 2
    for address, label, number in rows:
        found = listed(page, unescape(address))
        assert len(found) == int(number), label
    assert listed(page, unescape(response.context["list_url"])) == {
        str(row.pk) for row in response.context["found"].rows
    }


def test_the_list_says_what_it_is_filtered_by_and_keeps_it_when_another_filter_is_chosen(page: Client) -> None:
    response = page.get(
        "/incidents/?counted=1&began_since=2026-01-01&began_until=2026-02-01&without=mode&detection=staff"
    )
    assertContains(response, "Counted in figures")
    assertContains(response, "Began from: 2026-01-01")
    assertContains(response, '<input type="hidden" name="without" value="mode">', html=True)


@pytest.mark.parametrize(
    "query",
    [
        "since=2026-13-45",
        "until=9999-12-31",
        "began_until=9999-12-31",
        "began_since=0001-01-01",
        "severity=99999999999999999999",
        "severity=-1",
        "without=title",
        "detection=nobody",
    ],
)
def test_the_list_answers_filters_that_mean_nothing_with_a_message(page: Client, query: str) -> None:
    assertContains(page.get(f"/incidents/?{query}"), "it was left out")


def test_a_private_incident_is_nowhere_on_the_page(page: Client) -> None:
    incident(ago(2))
    before = page.get(URL).content.decode()
    hidden = incident(ago(3), severity_id=0, is_private=True, title="Secret breach", by="third_party")
    response = page.get(URL)
    assertNotContains(response, "Secret breach")
    assertNotContains(response, hidden.short_id)
    assert _figures(response.content.decode()) == _figures(before)


def _figures(text: str) -> list[str]:
    return re.findall(r'rp-kpi-value">([^<]*)<|class="num[^"]*">([^<]*)<', text)


@pytest.mark.parametrize(
    ("query", "words"),
    [
        ("period=forever", "There is no period “forever”: it was left out."),
        ("severity=9", "There is no severity “9”: it was left out."),
        ("service=nope", "There is no service “nope”: it was left out."),
        ("team=nope", "There is no team “nope”: it was left out."),
        ("detection=me", "There is no detection “me”: it was left out."),
        ("mode=magic", "There is no mode “magic”: it was left out."),
        ("since=yesterday", "There is no since “yesterday”: it was left out."),
        ("since=2026-02-30", "There is no since “2026-02-30”: it was left out."),
        ("since=0001-01-01", "it was left out."),
        ("until=9999-12-31", "it was left out."),
        ("since=2026-03-01&until=2026-02-01", "The period ends before it begins: it was left out."),
        ("since=2000-01-01", "The period is longer than ten years: it was left out."),
        ("since=2190-01-01", "The period lies in the future: it was left out."),
        ("until=1970-01-05", "The period begins before 1970: it was left out."),
    ],
)
def test_a_filter_that_means_nothing_is_left_out_and_told(page: Client, query: str, words: str) -> None:
    incident(ago(2))
    response = page.get(f"{URL}?{query}")
    assertContains(response, words)
    assert len(response.context["found"].rows) == 1


def test_dates_win_over_a_preset_and_a_preset_takes_them_away(page: Client) -> None:
    day = ago(200)
    incident(day)
    response = page.get(f"{URL}?period=30&since={day:%Y-%m-%d}&until={day:%Y-%m-%d}&severity=1,2")
    assert response.context["asked"].days.length == 1
    assert not any(tab["active"] for tab in response.context["presets"])
    assertContains(response, f'name="since" value="{day:%Y-%m-%d}"')
    query = parse_qs(urlsplit(response.context["presets"][0]["url"]).query)
    assert query == {"period": ["30"], "severity": ["1,2"]}


def test_one_date_alone_means_until_today_or_the_90_days_up_to_it(page: Client) -> None:
    today = timezone.now().date()
    since = page.get(f"{URL}?since={today - dt.timedelta(days=9)}").context["asked"].days
    assert (since.last, since.length) == (today, 10)
    until = page.get(f"{URL}?until={today - dt.timedelta(days=9)}").context["asked"].days
    assert (until.last, until.length) == (today - dt.timedelta(days=9), 90)


def test_the_csv_holds_the_incidents_behind(page: Client) -> None:
    mode = FailureMode.objects.create(slug="dns", name="DNS")
    one = incident(ago(2), severity_id=1, by="customer", title="=1+1")
    one.failure_modes.add(mode)
    odd = Incident.objects.create(title="Odd", declared_at=ago(3))
    incident(ago(200))

    response = page.get(f"{URL}?format=csv")
    text = b"".join(response.streaming_content).decode().removeprefix("\ufeff")  # type: ignore[attr-defined]
    first, second = csv.DictReader(io.StringIO(text))

    assert (first["id"], first["title"], first["began_from"]) == (one.short_id, "'=1+1", "impact_started")
    assert (first["time_to_resolve_s"], first["time_to_mitigate_s"]) == ("1800.0", "")
    assert (first["failure_modes"], first["detected_by"], first["severity"]) == ("dns", "customer", "1")
    assert (second["id"], second["began_from"], second["impact_minutes"]) == (odd.short_id, "declared", "")


def test_a_chart_has_a_dot_for_every_incident_and_its_numbers_as_a_table(page: Client) -> None:
    for day in range(1, 8):
        incident(ago(day), minutes=10 * day)
    response = page.get(URL)
    resolve = response.context["times"][3][2]
    assert len(re.findall(r"INC-\d+, ", resolve.figure)) == 7
    assertContains(response, "Median 40\u202fmin, p90 1\u202fh 4\u202fmin, known of 7 of 7.")
    assert resolve.rows[0][4] == "1\u202fh 10\u202fmin"
    assertContains(response, "Known of none of these incidents", count=2)


def test_the_list_of_incidents_leads_here(page: Client) -> None:
    assertContains(page.get("/incidents/"), f'href="{URL}"')


def test_a_title_cannot_break_out_of_a_chart(page: Client) -> None:
    incident(ago(1), title="</script><script>alert(1)</script>")
    assertNotContains(page.get(URL), "<script>alert(1)")


def test_a_long_table_ends_and_says_how_much_more_there_is(page: Client) -> None:
    for n in range(23):
        IncidentService.objects.create(incident=incident(ago(2)), service=make.service(name=f"Service {n:02}"))
    response = page.get(URL)
    assert len(response.context["tables"][2]["rows"]) == 20
    assertContains(response, "3 more, with fewer incidents, are in the CSV and the API.")
