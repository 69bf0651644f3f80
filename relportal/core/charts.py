"""Drawings of dataclass series: SVG on the server for table rows, Plotly figures where a chart is studied.

A figure carries no colours of its own: traces name a role (`Role`), and static/js/charts.js puts the palette of the viewer's
theme in its place, so that one answer serves light, dark and print.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum
from math import isfinite, log10
from typing import Any, Final

import numpy as np
import numpy.typing as npt
import plotly.graph_objects as go
from django.utils import timezone
from django.utils.html import conditional_escape
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext as _

WIDTH: Final = 192
"""Of a sparkline, in half pixels."""
HEIGHT: Final = 48
PAD: Final = 6
FLAT: Final = 1e-9
"""A smaller spread is the noise of float64, and would overflow the scale."""

QUIET_HOURS: Final = 24 * 28
"""No zone changes its clocks and back within four weeks; Morocco does within five."""

Floats = npt.NDArray[np.float64]
Instants = npt.NDArray[np.datetime64]


class Role(StrEnum):
    """What a trace stands for; its colour, width and dash follow from that."""

    MAIN = "main"
    SECOND = "second"
    THIRD = "third"
    TARGET = "target"
    BAD = "bad"
    RISK = "risk"
    GOOD = "good"
    MUTED = "muted"


@dataclass(frozen=True, slots=True, kw_only=True)
class Series:
    """`x` datetime64 in UTC, `y` as shown (percent, not ratio, where the axis says percent); NaN is a gap, never bridged.

    `dotted` marks each point, for the few values of periods: one between two gaps would be no line.
    """

    name: str
    x: Instants
    y: Floats
    role: Role = Role.MAIN
    fill: bool = False
    steps: bool = False
    dotted: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Marker:
    """Something that happened, as a dotted vertical line with a word; `end` makes it a band."""

    at: datetime
    label: str
    role: Role = Role.MUTED
    end: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Chart:
    """A figure with what a reader without sight needs: the answer in a sentence, and the numbers as a table."""

    title: str
    summary: str
    figure: str
    columns: tuple[str, ...] = ()
    rows: tuple[tuple[str, ...], ...] = ()
    size: str = "md"


@dataclass(frozen=True, slots=True, kw_only=True)
class Axes:
    """`y_suffix` follows each tick; `y_range` fixes the axis (by exponents where it is `log`), None lets it fit. `whole` is
    for counts; `from_zero` for what is read by its height and is no count."""

    y_title: str = ""
    y_suffix: str = ""
    y_range: tuple[float, float] | None = None
    zero_line: bool = False
    log: bool = False
    whole: bool = False
    from_zero: bool = False
    y_format: str = ""
    lines: tuple[tuple[float, str, Role], ...] = field(default=())


def instants(moments: Sequence[datetime]) -> Instants:
    """Aware datetimes as datetime64[s] in UTC."""
    return np.array([int(moment.timestamp()) for moment in moments], "datetime64[s]")


def time_series(
    series: Sequence[Series],
    *,
    axes: Axes | None = None,
    markers: Sequence[Marker] = (),
) -> str:
    """A Plotly figure over time, in the viewer's zone, as JSON that is safe inside a script element."""
    axes = axes or Axes()
    figure = go.Figure(data=[_trace(one) for one in series], layout=layout_of(axes))
    for value, label, role in axes.lines:
        figure.add_hline(y=value, name=f"role:{role}", annotation_text=label)
    for marker in markers:
        _add_marker(figure, marker)
    return script_safe(str(figure.to_json()))


def bars(
    labels: Sequence[str],
    values: Floats,
    *,
    name: str,
    roles: Sequence[Role] | None = None,
    axes: Axes | None = None,
) -> str:
    """Horizontal bars, longest name readable, in the order given (first on top)."""
    axes = axes or Axes()
    kinds = roles or [Role.MAIN] * len(labels)
    trace = go.Bar(
        x=values,
        y=list(labels),
        orientation="h",
        name=name,
        meta={"roles": list(kinds)},
    )
    layout = layout_of(axes)
    layout["yaxis"] = {"autorange": "reversed", "type": "category", "automargin": True}
    layout["xaxis"] = {"ticksuffix": axes.y_suffix, "zeroline": True, "nticks": 5}
    return script_safe(str(go.Figure(data=[trace], layout=layout).to_json()))


