"""The page of the register, its files, and what leads to it."""

from __future__ import annotations

import csv
import io

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from pytest_django.asserts import assertContains, assertNotContains, assertRedirects

from relportal.core.models import Service, User
from relportal.core.reading.workbook import workbook_records
from risks.models import Risk
from risks.queries.register_words import claim
from risks.views.register import COLUMNS
from tests.risks.registered import Register, registered

pytestmark = pytest.mark.django_db
# One more than the list asks for: who the selected ones may be given to.
STATEMENTS = 15


@pytest.fixture
def register(alice: User, checkout: Service) -> Register:
    return registered(alice, checkout, at=timezone.now())


def test_the_list_says_how_much_stands_above_appetite_and_what_each_risk_needs(
    client: Client, bob: User, register: Register
) -> None:
    client.force_login(bob)
    client.get("/risks/")
    with CaptureQueriesContext(connection) as asked:
        page = client.get("/risks/")
    assert len(asked) <= STATEMENTS, "\n".join(each["sql"][:150] for each in asked)
    assertContains(page, "<h1>3 of 5 risks stand above appetite</h1>")
    for words in (
        "1 treatment late",
        "Came true",
        "from low",
        "1.23",
        "about 1.25",
        "overdue",
        "not reached",
        "Nobody",
    ):
        assertContains(page, words)
    # An observer reads and is offered nothing to write.
    assertNotContains(page, "New risk")
    for number in range(20):
        Risk.objects.create(title=f"Risk {number}", identified_on=timezone.now().date(), created_at=timezone.now())
    with CaptureQueriesContext(connection) as more:
        client.get("/risks/")
    assert len(more) == len(asked)
    assertContains(client.get("/risks/?only=unplanned&moved=better"), register.better.title)
    assertContains(client.get("/risks/?q=nothing+like+it"), "No risk matches")
    wrong = client.get("/risks/?state=x&only=x&owner=x&moved=same&cell=x&since=2999-01-01&sort=x&page=0&level=gone")
    for key in ("state", "only", "owner", "moved", "cell", "since", "sort", "page"):
        assertContains(wrong, f"There is no {key} “")


def test_an_empty_register_says_how_it_begins(client: Client, alice: User) -> None:
    client.force_login(alice)
    page = client.get("/risks/")
    assertContains(page, "No risk is written down yet")
    assertContains(page, 'href="/risks/new/"')


def test_csv_and_workbook_hold_what_is_shown_and_no_formula(client: Client, bob: User, register: Register) -> None:
    Risk.objects.filter(pk=register.worse.pk).update(title="=1+1")
    client.force_login(bob)
    page = client.get("/risks/?state=alive&sort=-level")
    answer = client.get(f"/risks/{page.context['csv']}")
    text = b"".join(answer.streaming_content).decode("utf-8-sig")  # type: ignore[attr-defined]
    rows = {row["id"]: row for row in csv.DictReader(io.StringIO(text))}
    listed = page.context["listed"]
    assert list(rows) == [row.short_id for row in listed.rows]
    worse = rows[register.worse.short_id]
    assert worse["title"] == "'=1+1"
    assert (worse["level"], worse["moved"], worse["moved_from"], worse["owner"]) == (
        "high",
        "worse",
        "low",
        "alice@example.com",
    )
    for row in listed.rows:
        given = rows[row.short_id]
        assert given["expected_loss"] == ("" if row.expected is None else str(row.expected))
        assert given["review"] == row.review
        assert int(given["treatments_late"]) == row.tasks.late
    book = client.get(f"/risks/{page.context['xlsx']}")
    assert book["Content-Disposition"].endswith('.xlsx"')
    lines = [cells for _line, cells in workbook_records(book.content)]
    assert tuple(lines[0]) == COLUMNS
    assert [line[0] for line in lines[1:]] == list(rows)


def test_the_short_id_the_palette_and_the_menu_lead_to_risks(client: Client, bob: User, register: Register) -> None:
    client.force_login(bob)
    assertRedirects(client.get(f"/r/{register.calm.short_id}/"), register.calm.get_absolute_url())
    assert client.get("/r/RISK-999999/").status_code == 404
    found = client.get("/search/?q=queue")
    assertContains(found, register.over.get_absolute_url())
    assertContains(found, "Closed")
    assertContains(client.get("/risks/hygiene/"), 'href="/risks/"', count=2)


@pytest.mark.parametrize(
    ("alive", "above", "words"),
    [
        (0, 0, "No risk is open"),
        (1, 0, "The only risk is within appetite"),
        (1, 1, "The only risk stands above appetite"),
        (5, 0, "All 5 risks are within appetite"),
        (5, 1, "1 of 5 risks stands above appetite"),
    ],
)
def test_the_claim_counts(alive: int, above: int, words: str) -> None:
    from risks.queries.register_rows import Tally

    tally = Tally(alive=alive, above=above, unplanned=0, stale=0, unrated=0, to_rate=0, moved={}, losses=())
    assert claim(tally) == words
