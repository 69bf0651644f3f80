"""A payload made ready for the printed page: what only a printer needs is added here, and no number is touched.

The template is given it as JSON and nothing of it is ever read as source.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from typing import Any, Final

from django.utils.translation import get_language
from django.utils.translation import gettext as _

from relportal.core import units
from reports.domain.pairs import beyond, place, ticks
from reports.domain.payload import Cell, Chart, Column, Drawing, Look, Page, Payload, Table, hashed
from reports.domain.snapshot import plain
from reports.exports._base import table_foot
from reports.exports._fonts import printable
from reports.exports._prose import blocks

MOST_ROWS: Final = 22
"""Of a chart with a category a row: what has more goes on in a next one, on the same scale."""
MOST_POINTS: Final = 36
WIDE: Final = 18
"""A column of longer text shares the room that the short ones leave."""
SHORT: Final = 12
SHAPE: Final = 5
"""Characters that the space around a cell and its shape take."""


def ready(payload: Payload, base: str, pages: Iterable[Page]) -> str:
    """JSON for a template that prints `pages` of it."""
    made = {
        "lang": (get_language() or "en").split("-")[0],
        "base": base,
        "words": words(),
        "title": payload.title,
        "company": payload.company,
        "scope": payload.scope,
        "number": payload.number,
        "period": payload.period.name,
        "before": payload.before.name,
        "frozen": [getattr(payload.frozen_at, part) for part in ("year", "month", "day", "hour", "minute", "second")],
        "foot": foot(payload),
        "pages": [_page(each) for each in pages],
    }
    return json.dumps(_printable(made), ensure_ascii=False)


def words() -> dict[str, str]:
    """What the templates say of their own."""
    return {
        "continued": _("continued"),
        "so_what": _("So what"),
        "target": _("Target"),
        "board": _("Board summary"),
    }


def foot(payload: Payload) -> str:
    """Frozen at, how complete, revision and hash: on every page, so that one that went astray tells where it is from."""
    return " · ".join(
        (
            payload.number,
            _("frozen %s UTC") % payload.frozen_at.strftime("%Y-%m-%d %H:%M"),
            _("data %s complete") % units.percent(payload.complete),
            _("revision %d") % payload.revision,
            f"sha256 {hashed(payload)[:16]}",
        )
    )


def _page(page: Page) -> dict[str, Any]:
    made: dict[str, Any] = plain(page)  # type: ignore[assignment]
    made["narrative"] = blocks(page.narrative)
    made["long"] = len(page.narrative) > 1_000
    made["charts"] = [_chart(each) for chart in page.charts for each in parts(chart)]
    made["tables"] = [_table(each, page.tables) for each in page.tables]
    return made


def labelled(chart: Chart) -> Chart:
    """Counts are labels as they are, where the payload gives none: nothing of them is rounded."""
    shown = [each for each in chart.series if each.look is not Look.TARGET]
    whole = all(value is None or float(value).is_integer() for each in shown for value in each.values)
    if (
        chart.unit not in ("count", "")
        or not whole
        or any(each.texts for each in chart.series)
        or chart.drawing is Drawing.GRID
    ):
        return chart
    series = (
        each if each.look is Look.TARGET else replace(each, texts=tuple(_counted(value) for value in each.values))
        for each in chart.series
    )
    return replace(chart, series=tuple(series))


def _counted(value: float | None) -> str:
    return units.exact_count(value) if value else ""


def parts(chart: Chart) -> Iterator[Chart]:
    """The chart, cut where it has more categories than a page has room for."""
    chart = labelled(chart)
    most = MOST_ROWS if chart.drawing in (Drawing.BARS, Drawing.RANGES, Drawing.PAIRS) else MOST_POINTS
    # A curve is one line over numbers, however many points it has.
    if len(chart.categories) <= most or chart.drawing in (Drawing.GRID, Drawing.CURVE):
        yield chart
        return
    for start in range(0, len(chart.categories), most):
        cut = slice(start, start + most)
        yield replace(
            chart,
            key=f"{chart.key}-{start}",
            title=chart.title if start == 0 else f"{chart.title} ({_('continued')})",
            categories=chart.categories[cut],
            xs=chart.xs[cut],
            series=tuple(
                replace(
                    each,
                    values=each.values[cut],
                    texts=each.texts[cut],
                    lows=each.lows[cut],
                    highs=each.highs[cut],
                    tones=each.tones[cut],
                )
                for each in chart.series
            ),
        )


def _chart(chart: Chart) -> dict[str, Any]:
    made: dict[str, Any] = plain(chart)  # type: ignore[assignment]
    low, high = scale(chart)
    made |= {"low": low, "high": high}
    if chart.drawing is not Drawing.PAIRS:
        return made
    steps = ticks(chart)
    at = [[None if value is None else place(value, steps) for value in each.values] for each in chart.series]
    marks = [{"at": place(each, steps), "text": units.duration(each * 60)} for each in steps]
    return made | {"places": at, "ticks": marks, "beyond": [beyond(chart, row) for row in range(len(chart.categories))]}


def scale(chart: Chart) -> tuple[float, float]:
    """Lengths begin at zero. Lines are no lengths: theirs begins there only where zero is not far."""
    if chart.drawing is Drawing.STACKED:
        stacks = zip(*(each.values for each in chart.series if each.look is not Look.TARGET), strict=True)
        numbers = [sum(value or 0.0 for value in stack) for stack in stacks]
        numbers += [value for each in chart.series if each.look is Look.TARGET for value in _known(each.values)]
    else:
        numbers = [value for each in chart.series for value in _known((*each.values, *each.lows, *each.highs))]
    low, high = min(numbers, default=0.0), max(numbers, default=0.0)
    if chart.drawing is Drawing.LINES and low > 0 and high - low < low:
        room = (high - low or abs(high)) * 0.15
        return low - room, high + room
    low, high = min(0.0, low), max(0.0, high)
    return low, high if high > low else low + 1.0


def _known(values: Iterable[float | None]) -> list[float]:
    return [value for value in values if value is not None]


def _table(table: Table, beside: Sequence[Table]) -> dict[str, Any]:
    made: dict[str, Any] = plain(table)  # type: ignore[assignment]
    return made | {"widths": widths(table, beside), "note": table_foot(table)}


def widths(table: Table, beside: Sequence[Table]) -> list[float]:
    """0 for as wide as its text; the others share what is left in these proportions, so that tables alike stand alike."""
    rows = rows_alike(table, beside)
    texts = [[column.label, *(row[at].text for row in rows)] for at, column in enumerate(table.columns)]
    longest = [max(map(len, each)) for each in texts]
    if len(rows) > len(table.rows):
        return [float(min(max(each + SHAPE, SHORT), 60)) for each in longest]
    return [_width(column, each) for column, each in zip(table.columns, longest, strict=True)]


def rows_alike(table: Table, beside: Sequence[Table]) -> tuple[tuple[Cell, ...], ...]:
    """Its rows, and those of the tables of the page that have the same columns: groups of one list."""
    return tuple(row for each in beside if each.columns == table.columns for row in each.rows) or table.rows


def _width(column: Column, longest: int) -> float:
    return 0.0 if longest <= (WIDE if column.numeric else SHORT) else float(min(longest, 140))


def _printable(content: Any) -> Any:
    """Every text of it as the fonts can show it. Addresses stay as they are: they are ASCII or percent-encoded."""
    if isinstance(content, str):
        return printable(content)
    if isinstance(content, list):
        return [_printable(each) for each in content]
    if isinstance(content, dict):
        return {key: _printable(each) for key, each in content.items()}
    return content
