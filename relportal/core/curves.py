"""Curves over a number that is no time, such as the chance that a year costs more than so much."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from math import log10

import plotly.graph_objects as go

from relportal.core.charts import Axes, Floats, Role, layout_of, script_safe


@dataclass(frozen=True, slots=True, kw_only=True)
class Curve:
    """`y` over a number `x` that is no time, both as shown; points where both are known."""

    name: str
    x: Floats
    y: Floats
    role: Role = Role.MAIN
    fill: bool = False


def curves(
    series: Sequence[Curve],
    *,
    axes: Axes,
    x_title: str = "",
    x_log: bool = False,
    at: Sequence[tuple[float, str, Role]] = (),
) -> str:
    """Curves over a number, each straight between its points; `at` are upright lines with a word, in units of `x`."""
    layout = layout_of(axes) | {
        "xaxis": {"title": {"text": x_title}, "type": "log" if x_log else "linear", "nticks": 8}
    }
    if x_log:
        # As people say it: 10k and 1M, never 10^4.
        layout["xaxis"] |= {"dtick": 1, "exponentformat": "SI"}
    traces = [
        go.Scatter(
            x=one.x,
            y=one.y,
            name=one.name,
            mode="lines",
            fill="tozeroy" if one.fill else None,
            meta={"role": one.role.value},
        )
        for one in series
    ]
    figure = go.Figure(data=traces, layout=layout)
    for value, label, role in axes.lines:
        figure.add_hline(y=value, name=f"role:{role}", annotation_text=label)
    for value, label, role in at:
        figure.add_vline(x=value, name=f"role:{role}")
        # On a log axis Plotly takes lines by their value, but words by its exponent.
        x = log10(value) if x_log else value
        figure.add_annotation(x=x, y=1, yref="paper", text=label, name=f"role:{role}")
    return script_safe(str(figure.to_json()))
