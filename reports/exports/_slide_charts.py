"""Native charts, editable in place: their numbers are the payload's, their labels its texts.

What no native chart draws is the nearest one: an interval is a bar with error bars, a heat map is a table, a target among
horizontal bars is a line where it is the same for all, else an outline of dashes, and pairs stand upright, joined by error bars.
"""

from __future__ import annotations

from collections.abc import Callable
from copy import deepcopy
from dataclasses import replace
from typing import Any, Final
from xml.sax.saxutils import escape

from pptx.chart.data import CategoryChartData, XyChartData
from pptx.dml.color import RGBColor
from pptx.enum.chart import XL_CHART_TYPE, XL_LEGEND_POSITION, XL_MARKER_STYLE, XL_TICK_LABEL_POSITION, XL_TICK_MARK
from pptx.enum.dml import MSO_LINE
from pptx.oxml import parse_xml
from pptx.util import Pt

from reports.domain.pairs import beyond, ticks
from reports.domain.payload import Cell, Chart, Column, Drawing, Look, Series, Table, Tone
from reports.exports._print import scale
from reports.exports._slide_look import INK, MUTED, RULE, SOFT, TONES, Box, fill, marked, stroke

C: Final = "http://schemas.openxmlformats.org/drawingml/2006/chart"
SPACES: Final = f'xmlns:c="{C}" xmlns:a="http://schemas.openxmlformats.org/drawingml/2006/main"'
KINDS: Final = {
    Drawing.BARS: XL_CHART_TYPE.BAR_CLUSTERED,
    Drawing.COLUMNS: XL_CHART_TYPE.COLUMN_CLUSTERED,
    Drawing.STACKED: XL_CHART_TYPE.COLUMN_STACKED,
    Drawing.LINES: XL_CHART_TYPE.LINE_MARKERS,
    Drawing.RANGES: XL_CHART_TYPE.BAR_CLUSTERED,
    Drawing.PAIRS: XL_CHART_TYPE.LINE_MARKERS,
}
EDGE: Final = 1.4
THOUSANDS: Final = '[>=1000000]0.##,,"M";[>=1000]0.#,"k";0.##'


def drawn(slide: Any, chart: Chart, box: Box) -> None:
    """Puts it on the slide; nothing where it has no number to draw."""
    if not any(value is not None for series in chart.series for value in series.values):
        return
    if chart.drawing is Drawing.CURVE:
        frame = slide.shapes.add_chart(XL_CHART_TYPE.XY_SCATTER_LINES_NO_MARKERS, *box.emu, _points(chart))
    else:
        frame = slide.shapes.add_chart(KINDS[chart.drawing], *box.emu, _categories(chart))
    frame.name = chart.title
    frame._element.nvGraphicFramePr.cNvPr.set("descr", f"{chart.title}. {chart.summary}")
    made = frame.chart
    made.font.size = Pt(9)
    made.has_title = False
    made.has_legend = len(chart.series) > 1
    if made.has_legend:
        made.legend.position = XL_LEGEND_POSITION.BOTTOM
        made.legend.include_in_layout = False
    _DRESS[chart.drawing](made, chart)


def as_table(chart: Chart) -> Table:
    """A heat map: the rows from the top, a column a category; colours are those of the cells."""
    rows = []
    for series in chart.series:
        cells = [
            Cell(text=_at(series.texts, number, ""), value=value, tone=_at(series.tones, number, Tone.NONE))
            for number, value in enumerate(series.values)
        ]
        rows.append((Cell(text=series.name), *cells))
    heads = (Column(label=""), *(Column(label=each, numeric=True) for each in chart.categories))
    return Table(key=chart.key, title=chart.title, columns=heads, rows=tuple(rows), note=chart.note)


def _categories(chart: Chart) -> CategoryChartData:
    data = CategoryChartData(number_format="General")
    data.categories = [_name(chart, number) for number in range(len(chart.categories))]
    for series in chart.series:
        # A logarithmic axis has no place for nothing.
        logarithmic = chart.drawing is Drawing.PAIRS
        values = [None if logarithmic and value is not None and value <= 0 else value for value in series.values]
        data.add_series(series.name, values)
    return data


def _name(chart: Chart, number: int) -> str:
    """A bar without length carries no label, and a whisker would strike one out: it stands with the name."""
    name = chart.categories[number]
    first = chart.series[0]
    text = _at(first.texts, number, "")
    unseen = chart.drawing in (Drawing.BARS, Drawing.COLUMNS) and _at(first.values, number, None) is None
    if chart.drawing is Drawing.PAIRS:
        # Beside a dot, the text would run into the mark of what was promised.
        text = marked(text, _at(first.tones, number, Tone.NONE)) if text else text
    return f"{name}: {text}" if text and (unseen or chart.drawing in (Drawing.RANGES, Drawing.PAIRS)) else name


