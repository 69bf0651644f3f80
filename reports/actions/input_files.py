"""Numbers of a KPI from a file: a column for each number that it asks for, and a row for each span of days."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from django.utils.translation import gettext as _

from relportal.core import company
from relportal.core.exceptions import Invalid, NotAllowed
from relportal.core.permissions import Actor, require
from relportal.core.reading.problems import Problem, Refusal, Unreadable, shortened
from relportal.core.reading.tables import Columns, csv_records, filled, named, wrong_width
from relportal.core.reading.workbook import is_workbook, workbook_records
from reports.actions.inputs import Entry, check, enter_all, owned, scope_of
from reports.kpis._entered import EnteredKpi, Field
from reports.models import KpiInput

MOST_ROWS: Final = 5000
MOST_PROBLEMS: Final = 100


@dataclass(frozen=True, slots=True)
class Read:
    """`entries` can be written if there are no `problems`."""

    entries: tuple[Entry, ...]
    problems: tuple[Problem, ...]


def columns_of(kpi: EnteredKpi) -> tuple[str, ...]:
    """Names of what a number counts stand in a column of their own, with " | " between them."""
    asked = (name for field in kpi.fields for name in ((field.name, field.names) if field.named else (field.name,)))
    return ("first", "last", "scope", *asked, "note")


def read_file(actor: Actor, kpi: EnteredKpi, content: bytes, *, at: dt.datetime) -> Read:
    """Raises: Unreadable when it is no table of these numbers at all."""
    records = workbook_records(content) if is_workbook(content) else csv_records(content)
    header = next(iter(records := iter(records)), None)
    if header is None:
        raise Unreadable(_("The file is empty."))
    needed = ("first", "last", *(field.name for field in kpi.fields if field.required))
    names = named(header, Columns(known=columns_of(kpi), needed=needed))
    entries: list[Entry] = []
    problems: list[Problem] = []
    for line, cells in filled(records):
        if wrong := wrong_width((line, cells), names):
            problems.append(wrong)
            continue
        try:
            entry = _entry(kpi, dict(zip(names, cells, strict=True)))
            require(actor, "kpi.enter", owned(entry.scope))
            check(entry, today=company.day(at))
            entries.append(entry)
        except (Refusal, NotAllowed) as error:
            problems.append(Problem(line, str(error)))
        except Invalid as error:
            problems += [Problem(line, text, column) for column, texts in error.errors.items() for text in texts]
        if len(entries) > MOST_ROWS:
            raise Unreadable(_("The file has more than %(most)s rows: split it.") % {"most": MOST_ROWS}, line=line)
    if not entries and not problems:
        raise Unreadable(_("The file has a header and no rows."))
    return Read(tuple(entries), tuple(problems[:MOST_PROBLEMS]))


def enter_file(actor: Actor, found: Read, *, at: dt.datetime) -> Sequence[KpiInput]:
    """Raises: Invalid for a file with problems; NotAllowed."""
    if found.problems:
        raise Invalid(_("Nothing was written: mend the lines below first."))
    return enter_all(actor, found.entries, at=at, source=KpiInput.Source.CSV)


def _entry(kpi: EnteredKpi, cells: Mapping[str, str]) -> Entry:
    kind, _colon, slug = cells.get("scope", "").strip().partition(":")
    return Entry(
        kpi=kpi.key,
        first=_day("first", cells["first"]),
        last=_day("last", cells["last"]),
        scope=scope_of(kind, slug),
        numbers={field.name: _number(field, cells.get(field.name, "")) for field in kpi.fields},
        named={field.name: cells.get(field.names, "").split(" | ") for field in kpi.fields if field.named},
        note=cells.get("note", ""),
    )


def _day(column: str, text: str) -> dt.date:
    try:
        return dt.date.fromisoformat(text.strip()[:10])
    except ValueError:
        words = {"column": column, "text": shortened(text)}
        raise Refusal(_("%(column)s “%(text)s” is no day: write it as 2026-10-31.") % words) from None


def _number(field: Field, text: str) -> float | None:
    plain = text.strip().replace("\u202f", "").replace(" ", "")
    if not plain:
        return None
    try:
        value = float(plain)
    except ValueError:
        words = {"column": field.name, "text": shortened(text)}
        raise Refusal(_("%(column)s “%(text)s” is no number: write it as 1234.5.") % words) from None
    return int(value) if field.whole and value.is_integer() else value
