"""Rules, readings, levels and faults of a ladder, in words."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, Final

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from relportal.core import units
from reports.domain.ladder import Compare, Comparison, FactKind, Ladder, Verdict
from reports.domain.ladder_lint import MOST_LEVELS, MOST_RULES, Fault, FaultKind
from reports.facts import FACTS

VERDICTS: Final = {
    Verdict.PASSED: gettext_lazy("Passed"),
    Verdict.FAILED: gettext_lazy("Failed"),
    Verdict.UNKNOWN: gettext_lazy("Unknown"),
    Verdict.EXEMPT: gettext_lazy("Exempt"),
}
COMPARES: Final = {
    Compare.IS_TRUE: gettext_lazy("is true"),
    Compare.AT_LEAST: gettext_lazy("at least"),
    Compare.AT_MOST: gettext_lazy("at most"),
}
_FAULTS: Final[Mapping[FaultKind, Any]] = {
    FaultKind.NO_LEVEL: gettext_lazy("A ladder has one level at least."),
    FaultKind.MANY: gettext_lazy("A ladder has at most %(levels)d levels and %(rules)d rules."),
    FaultKind.LEVEL_TWICE: gettext_lazy("Two levels have the short name “%(it)s”. Rename one of them."),
    FaultKind.LEVEL_UNNAMED: gettext_lazy("A level has no name."),
    FaultKind.LEVEL_EMPTY: gettext_lazy(
        "“%(it)s” has no rules: every service would hold it. Add a rule, or remove it."
    ),
    FaultKind.RULE_TWICE: gettext_lazy("Two rules have the short name “%(it)s”. Remove one of them."),
    FaultKind.RULE_NOWHERE: gettext_lazy("“%(it)s” belongs to a level that is not there. Choose another."),
    FaultKind.FACT_UNKNOWN: gettext_lazy("“%(it)s” asks for a fact that the portal does not know. Choose another."),
    FaultKind.COMPARE_UNFIT: gettext_lazy(
        "“%(it)s”: a yes or no “is true”, a number is at least or at most another one. Choose the comparison that fits."
    ),
    FaultKind.NO_THRESHOLD: gettext_lazy("“%(it)s” compares with no number. Give one."),
    FaultKind.WRONG_WAY: gettext_lazy(
        "“%(it)s” asks for the worse side: it would be passed by getting worse. Turn it around."
    ),
    FaultKind.NEVER_FAILS: gettext_lazy("“%(it)s” can never fail: every value passes. Ask for more, or remove it."),
    FaultKind.NEVER_MET: gettext_lazy("“%(it)s” can never be passed: no value is so good. Ask for less."),
    FaultKind.SAME_FACT: gettext_lazy(
        "“%(it)s” asks the same level for the same fact again. Keep the stricter of both."
    ),
    FaultKind.DEMANDS_LESS: gettext_lazy(
        "“%(it)s” asks for no more than a lower level does: there it can never fail. Ask for more, or remove it."
    ),
    FaultKind.NO_FIX: gettext_lazy("“%(it)s” does not say how it is mended. Write down the fix."),
    FaultKind.LINK_UNSAFE: gettext_lazy("The link of “%(it)s” must begin with https:// or /."),
    FaultKind.MINIMUM_NOWHERE: gettext_lazy("The minimum of tier %(it)s is a level that is not there."),
    FaultKind.MINIMUM_ORDER: gettext_lazy("Less is asked of tier %(it)s than of the tier below it."),
}


def sentences(found: Iterable[Fault], ladder: Ladder) -> dict[str, list[str]]:
    """Field -> what is wrong with it."""
    said: dict[str, list[str]] = {}
    for one in found:
        words = str(_FAULTS[one.kind]) % {
            "it": _named(one.field, ladder), "levels": MOST_LEVELS, "rules": MOST_RULES,
        }  # fmt: skip
        said.setdefault(one.field, []).append(words)
    return said


def _named(field: str, ladder: Ladder) -> str:
    kind, _dot, key = field.partition(".")
    if kind == "rule":
        rule = next((one for one in ladder.rules if one.key == key), None)
        return rule_words(rule) if rule is not None else key
    if kind == "level":
        return next((one.name for one in ladder.levels if one.key == key and one.name), key)
    return key


def rule_words(rule: Comparison) -> str:
    """Such as "Active objectives: at least 1"."""
    fact = FACTS.get(rule.fact)
    title = str(fact.title) if fact is not None else rule.fact or _("a rule without a fact")
    if rule.compare is Compare.IS_TRUE or rule.threshold is None:
        return title
    return f"{title}: {COMPARES[rule.compare]} {amount(rule.fact, rule.threshold)}"


def amount(key: str, value: float) -> str:
    """A reading or a threshold of a fact."""
    fact = FACTS.get(key)
    kind = fact.kind if fact is not None else FactKind.COUNT
    if kind is FactKind.FLAG:
        return _("yes") if value > 0 else _("no")
    if kind is FactKind.SHARE:
        return units.percent(value, 0)
    if kind is FactKind.DAYS:
        return ngettext("%(n)s day", "%(n)s days", round(value)) % {"n": units.count(round(value))}
    return units.count(value)


def level_name(ladder: Ladder, rank: int) -> str:
    """Of a rank; "No level" for 0 and for one that the ladder no longer has."""
    return ladder.levels[rank - 1].name if 0 < rank <= len(ladder.levels) else _("No level")
