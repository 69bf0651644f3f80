"""Writing many risks at once: what `create`, `edit` and `rate` do, in a number of statements that does not grow."""

from __future__ import annotations

import copy
import datetime as dt
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any, Final

from django.db import transaction
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from relportal.core import audit, company, rows
from relportal.core.actions.notifications import notify
from relportal.core.audit import Change, Entry
from relportal.core.exceptions import Conflict, Invalid
from relportal.core.models import User
from relportal.core.permissions import Actor, require
from risks.actions.ratings import Rated, judge
from risks.actions.risks import FIELDS, SETS
from risks.actions.standing import check_identified, check_owner, may_change, open_only, person, scope
from risks.domain import review
from risks.models import RatingKind, RatingTask, Risk, RiskJourney, RiskRating, RiskService
from risks.queries.imports.reading import Steps
from risks.queries.scale import Version

# bulk_update writes a CASE of all rows for every field: larger batches cost more than they save.
BATCH: Final = 250
DATES: Final = ("review_due_on",)


@dataclass(frozen=True, slots=True, kw_only=True)
class Draft:
    """One risk to be. `place` says where it comes from, for what is refused: "Line 3".

    `risk` None: a new one. `values` are those of FIELDS, SETS and the review that are given; what is not given stays.
    """

    place: str
    risk: int | None
    version: int | None
    values: Mapping[str, Any]
    ratings: Mapping[str, Steps]


@dataclass(slots=True)
class _Writing:
    """`before` is None for a risk that is not there yet."""

    draft: Draft
    row: Risk
    before: Risk | None
    changes: dict[str, Change] = field(default_factory=dict)


def write_risks(actor: Actor, drafts: Sequence[Draft], *, of: Version, at: dt.datetime, reason: str) -> None:
    """All or nothing. Each risk has one entry in the audit, its ratings among the changes; each owner hears of it once.

    Raises: NotAllowed; Invalid and Conflict, their sentence begins with the draft's place.
    """
    with transaction.atomic():
        held = _locked([draft.risk for draft in drafts if draft.risk is not None])
        writings = [_filled(actor, draft, held, at=at) for draft in drafts]
        new = [one for one in writings if one.before is None]
        with rows.uncollided():
            Risk.objects.bulk_create([one.row for one in new], batch_size=BATCH)
        for one in writings:
            one.changes |= _differences(one)
        _write_sets(writings)
        _write_ratings(actor, writings, of=of, at=at)
        _save(writings)
        for action, some in (("risk.create", new), ("risk.edit", [one for one in writings if one.before is not None])):
            audit.record_all(actor, action, [Entry(one.row, one.changes) for one in some], at=at, reason=reason)
        _tell_owners(actor, writings, at=at)


def _locked(ids: Sequence[int]) -> dict[int, Risk]:
    found = Risk.objects.filter(pk__in=ids).select_for_update(of=("self",)).order_by("pk")
    return {
        row.pk: row
        for row in found.select_related(
            "category", "owner", "team", "current__level", "target__level"
        ).prefetch_related(*SETS)
    }


def _filled(actor: Actor, draft: Draft, held: Mapping[int, Risk], *, at: dt.datetime) -> _Writing:
    with _told(draft):
        before = None
        if draft.risk is None:
            today = company.day(at)
            row = Risk(identified_on=today, created_at=at, review_due_on=review.due(today, None))
        else:
            if draft.risk not in held or held[draft.risk].version != draft.version:
                raise Conflict(_("The risk was changed while you looked. Look at the new preview, then import."))
            row = held[draft.risk]
            may_change(actor, row)
            before = copy.copy(row)
        for name in draft.values.keys() & {*FIELDS, *DATES}:
            setattr(row, name, draft.values[name])
        require(actor, "risk.edit", scope(row))
        if before is None or row.owner_id != before.owner_id:
            check_owner(row)
        check_identified(row, at=at)
        if draft.ratings or "review_due_on" in draft.values:
            open_only(row)
        rows.clean_alone(row, exclude=("category", "owner", "team"))
    return _Writing(draft, row, before)


def _differences(one: _Writing) -> dict[str, Change]:
    names = (*FIELDS, *DATES)
    if one.before is None:
        given = {name: (None, getattr(one.row, name)) for name in names if name in one.draft.values}
        return {name: pair for name, pair in given.items() if pair[1]}
    return audit.differences(one.before, one.row, names)


