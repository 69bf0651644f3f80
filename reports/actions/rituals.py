"""Rituals: made from a template, changed, and ended."""

from __future__ import annotations

import datetime as dt
import zoneinfo
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Final

from django.db import transaction
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from relportal.core import audit, company
from relportal.core.exceptions import Conflict, Invalid
from relportal.core.models import Team, User
from relportal.core.permissions import Actor, require
from relportal.core.rows import clean, save
from relportal.core.versions import locked
from reports.actions.inputs import Owned
from reports.actions.reviews import plan
from reports.domain.reviews import TEMPLATES, Agenda, AgendaFlaw, agenda_flaws
from reports.models import ReviewState, Ritual
from reports.queries.packs import ITEMS

FIELDS: Final = ("name", "cadence", "weekday", "week", "starts", "zone")
WORDS: Final = {
    AgendaFlaw.EMPTY: gettext_lazy("Choose at least one item."),
    AgendaFlaw.TOO_MANY: gettext_lazy("An agenda has at most 30 items."),
    AgendaFlaw.UNKNOWN: gettext_lazy("There is no such item. Choose from those that are offered."),
    AgendaFlaw.TWICE: gettext_lazy("An item stands on an agenda once."),
    AgendaFlaw.MINUTES: gettext_lazy("Give each item 1 to 120 minutes."),
    AgendaFlaw.NO_TITLE: gettext_lazy("Name the topic."),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class RitualGiven:
    """`team` None: of the company. `zone` empty: the company's."""

    kind: str
    name: str
    team: Team | None = None
    cadence: str
    weekday: int
    week: int = 1
    starts: dt.time
    zone: str = ""
    items: Sequence[Agenda]
    participants: Sequence[User] = ()


def from_template(key: str) -> tuple[Agenda, ...]:
    """The agenda that ships. Raises: KeyError."""
    template = {each.key: each for each in TEMPLATES}[key]
    return tuple(Agenda(key=name, minutes=minutes) for name, minutes in template.items)


def create(actor: Actor, given: RitualGiven, *, at: dt.datetime) -> Ritual:
    """Its first review is planned at once. Raises: NotAllowed; Invalid, by field."""
    require(actor, "ritual.edit", Owned(given.team.pk if given.team is not None else None))
    row = Ritual(kind=given.kind, team=given.team, created_at=at)
    _fill(row, given)
    with transaction.atomic():
        clean(row)
        save(row)
        row.participants.set(given.participants)
        changes: dict[str, audit.Change] = {"cadence": (None, row.get_cadence_display()), "starts": (None, row.starts)}
        audit.record(actor, "ritual.create", row, at=at, changes=changes)
        plan(row, at=at)
    return row


def edit(actor: Actor, one: Ritual, given: RitualGiven, *, version: int | None, at: dt.datetime) -> Ritual:
    """What is planned moves with it; what was held stays. Raises: NotAllowed; Stale; Conflict; Invalid, by field."""
    require(actor, "ritual.edit", Owned(one.team_id))
    with transaction.atomic():
        row = locked(Ritual, one.pk, version=version)
        if row.retired_at is not None:
            raise Conflict(_("%(name)s is ended. Start a new one.") % {"name": row})
        before = Ritual.objects.get(pk=row.pk)
        _fill(row, given)
        row.version += 1
        clean(row)
        save(row)
        row.participants.set(given.participants)
        changes = audit.differences(before, row, FIELDS)
        if before.items != row.items:
            changes["items"] = (_told(before), _told(row))
        audit.record(actor, "ritual.edit", row, at=at, changes=changes)
        row.reviews.filter(state=ReviewState.PLANNED).delete()
        plan(row, at=at)
    return row


def retire(actor: Actor, one: Ritual, *, at: dt.datetime) -> Ritual:
    """It meets no more. Raises: NotAllowed; Conflict where a review goes on."""
    require(actor, "ritual.edit", Owned(one.team_id))
    with transaction.atomic():
        row = locked(Ritual, one.pk)
        if row.reviews.filter(state=ReviewState.RUNNING).exists():
            raise Conflict(_("A review of it goes on. End that first."))
        row.reviews.filter(state=ReviewState.PLANNED).delete()
        row.retired_at = row.retired_at or at
        row.version += 1
        save(row)
        audit.record(actor, "ritual.retire", row, at=at)
    return row


def _fill(row: Ritual, given: RitualGiven) -> None:
    if found := agenda_flaws(given.items, known=ITEMS):
        raise Invalid({"items": str(WORDS[found[0]])})
    if given.zone and given.zone not in zoneinfo.available_timezones():
        raise Invalid({"zone": _("There is no such time zone.")})
    row.name, row.cadence, row.weekday, row.week = given.name.strip(), given.cadence, given.weekday, given.week
    row.starts, row.zone = given.starts, given.zone or company.zone().key
    row.items = [asdict(each) for each in given.items]


def _told(row: Ritual) -> str:
    return ", ".join(f"{each.title or each.key} {each.minutes}" for each in row.agenda)
