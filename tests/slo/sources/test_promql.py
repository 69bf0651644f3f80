from __future__ import annotations

import datetime as dt
import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from slo.sources import _promql as promql
from slo.sources._promql import BadQuery, Match, Op, Selector, WindowUse

FIVE = dt.timedelta(minutes=5)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("x", Selector("x")),
        ("(x)", Selector("x")),
        ('{__name__="x"}', Selector("x")),
        ('x{a="1",b!~"5.."}', Selector("x", (Match("a", Op.EQUAL, "1"), Match("b", Op.NOT_MATCHES, "5..")))),
        ("job:x:rate5m", Selector("job:x:rate5m")),
    ],
)
def test_a_plain_counter_is_recognised(text: str, expected: Selector) -> None:
    assert promql.selector(text) == expected


@pytest.mark.parametrize(
    "text", ["x offset 5m", "x @ 5", "x + y", "sum(x)", "1", '{job="a"}', 'x{a="1" or b="2"}', "increase(x[5m])"]
)
def test_everything_else_is_free_promql(text: str) -> None:
    assert promql.selector(text) is None


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("", "empty"),
        ("  ", "empty"),
        ("sum(", "not PromQL: unclosed"),
        ("x[5m]", "A range in brackets"),
        ('"text"', "A text"),
        ("nosuchfunction(x)", "nosuchfunction"),
        ("rate(x)", "not PromQL"),
        ("x{a=~'('}", "not PromQL"),
        ("{}", "not PromQL"),
        ("x; drop table", "not PromQL"),
    ],
)
def test_what_is_no_query_is_refused_with_the_reason(text: str, sentence: str) -> None:
    with pytest.raises(BadQuery, match=sentence):
        promql.parse(text)


@given(st.text(max_size=30))
def test_law_a_label_value_cannot_break_out_of_its_matcher(value: str) -> None:
    try:
        text = str(Selector("x", (Match("service", Op.EQUAL, value),)))
    except BadQuery:
        return
    again = promql.selector(text)
    assert again is not None
    assert again.matchers == (Match("service", Op.EQUAL, value),)


@given(st.text(max_size=20))
def test_law_a_quoted_value_matches_itself_and_nothing_else(value: str) -> None:
    pattern = promql.quoted(value)

    assert re.compile(pattern, re.DOTALL).fullmatch(value)
    assert not re.compile(pattern, re.DOTALL).fullmatch(value + "x")


@pytest.mark.parametrize(
    ("matcher", "value", "accepted"),
    [
        (Match("a", Op.EQUAL, ""), "", True),
        (Match("a", Op.NOT_EQUAL, "x"), "", True),
        (Match("a", Op.MATCHES, "5.."), "500", True),
        (Match("a", Op.MATCHES, "5.."), "5000", False),
        (Match("a", Op.MATCHES, "a|b"), "ab", False),
        (Match("a", Op.NOT_MATCHES, "5.."), "500", False),
        (Match("a", Op.MATCHES, ".*"), "", True),
    ],
)
def test_a_matcher_reads_labels_as_prometheus_does(matcher: Match, value: str, *, accepted: bool) -> None:
    assert matcher.accepts(value) is accepted


def test_the_common_selector_keeps_what_all_have_and_joins_what_each_has() -> None:
    one = promql.selector('x{job="a",le="0.3",code="200"}')
    two = promql.selector('x{job="a",le=~"[+]?Inf"}')
    assert one is not None
    assert two is not None

    assert str(promql.common([one, two])) == 'x{job="a",le=~"(?:0[.]3)|(?:[+]?Inf)"}'
    assert promql.common([one]) == one


def test_a_query_inside_of_another_loses_its_comments() -> None:
    assert promql.with_window("sum(increase(x[{{.window}}])) # all of it", FIVE) == "sum(increase(x[5m]))"


@pytest.mark.parametrize(
    ("text", "use"),
    [
        ("sum by (service) (increase(x[{{.window}}]))", WindowUse.INCREASE),
        ("sum(increase(x[{{ .window }}])) - sum(increase(y[{{.window}}]))", WindowUse.INCREASE),
        ("sum(rate(x[{{.window}}]))", WindowUse.RATE),
        ("sum(rate(x[{{.window}}])) / sum(rate(y[5m]))", WindowUse.RATE),
        ("sum(rate(x[{{.window}}])) + sum(increase(y[{{.window}}]))", WindowUse.OTHER),
        ("avg_over_time(x[{{.window}}])", WindowUse.OTHER),
        ("sum(x)", WindowUse.NONE),
    ],
)
def test_what_the_window_does_is_read_from_the_tree(text: str, use: WindowUse) -> None:
    assert promql.window_use(text) is use


def test_matchers_are_put_into_every_selector_of_a_query() -> None:
    found = promql.narrowed(
        'sum(increase(x{a="\\"q"}[{{.window}}])) / sum(y offset 5m)', [Match("service", Op.EQUAL, 'a"b')]
    )

    assert found.count('service="a\\"b"') == 2
    assert 'a="\\"q"' in found
    promql.parse(found)


def test_metrics_are_found_in_order() -> None:
    assert promql.metrics('a / (b + {__name__="c"}) - rate(a[5m])') == ("a", "b", "c")


@pytest.mark.parametrize("label", ["", "a b", "a}", "1a", "a-b"])
def test_what_is_no_label_name_is_refused(label: str) -> None:
    with pytest.raises(BadQuery, match="no label name"):
        promql.grouped("x", label=label)
