from __future__ import annotations

import datetime as dt
import zoneinfo

import pytest

from incidents.domain.entry_line import parsed

AT = dt.datetime(2026, 11, 2, 14, 20, 30, tzinfo=dt.UTC)
BERLIN = zoneinfo.ZoneInfo("Europe/Berlin")


@pytest.mark.parametrize(
    ("text", "said", "when"),
    [
        ("rolled back", "rolled back", AT),
        ("14:05 rolled back", "rolled back", dt.datetime(2026, 11, 2, 13, 5, tzinfo=dt.UTC)),
        ("9:05 rolled back", "rolled back", dt.datetime(2026, 11, 2, 8, 5, tzinfo=dt.UTC)),
        ("23:50 saw errors", "saw errors", dt.datetime(2026, 11, 1, 22, 50, tzinfo=dt.UTC)),
        ("-10m saw errors", "saw errors", AT - dt.timedelta(minutes=10)),
        ("-2h saw errors", "saw errors", AT - dt.timedelta(hours=2)),
        ("12:99 is no clock", "12:99 is no clock", AT),
        ("-10 is a number", "-10 is a number", AT),
        ("14:05", "14:05", AT),
    ],
)
def test_a_line_begins_with_when_it_happened(text: str, said: str, when: dt.datetime) -> None:
    line = parsed(text, at=AT, zone=BERLIN)

    assert (line.text, line.at, line.is_task, line.pinned) == (said, when, False, False)


@pytest.mark.parametrize(
    ("text", "is_task", "pinned", "said"),
    [
        ("TODO call the bank", True, False, "call the bank"),
        ("[ ] call the bank", True, False, "call the bank"),
        ("! customers are back", False, True, "customers are back"),
        ("! 14:05 customers are back", False, True, "customers are back"),
        ("14:05 ! customers are back", False, True, "customers are back"),
        ("!", False, False, "!"),
        ("TODO", False, False, "TODO"),
        ("todolist is slow", False, False, "todolist is slow"),
    ],
)
def test_marks_stand_before_the_words_in_any_order(text: str, is_task: bool, pinned: bool, said: str) -> None:
    line = parsed(text, at=AT, zone=BERLIN)

    assert (line.text, line.is_task, line.pinned) == (said, is_task, pinned)


def test_a_clock_is_never_in_the_future() -> None:
    assert parsed("15:21 about now", at=AT, zone=BERLIN).at == AT
