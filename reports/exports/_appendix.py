"""The back of a report: what changed since the revision before, each definition, and how good the data is."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import compress

from django.utils.translation import gettext as _

from relportal.core import units
from reports.domain.payload import Cell, Column, Definition, Page, Payload, Table


def back(payload: Payload) -> Iterator[Page]:
    """Only those that have something to say."""
    if payload.changes:
        yield Page(
            key="changes",
            topic=_("Changes"),
            title=_("This revision replaces the one before: what changed"),
            notes=payload.changes,
        )
    if payload.definitions:
        heads = (_("KPI"), _("Meaning"), _("Counted"), _("Of"), _("Notes"))
        rows = [_row(each) for each in payload.definitions]
        # A column of nothing takes the room of those that say something.
        said = [any(row[at].text for row in rows) for at in range(len(heads))]
        yield Page(
            key="definitions",
            topic=_("Definitions"),
            title=_("How each number is computed"),
            tables=(
                Table(
                    key="definitions",
                    title=_("Definitions and their versions"),
                    columns=tuple(Column(label=label) for label, kept in zip(heads, said, strict=True) if kept),
                    rows=tuple(tuple(compress(row, said)) for row in rows),
                ),
            ),
        )
    if payload.quality:
        yield Page(
            key="quality",
            topic=_("Data quality"),
            title=_("%s of the KPIs are known; where the data has gaps") % units.percent(payload.complete),
            notes=payload.quality,
        )


def _row(definition: Definition) -> tuple[Cell, ...]:
    name = f"{definition.key} v{definition.version} {definition.title}"
    parts = (name, definition.meaning, definition.numerator, definition.denominator, definition.exclusions)
    return tuple(Cell(text=text) for text in parts)
