from __future__ import annotations

import csv
import datetime as dt
import io

import pytest
from hypothesis import given
from hypothesis import strategies as st

from relportal.core.csvexport import (
    armed,
    cell_text,
    csv_lines,
    csv_response,
    defused,
)
from relportal.core.models import Lifecycle


@pytest.mark.parametrize("text", ["=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "\r=1", "\n=1", "'=1", "\uff1d1"])
def test_text_that_a_spreadsheet_would_run_begins_with_an_apostrophe(text: str) -> None:
    assert defused(text) == "'" + text
    assert armed(defused(text)) == text


@pytest.mark.parametrize("text", ["", "Checkout", "'quoted'", "a=b", "O'Neill"])
def test_ordinary_text_is_left_alone(text: str) -> None:
    assert defused(text) == text
    assert armed(text) == text


@given(st.text())
def test_any_text_comes_back_from_an_export_as_it_was(text: str) -> None:
    assert armed(defused(text)) == text


@given(st.lists(st.lists(st.text(), min_size=2, max_size=2), max_size=5))
def test_any_table_comes_back_from_an_export_as_it_was(rows: list[list[str]]) -> None:
    text = "".join(csv_lines(["a", "b"], rows))
    read = list(csv.reader(io.StringIO(text, newline="")))
    assert [[armed(cell) for cell in row] for row in read[1:]] == rows


def test_numbers_are_not_defused_and_do_not_follow_the_locale() -> None:
    assert cell_text(-0.125) == "-0.125"
    assert cell_text(1234567) == "1234567"


def test_no_data_is_an_empty_cell_and_an_instant_is_utc() -> None:
    zone = dt.timezone(dt.timedelta(hours=2))
    assert cell_text(None) == ""
    assert cell_text(dt.datetime(2026, 11, 2, 14, tzinfo=zone)) == "2026-11-02T12:00:00+00:00"


def test_choices_are_written_as_their_stored_value() -> None:
    assert cell_text(Lifecycle.PRODUCTION) == "production"
    assert cell_text(True) == "yes"


def test_a_download_says_that_it_is_utf_8_and_what_it_is_called() -> None:
    response = csv_response("services.csv", ["name"], [["Zürich"]])
    body = b"".join(response)
    assert body.startswith(b"\xef\xbb\xbfname\r\n")
    assert "Zürich" in body.decode("utf-8-sig")
    assert response["Content-Disposition"] == 'attachment; filename="services.csv"'
