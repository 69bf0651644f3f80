"""What a risk waits for, and by when: the first of these is what its page asks for."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from django.urls import reverse
from django.utils.translation import gettext as _

from relportal.core import company
from risks.domain.review import Review, standing
from risks.models import RatingTask, Risk, RiskState
from risks.queries.plan import Plan


@dataclass(frozen=True, slots=True)
class Step:
    """`due_on` None: at once, or without a day. `band` says how it stands, `url` where it is done."""

    words: str
    due_on: dt.date | None
    band: str
    url: str


def review_standing(risk: Risk, *, at: dt.datetime) -> Review:
    rated = risk.rated_at
    return standing(
        due_on=risk.review_due_on,
        rated_on=company.day(rated) if rated is not None else None,
        review_days=risk.current.level.review_days if risk.current is not None else None,
        today=company.day(at),
    )


def next_steps(risk: Risk, plan: Plan, task: RatingTask | None, *, at: dt.datetime) -> tuple[Step, ...]:
    """What is missing first, then by day. A closed risk waits for nothing."""
    if risk.is_closed:
        return ()
    found = [*_missing(risk, plan, task), *_dated(risk, plan, at=at)]
    return tuple(sorted(found, key=lambda one: (one.due_on is not None, one.due_on or dt.date.min)))


def _missing(risk: Risk, plan: Plan, task: RatingTask | None) -> list[Step]:
    edit, rate = reverse("risks:edit", args=[risk.pk]), reverse("risks:rate", args=[risk.pk])
    found = []
    if risk.owner is None or not risk.owner.is_active:
        found.append(Step(_("Name an owner: nobody is accountable."), None, "breached", edit))
    if risk.current is None:
        found.append(Step(_("Rate it: nobody has said how likely and how bad it is."), None, "breached", rate))
    elif task is not None:
        words = _("Rate it again, by version %(number)s of the scale.") % {"number": task.matrix.number}
        found.append(Step(words, None, "at_risk", rate))
    if risk.current is not None and risk.state == RiskState.OPEN:
        found += _above_appetite(risk, plan)
    if plan.exists and not plan.pending and risk.current is not None and _in_place_since(risk, plan):
        found.append(Step(_("Rate it again: its treatments are in place."), None, "at_risk", rate))
    return found


def _above_appetite(risk: Risk, plan: Plan) -> list[Step]:
    if risk.current is None or not risk.current.level.needs_plan or plan.exists:
        return []
    words = _("Plan a treatment: a risk that is %(level)s needs one.") % {"level": risk.current.level.name.lower()}
    if risk.current.level.needs_ask:
        words = _("Plan a treatment and ask an executive to decide: a risk that is %(level)s needs both.") % {
            "level": risk.current.level.name.lower()
        }
    return [Step(words, None, "breached", reverse("risks:treatment-add", args=[risk.pk]))]


def _in_place_since(risk: Risk, plan: Plan) -> bool:
    """Whether something came into place after the last rating."""
    done = [one.treatment.done_at for one in plan.lines if one.treatment.done_at is not None]
    return bool(done) and risk.rated_at is not None and max(done) > risk.rated_at


def _dated(risk: Risk, plan: Plan, *, at: dt.datetime) -> list[Step]:
    today = company.day(at)
    found = []
    if risk.review_due_on is not None and risk.current is not None:
        band = _band(risk.review_due_on, today)
        words = _("Review it.")
        if review_standing(risk, at=at) is Review.STALE:
            band, words = "at_risk", _("Rate it anew: its rating is older than two of its reviews.")
        found.append(Step(words, risk.review_due_on, band, reverse("risks:review", args=[risk.pk])))
    for line in plan.pending:
        milestone = line.next_milestone
        url = line.treatment.get_absolute_url()
        if milestone is not None:
            words = _("%(milestone)s (%(treatment)s)") % {"milestone": milestone, "treatment": line.treatment}
            found.append(Step(words, milestone.due_on, _band(milestone.due_on, today), url))
        elif line.treatment.due_on is not None:
            due_on = line.treatment.due_on
            found.append(Step(str(line.treatment), due_on, _band(due_on, today), url))
    return found


def _band(due_on: dt.date, today: dt.date) -> str:
    return "breached" if due_on < today else "no_data"
