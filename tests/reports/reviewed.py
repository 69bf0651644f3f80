"""Reviews of launches for tests: a template of four items, and reviews by it."""

from __future__ import annotations

import datetime as dt
from typing import Any

from relportal.core.models import Service, User
from reports.actions.readiness import ReviewGiven, begin
from reports.actions.readiness_answers import AnswerGiven, answer
from reports.domain.ladder import Comparison
from reports.domain.readiness import Item, Proof, Result, Template, Weight
from reports.domain.readiness_text import as_json
from reports.models import ReadinessReview, ReadinessTemplate
from risks.models import GovernanceException

DAY = dt.timedelta(days=1)
BLOCKS = {1: Weight.BLOCKER, 2: Weight.SHOULD}
TEMPLATE = Template(
    (
        Item(
            key="runbook", area="Alerts", text="There is a runbook.", weights=BLOCKS, proof=Proof.FACT, born_from="INC-1",
            checks=(Comparison(fact="runbook"),),
        ),
        Item(
            key="capacity", area="Capacity", text="A load test passed.", weights=BLOCKS, proof=Proof.EVIDENCE, days=180,
            born_from="INC-2",
        ),
        Item(key="rollout", area="Change safety", text="A rollback was tested.", weights=BLOCKS, born_from="INC-3"),
        Item(key="support", area="Communication", text="Support is briefed.", weights={1: Weight.SHOULD}),
    )
)  # fmt: skip


def small(*, at: dt.datetime) -> ReadinessTemplate:
    """Puts the template of four items in force, in the place of what ships."""
    number = ReadinessTemplate.objects.count() + 1
    return ReadinessTemplate.objects.create(number=number, content=as_json(TEMPLATE), created_at=at)


def opened(actor: User, service: Service, *, at: dt.datetime, **given: Any) -> ReadinessReview:
    fields: dict[str, Any] = {"title": "Seat maps", "planned_on": (at + 14 * DAY).date()}
    return begin(actor, ReviewGiven(service=service, **fields | given), at=at)


def said(actor: User, one: ReadinessReview, item: str, *, at: dt.datetime, **given: Any) -> ReadinessReview:
    fields: dict[str, Any] = {"result": Result.PASSED, "version": None} | given
    version = fields.pop("version")
    return answer(actor, one, AnswerGiven(item=item, **fields), version=version, at=at)


def passed(actor: User, one: ReadinessReview, *, at: dt.datetime) -> ReadinessReview:
    """Every item that somebody answers."""
    said(actor, one, "capacity", seen_on=at.date(), at=at)
    said(actor, one, "support", at=at)
    return said(actor, one, "rollout", at=at)


def waived(service: Service, lead: User, *, at: dt.datetime, until: dt.datetime, item: str = "") -> GovernanceException:
    return GovernanceException.objects.create(
        kind="readiness", title="x", reason="x", service=service, subject_key=item and f"readiness:{item}",
        requester=lead, requested_at=at, in_force_at=at, expires_at=until, state="in_force",
    )  # fmt: skip
