"""Claims in words: one sentence for each form, with the counts where a percentage alone would say too much."""

from __future__ import annotations

from typing import Final

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from relportal.core import units
from reports.domain.claims import FEW, Fact, Form, form
from reports.domain.payload import Claim
from reports.domain.values import Unit
from reports.queries.kpi_words import told

SENTENCES: Final[dict[Form, str | Promise]] = {
    Form.ROSE: gettext_lazy("%(what)s rose from %(before)s to %(now)s."),
    Form.FELL: gettext_lazy("%(what)s fell from %(before)s to %(now)s."),
    Form.NO_CLEAR: gettext_lazy("%(what)s: %(before)s to %(now)s, no clear change."),
    Form.UNTESTED: gettext_lazy("%(what)s: %(before)s to %(now)s, too few to compare."),
    Form.FIRST: gettext_lazy("%(what)s: %(now)s, with nothing to compare with."),
    Form.UNKNOWN: gettext_lazy("%(what)s: not known."),
}
NOT_TESTED: Final = gettext_lazy("%(what)s: %(before)s to %(now)s; no test says whether that is more than chance.")


def sentence(fact: Fact, what: str, unit: Unit) -> Claim:
    """What the figure lets one say, with its sources."""
    given = {"what": what, "now": _now(fact, unit), "before": _before(fact, unit)}
    said = form(fact)
    words = NOT_TESTED if said is Form.UNTESTED and (fact.untested or fact.n >= FEW) else SENTENCES[said]
    return Claim(text=str(words) % given, sources=fact.sources)


def change_words(fact: Fact, unit: Unit) -> str:
    """The same, short, beside a figure: "10 to 7: no clear change"."""
    said = form(fact)
    if said in (Form.FIRST, Form.UNKNOWN):
        return ""
    if said is Form.UNTESTED and fact.untested:
        return _("%(before)s before: not tested") % {"before": _before(fact, unit)}
    words = {
        Form.ROSE: _("rose from %(before)s"),
        Form.FELL: _("fell from %(before)s"),
        Form.NO_CLEAR: _("%(before)s before: no clear change"),
        Form.UNTESTED: _("%(before)s before") if fact.n >= FEW else _("%(before)s before: too few to compare"),
    }
    return words[said] % {"before": _before(fact, unit)}


def counts(k: float, n: float) -> str:
    part, whole = units.part_of(k, n)
    return _("%(k)s of %(n)s") % {"k": part, "n": whole}


def share_words(k: float, n: float) -> str:
    """As `told_counted`, of what is counted where it is shown: one share reads alike everywhere."""
    return told_counted(k / n, Unit.SHARE, numerator=k, denominator=n) if n else units.no_data()


def told_counted(value: float, unit: Unit, *, numerator: float | None, denominator: float | None) -> str:
    """A share with its counts: "11 of 12" of few, "92.4 % (231 of 250)" of many."""
    if unit is not Unit.SHARE or not denominator:
        return told(value, unit)
    said = counts(numerator or 0, denominator)
    return said if denominator < FEW else f"{told(value, unit)} ({said})"


def _before(fact: Fact, unit: Unit) -> str:
    if fact.of_before is not None and fact.with_counts:
        return counts(*fact.of_before)
    return told(fact.before, unit)


def _now(fact: Fact, unit: Unit) -> str:
    if fact.of is None or fact.now is None:
        return told(fact.now, unit)
    return counts(*fact.of) if fact.with_counts else f"{told(fact.now, unit)} ({counts(*fact.of)})"
