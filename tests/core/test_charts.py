from __future__ import annotations

import datetime as dt
import json
import re
from html import unescape
from xml.etree import ElementTree as ET

import numpy as np
import plotly.graph_objects as go
import pytest
from django.utils import timezone
from hypothesis import given
from hypothesis import strategies as st

from relportal.core import charts
from relportal.core.charts import Axes, Marker, Role, Series
from relportal.core.curves import Curve, curves

AT = dt.datetime(2026, 11, 23, 6, 10, tzinfo=dt.UTC)
values = st.lists(st.none() | st.floats(-10, 10, allow_nan=False) | st.just(float("nan")), max_size=60)


def paths(svg: str, kind: str = "") -> list[str]:
    return [
        node.get("d", "") for node in ET.fromstring(svg).iter() if node.tag == "path" and node.get("class", "") == kind
    ]


@given(values, st.none() | st.floats(-5, 5))
def test_a_sparkline_is_always_a_drawing_inside_its_box(points: list[float | None], floor: float | None) -> None:
    svg = charts.sparkline(points, floor=floor)
    for path in paths(svg) + paths(svg, "b"):
        x = y = 0
        for step, first, second in re.findall(r"([Ml])(-?\d+) ?(-?\d+)", path):
            x, y = (int(first), int(second)) if step == "M" else (x + int(first), y + int(second))
            assert 0 <= x <= charts.WIDTH
            assert 0 <= y <= charts.HEIGHT


@pytest.mark.parametrize("points", [[0.0, 5e-324], [1.0, float("inf"), 2.0], [0.7, 0.7 + 1e-16]])
def test_values_that_no_scale_can_hold_are_drawn_flat_or_left_out(points: list[float | None]) -> None:
    assert paths(charts.sparkline(points, floor=0.0))


def test_a_gap_breaks_the_line_and_is_never_bridged() -> None:
    (path,) = paths(charts.sparkline([1, 0.9, None, None, 0.7, 0.6]))
    assert path.count("M") == 2


def test_a_single_point_between_gaps_stays_visible() -> None:
    (path,) = paths(charts.sparkline([None, 0.9, None]))
    assert path.endswith("h1")


def test_what_lies_below_the_floor_is_drawn_a_second_time_and_ends_in_a_square() -> None:
    svg = charts.sparkline([0.5, 0.2, -0.1, -0.4], floor=0)
    assert len(paths(svg, "b")) == 1
    assert len(paths(svg, "e")) == 1


def test_a_recovered_budget_has_a_thick_stretch_and_no_square() -> None:
    svg = charts.sparkline([0.5, -0.4, 0.6], floor=0)
    assert paths(svg, "b")
    assert not paths(svg, "e")


def test_nothing_measured_draws_no_line() -> None:
    assert paths(charts.sparkline([None, None])) == []


def test_a_sparkline_carries_no_style_of_its_own() -> None:
    svg = charts.sparkline([0.5, -0.4], floor=0)
    assert "style" not in svg
    assert "stroke=" not in svg
    assert "fill=" not in svg


def test_a_label_is_escaped() -> None:
    svg = charts.sparkline([1, 2], label='"><script>')
    assert "<script>" not in svg
    assert '"><script>' in unescape(svg)


def series(name: str = "Budget left") -> Series:
    x = charts.instants([AT + dt.timedelta(hours=hour) for hour in range(3)])
    return Series(name=name, x=x, y=np.array([100.0, np.nan, -12.0]))


def test_a_figure_is_one_that_plotly_accepts() -> None:
    figure = charts.time_series(
        [series()],
        axes=Axes(y_suffix=" %", lines=((0.0, "Spent", Role.BAD),), y_range=(-20, 100)),
        markers=[Marker(at=AT, label="Page", role=Role.BAD), Marker(at=AT, end=AT, label="")],
    )
    parsed = go.Figure(json.loads(figure))
    assert parsed.data[0].meta == {"role": "main"}
    assert len(parsed.layout.shapes) == 3


def test_instants_are_in_utc_whatever_the_zone_they_came_in() -> None:
    berlin = AT.astimezone(dt.timezone(dt.timedelta(hours=1)))
    assert charts.instants([berlin])[0] == np.datetime64("2026-11-23T06:10:00")


def drawn_at(moments: list[dt.datetime], zone: str) -> list[str]:
    with timezone.override(zone):
        one = Series(name="n", x=charts.instants(moments), y=np.zeros(len(moments)))
        return list(json.loads(charts.time_series([one]))["data"][0]["x"])


def test_a_figure_is_drawn_in_the_zone_of_the_viewer() -> None:
    assert drawn_at([AT], "Europe/Berlin") == ["2026-11-23T07:10:00"]
    assert drawn_at([AT], "Asia/Kolkata") == ["2026-11-23T11:40:00"]
    assert drawn_at([AT], "UTC") == ["2026-11-23T06:10:00"]


def test_a_figure_across_a_change_of_clocks_shows_each_local_hour() -> None:
    night = dt.datetime(2026, 3, 29, 0, 30, tzinfo=dt.UTC)
    hours = [night + dt.timedelta(hours=hour) for hour in range(3)]
    local = ["2026-03-29T01:30:00", "2026-03-29T03:30:00", "2026-03-29T04:30:00"]
    assert drawn_at(hours, "Europe/Berlin") == local


