"""PromQL by its syntax tree: validated, recognised and rewritten, never glued together from text.

A query of an indicator is either a plain counter selector, which is read raw, or free PromQL, in which `{{.window}}` stands for
the range that the collector chooses.
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from enum import StrEnum
from functools import lru_cache
from typing import Any

import promql_parser as promql
from django.utils.translation import gettext as _

WINDOW = "{{.window}}"
MARKER = "__i"
_PLACEHOLDER = re.compile(r"\{\{\s*\.window\s*\}\}")
_STAND_IN = dt.timedelta(minutes=5)


class BadQuery(ValueError):
    """The text is no PromQL that can be used here; `str()` is a sentence that says why."""


class Op(StrEnum):
    EQUAL = "="
    NOT_EQUAL = "!="
    MATCHES = "=~"
    NOT_MATCHES = "!~"


_OPS = {
    str(promql.MatchOp.Equal): Op.EQUAL,
    str(promql.MatchOp.NotEqual): Op.NOT_EQUAL,
    str(promql.MatchOp.Re): Op.MATCHES,
    str(promql.MatchOp.NotRe): Op.NOT_MATCHES,
}
_PARSER_OPS = {
    Op.EQUAL: promql.MatchOp.Equal,
    Op.NOT_EQUAL: promql.MatchOp.NotEqual,
    Op.MATCHES: promql.MatchOp.Re,
    Op.NOT_MATCHES: promql.MatchOp.NotRe,
}


@dataclass(frozen=True, slots=True, order=True)
class Match:
    """A label matcher. Prometheus reads a missing label as the empty text, and anchors regular expressions."""

    name: str
    op: Op
    value: str

    def accepts(self, value: str) -> bool:
        match self.op:
            case Op.EQUAL:
                return value == self.value
            case Op.NOT_EQUAL:
                return value != self.value
        found = _compiled(self.value).fullmatch(value) is not None
        return found is (self.op is Op.MATCHES)


@dataclass(frozen=True, slots=True)
class Selector:
    """A plain instant selector: one metric name and matchers, without offset or @."""

    metric: str
    matchers: tuple[Match, ...] = ()

    def __str__(self) -> str:
        return selection(self.metric, self.matchers)

    def having(self, *more: Match) -> Selector:
        """With further matchers; one that stands there already is not repeated."""
        return Selector(self.metric, tuple(dict.fromkeys((*self.matchers, *more))))

    def suffixed(self, suffix: str) -> Selector:
        return Selector(self.metric + suffix, self.matchers)


class WindowUse(StrEnum):
    """What `{{.window}}` does to the value: an increase grows with the window, a rate does not, of others nothing is known."""

    INCREASE = "increase"
    RATE = "rate"
    OTHER = "other"
    NONE = "none"


def parse(text: str) -> promql.Expr:
    """The tree of a query, with a stand-in for `{{.window}}`.

    Raises: BadQuery, also for a text or a bare range vector, which are no values over time.
    """
    if not text.strip():
        raise BadQuery(_("The query is empty."))
    try:
        tree = promql.parse(_filled(text, _STAND_IN))
    except ValueError as error:
        raise BadQuery(_("This is not PromQL: %(reason)s.") % {"reason": str(error).strip().rstrip(".")}) from None
    if isinstance(tree, promql.MatrixSelector | promql.SubqueryExpr):
        raise BadQuery(
            _("A range in brackets is no value: write the counter without it, or put increase( ) around it.")
        )
    if isinstance(tree, promql.StringLiteral):
        raise BadQuery(_("A text is no query."))
    return tree


def selector(text: str) -> Selector | None:
    """The plain counter selector that `text` is, or None when it is free PromQL.

    Raises: BadQuery.
    """
    tree = parse(text)
    while isinstance(tree, promql.ParenExpr):
        tree = tree.expr
    if not isinstance(tree, promql.VectorSelector) or tree.offset is not None or tree.at is not None:
        return None
    if tree.matchers.or_matchers:
        return None
    matchers = [Match(each.name, _OPS[str(each.op)], each.value) for each in tree.matchers.matchers]
    names = [each.value for each in matchers if each.name == "__name__" and each.op is Op.EQUAL]
    metric = tree.name or (names[0] if names else "")
    if not metric:
        return None
    return Selector(metric, tuple(each for each in matchers if each.name != "__name__"))


def selection(metric: str, matchers: Iterable[Match]) -> str:
    """The text of a selector. What is printed is parsed again and must mean the same, so that no label value can break out.

    Raises: BadQuery.
    """
    matchers = tuple(matchers)
    tree = _with_matchers(promql.parse(metric), matchers)
    printed = [Match(each.name, _OPS[str(each.op)], each.value) for each in tree.matchers.matchers]
    if printed != list(matchers):
        raise BadQuery(_("The labels of %(metric)s cannot be written as PromQL.") % {"metric": metric})
    return str(tree.prettify())


def narrowed(text: str, matchers: Sequence[Match]) -> str:
    """The query with matchers added to every selector in it; `{{.window}}` is filled with five minutes.

    Raises: BadQuery.
    """

    def add(node: Any) -> Any:
        if not isinstance(node, promql.VectorSelector) or node.matchers.or_matchers:
            return None
        present = [Match(each.name, _OPS[str(each.op)], each.value) for each in node.matchers.matchers]
        return _with_matchers(node, (*present, *matchers))

    return str(promql.transform(parse(text), add).prettify())


def with_window(text: str, window: dt.timedelta) -> str:
    """The query with `{{.window}}` filled, printed anew: comments are gone, so that it may stand inside of another.

    Raises: BadQuery.
    """
    parse(text)
    return str(promql.parse(_filled(text, window)).prettify())


def window_use(text: str) -> WindowUse:
    """How the value depends on the window: INCREASE or RATE when every range that has it stands in that function.

    Raises: BadQuery.
    """
    if _PLACEHOLDER.search(text) is None:
        return WindowUse.NONE
    # An odd length finds the ranges that have the placeholder and no others.
    mark = dt.timedelta(milliseconds=299_987)
    tree = promql.parse(_filled(text, mark))
    uses: set[str] = set()
    inside: list[str] = []

    def enter(node: Any) -> None:
        if isinstance(node, promql.Call):
            inside.extend(node.func.name for each in node.args if getattr(each, "range", None) == mark)
        if getattr(node, "range", None) == mark:
            uses.add(inside.pop() if inside else "")

    promql.walk(tree, enter)
    if uses == {"increase"}:
        return WindowUse.INCREASE
    return WindowUse.RATE if uses == {"rate"} else WindowUse.OTHER


def metrics(text: str) -> tuple[str, ...]:
    """The metric names that a query reads, in order of appearance. Raises: BadQuery."""
    names: dict[str, None] = {}

    def enter(node: Any) -> None:
        if isinstance(node, promql.VectorSelector):
            exact = [each.value for each in node.matchers.matchers if each.name == "__name__"]
            names.update(dict.fromkeys([node.name] if node.name else exact))

    promql.walk(parse(text), enter)
    return tuple(names)


def combined(queries: Sequence[str]) -> str:
    """One query whose answer holds the answers of all, told apart by the label `__i`, their position."""
    marked = [f'label_replace({each}, "{MARKER}", "{number}", "", "")' for number, each in enumerate(queries)]
    return "\nor\n".join(marked)


def common(selectors: Sequence[Selector]) -> Selector:
    """The narrowest selector that finds what any of `selectors` (of one metric) finds.

    Matchers that all have are kept; labels on which each has one positive matcher are joined into one expression.
    """
    shared = [each for each in selectors[0].matchers if all(each in other.matchers for other in selectors)]
    names = {each.name for each in selectors[0].matchers}
    joined = []
    for name in sorted(names):
        positives = [_positive(other, name) for other in selectors]
        if any(each.name == name for each in shared) or any(each is None for each in positives):
            continue
        patterns = dict.fromkeys(each for each in positives if each is not None)
        joined.append(Match(name, Op.MATCHES, "|".join(f"(?:{pattern})" for pattern in patterns)))
    return Selector(selectors[0].metric, (*shared, *joined))


def grouped(inner: str, *, label: str, beside: Sequence[str] = ()) -> str:
    """`sum by (label, beside) (inner)`; each is checked to be a label name."""
    names = ", ".join(map(label_name, (label, *beside)))
    return str(promql.parse(f"sum by ({names}) ({inner})").prettify())


def increase(what: Selector, *, window: dt.timedelta) -> str:
    return f"increase({what}[{promql.display_duration(window)}])"


def label_name(text: str) -> str:
    """Raises: BadQuery when `text` is no label name."""
    if re.fullmatch(r"[a-zA-Z_][a-zA-Z0-9_]*", text) is None:
        raise BadQuery(_("“%(label)s” is no label name: letters, digits and _ only.") % {"label": text})
    return text


def _positive(what: Selector, name: str) -> str | None:
    """The one positive matcher on a label as an expression, None when there is another or none."""
    found = [each for each in what.matchers if each.name == name]
    if len(found) != 1:
        return None
    if found[0].op is Op.EQUAL:
        return quoted(found[0].value)
    return found[0].value if found[0].op is Op.MATCHES else None


def quoted(value: str) -> str:
    """The literal text as an RE2 expression, with classes instead of backslashes."""
    return "".join(f"[{c}]" if c in ".+*?(){}|$" else f"\\{c}" if c in "[]^\\" else c for c in value)


def _with_matchers(node: Any, matchers: Sequence[Match]) -> Any:
    """A new selector. The parser's text form, from which alone it makes a changed node, does not escape; so values are."""
    node.matchers = promql.Matchers(
        [promql.Matcher(_PARSER_OPS[each.op], each.name, _escaped(each.value)) for each in matchers]
    )
    return promql.parse(str(node))


def _escaped(value: str) -> str:
    return value.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n")


def _filled(text: str, window: dt.timedelta) -> str:
    return _PLACEHOLDER.sub(promql.display_duration(window), text)


@lru_cache(maxsize=2048)
def _compiled(pattern: str) -> re.Pattern[str]:
    """RE2 and Python agree on all that matchers use; what Python cannot read is refused."""
    try:
        return re.compile(pattern, re.DOTALL if pattern.startswith("(?s)") else 0)
    except re.error as error:
        raise BadQuery(_("The expression “%(pattern)s” cannot be read.") % {"pattern": pattern}) from error
