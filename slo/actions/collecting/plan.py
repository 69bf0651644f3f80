"""What an indicator needs from its source: selectors that are read raw, or queries whose values are counts already."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from enum import StrEnum

from django.utils.translation import gettext as _

from slo.domain.grid import STEP_S
from slo.domain.histogram import le_pattern
from slo.domain.increase import Telescope
from slo.models import Indicator, IndicatorKind, Via
from slo.sources import _promql as promql
from slo.sources._promql import BadQuery, Match, Op, Selector, WindowUse


class Role(StrEnum):
    """What a counter counts; VALUE is no counter but a number that is judged per slice."""

    TOTAL = "total"
    BAD = "bad"
    GOOD = "good"
    VALUE = "value"


@dataclass(frozen=True, slots=True)
class Raw:
    """Counters whose own values are read, and differenced here. `only` narrows what is asked for, not what is meant."""

    role: Role
    selector: Selector
    only: tuple[Match, ...] = ()

    @property
    def asked(self) -> Selector:
        return self.selector.having(*self.only)


@dataclass(frozen=True, slots=True)
class Query:
    """A query that answers one value a service and instant: `scale` times it is the count of the step that ends there."""

    role: Role
    text: str
    via: Via
    scale: float = 1.0


Need = Raw | Query


def needs(indicator: Indicator, *, scrape_s: int, grouped: bool = False, step_s: int = STEP_S) -> tuple[Need, ...]:
    """All events first, then what is counted beside them; empty for a pushed indicator.

    `grouped` asks for increases instead of raw counters, for a source with too many series.
    Raises: BadQuery, with the sentence for the user.
    """
    window = _Window.of(scrape_s=scrape_s, step_s=step_s)
    match IndicatorKind(indicator.kind):
        case IndicatorKind.RATIO_GOOD:
            texts = {Role.TOTAL: indicator.total, Role.GOOD: indicator.good}
            return tuple(_counter(indicator, role, text, window, grouped=grouped) for role, text in texts.items())
        case IndicatorKind.RATIO_BAD:
            texts = {Role.TOTAL: indicator.total, Role.BAD: indicator.bad}
            return tuple(_counter(indicator, role, text, window, grouped=grouped) for role, text in texts.items())
        case IndicatorKind.LATENCY_CLASSIC:
            return _classic(indicator, window, grouped=grouped)
        case IndicatorKind.LATENCY_NATIVE:
            return _native(indicator, window)
        case IndicatorKind.THRESHOLD:
            return _threshold(indicator, window)
        case IndicatorKind.PUSHED:
            return ()


@dataclass(frozen=True, slots=True)
class _Window:
    """The range of increases for a step: a scrape longer, so that they join without seam, where the interval allows it."""

    step_s: int
    length: dt.timedelta
    scale: float

    @classmethod
    def of(cls, *, scrape_s: int, step_s: int) -> _Window:
        if step_s % scrape_s:
            return cls(step_s=step_s, length=dt.timedelta(seconds=step_s), scale=1.0)
        telescope = Telescope(scrape_s=scrape_s, step_s=step_s)
        return cls(step_s=step_s, length=dt.timedelta(milliseconds=telescope.range_ms), scale=telescope.scale)

    @property
    def step(self) -> dt.timedelta:
        return dt.timedelta(seconds=self.step_s)


def _counter(indicator: Indicator, role: Role, text: str, window: _Window, *, grouped: bool) -> Need:
    selector = promql.selector(text)
    if selector is None:
        return _free(role, text, window)
    return _raw(indicator, role, selector, window, grouped=grouped)


def _raw(indicator: Indicator, role: Role, selector: Selector, window: _Window, *, grouped: bool) -> Need:
    if not grouped:
        return Raw(role, selector)
    return Query(role, _increase(indicator, selector, window), Via.GROUPED, window.scale)


def _free(role: Role, text: str, window: _Window) -> Query:
    match promql.window_use(text):
        case WindowUse.INCREASE:
            return Query(role, promql.with_window(text, window.length), Via.FREE, window.scale)
        case WindowUse.RATE:
            # Events a second, times the seconds of the step.
            return Query(role, promql.with_window(text, window.length), Via.FREE, float(window.step_s))
    five = promql.with_window(text, dt.timedelta(seconds=STEP_S))
    return Query(role, five if window.step_s == STEP_S else _over_slices("sum_over_time", five, window), Via.FREE)


def _over_slices(function: str, query: str, window: _Window) -> str:
    """A value a step out of one a slice. A second less than the step, so that left-open ranges hold as many slices."""
    return f"{function}(({query})[{window.step_s - 1}s:{STEP_S}s])"


def _classic(indicator: Indicator, window: _Window, *, grouped: bool) -> tuple[Need, ...]:
    buckets = _buckets(indicator)
    roles = {Role.TOTAL: float("inf"), Role.GOOD: latency(indicator)}
    return tuple(
        _raw(indicator, role, buckets.having(Match("le", Op.MATCHES, le_pattern(bound))), window, grouped=grouped)
        for role, bound in roles.items()
    )


def _native(indicator: Indicator, window: _Window) -> tuple[Need, ...]:
    grown = _increase(indicator, _histogram(indicator), window)
    count = f"histogram_count({grown})"
    good = f"histogram_fraction(0, {latency(indicator)!r}, {grown}) * {count}"
    return (
        Query(Role.TOTAL, count, Via.GROUPED, window.scale),
        Query(Role.GOOD, good, Via.GROUPED, window.scale),
    )


def _threshold(indicator: Indicator, window: _Window) -> tuple[Need, ...]:
    value = promql.with_window(indicator.value, dt.timedelta(seconds=STEP_S))
    if indicator.limit is None or not indicator.operator:
        raise BadQuery(_("A threshold needs an operator and a limit."))
    if window.step_s == STEP_S:
        return (Query(Role.VALUE, value, Via.FREE),)
    good = f"({value}) {indicator.operator} bool {indicator.limit!r}"
    return (
        Query(Role.TOTAL, _over_slices("count_over_time", value, window), Via.FREE),
        Query(Role.GOOD, _over_slices("sum_over_time", good, window), Via.FREE),
    )


def daily_histogram(indicator: Indicator, *, scrape_s: int, day_s: int) -> Query:
    """Requests of a day: of a classic histogram one value for each service and `le`, of a native one a histogram a service.

    Raises: BadQuery.
    """
    window = _Window.of(scrape_s=scrape_s, step_s=day_s)
    if indicator.kind == IndicatorKind.LATENCY_NATIVE:
        return Query(Role.TOTAL, _increase(indicator, _histogram(indicator), window), Via.GROUPED, window.scale)
    grown = promql.increase(_buckets(indicator), window=window.length)
    text = promql.grouped(grown, label=indicator.service_label, beside=["le"])
    return Query(Role.TOTAL, text, Via.GROUPED, window.scale)


def histogram_asked(indicator: Indicator) -> str:
    """What `daily_histogram` reads, whatever the length of the day. Raises: BadQuery."""
    if indicator.kind == IndicatorKind.LATENCY_NATIVE:
        return f"{_histogram(indicator)} by ({indicator.service_label})"
    return f"{_buckets(indicator)} by ({indicator.service_label}, le)"


def _buckets(indicator: Indicator) -> Selector:
    return _histogram(indicator).suffixed("_bucket")


def _increase(indicator: Indicator, selector: Selector, window: _Window) -> str:
    return promql.grouped(promql.increase(selector, window=window.length), label=indicator.service_label)


def _histogram(indicator: Indicator) -> Selector:
    selector = promql.selector(indicator.histogram)
    if selector is None:
        raise BadQuery(
            _('A histogram is named by its metric, with labels if needed: http_request_duration_seconds{job="web"}.')
        )
    base = selector.metric.removesuffix("_bucket")
    return Selector(base, tuple(each for each in selector.matchers if each.name != "le"))


def latency(indicator: Indicator) -> float:
    """Raises: BadQuery when the threshold is missing or not above 0."""
    if indicator.latency_s is None or not indicator.latency_s > 0:
        raise BadQuery(_("A latency threshold is a number of seconds above 0."))
    return indicator.latency_s
