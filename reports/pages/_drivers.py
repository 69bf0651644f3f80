"""What drove a change, in sentences and tables: parts that add up to it, named only where the sample carries the change."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from fractions import Fraction
from typing import Final

from django.urls import reverse
from django.utils import formats
from django.utils.functional import Promise as Words
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from relportal.core import units
from reports.domain.claims import Fact, Form, explained, form, strongest
from reports.domain.contribution import Part, ShareChange, SharePart, SumChange, Tally, turnover
from reports.domain.payload import Cell, Claim, Source, Table
from reports.domain.values import Unit
from reports.kpis._objectives import Kept
from reports.pages._base import cell, table
from reports.queries.claim_words import told_counted
from reports.queries.facts import Facts

NAMED: Final = 4
"""Parts that have a line of their own; the rest is one."""
SLOS: Final = 3
SUMS: Final[Mapping[Form, str | Words]] = {
    Form.ROSE: gettext_lazy("The largest part of the rise is “%(part)s”: %(before)s to %(now)s."),
    Form.FELL: gettext_lazy("The largest part of the fall is “%(part)s”: %(before)s to %(now)s."),
}
MIX: Final = gettext_lazy(
    "Half of the change or more is mix: parts with another rate weigh more or less than before, and did no better or worse."
)


def sum_claims(fact: Fact, found: SumChange, said: Callable[[Fraction], str]) -> list[Claim]:
    """The strongest driver, with its numbers; nothing where the sample carries no change."""
    one = strongest(fact, found)
    if one is None:
        return []
    part = next(each for each in found.parts if each.key == one.key)
    given = {"part": part.key, "before": said(part.before), "now": said(part.after)}
    return [Claim(text=str(SUMS[form(fact)]) % given, sources=fact.sources)]


def share_claims(fact: Fact, found: ShareChange | None, nobody: str) -> list[Claim]:
    """As `sum_claims`, always with the counts; and where the change is one of weights, that."""
    if found is None or not explained(fact, found):
        return []
    if found.is_mix:
        return [Claim(text=str(MIX), sources=fact.sources)]
    one = strongest(fact, found)
    if one is None:
        return []
    part = next(each for each in found.parts if each.key == one.key)
    given = {"part": part.key or nobody, "before": _tally(part.before), "now": _tally(part.after)}
    return [Claim(text=str(SUMS[form(fact)]) % given, sources=fact.sources)]


def sum_table(key: str, title: str, fact: Fact, found: SumChange) -> Table:
    """Of counts; the last line is the whole. Empty where nothing was in either period."""
    shown = found.leading(NAMED).parts if len(found.parts) > NAMED + 1 else found.parts
    rows = [_sum_row(each.key or _("all others"), each) for each in shown]
    if rows:
        rows.append(_sum_row(_("Together"), Part("", found.before, found.after)))
    heads = [(_("Part"), False), (_("Before"), True), (_("Now"), True), (_("Difference"), True)]
    return table(key, title, heads, rows, empty=_("There was none."), note=_note(fact, found) if rows else "")


def _sum_row(name: str, part: Part) -> tuple[Cell, ...]:
    numbers = (float(part.before), float(part.after))
    difference = float(part.effect)
    return (
        cell(name),
        *(cell(units.count(each), value=each) for each in numbers),
        cell(_signed(units.count(abs(difference)), difference), value=difference),
    )


def share_table(
    key: str, title: str, fact: Fact, found: ShareChange | None, *, head: str, nobody: str, empty: str
) -> Table:
    """In points of the share: what a part did by its own rate, and what its weight did. The parts add up to the change."""
    heads = [
        (head, False), (_("Before"), True), (_("Now"), True), (_("By its rate"), True), (_("By its weight"), True),
    ]  # fmt: skip
    if found is None:
        return table(key, title, heads, [], empty=empty)
    shown = found.parts if len(found.parts) <= NAMED + 1 else found.parts[:NAMED]
    rows = [_share_row(each.key or nobody, each) for each in shown]
    if rest := found.parts[len(shown) :]:
        rows.append(_share_row(_("all others"), _together(rest)))
    rows.append(_share_row(_("Together"), _together(found.parts)))
    return table(key, title, heads, rows, empty=empty, note=_note(fact, found))


def _together(parts: Sequence[SharePart]) -> SharePart:
    before, after = (
        Tally(sum(Fraction(each.k) for each in side), sum(Fraction(each.n) for each in side))
        for side in ([each.before for each in parts], [each.after for each in parts])
    )
    rate, mix = (
        sum(effects, Fraction())
        for effects in ([each.rate_effect for each in parts], [each.mix_effect for each in parts])
    )
    return SharePart("", before, after, rate, mix)


def _share_row(name: str, part: SharePart) -> tuple[Cell, ...]:
    return (
        cell(name),
        *(cell(_tally(each), value=float(each.rate) if each.rate is not None else None) for each in (part.before, part.after)),
        *(cell(_points(each), value=float(each)) for each in (part.rate_effect, part.mix_effect)),
    )  # fmt: skip


def _tally(one: Tally) -> str:
    if one.rate is None:
        return _("none")
    return told_counted(float(one.rate), Unit.SHARE, numerator=float(one.k), denominator=float(one.n))


def _points(effect: Fraction) -> str:
    number = round(float(effect) * 100, 1)
    return _signed(_("%(n)s pp") % {"n": formats.number_format(abs(number), 1 if number else 0)}, number)


def _signed(text: str, number: float) -> str:
    return f"+{text}" if number > 0 else f"−{text}" if number < 0 else text


def _note(fact: Fact, found: SumChange | ShareChange) -> str:
    if explained(fact, found):
        return ""
    if form(fact) in (Form.ROSE, Form.FELL):
        return _("Counted when this was drafted: the parts do not add up to the figure, which was counted before.")
    if form(fact) in (Form.FIRST, Form.UNKNOWN):
        return ""
    return _("No test finds a clear change: read the lines as what happened, and not as a trend.")


def objective_claims(facts: Facts, off: Callable[[Kept], bool], *, whole: str) -> list[Claim]:
    """Which objectives entered and left: what happened, which needs no test. `whole` names what they are of ("SLOs missed")."""
    promises = {f"SLO-{one.pk}": one for one in facts.objectives.promises}
    stood = {f"SLO-{one.pk}": one for one in facts.objectives.before}
    before = {key: off(one.kept) for key, one in stood.items() if one.kept.is_known}
    now = {key: off(one.now) for key, one in promises.items() if one.now.is_known}
    if not before or not now:
        return []
    found = turnover(before, now)
    names = {key: one.name for key, one in stood.items()} | {
        key: f"{one.service}: {one.name}" for key, one in promises.items()
    }
    paths = {key: one.path for key, one in stood.items()} | {key: one.path for key, one in promises.items()}
    kinds = (
        (found.entered, _("newly so: %(names)s")), (found.came, _("not judged before: %(names)s")),
        (found.left, _("no longer: %(names)s")), (found.went, _("not judged now: %(names)s")),
    )  # fmt: skip
    said = "; ".join(words % {"names": _names(keys, names)} for keys, words in kinds if keys)
    given = {"whole": whole, "before": found.before, "n": len(before), "now": found.after, "m": len(now)}
    text = _("%(whole)s: %(before)d of %(n)d before, %(now)d of %(m)d now") % given
    moved = [key for keys, _words in kinds for key in keys[:SLOS]]
    return [
        Claim(
            text=f"{text}; {said}." if said else _("%(text)s, the same ones.") % {"text": text},
            sources=tuple(Source(label=key, path=paths[key]) for key in moved or found.stayed[:SLOS])
            or (Source(label=whole, path=reverse("slo:objective-list")),),
        )
    ]


def _names(keys: Sequence[str], names: Mapping[str, str]) -> str:
    shown = ", ".join(names[key] for key in keys[:SLOS])
    more = len(keys) - SLOS
    if more <= 0:
        return shown
    return ngettext("%(shown)s and %(n)d more", "%(shown)s and %(n)d more", more) % {"shown": shown, "n": more}
