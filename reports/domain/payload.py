"""What a published report says, whole: every format draws it from this and asks nothing else.

Each figure has its text, as all formats show it, and beside it the number that a chart, a workbook or a reader of the JSON
needs; no format rounds by itself, so that page, PDF, slides and workbook cannot differ in a digit. Roles and tones are named,
never coloured: a format knows how it draws them.
Source: the notation of actual, previous, plan and forecast is that of the International Business Communication Standards.
"""

from __future__ import annotations

import datetime as dt
import hashlib
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

import msgspec

from reports.domain.snapshot import canonical

SCHEMA: Final = 1
"""Raised when a reader of older payloads has to know the difference."""


class Look(StrEnum):
    """How a series is drawn, alike in every chart: actual solid and dark, previous light, plan outlined, forecast hatched."""

    ACTUAL = "actual"
    PREVIOUS = "previous"
    PLAN = "plan"
    FORECAST = "forecast"
    TARGET = "target"
    """A line or a mark, never a bar."""


class Tone(StrEnum):
    """A deviation, always with a shape and a word beside its colour; NONE has none of the three."""

    GREEN = "green"
    AMBER = "amber"
    RED = "red"
    GREY = "grey"
    NONE = ""


class Drawing(StrEnum):
    """Every axis of lengths begins at zero and is not broken; pairs and curves are no lengths."""

    BARS = "bars"
    """Horizontal, a category a row, in the order given; a TARGET series is a mark on each bar."""
    COLUMNS = "columns"
    """Upright, a category a period."""
    STACKED = "stacked"
    """Upright, the series are disjoint parts of a whole."""
    LINES = "lines"
    """Over periods; None is a gap and never bridged."""
    RANGES = "ranges"
    """Horizontal, a dot with its interval a row (`lows`, `highs` of the series)."""
    PAIRS = "pairs"
    """Horizontal, a category a row: the dot of what was measured and the mark of what was promised (the TARGET series), joined
    by a line, in minutes on a logarithmic axis (`reports.domain.pairs`)."""
    CURVE = "curve"
    """`categories` are numbers as text; x is `xs`, on a logarithmic axis."""
    GRID = "grid"
    """A heat map: `categories` are the columns, each series is a row from the top, and a value is a count of the cell."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Source:
    """Where a number is looked up: a path of the portal, its permission as usual."""

    label: str
    path: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Figure:
    """One number of a page. `value` None: not known, and `text` says so ("N/A: no surveys are connected")."""

    key: str
    label: str
    text: str
    value: float | None = None
    unit: str = ""
    change: str = ""
    """Against the period before, in words ("10 to 7: no clear change")."""
    target: str = ""
    tone: Tone = Tone.NONE
    word: str = ""
    """Of the tone ("At risk"), where it has one."""
    basis: str = ""
    """n, interval or coverage ("n = 31, 95 %: 12-19")."""
    path: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Series:
    """As long as the categories of its chart; None is not known. `texts` are the labels of the values, if any are shown."""

    name: str
    values: tuple[float | None, ...]
    look: Look = Look.ACTUAL
    texts: tuple[str, ...] = ()
    lows: tuple[float | None, ...] = ()
    highs: tuple[float | None, ...] = ()
    tones: tuple[Tone, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Chart:
    """`summary` is the answer for a reader without sight; `note` carries n and source and stands under the chart."""

    key: str
    drawing: Drawing
    title: str
    summary: str
    categories: tuple[str, ...]
    series: tuple[Series, ...]
    unit: str = ""
    note: str = ""
    xs: tuple[float, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Column:
    label: str
    numeric: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Cell:
    """`value` is the number behind the text, for the workbook; None where the text is no number."""

    text: str
    value: float | None = None
    tone: Tone = Tone.NONE
    path: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Table:
    """`left_out` rows are not in it, and `note` says where they are. `empty` is said where no row is there.

    `keys` name the rows, where something may be set beside one later (a restated KPI); empty: nothing is.
    """

    key: str
    title: str
    columns: tuple[Column, ...]
    rows: tuple[tuple[Cell, ...], ...]
    note: str = ""
    empty: str = ""
    left_out: int = 0
    keys: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Claim:
    """A sentence that a rule made of numbers, with these numbers; "no clear change" is a claim too."""

    text: str
    sources: tuple[Source, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Page:
    """One message. `title` is that message as a sentence, `topic` what the page is about ("Error budgets").

    `narrative` is markdown of people, `claims` are the facts below it, `so_what` is what follows from the page. `leading` pages
    are for executives, the others are the back-up.
    """

    key: str
    topic: str
    title: str
    so_what: str = ""
    narrative: str = ""
    claims: tuple[Claim, ...] = ()
    figures: tuple[Figure, ...] = ()
    charts: tuple[Chart, ...] = ()
    tables: tuple[Table, ...] = ()
    notes: tuple[str, ...] = ()
    leading: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Value:
    """A stored KPI with all that it rests on, for whoever reckons again. Units as in `reports.domain.values`."""

    key: str
    """Code, scope and period ("KPI-03/team:payments/2026Q3")."""
    code: str
    version: int
    scope: str
    period: str
    value: float | None
    numerator: float | None
    denominator: float | None
    low: float | None
    high: float | None
    n: int
    coverage: float | None
    excluded: int
    tone: Tone
    green: float | None
    red: float | None
    lacking: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Definition:
    key: str
    version: int
    title: str
    meaning: str
    numerator: str = ""
    denominator: str = ""
    exclusions: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Span:
    """`name` prints the months ("Jun-Aug 2026"), `key` sorts; days are those of the company's zone, `end` is not in it."""

    key: str
    name: str
    start: dt.date
    end: dt.date


@dataclass(frozen=True, slots=True, kw_only=True)
class Payload:
    """`complete` is the share of the KPIs that are known. `changes` is the printed list of a revision against the one before."""

    number: str
    title: str
    company: str
    scope: str
    period: Span
    before: Span
    frozen_at: dt.datetime
    revision: int
    complete: float
    pages: tuple[Page, ...]
    values: tuple[Value, ...] = ()
    definitions: tuple[Definition, ...] = ()
    quality: tuple[str, ...] = ()
    changes: tuple[str, ...] = ()
    schema: int = SCHEMA


def read(content: bytes) -> Payload:
    """The payload of canonical bytes; `canonical(read(content))` gives the same bytes again.

    Raises:
        msgspec.ValidationError: it is no payload of this schema; the message has the path to what is wrong.
    """
    return msgspec.json.decode(content, type=Payload)


def written(payload: Payload) -> bytes:
    """A whole number where a float belongs is written as the float that it is read back as: one report has one hash.

    Raises: Unfit, see `snapshot.plain`.
    """
    return canonical(read(canonical(payload)))


def hashed(payload: Payload) -> str:
    """SHA-256 of what is written, in hex. Raises: Unfit."""
    return hashlib.sha256(written(payload)).hexdigest()