@dataclass(frozen=True, slots=True, kw_only=True)
class Dots:
    """`labels` is what a dot says when it is pointed at; numbers and ids only, for Plotly reads tags in it."""

    name: str
    x: Instants
    y: Floats
    labels: Sequence[str]
    role: Role = Role.MAIN


def dots(
    series: Sequence[Dots],
    *,
    axes: Axes,
    span: tuple[datetime, datetime],
    ticks: Sequence[tuple[float, str]] = (),
) -> str:
    """Single events over the time of `span`, each a dot; `ticks` name values of the y axis in place of Plotly's own."""
    traces = [
        go.Scatter(
            x=_local(one.x),
            y=one.y,
            name=one.name,
            mode="markers",
            text=list(one.labels),
            hovertemplate="%{text}<extra></extra>",
            meta={"role": one.role.value},
        )
        for one in series
    ]
    layout = layout_of(axes) | {"hovermode": "closest"}
    layout["xaxis"]["range"] = [str(each) for each in _local(instants(span))]
    if ticks:
        layout["yaxis"] |= {
            "tickvals": [value for value, _label in ticks],
            "ticktext": [label for _value, label in ticks],
        }
    figure = go.Figure(data=traces, layout=layout)
    for value, label, role in axes.lines:
        figure.add_hline(y=value, name=f"role:{role}")
        # On a log axis Plotly takes lines by their value, but words by its exponent.
        y = log10(value) if axes.log else value
        figure.add_annotation(x=1, xref="paper", xanchor="right", y=y, text=label, name=f"role:{role}")
    return script_safe(str(figure.to_json()))


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """A layer of stacked bars; `hatched` sets apart what no role should colour."""

    name: str
    values: Floats
    role: Role
    hatched: bool = False


def stacks(labels: Sequence[str], parts: Sequence[Part], *, axes: Axes | None = None) -> str:
    """Upright bars in the order given, of parts from the bottom up."""
    traces = [
        go.Bar(
            x=list(labels),
            y=part.values,
            name=part.name,
            marker={"pattern": {"shape": "/"}} if part.hatched else None,
            meta={"roles": [part.role.value] * len(labels)},
        )
        for part in parts
    ]
    layout = layout_of(axes or Axes()) | {"barmode": "stack", "xaxis": {"type": "category"}}
    return script_safe(str(go.Figure(data=traces, layout=layout).to_json()))