def _points(chart: Chart) -> XyChartData:
    data = XyChartData(number_format="General")
    for series in chart.series:
        made = data.add_series(series.name)
        for x, y in zip(chart.xs, series.values, strict=False):
            # A logarithmic axis has no place for nothing.
            if y is not None and x > 0:
                made.add_data_point(x, y)
    return data


def _dress_bars(made: Any, chart: Chart) -> None:
    plot = made.plots[0]
    plot.gap_width, plot.overlap = 50, -5
    made.category_axis.reverse_order = True
    _dress_axes(made, chart)
    limit = _limit(chart.series[-1])
    for number, (series, given) in enumerate(zip(list(plot.series), chart.series, strict=True)):
        if given is chart.series[-1] and limit is not None:
            _ruled(made, series, limit=limit, unit=chart.unit)
            continue
        fill(series.format, given.look, number)
        series.invert_if_negative = False
        if given.look is Look.TARGET:
            _around(made, series)
        else:
            _label(series, given, "outEnd")


def _limit(series: Series) -> float | None:
    """What is the same for every bar: a line tells it, where a frame around each would run through the labels."""
    first = series.values[0] if series.values and len(set(series.values)) == 1 else None
    return first if series.look is Look.TARGET and first is not None and first > 0 else None


def _ruled(made: Any, series: Any, *, limit: float, unit: str) -> None:
    """In the place of a series: lines at its limit and the multiples of it, which the axis names."""
    bars = series._element.getparent()
    bars.remove(series._element)
    made.has_legend = len(bars.findall(f"{{{C}}}ser")) > 1
    axis = made.value_axis
    axis.visible, axis.major_unit, axis.has_major_gridlines = True, limit, True
    axis.major_gridlines.format.line.dash_style = MSO_LINE.DASH
    axis.major_gridlines.format.line.color.rgb = RGBColor.from_string(SOFT)
    axis.format.line.fill.background()
    axis.major_tick_mark = XL_TICK_MARK.NONE
    axis.tick_labels.font.size = Pt(9)
    axis.tick_labels.number_format = '0" %"' if unit == "%" else "General"
    axis.tick_labels.number_format_is_linked = False


def _dress_ranges(made: Any, chart: Chart) -> None:
    plot = made.plots[0]
    plot.gap_width, plot.overlap = 80, 0
    made.category_axis.reverse_order = True
    _dress_axes(made, chart)
    for number, (series, given) in enumerate(zip(list(plot.series), chart.series, strict=True)):
        fill(series.format, given.look if given.look is not Look.ACTUAL else Look.PREVIOUS, number)
        series.invert_if_negative = False
        if given.look is Look.TARGET:
            _around(made, series)
        elif given.lows and given.highs:
            series._element.find(f"{{{C}}}cat").addprevious(_whiskers(given))


def _dress_columns(made: Any, chart: Chart) -> None:
    plot = made.plots[0]
    stacked = chart.drawing is Drawing.STACKED
    few = 300 if len(chart.categories) < 4 else 0
    plot.gap_width, plot.overlap = (few or 40, 100) if stacked else (few or 60, -5)
    _dress_axes(made, chart)
    for number, (series, given) in enumerate(zip(list(plot.series), chart.series, strict=True)):
        fill(series.format, given.look, number)
        series.invert_if_negative = False
        if given.look is Look.TARGET:
            _as_line(made, series)
        else:
            white = stacked and number < 2
            _label(series, given, "ctr" if stacked else "outEnd", colour="FFFFFF" if white else INK)


def _dress_lines(made: Any, chart: Chart) -> None:
    _dress_axes(made, chart)
    alone = sum(1 for each in chart.series if each.look is Look.ACTUAL) == 1
    for number, (series, given) in enumerate(zip(made.plots[0].series, chart.series, strict=True)):
        series.smooth = False
        stroke(series.format, given.look, number)
        if given.look is Look.TARGET:
            series.marker.style = XL_MARKER_STYLE.NONE
        else:
            series.marker.style, series.marker.size = XL_MARKER_STYLE.CIRCLE, 5
            series.marker.format.fill.solid()
            series.marker.format.fill.fore_color.rgb = RGBColor.from_string(INK)
        if alone and given.look is Look.ACTUAL:
            _label(series, given, "t")


