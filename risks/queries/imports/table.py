"""The table of risks that a file holds: CSV or a workbook, as lines of text by column, with what is wrong of their form."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final

from django.utils.translation import gettext as _

from relportal.core.csvexport import FORMULA
from relportal.core.reading.problems import Problem, Severity, Unreadable, shortened
from relportal.core.reading.tables import Columns, Record, csv_records, filled, named, wrong_width
from relportal.core.reading.workbook import is_workbook, workbook_records

COLUMNS: Final = (
    "id",
    "title",
    "cause",
    "event",
    "consequence",
    "category",
    "owner",
    "team",
    "services",
    "journeys",
    "likelihood",
    "impact",
    "confidence",
    "reason",
    "despite",
    "target_likelihood",
    "target_impact",
    "identified_on",
    "review_due_on",
)
# Columns of the list's own CSV that say how a risk stands: read past, so that an exported list can be imported.
REPORTED: Final = frozenset(
    {
        "state",
        "level",
        "target",
        "above_target",
        "after_plan",
        "moved",
        "moved_from",
        "expected_loss",
        "currency",
        "rated_at",
        "reviewed_at",
        "review",
        "exception",
        "exception_until",
        "to_rate",
        "treatments_pending",
        "treatments_late",
        "came_true",
    }
)
MOST_RISKS: Final = 10_000
LONGEST: Final[Mapping[str, int]] = {
    "title": 200,
    "cause": 4000,
    "event": 4000,
    "consequence": 4000,
    "reason": 2000,
    "despite": 2000,
}
"""Characters in the columns of prose, as the fields of the models have them."""


@dataclass(frozen=True, slots=True)
class Line:
    """What a line of the file says, by column, without spaces around it. A column that the file lacks is not in it."""

    number: int
    cells: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Table:
    columns: tuple[str, ...]
    lines: tuple[Line, ...]
    problems: tuple[Problem, ...] = ()

    def stored(self) -> list[Any]:
        """As JSON can hold it; `restored` gives the same table back."""
        values = [[line.number, *line.cells.values()] for line in self.lines]
        return [list(self.columns), values, [[one.line, one.text, one.column, one.severity] for one in self.problems]]


def restored(stored: list[Any]) -> Table:
    columns, values, problems = stored
    known = [name for name in columns if name in COLUMNS]
    lines = tuple(Line(number, dict(zip(known, cells, strict=True))) for number, *cells in values)
    found = (Problem(line, text, column, Severity(severity)) for line, text, column, severity in problems)
    return Table(tuple(columns), lines, tuple(found))


def read(content: bytes) -> Table:
    """Every line with its problems of form: too long, too many cells, what looks like a formula.

    Raises: Unreadable when it is not a table of risks at all.
    """
    records = workbook_records(content) if is_workbook(content) else csv_records(content)
    header = next(records, None)
    if header is None:
        raise Unreadable(_("The file is empty."))
    columns = named(header, Columns(known=COLUMNS, needed=("title",), reported=REPORTED))
    lines: list[Line] = []
    problems: list[Problem] = []
    for record in filled(records):
        if wrong := wrong_width(record, columns):
            problems.append(wrong)
            continue
        line = _line(record, columns)
        lines.append(line)
        problems += _form(line)
        if len(lines) > MOST_RISKS:
            words = _("The file has more than %(most)s risks: split it.")
            raise Unreadable(words % {"most": f"{MOST_RISKS:,}"}, line=line.number)
    if not lines and not problems:
        raise Unreadable(_("The file has a header and no risks."))
    return Table(tuple(columns), tuple(lines), tuple(problems))


def _line(record: Record, columns: list[str]) -> Line:
    number, cells = record
    pairs = zip(columns, cells, strict=True)
    return Line(number, {name: cell.strip() for name, cell in pairs if name in COLUMNS})


def _form(line: Line) -> Iterator[Problem]:
    for name, text in line.cells.items():
        if "\0" in text:
            yield Problem(line.number, _("The cell holds a NUL character: take it out."), name)
        most = LONGEST.get(name)
        if most is not None and len(text) > most:
            words = _("At most %(most)s characters, this has %(count)s: “%(text)s”.")
            yield Problem(
                line.number, words % {"most": f"{most:,}", "count": f"{len(text):,}", "text": shortened(text)}, name
            )
        elif most is not None and FORMULA.match(text):
            words = _("It begins like a formula: “%(text)s” is taken as text, and nothing is calculated.")
            yield Problem(line.number, words % {"text": shortened(text)}, name, Severity.NOTE)
