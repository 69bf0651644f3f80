"""What a published report says is read back, word for word, from its page and from the files that are made of it."""

from __future__ import annotations

import datetime as dt
import html
import re
from collections.abc import Iterator

import pytest
from django.db.models import F
from django.test import Client
from django.utils import timezone

from relportal.core import units
from relportal.core.models import Role, Service, Team, User
from reports.actions.figures import compute
from reports.domain.payload import Chart, Drawing, Page, Payload, read
from reports.exports._prose import plain_lines
from reports.queries.calendar import calendar
from tests import make
from tests.incidents.conftest import _settings as severities  # noqa: F401
from tests.reports import reporting
from tests.reports.asked import asked
from tests.reports.exports.sample import PAYLOAD
from tests.reports.exports.test_office import book, deck, spoken, unlisted, unpresented
from tests.reports.exports.test_pdf import squeezed, unprinted
from tests.reports.truth.company import founded, promised_actions
from tests.reports.views.test_sharing import published

pytestmark = pytest.mark.django_db

SHEET = re.compile(r'<section class="rp-sheet" id="([\w-]+)"')
UNSEEN = re.compile(r"<(script|svg)\b.*?</\1>|<[^>]*>", re.DOTALL)
"""Scripts hold the numbers of the drawings: what is looked for is what a reader reads."""
NUMBER = re.compile(r"^\d+\. ")
"""Of a list, which HTML counts by itself."""


def sheets(content: str) -> dict[str, str]:
    """The text of each page of the report, without white space."""
    parts = SHEET.split(content)
    return {
        key: squeezed(html.unescape(UNSEEN.sub("", part))) for key, part in zip(parts[1::2], parts[2::2], strict=True)
    }


def unshown(payload: Payload, content: str) -> list[str]:
    """What it says and the page does not, or says of something else."""
    found = sheets(content)
    missing = [text for page in payload.pages for text in shown(page) if squeezed(text) not in found[page.key]]
    ends = [*payload.quality, *(f"{one.key}{one.title}{one.version}{one.meaning}" for one in payload.definitions)]
    return missing + [text for text in ends if squeezed(text) not in found["quality"]]


def shown(page: Page) -> Iterator[str]:
    """Texts that belong together stand side by side: a figure and its label, the cells of a row."""
    yield from (page.topic, page.title, page.so_what, *page.notes)
    yield from (NUMBER.sub("", line) for line in plain_lines(page.narrative))
    for figure in page.figures:
        yield figure.label + figure.text
        yield from (figure.word + figure.target if figure.word else figure.target, figure.change, figure.basis)
    for claim in page.claims:
        yield claim.text + ",".join(each.label for each in claim.sources)
    for chart in page.charts:
        yield from (chart.title + chart.summary, chart.note, *drawn(chart))
    for table in page.tables:
        yield from (table.title, table.note, "" if table.rows else table.empty)
        yield "".join(column.label for column in table.columns) if table.rows else ""
        yield from ("".join(cell.text for cell in row) for row in table.rows)


def drawn(chart: Chart) -> Iterator[str]:
    """The rows of the table that stands beside a drawing, for readers without sight."""
    if chart.drawing is Drawing.GRID:
        yield "".join(chart.categories)
        yield from (one.name + "".join(one.texts) for one in chart.series)
    elif all(one.texts for one in chart.series):
        yield "".join(one.name for one in chart.series)
        for place, name in enumerate(chart.categories):
            yield name + "".join(one.texts[place] or number(one.values[place]) for one in chart.series)
    else:
        yield from (one.texts[place] for one in chart.series for place in range(len(one.texts)))


def number(value: float | None) -> str:
    """Of what has no label."""
    return "–" if value is None else units.three_digits(value)


def test_the_page_says_all_that_the_payload_says(bob: User, client: Client) -> None:
    client.force_login(bob)
    content = client.get(published(timezone.now()).get_absolute_url()).content.decode()
    assert unshown(PAYLOAD, content) == []
    assert all(squeezed(change) in squeezed(html.unescape(content)) for change in PAYLOAD.changes)


def test_a_report_of_stored_figures_reads_alike_on_its_page_and_in_its_files(lead: User, client: Client) -> None:
    at = dt.datetime(2027, 1, 20, 12, tzinfo=dt.UTC)
    promised_actions(founded())
    # A PDF keeps letters that are read from right to left in the order of drawing.
    Service.objects.update(name=F("slug"))
    Team.objects.update(name=F("slug"))
    quarter = reporting.closed_quarter(at)
    assert compute([quarter, calendar().before(quarter)], at=at).failed == {}
    asked(lead, make.user("cfo@example.com", role=Role.EXECUTIVE), at=at, wanted_by=at.date())
    report = reporting.published(lead, at=at)
    payload = read(bytes(report.payload or b""))
    assert sum(each.value is not None for each in payload.values) > 15
    crew = next(page for page in payload.pages if page.key == "oncall")
    assert "pages per shift of the busiest tenth of people: " in crew.notes[0]
    charts = [chart for page in payload.pages for chart in page.charts]
    assert len(charts) > 3
    assert [chart.key for chart in charts if "n = " not in chart.note or "Source: " not in chart.note] == []

    client.force_login(lead)
    assert unshown(payload, client.get(report.get_absolute_url()).content.decode()) == []
    assert unprinted(payload) == []
    slides = deck(payload)
    notes = spoken(slides)
    assert [text for text in unpresented(payload, slides) if text not in notes] == []
    assert unlisted(payload, book(payload)) == []
