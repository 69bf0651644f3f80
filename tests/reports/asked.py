"""Asks and decisions for tests."""

from __future__ import annotations

import datetime as dt
from typing import Any

from relportal.core.models import User
from reports.actions.asks import AskGiven, ask
from reports.domain.asks import NOTHING, Option
from reports.models import Ask

OPTIONS = (
    Option(key="1", name="Second region", cost="0.38 M in year one", effect="RISK moves to medium"),
    Option(key="2", name="Warm standby", cost="0.12 M a year", effect="back in an hour"),
    Option(key=NOTHING, name="Do nothing", cost="", effect="0.5-1.4 M a year stay at risk"),
)


def asking(decider: User, **given: Any) -> AskGiven:
    fields: dict[str, Any] = {
        "title": "A second region for checkout data", "context": "See **RISK-1**.", "options": OPTIONS, "recommended": "1",
        "decider": decider, "wanted_by": dt.date(2026, 12, 15),
    }  # fmt: skip
    return AskGiven(**fields | given)


def asked(actor: User, decider: User, *, at: dt.datetime, **given: Any) -> Ask:
    return ask(actor, asking(decider, **given), at=at)
