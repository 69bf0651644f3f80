"""Page 16: what was asked last time, what was decided, and what came of it."""

from __future__ import annotations

from django.utils import formats
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from relportal.core import units
from reports.domain.payload import Cell, Page
from reports.pages._base import PeoplePage, cell, of_scope, table
from reports.queries.asks_of_period import AskOfPeriod
from reports.queries.facts.people import PeopleFacts


class Decisions(PeoplePage):
    key = "decisions"
    number = 16
    topic = gettext_lazy("Decisions")
    about = gettext_lazy(
        "What was asked in the quarter before, what was decided since, and what came of it; open ones by age."
    )

    def of_people(self, told: PeopleFacts) -> Page:
        return self.page(
            _title(told),
            so_what=_so_what(told),
            tables=[
                table(
                    "decisions",
                    _("Asked in the quarter before"),
                    [(_("Asked"), False), (_("Decided"), False), (_("By"), False), (_("What came of it"), False)],
                    [_row(one) for one in told.asked_before],
                    empty=_("Nothing was asked in the quarter before."),
                )
            ],
            notes=[of_scope(told)],
        )


def _title(told: PeopleFacts) -> str:
    rows = told.asked_before
    if not rows:
        return _("Nothing was asked in the quarter before")
    decided = sum(one.decision is not None for one in rows)
    if decided == len(rows):
        return ngettext(
            "The ask of the quarter before is decided", "All %(n)d asks of the quarter before are decided", decided
        ) % {"n": decided}
    if not decided:
        return ngettext(
            "The ask of the quarter before is not decided",
            "None of the %(n)d asks of the quarter before is decided",
            len(rows),
        ) % {"n": len(rows)}
    return ngettext(
        "%(decided)d of %(n)d asks of the quarter before is decided",
        "%(decided)d of %(n)d asks of the quarter before are decided",
        decided,
    ) % {"decided": decided, "n": len(rows)}


def _so_what(told: PeopleFacts) -> str:
    open_ = [one for one in told.asked_before if one.decision is None]
    if open_:
        oldest = max(open_, key=lambda one: one.age_days)
        return _("%(ask)s has waited for %(days)s: decide it, or take it back.") % {
            "ask": oldest.short_id, "days": units.plural(oldest.age_days, "day", "days"),
        }  # fmt: skip
    return (
        _("Look at what came of them before deciding anew.")
        if told.asked_before
        else _("There is nothing to follow up.")
    )


def _row(one: AskOfPeriod) -> tuple[Cell, ...]:
    found = one.decision
    asked = cell(f"{one.short_id} {one.title}", f"/r/{one.short_id}/")
    if found is None:
        waited = _("open for %(days)s") % {"days": units.plural(one.age_days, "day", "days")}
        return asked, cell(waited), cell(one.decider), cell("–")
    day = formats.date_format(found.at, "j M Y")
    return (
        asked,
        cell(f"{found.short_id} {found.title}, {day}", f"/r/{found.short_id}/"),
        cell(found.by),
        cell(found.outcome or _("not looked at yet")),
    )


PLUGIN = Decisions()
