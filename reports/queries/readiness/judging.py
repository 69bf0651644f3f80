"""How reviews stand now: the facts of their services, their answers, and the exceptions in force."""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass

from django.db.models import Q

from relportal.core import company
from relportal.core.models import Service
from reports.domain.readiness import EXEMPTS, Answer, Known, Result, Standing, Template, Waiver, standing
from reports.models import ReadinessAnswer, ReadinessReview
from reports.queries.ladder.versions import gathered
from reports.queries.readiness.results import ItemLine, line_of
from risks.models import ExceptionKind, GovernanceException


@dataclass(frozen=True, slots=True)
class Judgement:
    """`lines` are the items of `standing` as they are kept."""

    tier: int
    standing: Standing
    lines: tuple[ItemLine, ...]

    @property
    def blocking(self) -> int:
        return sum(one.blocking for one in self.lines)

    @property
    def covered(self) -> int:
        return sum(one.blocks and not one.blocking for one in self.lines)

    @property
    def covered_until(self) -> dt.datetime | None:
        """When the first of the exceptions that cover a blocker ends; None unless the verdict rests on them alone."""
        ends = [one.until for one in self.lines if one.blocks and one.until is not None]
        return min(ends) if ends and not self.blocking else None


def judgements(reviews: Sequence[ReadinessReview], template: Template, *, at: dt.datetime) -> dict[int, Judgement]:
    """By review; as many statements as there are facts and three more."""
    services = {one.service_id for one in reviews}
    wanted = {check.fact for item in template.items for check in item.checks}
    readings = gathered(at=at, only=services, wanted=wanted).readings
    tiers = dict(Service.objects.filter(pk__in=services).values_list("pk", "tier"))
    waivers = waivers_of(services, at=at)
    answers: defaultdict[int, dict[str, ReadinessAnswer]] = defaultdict(dict)
    for row in ReadinessAnswer.objects.filter(review__in=reviews).select_related("by"):
        answers[row.review_id][row.item] = row
    found = {}
    for one in reviews:
        read = readings.get(one.service_id, {})
        said = answers[one.pk]
        known = Known(readings=read, answers=_told(said), waivers=waivers.get(one.service_id, ()))
        tier = tiers[one.service_id]
        stands = standing(template, known, tier=tier, at=at, today=company.day(at))
        lines = tuple(line_of(each, read, said.get(each.item.key)) for each in stands.results)
        found[one.pk] = Judgement(tier, stands, lines)
    return found


def _told(rows: Mapping[str, ReadinessAnswer]) -> dict[str, Answer]:
    return {key: Answer(result=Result(row.result), reason=row.reason, seen_on=row.seen_on) for key, row in rows.items()}


def waivers_of(services: Collection[int], *, at: dt.datetime) -> dict[int, list[Waiver]]:
    """By service: exceptions of the kind "readiness item" that are in force. One that names no item covers all of them."""
    rows = GovernanceException.objects.in_force(at).filter(
        Q(subject_key="") | Q(subject_key__startswith=EXEMPTS), kind=ExceptionKind.READINESS, service__in=services
    )
    found: defaultdict[int, list[Waiver]] = defaultdict(list)
    for row in rows.order_by("expires_at", "pk"):
        if row.service_id is not None and row.in_force_at is not None:
            until = min(filter(None, (row.expires_at, row.ended_at)))
            item = row.subject_key.removeprefix(EXEMPTS)
            found[row.service_id].append(Waiver(name=row.short_id, since=row.in_force_at, until=until, item=item))
    return dict(found)


def still_covered(lines: Iterable[ItemLine], waivers: Sequence[Waiver], *, at: dt.datetime) -> dt.datetime:
    """Until when a decision with conditions holds, by the exceptions of now: `at` where a condition has lost its own."""
    ends = [
        max((each.until for each in waivers if each.covers(one.key, at)), default=at) for one in lines if one.blocks
    ]
    return min(ends, default=at)
