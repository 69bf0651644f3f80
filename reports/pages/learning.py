"""Page 7: what was promised after incidents, and what was kept of it."""

from __future__ import annotations

from django.utils import formats
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from relportal.core import units
from reports.domain.claims import Fact
from reports.domain.payload import Page, Table
from reports.pages._base import ReportPage, cell, fact_of, kpi_claim, kpi_figure, kpi_history, line_of, table
from reports.pages._drivers import share_claims, share_table
from reports.queries.claim_words import share_words
from reports.queries.facts import Facts


class Learning(ReportPage):
    key = "learning"
    number = 7
    topic = gettext_lazy("Learning")
    about = gettext_lazy("Reviews on time, actions closed by their first date, what is overdue, and what broke again.")

    def build(self, facts: Facts) -> Page:
        kept = ("postmortem_done", "action_closure", "repeats")
        fact = fact_of(facts, line_of(facts, "action_closure"))
        return self.page(
            _title(facts),
            so_what=_so_what(facts),
            claims=[*(kpi_claim(facts, key) for key in kept), *share_claims(fact, facts.parts.actions, _("no team"))],
            figures=[kpi_figure(facts, key) for key in kept],
            charts=[kpi_history(facts, "action_closure", title=_("Closed by the first date, by quarter"))],
            tables=[_due(facts), _teams(facts, fact), _directors(facts), _overdue(facts)],
            notes=[_("A date that was moved counts by the first one: moving it closes nothing.")],
        )


def _title(facts: Facts) -> str:
    found = facts.learning
    late = ngettext("%(n)d action is overdue", "%(n)d actions are overdue", len(found.overdue)) % {
        "n": len(found.overdue)
    }
    if not found.due:
        return _("No action fell due; %(late)s") % {"late": late}
    return _("%(kept)s actions were closed by their first date; %(late)s") % {
        "kept": share_words(found.on_first_date, found.due), "late": late,
    }  # fmt: skip


def _so_what(facts: Facts) -> str:
    by = [(name, n) for name, n in facts.learning.by_director if name]
    if not facts.learning.overdue:
        return _("Nothing is overdue: what is promised is kept.")
    if not by:
        return _("Give every overdue action an owner and a day.")
    return _("Agree on a day for each overdue action: %(n)s with %(name)s.") % {
        "name": by[0][0], "n": share_words(by[0][1], len(facts.learning.overdue)),
    }  # fmt: skip


def _due(facts: Facts) -> Table:
    found = facts.learning
    parts = (
        (_("Closed by the first date"), found.on_first_date),
        (_("Closed later"), found.later),
        (_("Dropped"), found.dropped),
        (_("Moved to another day"), found.moved),
    )
    return table(
        "due",
        _("Actions that fell due"),
        [(_("What became of them"), False), (_("Actions"), True)],
        [(cell(name), cell(share_words(n, found.due), value=float(n))) for name, n in parts] if found.due else [],
        empty=_("No action fell due in this quarter."),
        note=_("An action may be moved and closed, so the lines do not add up.") if found.moved else "",
    )


def _teams(facts: Facts, fact: Fact) -> Table:
    return share_table(
        "by-team", _("Closed by the first date, by team"), fact, facts.parts.actions, head=_("Team"), nobody=_("no team"),
        empty=_("In one of the quarters no action fell due: there is nothing to compare with."),
    )  # fmt: skip


def _directors(facts: Facts) -> Table:
    return table(
        "directors",
        _("Overdue, by director"),
        [(_("Director"), False), (_("Overdue"), True)],
        [(cell(name or _("no director")), cell(str(n), value=float(n))) for name, n in facts.learning.by_director],
        empty=_("Nothing is overdue."),
    )


def _overdue(facts: Facts) -> Table:
    return table(
        "overdue",
        _("Overdue the longest"),
        [(_("Action"), False), (_("Owner"), False), (_("Due"), True), (_("Late by"), True)],
        [
            (
                cell(one.label or _("An action of a confidential incident"), one.path),
                cell(one.owner or _("Nobody yet")),
                cell(formats.date_format(one.due_on, "j M Y") + (_(" (moved)") if one.moved else "")),
                cell(units.plural(one.days, "day", "days"), value=float(one.days)),
            )
            for one in facts.learning.overdue
        ],
        empty=_("Nothing is overdue."),
        most=8,
    )


PLUGIN = Learning()
