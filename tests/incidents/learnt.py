"""An ended incident with its postmortem in review, an action that waits to be put off, and what was told of them."""

from __future__ import annotations

import datetime as dt

from django.utils import timezone

from incidents.actions.action_items import Promised, promise
from incidents.actions.deferrals import ask_deferral
from incidents.actions.incidents import Declaration, declare, move
from incidents.actions.postmortems import comment, open_postmortem, write_section
from incidents.actions.postmortems import move as move_on
from incidents.actions.timeline import write_line
from incidents.models import ActionItem, Incident, PostmortemState, State
from relportal.core.models import User
from tests import make


def learnt(responder: User, owner: User) -> tuple[Incident, ActionItem]:
    at = timezone.now()
    service = make.service(slug="checkout", name="Checkout")
    given = Declaration(title="Card payments fail for most customers", services=[service], severity=1)
    incident = declare(responder, given, at=at - dt.timedelta(hours=3))
    for text in ("! customers in Austria only", "rolled back 1.4.2"):
        write_line(responder, incident, text, zone=dt.UTC, at=at - dt.timedelta(hours=2))
    move(responder, incident, State.RESOLVED, at=at - dt.timedelta(hours=1))
    row = open_postmortem(responder, incident, at=at)
    causes = "The certificate **ran out**; Bob should have seen it.\n\n| step | at |\n|---|---|\n| first | 10:00 |"
    write_section(responder, row.sections.get(kind="causes"), causes, version=None, at=at)
    comment(owner, row, "Which certificate? See INC-1.", section="causes", at=at)
    title = "Alert 21 days before any certificate of ours or of a partner ends"
    action = promise(responder, Promised(title=title, incident=incident, owner=responder), at=at)
    ask_deferral(responder, action, until=action.due_on + dt.timedelta(days=7), reason="Waits for the vendor", at=at)
    promise(responder, Promised(title="Renew by machine", description="As in [the guide](https://example.com)"), at=at)
    move_on(responder, row, PostmortemState.IN_REVIEW, at=at)
    return incident, action
