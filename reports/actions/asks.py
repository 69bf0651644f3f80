"""Asking for a decision: written down with its options, changed while it is open, decided, withdrawn, or lapsed."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any, Final

from django.db import transaction
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from relportal.core import audit, company
from relportal.core.actions.notifications import notify
from relportal.core.exceptions import Conflict, Invalid, NotAllowed
from relportal.core.models import Team, User
from relportal.core.permissions import Actor, System, allowed, require
from relportal.core.rows import clean, save
from relportal.core.versions import locked
from reports.actions.inputs import Owned
from reports.domain.asks import MOST_OPTIONS, Flaw, Option, flaws
from reports.models import Ask, AskState
from reports.queries.references import MOST, unknown

FIELDS: Final = ("title", "context", "recommended", "owner", "decider", "wanted_by", "team", "refs")
WORDS: Final = {
    Flaw.NO_OPTION: gettext_lazy("Give at least one option besides doing nothing."),
    Flaw.TOO_MANY: gettext_lazy("Give at most %(most)d options besides doing nothing: nobody decides among more."),
    Flaw.NO_NOTHING: gettext_lazy("Say once what it costs to do nothing."),
    Flaw.NO_EFFECT: gettext_lazy("Say of each option what comes of it."),
    Flaw.TWICE: gettext_lazy("Two options have the same name. Name them apart."),
    Flaw.UNKNOWN_RECOMMENDED: gettext_lazy("Recommend one of the options."),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class AskGiven:
    """`options` with the one to do nothing among them; `recommended` is the key of one. `owner` None: who asks."""

    title: str
    context: str = ""
    options: Sequence[Option]
    recommended: str
    decider: User
    wanted_by: dt.date
    owner: User | None = None
    team: Team | None = None
    refs: Sequence[str] = ()


def given_of(row: Ask, **changed: Any) -> AskGiven:
    """As it is written down, but for what is `changed`."""
    names = ("title", "context", "recommended", "decider", "wanted_by", "owner", "team", "refs")
    stands: dict[str, Any] = {name: getattr(row, name) for name in names} | {"options": row.choices}
    return AskGiven(**stands | changed)


def ask(actor: Actor, given: AskGiven, *, at: dt.datetime) -> Ask:
    """Raises: NotAllowed; Invalid, by field."""
    require(actor, "ask.edit", owned_by(given.team))
    row = Ask(asked_at=at)
    _fill(actor, row, given)
    if row.wanted_by < company.day(at):
        raise Invalid({"wanted_by": _("This day is over. Choose today or a later one.")})
    with transaction.atomic():
        clean(row)
        save(row)
        changes: dict[str, audit.Change] = {"decider": (None, row.decider), "wanted_by": (None, row.wanted_by)}
        audit.record(actor, "ask.create", row, at=at, changes=changes)
        tell_decider(actor, row, at=at)
    return row


def edit(actor: Actor, one: Ask, given: AskGiven, *, version: int | None, at: dt.datetime) -> Ask:
    """Raises: NotAllowed; Stale; Conflict where it is closed; Invalid, by field."""
    with transaction.atomic():
        row = locked(Ask, one.pk, version=version)
        may_change(actor, row)
        if given.team is not None and given.team.pk != row.team_id:
            require(actor, "ask.edit", owned_by(given.team))
        _open(row)
        before = Ask.objects.select_related("owner", "decider", "team").get(pk=row.pk)
        _fill(actor, row, given)
        if row.wanted_by < company.day(at) and row.wanted_by != before.wanted_by:
            raise Invalid({"wanted_by": _("This day is over. Choose today or a later one.")})
        row.version += 1
        clean(row)
        changes = audit.differences(before, row, FIELDS)
        if before.options != row.options:
            changes["options"] = (_told(before), _told(row))
        save(row)
        audit.record(actor, "ask.edit", row, at=at, changes=changes)
        if row.decider_id != before.decider_id:
            tell_decider(actor, row, at=at)
    return row


def withdraw(actor: Actor, one: Ask, *, reason: str, version: int | None, at: dt.datetime) -> Ask:
    """Raises: NotAllowed; Stale; Invalid without a reason; Conflict where it is closed."""
    if not reason.strip() or len(reason) > 500:
        raise Invalid({"reason": _("Say in at most 500 characters why no decision is wanted any more.")})
    with transaction.atomic():
        row = locked(Ask, one.pk, version=version)
        may_change(actor, row)
        _open(row)
        close(actor, row, AskState.WITHDRAWN, because=reason.strip(), at=at)
        words = _("%(ask)s is withdrawn") % {"ask": row}
        notify(_others(actor, row), words, key=f"ask:{row.pk}:withdrawn", url=row.get_absolute_url(), at=at)
    return row


def reopen(actor: Actor, one: Ask, *, version: int | None, at: dt.datetime) -> Ask:
    """Takes a withdrawal or a lapse back. Raises: NotAllowed; Stale; Conflict where it is open or decided."""
    with transaction.atomic():
        row = locked(Ask, one.pk, version=version)
        may_change(actor, row)
        if row.state not in (AskState.WITHDRAWN, AskState.LAPSED):
            raise Conflict(_("%(ask)s is neither withdrawn nor lapsed.") % {"ask": row.short_id})
        before = row.get_state_display()
        row.state, row.closed_at, row.closed_because = AskState.OPEN, None, ""
        row.version += 1
        save(row)
        audit.record(actor, "ask.reopen", row, at=at, changes={"state": (before, row.get_state_display())})
    return row


def close(actor: Actor, row: Ask, state: AskState, *, because: str = "", at: dt.datetime) -> None:
    """Of a locked row, in the transaction of what closes it."""
    before = row.get_state_display()
    row.state, row.closed_at, row.closed_because = state, at, because
    row.version += 1
    save(row)
    changes: dict[str, audit.Change] = {"state": (before, row.get_state_display())}
    audit.record(actor, f"ask.{state.value}", row, at=at, reason=because, changes=changes)


def owned_by(team: Team | None) -> Owned | None:
    """As abilities ask; what is of no team is for whoever has the ability for some team."""
    return Owned(team.pk) if team is not None else None


def may_change(actor: Actor, row: Ask) -> None:
    """Its owner, and who may ask for its team. Raises: NotAllowed."""
    if isinstance(actor, User) and actor.pk == row.owner_id and allowed(actor, "ask.edit"):
        return
    if isinstance(actor, User) and actor.pk == row.decider_id:
        words = _("Whoever decides does not change what is asked. Ask %(owner)s to.")
        raise NotAllowed(words % {"owner": row.owner}, ability="ask.edit")
    require(actor, "ask.edit", row)


def _open(row: Ask) -> None:
    if not row.is_open:
        words = _("%(ask)s is %(state)s. Reload the page.")
        raise Conflict(words % {"ask": row.short_id, "state": row.get_state_display().lower()})


def _fill(actor: Actor, row: Ask, given: AskGiven) -> None:
    errors = _flaws(given) | _of_refs(actor, given.refs)
    owner = given.owner or (actor if isinstance(actor, User) else None)
    if owner is None or not allowed(owner, "ask.edit"):
        errors["owner"] = _("Choose somebody who may ask for decisions.")
    if not allowed(given.decider, "ask.decide"):
        errors["decider"] = _("%(name)s cannot decide here. Choose somebody who can.") % {"name": given.decider}
    if given.decider in (owner, actor):
        errors["decider"] = _(
            "Whoever asks does not decide. Choose somebody else, or record your decision without asking."
        )
    if errors or owner is None:
        raise Invalid(errors)
    row.title, row.context = given.title.strip(), given.context.strip()
    row.options = [asdict(each) for each in given.options]
    row.recommended, row.owner, row.decider = given.recommended, owner, given.decider
    row.wanted_by, row.team, row.refs = given.wanted_by, given.team, list(dict.fromkeys(given.refs))


def _flaws(given: AskGiven) -> dict[str, str]:
    found = flaws(given.options, given.recommended)
    field = {Flaw.UNKNOWN_RECOMMENDED: "recommended"}
    return {field.get(flaw, "options"): WORDS[flaw] % {"most": MOST_OPTIONS} for flaw in reversed(found)}


def _of_refs(actor: Actor, refs: Sequence[str]) -> dict[str, str]:
    return {"refs": wrong} if (wrong := refs_flaw(actor, refs)) else {}


def refs_flaw(actor: Actor, refs: Sequence[str]) -> str:
    """Why these references cannot be kept; empty where they can."""
    if len(refs) > MOST:
        return _("Refer to at most %(most)d things.") % {"most": MOST}
    missing = unknown(None if isinstance(actor, System) else _person(actor), refs)
    words = _("There is no %(ids)s. Write short ids such as RISK-7 or INC-12, or a KPI such as kpi:ttr.")
    return words % {"ids": ", ".join(missing)} if missing else ""


def _person(actor: Actor) -> User:
    if not isinstance(actor, User):
        raise NotAllowed(_("Sign in first."), ability="ask.edit")
    return actor


def _told(row: Ask) -> str:
    return "; ".join(f"{each.name} ({each.cost or '–'}): {each.effect}" for each in row.choices)


def _others(actor: Actor, row: Ask) -> list[User]:
    return [each for each in (row.owner, row.decider) if each != actor]


def tell_decider(actor: Actor, row: Ask, *, at: dt.datetime) -> None:
    if row.decider == actor:
        return
    words = _("%(owner)s asks you to decide by %(day)s: %(ask)s") % {
        "owner": row.owner, "day": date_format(row.wanted_by), "ask": row,
    }  # fmt: skip
    notify([row.decider], words, key=f"ask:{row.pk}:{row.decider_id}", url=row.get_absolute_url(), at=at)
