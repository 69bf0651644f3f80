"""What a review decided, and who does what by when."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from incidents.models import ActionItem
from relportal.core.models import User
from reports.domain.reviews import ItemState
from reports.models import Decision, Review, ReviewNote
from reports.queries.pack import title_of


@dataclass(frozen=True, slots=True)
class MinuteLine:
    """An item of which something was said, decided or promised."""

    title: str
    notes: tuple[ReviewNote, ...]
    decisions: tuple[Decision, ...]
    actions: tuple[ActionItem, ...]


@dataclass(frozen=True, slots=True)
class Minutes:
    review: Review
    attended: tuple[User, ...]
    lines: tuple[MinuteLine, ...]
    decisions: tuple[Decision, ...]
    actions: tuple[ActionItem, ...]
    carried: tuple[str, ...]

    @property
    def claim(self) -> str:
        """How many of both."""
        decided = ngettext("%(n)d decision", "%(n)d decisions", len(self.decisions)) % {"n": len(self.decisions)}
        promised = ngettext("%(n)d action", "%(n)d actions", len(self.actions)) % {"n": len(self.actions)}
        return _("%(decisions)s, %(actions)s") % {"decisions": decided, "actions": promised}


def minutes_of(review: Review) -> Minutes:
    """Of a review that goes on as well. Six statements, however much was said."""
    rows = list(
        review.items.prefetch_related(
            "notes__by", "decided__decision__decided_by", "promised__action__owner", "promised__action__team"
        )
    )
    lines = []
    for row in rows:
        line = MinuteLine(
            title_of(row),
            tuple(row.notes.all()),
            tuple(each.decision for each in row.decided.all()),
            tuple(each.action for each in row.promised.all()),
        )
        if line.notes or line.decisions or line.actions:
            lines.append(line)
    return Minutes(
        review=review,
        attended=tuple(review.attended.order_by("display_name")),
        lines=tuple(lines),
        decisions=tuple(each for line in lines for each in line.decisions),
        actions=tuple(each for line in lines for each in line.actions),
        carried=tuple(title_of(row) for row in rows if row.state == ItemState.CARRIED),
    )


def as_text(minutes: Minutes) -> str:
    """For an e-mail: what was decided, who does what by when, and what is left over."""
    parts = []
    if minutes.decisions:
        parts.append(_("Decided:"))
        parts += [f"- {one.title} ({one.decided_by}, {one.short_id})" for one in minutes.decisions]
    if minutes.actions:
        parts.append(_("Who does what by when:"))
        parts += [
            f"- {one.owner or _('Nobody yet')}: {one.title}, {_day(one.due_on)} ({one.short_id})"
            for one in minutes.actions
        ]
    if minutes.carried:
        parts.append(_("Carried over: %(items)s") % {"items": ", ".join(minutes.carried)})
    if minutes.attended:
        parts.append(_("There were: %(people)s") % {"people": ", ".join(str(each) for each in minutes.attended)})
    return "\n".join(parts)


def _day(day: dt.date) -> str:
    return date_format(day, "j M Y")
