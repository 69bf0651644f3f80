"""One risk with everything that its page says."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from django.utils.translation import gettext as _

from relportal.core.exceptions import Missing
from relportal.core.models import Journey, Service, User
from relportal.core.permissions import allowed
from risks.domain.matrix import Level, Scale, by_key
from risks.domain.review import Review
from risks.models import RatingKind, RatingTask, Risk, RiskRating, RiskReview, RiskState
from risks.queries.cost import Links, links
from risks.queries.grid import Grid, Mark, Marker, grid
from risks.queries.movement import Movement, movement
from risks.queries.next_steps import Step, next_steps, review_standing
from risks.queries.plan import Plan, plan
from risks.queries.rerating import waiting
from risks.queries.scale import Version, current
from risks.queries.suggested import Suggested, suggested_likelihood


@dataclass(frozen=True, slots=True)
class RiskDetail:
    """`grid` is that of the scale in force; `earlier` are kinds whose newest rating was made by an older one and stands in no
    cell. `task` waits for a new rating."""

    risk: Risk
    claim: str
    services: tuple[Service, ...]
    journeys: tuple[Journey, ...]
    ratings: tuple[RiskRating, ...]
    grid: Grid
    scale: Version
    earlier: tuple[RiskRating, ...]
    suggested: Suggested | None
    movement: Movement
    plan: Plan
    reviews: tuple[RiskReview, ...]
    review: Review
    links: Links
    steps: tuple[Step, ...]
    task: RatingTask | None
    may_edit: bool
    may_close: bool


def visible(user: User, number: int) -> Risk:
    """With its people and newest ratings, in one statement. Raises: Missing."""
    related = [f"{kind}__{part}" for kind in RatingKind.values for part in ("level", "likelihood", "impact", "matrix")]
    rows = Risk.objects.visible_to(user).select_related("category", "owner", "team", *related)
    found = rows.filter(pk=number).first()
    if found is None:
        raise Missing(_("There is no such risk."))
    return found


def may_edit(user: User, risk: Risk) -> bool:
    owns = risk.owner_id == user.pk and allowed(user, "risk.own")
    return owns or allowed(user, "risk.edit", _scope(risk))


def may_close(user: User, risk: Risk) -> bool:
    return allowed(user, "risk.close", _scope(risk))


def _scope(risk: Risk) -> Risk | None:
    return risk if risk.team_id is not None else None


def detail(user: User, risk: Risk, *, at: dt.datetime) -> RiskDetail:
    """Of a risk from `visible`."""
    scale, edits = current(), may_edit(user, risk)
    its_plan, task = plan(user, risk, may_edit=edits, at=at), waiting(risk)
    suggested = suggested_likelihood(user, risk, scale.scale, at=at)
    newest = tuple(row for kind in RatingKind.values if (row := getattr(risk, kind)) is not None)
    return RiskDetail(
        risk=risk,
        claim=claim(risk, its_plan),
        services=tuple(risk.services.order_by("name")),
        journeys=tuple(risk.journeys.order_by("name")),
        ratings=newest,
        grid=grid(scale.scale, _markers(risk, newest, scale, suggested)),
        scale=scale,
        earlier=tuple(row for row in newest if row.matrix_id != scale.matrix.pk),
        suggested=suggested,
        movement=movement(risk),
        plan=its_plan,
        reviews=tuple(risk.reviews.select_related("by")),
        review=review_standing(risk, at=at),
        links=links(user, risk, at=at),
        steps=next_steps(risk, its_plan, task, at=at),
        task=task,
        may_edit=edits,
        may_close=may_close(user, risk),
    )


def claim(risk: Risk, its_plan: Plan) -> str:
    """The risk and how it stands, as the title of its page."""
    return _("%(risk)s: %(standing)s") % {"risk": risk.title, "standing": _standing(risk, its_plan)}


def _standing(risk: Risk, its_plan: Plan) -> str:
    if risk.is_closed:
        return _("closed")
    if risk.current is None:
        return _("not rated yet")
    level = risk.current.level
    words = {"level": level.name.lower()}
    if risk.state == RiskState.ACCEPTED:
        return _("%(level)s, and accepted for now") % words
    if not level.needs_plan:
        return _("%(level)s, within appetite") % words
    if its_plan.pending:
        return _("%(level)s, above appetite, being treated") % words
    if its_plan.exists:
        return _("%(level)s, above appetite with its plan in place") % words
    return _("%(level)s, above appetite without a plan") % words


def _markers(
    risk: Risk, newest: tuple[RiskRating, ...], scale: Version, suggested: Suggested | None
) -> tuple[Marker, ...]:
    """Ratings by the scale in force; the ghost stands at the impact of the current one."""
    here = [row for row in newest if row.matrix_id == scale.matrix.pk]
    found = [Marker(Mark(row.kind), row.likelihood.key, row.impact.key) for row in here]
    at_impact = risk.current.impact.key if risk.current is not None and risk.current in here else ""
    if suggested is not None and suggested.step is not None and at_impact:
        found.append(Marker(Mark.SUGGESTED, suggested.step.key, at_impact))
    return tuple(found)


@dataclass(frozen=True, slots=True)
class JudgedWords:
    """A rating that is being made, in the names of the scale."""

    level: Level
    likelihood: str
    impact: str
    decided_by: str


def judged_words(scale: Scale, *, likelihood: str, impact: str, decided_by: str) -> JudgedWords:
    """Of steps that the scale has."""
    return JudgedWords(
        scale.level(likelihood, impact),
        by_key(scale.likelihoods, likelihood).name,
        by_key(scale.impacts, impact).name,
        by_key(scale.columns, decided_by).name if decided_by else "",
    )
