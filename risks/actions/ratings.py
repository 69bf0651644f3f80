"""Rating a risk: by the scale in force, with a reason, never to be edited."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass, field

from django.db import transaction
from django.utils.translation import gettext as _

from relportal.core import audit, company
from relportal.core.actions.notifications import notify
from relportal.core.exceptions import Conflict, Invalid
from relportal.core.permissions import Actor
from relportal.core.rows import clean, save
from relportal.core.versions import locked
from risks.actions.standing import may_change, open_only, person
from risks.domain import review
from risks.domain.matrix import Scale
from risks.models import Confidence, RatingKind, Risk, RiskRating
from risks.queries.scale import Version, current
from risks.queries.suggested import Suggested, suggested_likelihood


@dataclass(frozen=True, slots=True, kw_only=True)
class Rated:
    """Steps by their keys. Either `columns` (key of a column -> key of an impact, the worst decides) or `impact` as a whole.

    `matrix` is the number of the version that the rater saw; None: whichever is in force. `despite`: why the likelihood is
    far from what the linked incidents suggest.
    """

    likelihood: str
    reason: str
    columns: Mapping[str, str] = field(default_factory=dict)
    impact: str = ""
    kind: str = RatingKind.CURRENT.value
    confidence: str = Confidence.MEDIUM.value
    despite: str = ""
    matrix: int | None = None


@dataclass(frozen=True, slots=True)
class Judged:
    """What the scale says of a rating; `decided_by` is empty where the impact was given as a whole."""

    likelihood: str
    impact: str
    decided_by: str
    level: str


def rate(actor: Actor, risk: Risk, given: Rated, *, at: dt.datetime, version: int | None = None) -> RiskRating:
    """The newest current rating decides when the risk is looked at again, and ends its re-rating tasks.

    Raises: NotAllowed, Stale; Conflict for a closed risk or another scale than the rater saw; Invalid, by field.
    """
    with transaction.atomic():
        row = locked(Risk, risk.pk, version=version)
        may_change(actor, row)
        open_only(row)
        version_of = _seen_scale(given)
        judged = judge(version_of.scale, given)
        suggestion = suggested_likelihood(actor, row, version_of.scale, at=at) if _is_current(given) else None
        _check_reason(given, judged, version_of.scale, suggestion)
        made = _rating(row, given, judged, of=version_of, suggestion=suggestion)
        made.at, made.by = at, person(actor)
        clean(made)
        save(made)
        before: RiskRating | None = getattr(row, given.kind)
        setattr(row, given.kind, made)
        if _is_current(given):
            _now_current(row, made, at=at)
        row.version += 1
        save(row)
        label = f"{made.get_kind_display()} ({made.likelihood} × {made.impact})"
        changes = {label: (before.level if before else None, made.level)}
        audit.record(actor, "risk.rate", row, at=at, reason=made.reason, changes=changes)
        _tell_owner(actor, row, made, before, at=at)
    return made


def judge(scale: Scale, given: Rated) -> Judged:
    """Raises: Invalid for a step that the scale does not have, and where no impact was chosen."""
    errors = {}
    if given.likelihood not in {one.key for one in scale.likelihoods}:
        errors["likelihood"] = _("Choose a likelihood of the scale.")
    impacts = {one.key for one in scale.impacts}
    if unknown := given.columns.keys() - {one.key for one in scale.columns}:
        errors["columns"] = _("The scale has no column “%(name)s”.") % {"name": min(unknown)}
    elif any(impact not in impacts for impact in given.columns.values()):
        errors["columns"] = _("Choose impacts of the scale.")
    elif given.impact and given.columns:
        errors["impact"] = _("Give the impact by column or as a whole, not both.")
    elif given.impact and given.impact not in impacts:
        errors["impact"] = _("Choose an impact of the scale.")
    elif not given.impact and not given.columns:
        errors["columns"] = _("Choose the impact in at least one column.")
    if errors:
        raise Invalid(errors)
    impact, decided_by = given.impact, ""
    if given.columns:
        worst = scale.worst(given.columns)
        impact, decided_by = worst.impact, worst.column
    return Judged(given.likelihood, impact, decided_by, scale.level(given.likelihood, impact).key)


def _seen_scale(given: Rated) -> Version:
    found = current()
    if given.matrix is not None and given.matrix != found.matrix.number:
        raise Conflict(_("The scale was changed while you rated. Look at its new steps and choose again."))
    return found


def _is_current(given: Rated) -> bool:
    return given.kind == RatingKind.CURRENT


def _check_reason(given: Rated, judged: Judged, scale: Scale, suggestion: Suggested | None) -> None:
    if given.kind not in RatingKind.values:
        raise Invalid({"kind": _("There is no such rating.")})
    if not given.reason.strip():
        raise Invalid({"reason": _("Say what the rating rests on, for whoever reads it in a year.")})
    if suggestion is None or suggestion.step is None or given.despite.strip():
        return
    if scale.far(judged.likelihood, suggestion.step.key):
        words = _("Its incidents suggest “%(step)s”. Say why you rate it two or more steps away from that.")
        raise Invalid({"despite": words % {"step": suggestion.step.name}})


def _rating(risk: Risk, given: Rated, judged: Judged, *, of: Version, suggestion: Suggested | None) -> RiskRating:
    steps = {one.key: one for one in of.matrix.likelihoods.all()}
    spoken_for = suggestion.step.key if suggestion is not None and suggestion.step is not None else ""
    return RiskRating(
        risk=risk,
        kind=given.kind,
        matrix=of.matrix,
        likelihood=steps[judged.likelihood],
        impact=of.matrix.impacts.get(key=judged.impact),
        level=of.matrix.levels.get(key=judged.level),
        columns=dict(given.columns),
        decided_by=judged.decided_by,
        confidence=given.confidence,
        reason=given.reason.strip(),
        suggested=steps.get(spoken_for),
        despite=given.despite.strip(),
    )


def _now_current(row: Risk, made: RiskRating, *, at: dt.datetime) -> None:
    row.rated_at = at
    row.review_due_on = review.due(company.day(at), made.level.review_days)
    row.rating_tasks.filter(done_at=None).update(done_at=at)


def _tell_owner(actor: Actor, row: Risk, made: RiskRating, before: RiskRating | None, *, at: dt.datetime) -> None:
    """That somebody else found the risk to be of another level."""
    moved = made.kind == RatingKind.CURRENT and (before is None or before.level.key != made.level.key)
    if row.owner is not None and row.owner != actor and moved:
        words = _("%(risk)s is rated %(level)s") % {"risk": row, "level": made.level.name.lower()}
        notify([row.owner], words, key=f"risk:{row.pk}:rated:{made.pk}", url=row.get_absolute_url(), at=at)
