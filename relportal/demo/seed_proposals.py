"""What the portal proposed to the demo's people, and what they made of it; the newest wait for a visitor."""

from __future__ import annotations

import datetime as dt
from functools import partial
from typing import Final

from relportal.core.models import User
from relportal.demo.beats import Act, Beat, Days
from relportal.demo.seed_exceptions import Asking
from relportal.demo.seed_register import Cast
from risks.actions.look import look, look_now, schedule_looks
from risks.actions.proposals import accept, dismiss, merge
from risks.actions.ratings import Rated, rate
from risks.models import Proposal

LOOKED: Final = -23
NOON: Final = 12
ENDING: Final = "accept-last-machines-2"
"""An acceptance of which the portal said that it ends, just before its renewal."""


def proposals(days: Days, cast: Cast, asking: Asking) -> list[Beat]:
    def accepted(at: dt.datetime) -> None:
        risk = accept(cast.owners["payments"], _lower("Payments API", "Acquirer gateway"), at=at)
        given = Rated(
            likelihood="possible",
            columns={"minutes": "moderate", "budget": "serious"},
            reason="The acquirer gateway kept more than it promises in eleven of twelve months.",
        )
        rate(cast.owners["payments"], risk, given, at=at)

    def unrated(at: dt.datetime) -> None:
        accept(cast.owners["booking"], _lower("Ticketing", "Supplier gateway"), at=at)

    def merged(service: str, into: str, at: dt.datetime) -> None:
        row = Proposal.objects.get(rule="single_points", facts__service=service)
        risk = cast.risk(into)
        merge(risk.owner or cast.owners["platform"], row, risk, at=at)

    def dismissed(at: dt.datetime) -> None:
        row = Proposal.objects.get(rule="expiring", facts__exception=f"EXC-{asking.rows[ENDING]}")
        reason = "Its renewal is asked for, with two people who move the points from January on."
        dismiss(cast.owners["accounts"], [row], reason=reason, at=at)

    acts: list[tuple[int, Act]] = [
        (LOOKED, _look),
        (LOOKED + 1, accepted),
        (LOOKED + 2, partial(merged, "Supplier gateway", "one-gateway")),
        (LOOKED + 3, partial(merged, "Acquirer gateway", "one-acquirer")),
        (LOOKED + 4, dismissed),
        (LOOKED + 12, unrated),
    ]
    return [
        *days.told("proposals", acts, hour=NOON),
        Beat(days.anchor, partial(_look_now, cast.people["Ines Halvorsen"])),
    ]


def _look(at: dt.datetime) -> None:
    look(at=at)


def _look_now(leader: User, at: dt.datetime) -> None:
    """As the leader would; the next comes when budgets of closed periods have been read from the history."""
    look_now(leader, at=at)
    schedule_looks(at=at)


def _lower(service: str, on: str) -> Proposal:
    return Proposal.objects.get(rule="lower_promise", facts__service=service, facts__on=on)