def _dress_pairs(made: Any, chart: Chart) -> None:
    steps = ticks(chart)
    _dress_axes(made, chart)
    # A mark at the very edge would be cut in half, or left out.
    made.value_axis.minimum_scale, made.value_axis.maximum_scale = steps[0] / EDGE, steps[-1] * EDGE
    _logarithmic(made.value_axis)
    promised = next((each.values for each in chart.series if each.look is Look.TARGET), ())
    for series, given in zip(made.plots[0].series, chart.series, strict=True):
        series.smooth = False
        series.format.line.fill.background()
        if given.look is Look.TARGET:
            _marked(series.marker, XL_MARKER_STYLE.DASH, 16, SOFT)
            continue
        _marked(series.marker, XL_MARKER_STYLE.CIRCLE, 9, INK)
        for at in (at for at in range(len(chart.categories)) if beyond(chart, at)):
            _marked(series.points[at].marker, XL_MARKER_STYLE.SQUARE, 9, TONES[Tone.RED].colour)
        series._element.find(f"{{{C}}}cat").addprevious(_whiskers(_spanned(given, promised), caps=False))


def _spanned(given: Series, promised: tuple[float | None, ...]) -> Series:
    """With the way from each value to what was promised as its interval."""
    pairs = [(value, _at(promised, at, None)) for at, value in enumerate(given.values)]
    ends = [None if value is None or value <= 0 or other is None else (value, other) for value, other in pairs]
    return replace(
        given,
        lows=tuple(None if each is None else min(each) for each in ends),
        highs=tuple(None if each is None else max(each) for each in ends),
    )


def _marked(marker: Any, style: Any, size: int, colour: str) -> None:
    marker.style, marker.size = style, size
    marker.format.fill.solid()
    marker.format.fill.fore_color.rgb = RGBColor.from_string(colour)
    marker.format.line.fill.background()


def _logarithmic(axis: Any) -> None:
    axis._element.find(f"{{{C}}}scaling").insert(0, parse_xml(f'<c:logBase {SPACES} val="10"/>'))


def _dress_curve(made: Any, chart: Chart) -> None:
    _dress_axes(made, chart)
    _logarithmic(made.category_axis)
    made.category_axis.tick_labels.number_format = THOUSANDS
    made.category_axis.tick_labels.number_format_is_linked = False
    shown = [x > 0 for x in chart.xs]
    for number, (series, given) in enumerate(zip(made.plots[0].series, chart.series, strict=True)):
        series.smooth = False
        stroke(series.format, given.look, number)
        if given.look is Look.ACTUAL:
            kept = [at for at, value in enumerate(given.values) if value is not None and shown[at]]
            texts = tuple(_at(given.texts, at, "") for at in kept)
            _label(series, Series(name="", values=(1.0,) * len(kept), texts=texts), "t")


def _dress_axes(made: Any, chart: Chart) -> None:
    low, high = scale(chart)
    values, names = made.value_axis, made.category_axis
    values.minimum_scale, values.maximum_scale = low, high if low else high * 1.05
    values.has_major_gridlines = names.has_major_gridlines = False
    # Each value has its label: an axis of numbers would say it twice.
    values.visible = False
    names.tick_label_position = XL_TICK_LABEL_POSITION.LOW
    names.major_tick_mark = XL_TICK_MARK.NONE
    names.format.line.color.rgb = RGBColor.from_string(RULE)
    names.tick_labels.font.size = Pt(9)
    names.tick_labels.font.color.rgb = RGBColor.from_string(SOFT)


def _label(series: Any, given: Series, place: str, *, colour: str = INK) -> None:
    """The texts of the payload at its values: a number format would round once more."""
    if not any(given.texts):
        return
    labels = series._element.get_or_add_dLbls()
    for each in list(labels):
        labels.remove(each)
    shown = "".join(
        f"<c:{part} val='%d'/>"
        for part in ("showLegendKey", "showVal", "showCatName", "showSerName", "showPercent", "showBubbleSize")
    )
    letters = f'sz="800"><a:solidFill><a:srgbClr val="{colour if given.look is Look.ACTUAL else MUTED}"/></a:solidFill>'
    parts = []
    for number, (value, text) in enumerate(zip(given.values, given.texts, strict=False)):
        if value is not None and text:
            words = escape(marked(text, _at(given.tones, number, Tone.NONE)))
            parts.append(
                f'<c:dLbl><c:idx val="{number}"/><c:tx><c:rich><a:bodyPr/><a:p><a:r><a:rPr lang="en-US" {letters}</a:rPr>'
                f'<a:t>{words}</a:t></a:r></a:p></c:rich></c:tx><c:dLblPos val="{place}"/>{shown % (0, 1, 0, 0, 0, 0)}</c:dLbl>'
            )
    for each in parse_xml(f"<c:dLbls {SPACES}>{''.join(parts)}{shown % (0, 0, 0, 0, 0, 0)}</c:dLbls>"):
        labels.append(each)