def _write_sets(writings: Sequence[_Writing]) -> None:
    """Services and journeys, as rows of their own; those that are gone are taken away."""
    for name, through, column in (("services", RiskService, "service"), ("journeys", RiskJourney, "journey")):
        added: list[Any] = []
        gone: list[tuple[int, int]] = []
        manager: Any = through._default_manager
        for one in writings:
            if name not in one.draft.values:
                continue
            wanted = {each.pk: each for each in one.draft.values[name]}
            there = {} if one.before is None else {each.pk: each for each in getattr(one.row, name).all()}
            if wanted.keys() == there.keys():
                continue
            one.changes[name] = (_sorted(there.values()) or None, _sorted(wanted.values()))
            added += [through(risk=one.row, **{column: each}) for pk, each in wanted.items() if pk not in there]
            gone += [(one.row.pk, pk) for pk in there.keys() - wanted.keys()]
        manager.bulk_create(added, batch_size=1000)
        for risk, pk in gone:
            manager.filter(risk=risk, **{column: pk}).delete()


def _sorted(things: Iterable[Any]) -> list[str]:
    return sorted(str(one) for one in things)


def _write_ratings(actor: Actor, writings: Sequence[_Writing], *, of: Version, at: dt.datetime) -> None:
    steps = {
        name: {one.key: one for one in getattr(of.matrix, name).all()} for name in ("likelihoods", "impacts", "levels")
    }
    made: list[tuple[_Writing, RiskRating]] = []
    for one in writings:
        with _told(one.draft):
            for kind, given in one.draft.ratings.items():
                rated = Rated(
                    likelihood=given.likelihood,
                    impact=given.impact,
                    kind=kind,
                    reason=given.reason,
                    despite=given.despite,
                    confidence=given.confidence,
                )
                judged = judge(of.scale, rated)
                if not rated.reason.strip():
                    raise Invalid({"reason": _("Say what the rating rests on, for whoever reads it in a year.")})
                row = RiskRating(
                    risk=one.row, kind=kind, matrix=of.matrix, likelihood=steps["likelihoods"][judged.likelihood],
                    impact=steps["impacts"][judged.impact], level=steps["levels"][judged.level],
                    confidence=rated.confidence, reason=rated.reason.strip(), despite=rated.despite.strip(), at=at,
                    by=person(actor),
                )  # fmt: skip
                made.append((one, row))
    RiskRating.objects.bulk_create([row for _one, row in made], batch_size=BATCH)
    for one, row in made:
        before: RiskRating | None = getattr(one.row, row.kind)
        setattr(one.row, row.kind, row)
        label = f"{row.get_kind_display()} ({row.likelihood} × {row.impact})"
        one.changes[label] = (before.level if before is not None else None, row.level)
        if row.kind == RatingKind.CURRENT:
            _now_current(one, row, at=at)
    RatingTask.objects.filter(
        risk__in=[row.risk_id for _one, row in made if row.kind == RatingKind.CURRENT], done_at=None
    ).update(done_at=at)


def _now_current(one: _Writing, row: RiskRating, *, at: dt.datetime) -> None:
    """Its level says when it is looked at again, unless the file names an earlier day."""
    one.row.rated_at = at
    due = review.due(company.day(at), row.level.review_days)
    given = one.draft.values.get("review_due_on")
    one.row.review_due_on = min(due, given) if given is not None else due


def _save(writings: Sequence[_Writing]) -> None:
    """A new row already stands as it is given: only its ratings, which needed its id, are still to be written."""
    kept = ("current", "target", "rated_at", "review_due_on")
    rated = [one.row for one in writings if one.before is None and one.draft.ratings]
    Risk.objects.bulk_update(rated, kept, batch_size=BATCH)
    changed = [one.row for one in writings if one.before is not None]
    for row in changed:
        row.version += 1
    with rows.uncollided():
        Risk.objects.bulk_update(changed, [*FIELDS, *kept, "version"], batch_size=BATCH)


def _tell_owners(actor: Actor, writings: Sequence[_Writing], *, at: dt.datetime) -> None:
    """One message a person, however many are theirs."""
    mine: dict[User, list[Risk]] = defaultdict(list)
    for one in writings:
        before = one.before.owner_id if one.before is not None else None
        if one.row.owner is not None and one.row.owner_id != before and one.row.owner != actor:
            mine[one.row.owner].append(one.row)
    for owner, theirs in mine.items():
        first = theirs[0]
        words, url = _("%(risk)s is yours") % {"risk": first}, first.get_absolute_url()
        if len(theirs) > 1:
            url = f"{reverse('risks:list')}?owner=me"
            more = ngettext("%(n)s more risk", "%(n)s more risks", len(theirs) - 1) % {"n": len(theirs) - 1}
            words = _("%(risk)s and %(more)s are yours") % {"risk": first, "more": more}
        notify([owner], words, key=f"risk:{first.pk}:owner:{first.version}", url=url, at=at)


@contextmanager
def _told(draft: Draft) -> Iterator[None]:
    try:
        yield
    except (Invalid, Conflict) as error:
        raise type(error)(_("%(place)s: %(error)s") % {"place": draft.place, "error": error}) from error
