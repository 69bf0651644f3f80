"""What hygiene looks for: each check with why it matters and how it is mended. Later apps add theirs by `register`."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any, Final

from django.urls import reverse
from django.utils.formats import date_format
from django.utils.functional import Promise
from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from relportal.core import units
from risks.domain.hygiene import CHECKS, Check, Finding, Register
from risks.models import Risk, Unit
from risks.queries.register_facts import register_of


class Looked:
    """What a lint may look at: the instant, the risks, and the register as the domain sees it, read once for all lints."""

    def __init__(self, risks: Sequence[Risk], *, at: dt.datetime) -> None:
        self.risks = {row.pk: row for row in risks}
        self.at = at

    @cached_property
    def register(self) -> Register:
        return register_of(list(self.risks.values()), at=self.at)


@dataclass(frozen=True, slots=True, kw_only=True)
class Lint:
    """`why` it matters and `how` it is mended are for people. `find` gives findings; `say` a sentence for one, empty where the
    title says it all; `fix` the address where that very finding is mended.

    A finding of a risk counts against that risk; one without a risk is of the register, or of what a later app keeps.
    """

    key: str
    title: str | Promise
    why: str | Promise
    how: str | Promise
    find: Callable[[Looked], Iterable[Finding]]
    say: Callable[[Mapping[str, Any]], str]
    fix: Callable[[Finding], str]


_LINTS: Final[dict[str, Lint]] = {}


def register(lint: Lint) -> Lint:
    """Raises: RuntimeError when there is one of that key already: one would silently hide the other."""
    if lint.key in _LINTS:
        raise RuntimeError(f"two lints of hygiene have the key {lint.key!r}")
    _LINTS[lint.key] = lint
    return lint


def unregister(lint: Lint) -> None:
    del _LINTS[lint.key]


def lints() -> tuple[Lint, ...]:
    """In the order of their registration: the gravest of the register first."""
    return tuple(_LINTS.values())


def _of(check: Check) -> Callable[[Looked], Iterable[Finding]]:
    return lambda looked: check(looked.register)


def _page(name: str, *, anchor: str = "", query: str = "", part: bool = False) -> Callable[[Finding], str]:
    """The address `name` of the risk of a finding, or of its `part`."""

    def fix(finding: Finding) -> str:
        args = [finding.risk, finding.part] if part else [finding.risk]
        return f"{reverse(f'risks:{name}', args=args)}{query}{anchor}"

    return fix


def _accept(finding: Finding) -> str:
    return f"{reverse('risks:exception-create')}?risk={finding.risk}"


def _nothing(_facts: Mapping[str, Any]) -> str:
    return ""


def _review(facts: Mapping[str, Any]) -> str:
    words = ngettext("Due on %(due)s, %(n)d day ago", "Due on %(due)s, %(n)d days ago", facts["days"])
    return words % {"due": date_format(facts["due"]), "n": facts["days"]}


def _stale(facts: Mapping[str, Any]) -> str:
    if facts["rated"] is None:
        return _t("Never rated")
    words = _t("Rated on %(day)s; its level asks for a look every %(cycle)d days")
    return words % {"day": date_format(facts["rated"]), "cycle": facts["cycle"]}


def _ended(facts: Mapping[str, Any]) -> str:
    return _t("Accepted until %(day)s") % {"day": date_format(facts["ended"] - dt.timedelta(days=1))}


def _late(facts: Mapping[str, Any]) -> str:
    words = ngettext("%(title)s: %(n)d day late", "%(title)s: %(n)d days late", facts["days"])
    return words % {"title": facts["title"], "n": facts["days"]}


def _titled(facts: Mapping[str, Any]) -> str:
    return str(facts["title"])


def _factor(facts: Mapping[str, Any]) -> str:
    words = _t("%(unit)s: the upper end is %(factor)s times the lower one")
    return words % {"unit": Unit(facts["unit"]).label, "factor": units.about(facts["factor"])}


def _same(facts: Mapping[str, Any]) -> str:
    return _t("%(most)d of %(n)d rated risks stand in one cell") % {"most": facts["most"], "n": facts["n"]}


def _dead(facts: Mapping[str, Any]) -> str:
    if not facts["takers"]:
        return _t("Row %(row)d fits no case that there is") % {"row": facts["row"]}
    words = ngettext(
        "Row %(row)d: row %(takers)s takes all its cases",
        "Row %(row)d: rows %(takers)s take all its cases",
        len(facts["takers"]),
    )
    return words % {"row": facts["row"], "takers": ", ".join(str(each) for each in facts["takers"])}


_OWNER: Final = _page("edit", anchor="#id_owner")
_RATE: Final = _page("rate")
_TREATMENT: Final = _page("treatment-edit", part=True)
_ADD: Final = _page("treatment-add")
_MONEY: Final = _page("detail", anchor="#money")

_WORDS: Final[Mapping[str, tuple[Any, Any, Any, Callable[[Mapping[str, Any]], str], Callable[[Finding], str]]]] = {
    "no_owner": (
        _("No owner"),
        _("What belongs to everybody is done by nobody: one person must be accountable."),
        _("Name the one person who is accountable."),
        _nothing,
        _OWNER,
    ),
    "owner_inactive": (
        _("The owner has left"),
        _("Whoever is accountable cannot sign in any more, and reads no reminder."),
        _("Name another owner."),
        _nothing,
        _OWNER,
    ),
    "above_appetite_without_plan": (
        _("Above appetite without a plan"),
        _("A level that the organisation does not tolerate, and nothing is planned about it."),
        _("Plan a treatment, or ask for an acceptance."),
        _nothing,
        _ADD,
    ),
    "above_appetite_without_ask": (
        _("Critical without a decision asked for"),
        _("At this level a plan is not enough: an executive decides, and must have been asked."),
        _("Ask for an acceptance: its path leads to the executive."),
        _nothing,
        _accept,
    ),
    "accepted_without_exception": (
        _("Accepted by nobody"),
        _("It is called accepted, and nobody with the authority has ever signed for it."),
        _("Ask for an acceptance, or open the risk again."),
        _nothing,
        _accept,
    ),
    "ended_but_closed_looking": (
        _("Acceptance over, risk looks settled"),
        _("What was tolerated for a while would be tolerated for good, without anybody's signature."),
        _("Open it again, or ask for a new acceptance."),
        _ended,
        _page("reopen"),
    ),
    "review_overdue": (
        _("Review overdue"),
        _("Nobody has looked whether it is still as it was written down."),
        _("Look at it, and say what you found."),
        _review,
        _page("review"),
    ),
    "rating_stale": (
        _("No rating for more than two cycles"),
        _("The level that everybody reads is older than the system that it speaks of."),
        _("Rate it anew, even if nothing changed: a rating is dated."),
        _stale,
        _RATE,
    ),
    "treatment_overdue": (
        _("Treatment overdue"),
        _("The rating after the plan counts on a day that is over."),
        _("Say that it is done, move its day with a reason, or drop it."),
        _late,
        _TREATMENT,
    ),
    "plan_above_current": (
        _("Worse after the plan"),
        _("The rating after the plan is above the current one: one of the two is wrong."),
        _("Rate it again after the plan."),
        _nothing,
        _page("rate", query="?kind=after_plan"),
    ),
    "lowered_without_measure": (
        _("Better after no plan"),
        _("The rating after the plan is lower, and no treatment is there that could lower it."),
        _("Write down the treatment that it counts on."),
        _nothing,
        _ADD,
    ),
    "measure_twice": (
        _("A measure in place and planned at once"),
        _("The same measure lowers the risk twice: it is in the current rating already."),
        _("Drop one of the two, or give them different names."),
        _titled,
        _TREATMENT,
    ),
    "range_too_wide": (
        _("A range that says nothing"),
        _("The upper end of the loss is more than 100 times the lower one: everything simulated from it is as wide."),
        _("Estimate again: ask what would surprise you, or split the risk."),
        _factor,
        _MONEY,
    ),
    "range_too_narrow": (
        _("A range that pretends to know"),
        _("The upper end of the loss is less than 1.2 times the lower one: nobody knows a loss so well before it happens."),
        _("Estimate again, so wide that nine of ten such losses would fall into it."),
        _factor,
        _MONEY,
    ),
    "ratings_identical": (
        _("Most ratings are alike"),
        _("More than half of the rated risks have the same likelihood and impact: the register no longer says what comes first."),
        _("Rate the largest of them again, by their incidents and their money."),
        _same,
        lambda _finding: reverse("risks:scale"),
    ),
    "rule_never_fires": (
        _("A row of the policy that never decides"),
        _("Rows before it take every case that it is for: whoever wrote it believes in a signature that nobody is asked for."),
        _("Move it up, or take it out."),
        _dead,
        lambda _finding: reverse("risks:policy-edit"),
    ),
}  # fmt: skip

for _key, _check in CHECKS.items():
    _title, _why, _how, _say, _fix = _WORDS[_key]
    register(Lint(key=_key, title=_title, why=_why, how=_how, find=_of(_check), say=_say, fix=_fix))