def _whiskers(given: Series, *, caps: bool = True) -> Any:
    """From the low to the high end of each interval."""
    ups, downs = [], []
    for value, low, high in zip(given.values, given.lows, given.highs, strict=False):
        known = value is not None and low is not None and high is not None
        ups.append(high - value if known else 0.0)  # type: ignore[operator]
        downs.append(value - low if known else 0.0)  # type: ignore[operator]
    plus, minus = _literal(ups), _literal(downs)
    kind = f'<c:errBarType val="both"/><c:errValType val="cust"/><c:noEndCap val="{0 if caps else 1}"/>'
    ends = f"<c:plus>{plus}</c:plus><c:minus>{minus}</c:minus>"
    return parse_xml(f"<c:errBars {SPACES}>{kind}{ends}{_stroke()}</c:errBars>")


def _stroke(dash: str = "solid") -> str:
    ink = f'<a:solidFill><a:srgbClr val="{INK}"/></a:solidFill>'
    return f'<c:spPr {SPACES}><a:ln w="19050">{ink}<a:prstDash val="{dash}"/></a:ln></c:spPr>'


def _literal(numbers: list[float]) -> str:
    points = "".join(f'<c:pt idx="{at}"><c:v>{number!r}</c:v></c:pt>' for at, number in enumerate(numbers))
    return f'<c:numLit><c:formatCode>General</c:formatCode><c:ptCount val="{len(numbers)}"/>{points}</c:numLit>'


def _around(made: Any, series: Any) -> None:
    """Moves a series of horizontal bars to axes of its own on the same scale, where it frames the others."""
    area = made._chartSpace.chart.plotArea
    first = area.find(f"{{{C}}}barChart")
    moved = series._element
    first.remove(moved)
    second = area.find(f"{{{C}}}barChart[2]")
    if second is not None:
        second.find(f"{{{C}}}gapWidth").addprevious(moved)
        return
    axes = [deepcopy(area.find(f"{{{C}}}{kind}")) for kind in ("catAx", "valAx")]
    numbers = [each.find(f"{{{C}}}axId").get("val") for each in axes]
    for axis, own, other in zip(axes, numbers, reversed(numbers), strict=True):
        axis.find(f"{{{C}}}axId").set("val", f"9{own.lstrip('-')[:7]}")
        axis.find(f"{{{C}}}crossAx").set("val", f"9{other.lstrip('-')[:7]}")
        axis.find(f"{{{C}}}delete").set("val", "1")
    ids = "".join(f'<c:axId val="9{each.lstrip("-")[:7]}"/>' for each in numbers)
    second = parse_xml(
        f'<c:barChart {SPACES}><c:barDir val="bar"/><c:grouping val="clustered"/><c:varyColors val="0"/>'
        f'<c:gapWidth val="12"/>{ids}</c:barChart>'
    )
    second.find(f"{{{C}}}gapWidth").addprevious(moved)
    first.addnext(second)
    for axis in axes:
        area.findall(f"{{{C}}}valAx")[-1].addnext(axis)


def _as_line(made: Any, series: Any) -> None:
    """Moves a series of columns to a line on the same axes."""
    area = made._chartSpace.chart.plotArea
    bars = area.find(f"{{{C}}}barChart")
    lines = area.find(f"{{{C}}}lineChart")
    if lines is None:
        lines = parse_xml(f'<c:lineChart {SPACES}><c:grouping val="standard"/><c:varyColors val="0"/></c:lineChart>')
        bars.addnext(lines)
        for each in bars.findall(f"{{{C}}}axId"):
            lines.append(deepcopy(each))
    moved = series._element
    bars.remove(moved)
    for name in ("invertIfNegative", "spPr"):
        for each in moved.findall(f"{{{C}}}{name}"):
            moved.remove(each)
    look = parse_xml(_stroke("dash"))
    moved.find(f"{{{C}}}tx").addnext(look)
    look.addnext(parse_xml(f'<c:marker {SPACES}><c:symbol val="none"/></c:marker>'))
    moved.append(parse_xml(f'<c:smooth {SPACES} val="0"/>'))
    lines.find(f"{{{C}}}axId").addprevious(moved)


def _at(row: tuple[Any, ...], number: int, instead: Any) -> Any:
    return row[number] if number < len(row) else instead


_DRESS: Final[dict[Drawing, Callable[[Any, Chart], None]]] = {
    Drawing.BARS: _dress_bars,
    Drawing.COLUMNS: _dress_columns,
    Drawing.STACKED: _dress_columns,
    Drawing.LINES: _dress_lines,
    Drawing.RANGES: _dress_ranges,
    Drawing.PAIRS: _dress_pairs,
    Drawing.CURVE: _dress_curve,
}
