"""Page 15: the decisions that are wanted, with what each option costs and brings."""

from __future__ import annotations

from django.urls import reverse
from django.utils import formats
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from reports.domain.payload import Claim, Page, Source, Table
from reports.pages._base import PeoplePage, cell, of_scope, table
from reports.queries.asks_of_period import AskOfPeriod
from reports.queries.facts.people import PeopleFacts


class Asks(PeoplePage):
    key = "asks"
    number = 15
    topic = gettext_lazy("Decisions wanted")
    about = gettext_lazy("What executives are asked for: options with cost and effect, who decides, and by when.")
    leading = True
    needed = True

    def of_people(self, told: PeopleFacts) -> Page:
        return self.page(
            _title(told),
            so_what=_so_what(told),
            tables=[wanted(told), *(_options(one) for one in told.wanted[:MOST])],
            notes=[
                _("The option that is recommended is marked; to do nothing is always one, and has its price.")
                if told.wanted
                else "",
                of_scope(told),
            ],
        )


MOST = 3


def _title(told: PeopleFacts) -> str:
    if not told.wanted:
        return _("No decision is wanted")
    n = len(told.wanted)
    words = ngettext("%(n)d decision is wanted", "%(n)d decisions are wanted", n) % {"n": n}
    first = told.wanted[0]
    day = formats.date_format(first.wanted_by, "j M Y")
    said = _("%(words)s by %(day)s: %(title)s") if n == 1 else _("%(words)s, the first by %(day)s: %(title)s")
    return said % {"words": words, "day": day, "title": first.title}


def asked_claim(told: PeopleFacts) -> Claim:
    """The third sentence of the first page: what is asked. That nothing is, is said as well."""
    sources = tuple(Source(label=one.short_id, path=f"/r/{one.short_id}/") for one in told.wanted[:MOST])
    return Claim(
        text=f"{_title(told)}.", sources=sources or (Source(label=_("Decisions"), path=reverse("reports:ask-list")),)
    )


def _so_what(told: PeopleFacts) -> str:
    return _("Decide on each, or say when you will.") if told.wanted else _("Nothing is asked of you this quarter.")


def wanted(told: PeopleFacts) -> Table:
    """The box of the first page as well."""
    return table(
        "wanted",
        _("Decisions wanted"),
        [(_("What"), False), (_("Recommended"), False), (_("Decides"), False), (_("By"), True)],
        [
            (
                cell(f"{one.short_id} {one.title}", f"/r/{one.short_id}/"),
                cell(one.recommended.name if one.recommended is not None else "–"),
                cell(one.decider),
                cell(formats.date_format(one.wanted_by, "j M Y")),
            )
            for one in told.wanted
        ],
        empty=_("No decision is wanted."),
        most=6,
    )


def _options(one: AskOfPeriod) -> Table:
    best = one.recommended.key if one.recommended is not None else ""
    return table(
        f"options-{one.short_id}",
        f"{one.short_id}: {one.title}",
        [(_("Option"), False), (_("Cost"), False), (_("Effect"), False)],
        [
            (
                cell(_("%(name)s (recommended)") % {"name": each.name} if each.key == best else each.name),
                cell(each.cost or "–"),
                cell(each.effect),
            )
            for each in one.options
        ],
        empty=_("No option was named."),
        note=_about(one),
    )


def _about(one: AskOfPeriod) -> str:
    """The risks and promises that it moves; what could be confidential is named by the ask itself, to whom may see it."""
    moved = [each for each in one.refs if each.startswith(("RISK-", "SLO-"))]
    return _("Moves %(refs)s.") % {"refs": ", ".join(moved)} if moved else ""


PLUGIN = Asks()
