"""The charts of a payload as Plotly figures, alike for every page: only roles are named, and the viewer's theme colours them.

Figures are built as plain objects: a report has a dozen of them, and Plotly's own classes check each for milliseconds.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from math import log10
from typing import Any, Final

from django.utils.translation import gettext as _

from relportal.core import charts, units
from relportal.core.charts import Role, script_safe
from reports.domain.pairs import beyond, ticks
from reports.domain.payload import Chart, Drawing, Look, Series, Tone

TONES: Final = {Tone.RED: Role.BAD, Tone.AMBER: Role.RISK, Tone.GREEN: Role.GOOD, Tone.GREY: Role.MUTED}
LOOKS: Final = {
    Look.ACTUAL: Role.MAIN, Look.PREVIOUS: Role.MUTED, Look.PLAN: Role.SECOND, Look.FORECAST: Role.THIRD,
    Look.TARGET: Role.TARGET,
}  # fmt: skip
SHADES: Final = (1.0, 0.7, 0.45, 0.25, 0.12)
"""Of the parts of a whole, none of which is good or bad."""
WIDE: Final = 6
"""More categories side by side need the width of the page."""
LONG: Final = 6
"""More rows need a taller drawing."""
YEAR: Final = re.compile(r" (\d{4})$")
Trace = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Grid:
    """A heat map, which is a table: `rows` are (name, cells), a cell is (text, count, tone)."""

    chart: Chart
    rows: tuple[tuple[str, tuple[tuple[str, float | None, Tone], ...]], ...]


@dataclass(frozen=True, slots=True)
class Drawn:
    """One of both; `note` carries n and source and stands below."""

    note: str
    figure: charts.Chart | None = None
    grid: Grid | None = None
    wide: bool = False


def drawn(chart: Chart) -> Drawn:
    if chart.drawing is Drawing.GRID:
        return Drawn(chart.note, grid=_grid(chart))
    traces, layout = _DRAWINGS[chart.drawing](chart)
    text = json.dumps({"data": traces, "layout": layout}, ensure_ascii=False, allow_nan=False)
    rows = len(chart.categories)
    tall = chart.drawing is Drawing.STACKED or (
        chart.drawing in (Drawing.BARS, Drawing.RANGES, Drawing.PAIRS) and rows > LONG
    )
    size = "lg" if tall else "md"
    upright = chart.drawing in (Drawing.COLUMNS, Drawing.STACKED, Drawing.CURVE)
    return Drawn(
        chart.note,
        wide=upright and rows > WIDE,
        figure=charts.Chart(
            title=chart.title,
            summary=chart.summary,
            figure=script_safe(text),
            columns=("", *(one.name for one in chart.series)),
            rows=tuple(
                (name, *(_written(one, place, chart.unit) for one in chart.series))
                for place, name in enumerate(chart.categories)
            ),
            size=size,
        ),
    )


def _written(one: Series, place: int, unit: str) -> str:
    value = one.values[place]
    if one.texts and one.texts[place]:
        return one.texts[place]
    if value is None:
        return "–"
    said = units.three_digits(value)
    return f"{said}{units.NNBSP}{unit}" if unit and not one.texts else said


def _grid(chart: Chart) -> Grid:
    rows = []
    for one in chart.series:
        texts = one.texts or ("",) * len(one.values)
        tones = one.tones or (Tone.NONE,) * len(one.values)
        rows.append((one.name, tuple(zip(texts, one.values, tones, strict=True))))
    return Grid(chart, tuple(rows))


def _axis(chart: Chart) -> dict[str, Any]:
    """Of lengths: from zero, percent at its ticks and any other unit as its title; with room for labels at the ends."""
    percent = chart.unit == "%"
    axis: dict[str, Any] = {
        "ticksuffix": f"{units.NNBSP}%" if percent else "", "rangemode": "tozero", "automargin": True, "nticks": 5,
        "zeroline": True, "tickangle": 0,
    }  # fmt: skip
    if chart.unit and not percent:
        axis["title"] = {"text": chart.unit}
    known = [each for one in chart.series for each in one.values if each is not None]
    # A stack is higher than any of its parts, and has no labels at its end.
    labelled = chart.drawing is not Drawing.STACKED and any(one.texts for one in chart.series)
    if labelled and known and max(known) > 0 and min(known) >= 0:
        axis["range"] = [0, max(known) * 1.18]
    return axis


def _names(chart: Chart) -> dict[str, Any]:
    """Of categories side by side: a year stands below its months, so that names need not be turned."""
    axis: dict[str, Any] = {"type": "category", "automargin": True}
    below = [YEAR.sub(r"<br>\1", name) for name in chart.categories]
    if below == list(chart.categories):
        return axis
    return axis | {"tickmode": "array", "tickvals": list(chart.categories), "ticktext": below}


def _roles(one: Series, role: Role) -> list[str]:
    tones = one.tones or (Tone.NONE,) * len(one.values)
    return [TONES.get(tone, role).value for tone in tones]


def _bars(chart: Chart) -> tuple[list[Trace], dict[str, Any]]:
    traces: list[Trace] = []
    for one in chart.series:
        if one.look is Look.TARGET:
            traces.append({
                "type": "scatter", "mode": "markers", "x": list(one.values), "y": list(chart.categories), "name": one.name,
                "marker": {"symbol": "line-ns-open", "size": 16}, "meta": {"role": Role.TARGET.value},
            })  # fmt: skip
        else:
            traces.append(_bar(one, chart, LOOKS[one.look]) | {"orientation": "h"})
            traces[-1]["x"], traces[-1]["y"] = traces[-1]["y"], traces[-1]["x"]
    layout = {
        "xaxis": _axis(chart),
        "yaxis": {"autorange": "reversed", "type": "category", "automargin": True},
        "hovermode": "closest",
    }
    return traces, layout


def _bar(one: Series, chart: Chart, role: Role) -> Trace:
    trace: Trace = {
        "type": "bar", "x": list(chart.categories), "y": list(one.values), "name": one.name,
        "meta": {"roles": _roles(one, role)},
    }  # fmt: skip
    # Of stacks, hover and table say what each part is: letters on shades cannot be read in both themes.
    if one.texts and chart.drawing is not Drawing.STACKED:
        trace |= {"text": list(one.texts), "textposition": "outside", "cliponaxis": False, "constraintext": "none"}
    if one.look is Look.FORECAST:
        trace["marker"] = {"pattern": {"shape": "/"}}
    return trace


def _line(one: Series, chart: Chart, role: Role) -> Trace:
    flat = one.look is Look.TARGET
    return {
        "type": "scatter", "x": list(chart.categories), "y": list(one.values), "name": one.name,
        "mode": "lines" if flat else "lines+markers", "connectgaps": False, "meta": {"role": role.value},
    }  # fmt: skip


def _upright(chart: Chart, *, stacked: bool) -> tuple[list[Trace], dict[str, Any]]:
    parts = [one for one in chart.series if one.look is not Look.TARGET]
    traces = []
    targets = 0
    for one in chart.series:
        if one.look is Look.TARGET:
            traces.append(_line(one, chart, Role.TARGET) | ({"line": {"dash": "dot"}} if targets else {}))
            targets += 1
        else:
            trace = _bar(one, chart, LOOKS[one.look])
            if stacked:
                trace["meta"]["alpha"] = SHADES[min(parts.index(one), len(SHADES) - 1)]
            traces.append(trace)
    layout = {"yaxis": _axis(chart), "xaxis": _names(chart), "hovermode": "closest"}
    return traces, layout | ({"barmode": "stack"} if stacked else {})


def _lines(chart: Chart) -> tuple[list[Trace], dict[str, Any]]:
    traces = [_line(one, chart, LOOKS[one.look]) for one in chart.series]
    axis = _axis(chart) | {"rangemode": "normal", "zeroline": False}
    axis.pop("range", None)
    return traces, {
        "yaxis": axis,
        "xaxis": _names(chart),
        "hovermode": "x unified",
    }


def _ranges(chart: Chart) -> tuple[list[Trace], dict[str, Any]]:
    traces: list[Trace] = []
    for one in chart.series:
        trace: Trace = {
            "type": "scatter", "mode": "markers", "x": list(one.values), "y": list(chart.categories), "name": one.name,
            "meta": {"role": LOOKS[one.look].value},
        }  # fmt: skip
        if one.look is Look.TARGET:
            trace["marker"] = {"symbol": "line-ns-open", "size": 16}
        if one.lows and one.highs:
            trace["error_x"] = {
                "type": "data", "symmetric": False, "thickness": 2, "width": 4,
                "array": _apart(one.highs, one.values), "arrayminus": _apart(one.values, one.lows),
            }  # fmt: skip
        traces.append(trace)
    return traces, {
        "xaxis": _axis(chart),
        "yaxis": {"autorange": "reversed", "type": "category", "automargin": True},
        "hovermode": "closest",
    }


def _pairs(chart: Chart) -> tuple[list[Trace], dict[str, Any]]:
    """What is beyond its objective is a square in the colour of a breach."""
    steps = ticks(chart)
    inside = {"type": "scatter", "hoverinfo": "text"}
    traces: list[Trace] = [
        inside | {"mode": "lines", "showlegend": False, "meta": {"role": Role.MUTED.value}} | _joined(chart, steps)
    ]
    for one in chart.series:
        if one.look is Look.TARGET:
            mark = {"marker": {"symbol": "line-ns-open", "size": 16}, "meta": {"role": Role.TARGET.value}}
            traces.append(
                inside
                | {"mode": "markers", "name": one.name}
                | mark
                | _points(chart, one, range(len(one.values)), steps)
            )
            continue
        rows = range(len(one.values))
        late = [at for at in rows if beyond(chart, at)]
        fine = [at for at in rows if at not in late]
        for name, found, symbol, role in (
            (one.name, fine, "circle", Role.MAIN), (_("%(name)s, beyond") % {"name": one.name}, late, "square", Role.BAD),
        ):  # fmt: skip
            if found:
                look = {"marker": {"symbol": symbol, "size": 11}, "meta": {"role": role.value}}
                traces.append(inside | {"mode": "markers", "name": name} | look | _points(chart, one, found, steps))
    axis = {
        "type": "log", "tickmode": "array", "tickvals": list(steps), "ticktext": [units.duration(each * 60) for each in steps],
        "range": [log10(steps[0]) - 0.05, log10(steps[-1]) + 0.05], "tickangle": 0,
    }  # fmt: skip
    rows_axis = {
        "autorange": "reversed", "type": "category", "automargin": True, "categoryorder": "array",
        "categoryarray": list(chart.categories),
    }  # fmt: skip
    return traces, {"xaxis": axis, "yaxis": rows_axis, "hovermode": "closest"}


def _joined(chart: Chart, steps: tuple[float, ...]) -> Trace:
    """A line from the dot to the mark of each row that has both, and a gap after it."""
    xs: list[float | None] = []
    ys: list[str] = []
    for at, name in enumerate(chart.categories):
        ends = [max(value, steps[0]) for one in chart.series if (value := one.values[at]) is not None]
        if len(ends) > 1:
            xs += [*ends, None]
            ys += [name] * (len(ends) + 1)
    return {"x": xs, "y": ys, "connectgaps": False, "hoverinfo": "skip"}


def _points(chart: Chart, one: Series, rows: Sequence[int], steps: tuple[float, ...]) -> Trace:
    known = [at for at in rows if one.values[at] is not None]
    return {
        "x": [max(one.values[at] or 0.0, steps[0]) for at in known],
        "y": [chart.categories[at] for at in known],
        "text": [_written(one, at, chart.unit) for at in known],
    }


def _apart(high: Sequence[float | None], low: Sequence[float | None]) -> list[float]:
    return [
        (top - bottom) if top is not None and bottom is not None else 0.0 for top, bottom in zip(high, low, strict=True)
    ]


def _curve(chart: Chart) -> tuple[list[Trace], dict[str, Any]]:
    traces = [
        {
            "type": "scatter", "mode": "lines", "x": list(chart.xs), "y": list(one.values), "name": one.name,
            "connectgaps": False, "meta": {"role": LOOKS[one.look].value},
        }
        for one in chart.series
    ]  # fmt: skip
    return traces, {
        "xaxis": {"type": "log", "ticksuffix": f"{units.NNBSP}{chart.unit}" if chart.unit else "", "nticks": 6},
        "yaxis": {
            "ticksuffix": f"{units.NNBSP}%",
            "rangemode": "tozero",
            "automargin": True,
            "title": {"text": _("chance a year of more")},
        },
        "hovermode": "x unified",
    }


_DRAWINGS: Final[dict[Drawing, Callable[[Chart], tuple[list[Trace], dict[str, Any]]]]] = {
    Drawing.BARS: _bars,
    Drawing.COLUMNS: lambda chart: _upright(chart, stacked=False),
    Drawing.STACKED: lambda chart: _upright(chart, stacked=True),
    Drawing.LINES: _lines,
    Drawing.RANGES: _ranges,
    Drawing.PAIRS: _pairs,
    Drawing.CURVE: _curve,
}
