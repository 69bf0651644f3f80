"""How an exception stands at an instant, by its own instants and whatever a job has done by then."""

from __future__ import annotations

import datetime as dt
from enum import StrEnum
from typing import Final

from django.db.models import Q
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from risks.domain.exception_states import in_force
from risks.models import ExceptionState, GovernanceException

SOON: Final = dt.timedelta(days=30)
"""An end within it is near."""


class Standing(StrEnum):
    """LAPSED came to its end before everybody had signed; ENDING is in force and ends within SOON."""

    WAITING = "waiting"
    IN_FORCE = "in_force"
    ENDING = "ending"
    EXPIRED = "expired"
    ENDED = "ended"
    LAPSED = "lapsed"
    REFUSED = "refused"
    WITHDRAWN = "withdrawn"

    @property
    def label(self) -> str:
        return str(_WORDS[self])

    @property
    def band(self) -> str:
        """As which it is drawn; the word stands beside it."""
        return _BANDS.get(self, "no_data")

    @property
    def is_live(self) -> bool:
        return self in {Standing.WAITING, Standing.IN_FORCE, Standing.ENDING}


_WORDS: Final = {
    Standing.WAITING: gettext_lazy("Waits for signatures"),
    Standing.IN_FORCE: gettext_lazy("In force"),
    Standing.ENDING: gettext_lazy("Ends soon"),
    Standing.EXPIRED: gettext_lazy("Expired"),
    Standing.ENDED: gettext_lazy("Ended early"),
    Standing.LAPSED: gettext_lazy("Never signed"),
    Standing.REFUSED: gettext_lazy("Refused"),
    Standing.WITHDRAWN: gettext_lazy("Withdrawn"),
}
_BANDS: Final = {
    Standing.WAITING: "at_risk",
    Standing.IN_FORCE: "healthy",
    Standing.ENDING: "at_risk",
    Standing.EXPIRED: "breached",
}
LIVE: Final = "live"
"""The word of a filter for what waits or is in force."""


def standing(row: GovernanceException, *, at: dt.datetime) -> Standing:
    plain = {
        ExceptionState.REFUSED: Standing.REFUSED,
        ExceptionState.WITHDRAWN: Standing.WITHDRAWN,
        ExceptionState.ENDED: Standing.ENDED,
    }
    found = plain.get(ExceptionState(row.state))
    if found is not None:
        return found
    if in_force(in_force_at=row.in_force_at, expires_at=row.expires_at, ended_at=row.ended_at, at=at):
        return Standing.ENDING if row.expires_at <= at + SOON else Standing.IN_FORCE
    if row.in_force_at is not None:
        return Standing.EXPIRED
    return Standing.WAITING if row.expires_at > at else Standing.LAPSED


def condition(word: str, *, at: dt.datetime) -> Q:
    """The rows that stand so: of a Standing (in force: those that end soon, too), or LIVE."""
    holds = Q(in_force_at__lte=at, expires_at__gt=at) & (Q(ended_at__isnull=True) | Q(ended_at__gt=at))
    waits = Q(state=ExceptionState.REQUESTED, expires_at__gt=at)
    over = Q(expires_at__lte=at, ended_at__isnull=True)
    return {
        LIVE: waits | holds,
        Standing.WAITING: waits,
        Standing.IN_FORCE: holds,
        Standing.ENDING: holds & Q(expires_at__lte=at + SOON),
        Standing.EXPIRED: over & Q(in_force_at__isnull=False),
        Standing.LAPSED: over & Q(in_force_at__isnull=True),
        Standing.REFUSED: Q(state=ExceptionState.REFUSED),
        Standing.WITHDRAWN: Q(state=ExceptionState.WITHDRAWN),
        Standing.ENDED: Q(state=ExceptionState.ENDED),
    }[word]


def days_left(row: GovernanceException, *, at: dt.datetime) -> int:
    """Days that have begun until its end; 0 when it is over."""
    return max(0, -(-(row.expires_at - at) // dt.timedelta(days=1)))


def ends_in(row: GovernanceException, *, at: dt.datetime) -> str:
    """ "ends today", "ends in 5 days"; for what is in force."""
    left = row.expires_at - at
    if left <= dt.timedelta(days=1):
        return _("ends within a day")
    return _("ends in %(n)d days") % {"n": left.days}