def _local(x: Instants) -> Instants:
    """In the viewer's zone, because Plotly draws the digits it is given; across a change of clocks hour by hour."""
    if not x.size:
        return x
    zone = timezone.get_current_timezone()
    seconds = x.astype("datetime64[s]").astype(np.int64)
    hours, positions = np.unique(seconds // 3600, return_inverse=True)
    ends = [_offset_s(datetime.fromtimestamp(int(hour) * 3600, zone)) for hour in hours[[0, -1]]]
    if ends[0] == ends[1] and hours[-1] - hours[0] < QUIET_HOURS:
        hours, positions = hours[:1], np.zeros_like(positions)
    offsets = [_offset_s(datetime.fromtimestamp(int(hour) * 3600, zone)) for hour in hours]
    local: Instants = (seconds + np.array(offsets, np.int64)[positions]).astype("datetime64[s]")
    return local


def _offset_s(moment: datetime) -> int:
    return int((moment.utcoffset() or timedelta()).total_seconds())


def _trace(one: Series) -> go.Scatter:
    return go.Scatter(
        x=_local(one.x),
        y=one.y,
        name=one.name,
        mode="lines+markers" if one.dotted else "lines",
        connectgaps=False,
        fill="tozeroy" if one.fill else None,
        line={"shape": "hv" if one.steps else "linear"},
        meta={"role": one.role.value},
    )


def layout_of(axes: Axes) -> dict[str, Any]:
    y: dict[str, Any] = {
        "ticksuffix": axes.y_suffix,
        "title": {"text": axes.y_title},
        "zeroline": axes.zero_line,
        "automargin": True,
    }
    if axes.y_range:
        y["range"] = list(axes.y_range)
    if axes.log:
        y["type"] = "log"
    if axes.whole:
        y |= {"tickformat": "d", "rangemode": "tozero", "minallowed": 0}
    if axes.from_zero:
        y["rangemode"] = "tozero"
    if axes.y_format:
        y["tickformat"] = axes.y_format
    return {
        "yaxis": y,
        "xaxis": {"type": "date", "title": {"text": timezone.get_current_timezone_name()}},
        "hovermode": "x unified",
    }


def _add_marker(figure: go.Figure, marker: Marker) -> None:
    start = _local(instants([marker.at]))[0].item()
    if marker.end is None:
        figure.add_vline(x=start, name=f"role:{marker.role}")
    else:
        end = _local(instants([marker.end]))[0].item()
        figure.add_vrect(x0=start, x1=end, name=f"role:{marker.role}")
    if marker.label:
        figure.add_annotation(x=start, y=1, yref="paper", text=marker.label, name=f"role:{marker.role}")


def script_safe(json: str) -> str:
    return json.translate({ord("<"): "\\u003C", ord(">"): "\\u003E", ord("&"): "\\u0026"})


def sparkline(
    values: Sequence[float | None],
    *,
    floor: float | None = None,
    label: str = "",
) -> SafeString:
    """An SVG line of about 30 points; None is a gap in it, and a stretch below `floor` is drawn thick, with a square at its end.

    Colours come from the classes alone (static/css/portal.css), so a stored or cached drawing follows the theme. Whole
    half-pixels and relative steps keep it near 150 bytes. The `label` is what a screen reader says; without one the drawing
    is hidden from it, for rows whose words say the same.
    """
    known = _known(values)
    if not known:
        return _svg("", label)
    low, high = min(known), max(known)
    if floor is not None:
        low, high = min(low, floor), max(high, floor)
    scale = (HEIGHT - 2 * PAD) / (high - low) if high - low > FLAT else 0.0
    base = HEIGHT - PAD if scale else HEIGHT // 2
    step = (WIDTH - 2 * PAD) // max(1, len(values) - 1)
    points: list[Point] = [
        None if value is None or not isfinite(value) else (PAD + i * step, round(base - (value - low) * scale))
        for i, value in enumerate(values)
    ]
    body = _path(points)
    if floor is not None:
        y = round(base - (floor - low) * scale)
        body = f'<path class="f" d="M0 {y}H{WIDTH}"/>{body}'
        if low < floor:
            body += _path([p if p and p[1] > y else None for p in points], "b")
        if (last := points[-1]) and last[1] > y:
            x = last[0]
            return _svg(f'{body}<path class="e" d="M{x - 5} {last[1] - 5}h10v10h-10z"/>', label)
    return _svg(body, label)


def trend(values: Sequence[float | None], *, unit: str = "", places: int = 2) -> str:
    """One sentence for a chart: where it began, where it ended, its worst, and how much of it is missing."""
    known = _known(values)
    if not known:
        return _("No data in this period.")
    text = _("From %(first)s to %(last)s, lowest %(low)s, highest %(high)s.") % {
        "first": f"{known[0]:.{places}f}{unit}",
        "last": f"{known[-1]:.{places}f}{unit}",
        "low": f"{min(known):.{places}f}{unit}",
        "high": f"{max(known):.{places}f}{unit}",
    }
    if missing := len(values) - len(known):
        text += " " + _("%(missing)s of %(all)s points have no data.") % {
            "missing": missing,
            "all": len(values),
        }
    return text


Point = tuple[int, int] | None


def _path(points: Sequence[Point], kind: str = "") -> str:
    """Each unbroken run as one polyline in relative steps; a lone point as a dot, so that it does not vanish."""
    parts: list[str] = []
    previous: Point = None
    for index, point in enumerate(points):
        if point is None:
            previous = None
            continue
        if previous is None:
            parts.append(f"M{point[0]} {point[1]}")
            if index + 1 == len(points) or points[index + 1] is None:
                parts.append("h1")
        else:
            rise = point[1] - previous[1]
            gap = "" if rise < 0 else " "
            parts.append(f"l{point[0] - previous[0]}{gap}{rise}")
        previous = point
    name = f' class="{kind}"' if kind else ""
    return f'<path{name} d="{"".join(parts)}"/>'


def _known(values: Sequence[float | None]) -> list[float]:
    return [value for value in values if value is not None and isfinite(value)]


def _svg(body: str, label: str) -> SafeString:
    """Safe: `body` is numbers formatted here, and the label is escaped."""
    name = f'role="img" aria-label="{conditional_escape(label)}"' if label else 'aria-hidden="true"'
    return mark_safe(  # noqa: S308 -- see above
        f'<svg class="rp-spark" viewBox="0 0 {WIDTH} {HEIGHT}" {name}>{body}</svg>'
    )