def test_a_year_with_two_changes_of_clocks_is_right_at_both_ends_and_between() -> None:
    days = [dt.datetime(2026, month, 1, 12, tzinfo=dt.UTC) for month in (1, 7, 12)]
    assert [text[11:13] for text in drawn_at(days, "Europe/Berlin")] == ["13", "14", "13"]


def test_a_gap_in_a_figure_is_null() -> None:
    (trace,) = json.loads(charts.time_series([series()]))["data"]
    assert trace["connectgaps"] is False
    assert go.Figure(json.loads(charts.time_series([series()]))).data[0].y is not None


def test_a_name_cannot_close_the_script_element() -> None:
    figure = charts.time_series([series("</script><script>alert(1)")])
    assert "<" not in figure
    assert json.loads(figure)["data"][0]["name"] == "</script><script>alert(1)"


def test_bars_keep_their_order_and_each_its_role() -> None:
    figure = json.loads(charts.bars(["a", "b"], np.array([2.0, 1.0]), name="Spent", roles=[Role.BAD, Role.MAIN]))
    assert figure["data"][0]["y"] == ["a", "b"]
    assert figure["data"][0]["meta"]["roles"] == ["bad", "main"]


@pytest.mark.parametrize(
    ("points", "text"),
    [
        ([None, None], "No data in this period."),
        ([1.0, 3.0, 2.0], "From 1.0 to 2.0, lowest 1.0, highest 3.0."),
        ([1.0, None, 2.0], "From 1.0 to 2.0, lowest 1.0, highest 2.0. 1 of 3 points have no data."),
    ],
)
def test_a_chart_is_told_in_a_sentence(points: list[float | None], text: str) -> None:
    assert charts.trend(points, places=1) == text


def test_dots_lie_over_the_whole_span_and_say_what_they_are() -> None:
    span = (AT - dt.timedelta(days=90), AT)
    points = charts.Dots(name="Time", x=charts.instants([AT]), y=np.array([12.0]), labels=["INC-1, 12 min"])
    figure = json.loads(charts.dots([points], axes=Axes(), span=span, ticks=[(5, "5 min"), (60, "1 h")]))
    (trace,) = figure["data"]
    assert (trace["mode"], trace["text"], trace["meta"]["role"]) == ("markers", ["INC-1, 12 min"], "main")
    assert figure["layout"]["xaxis"]["range"] == ["2026-08-25T06:10:00", "2026-11-23T06:10:00"]
    assert figure["layout"]["yaxis"]["tickvals"] == [5, 60]
    assert figure["layout"]["yaxis"]["ticktext"] == ["5 min", "1 h"]


def test_the_words_of_a_line_on_a_log_axis_stand_at_the_line() -> None:
    """Plotly takes the line by its value and the words by its exponent."""
    axes = Axes(log=True, lines=((100.0, "median", Role.TARGET),))
    figure = json.loads(charts.dots([], axes=axes, span=(AT, AT)))
    assert figure["layout"]["shapes"][0]["y0"] == 100
    assert figure["layout"]["annotations"][0]["y"] == 2


def test_stacked_bars_keep_their_order_and_each_bar_its_role() -> None:
    parts = [
        charts.Part(name="SEV-0", values=np.array([1.0, 0.0]), role=Role.BAD),
        charts.Part(name="No severity", values=np.array([0.0, 2.0]), role=Role.MUTED, hatched=True),
    ]
    figure = json.loads(charts.stacks(["2026-01", "2026-02"], parts, axes=Axes(whole=True)))
    assert figure["layout"]["barmode"] == "stack"
    assert [trace["meta"]["roles"] for trace in figure["data"]] == [["bad", "bad"], ["muted", "muted"]]
    assert figure["data"][1]["marker"]["pattern"]["shape"] == "/"
    assert figure["layout"]["yaxis"]["tickformat"] == "d"


def test_words_of_dots_cannot_end_the_script_that_holds_them() -> None:
    points = charts.Dots(name="</script>", x=charts.instants([AT]), y=np.array([1.0]), labels=["</script>"])
    assert "</" not in charts.dots([points], axes=Axes(), span=(AT, AT))


def test_a_curve_over_a_log_axis_has_its_upright_lines_and_words_at_their_values() -> None:
    one = Curve(name="Chance", x=np.array([10.0, 1000.0]), y=np.array([50.0, 5.0]), role=Role.SECOND)
    figure = json.loads(
        curves([one], axes=Axes(y_suffix=" %"), x_title="EUR", x_log=True, at=[(100.0, "95 %", Role.BAD)])
    )
    (trace,), layout = figure["data"], figure["layout"]
    assert (trace["mode"], trace["meta"]["role"]) == ("lines", "second")
    assert (layout["xaxis"]["type"], layout["xaxis"]["title"]["text"]) == ("log", "EUR")
    assert layout["shapes"][0]["x0"] == 100
    assert layout["annotations"][0]["x"] == 2


def test_a_curve_over_a_plain_axis_may_have_lying_lines_too() -> None:
    one = Curve(name="</script>", x=np.array([1.0]), y=np.array([5.0]))
    lines = Axes(lines=((5.0, "tolerated", Role.TARGET),))
    text = curves([one], axes=lines, at=[(1.0, "x", Role.MUTED)])
    assert "</" not in text
    layout = json.loads(text)["layout"]
    assert (layout["xaxis"]["type"], layout["annotations"][1]["x"], layout["shapes"][0]["y0"]) == ("linear", 1, 5)
