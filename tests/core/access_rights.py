"""Sets of people of the access matrix, and what a route may expect of them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from tests.core.access import ANONYMOUS, PEOPLE

Who = frozenset[str] | None
"""Who is admitted; None where the method does not exist."""

ALL: Final = frozenset({ANONYMOUS, *PEOPLE})
SIGNED_IN: Final = frozenset(PEOPLE)
MEMBERS: Final = SIGNED_IN - {"outsider"}
WRITERS: Final = MEMBERS - {"auditor"}
STEWARDS: Final = frozenset({"lead", "admin"})
OVERSEERS: Final = STEWARDS | {"auditor"}
OWNERS: Final = STEWARDS | {"owner", "other owner", "director"}
"""For what begins a thing of some team."""
OUR_OWNERS: Final = STEWARDS | {"owner", "director"}
"""For what belongs to the team payments."""
ADMINS: Final = frozenset({"admin"})
ASKERS: Final = OWNERS | {"executive"}
OUR_ASKERS: Final = OUR_OWNERS | {"executive"}
DECIDERS: Final = STEWARDS | {"executive"}
"""The lead asks, and an administrator writes down what the executive has decided."""
TEAM_KEEPERS: Final = ADMINS | {"owner", "director"}
"""For what only the team payments itself keeps, its views."""
PEOPLE_READERS: Final = ADMINS | {"auditor"}
SHARERS: Final = STEWARDS | {"executive"}
"""Of a report of the company."""
RUNNERS: Final = OWNERS | {"responder"}
"""Who responds for some team runs every incident that they see."""
OUR_RUNNERS: Final = OUR_OWNERS | {"responder"}
SIGNERS: Final = (OWNERS | {"executive"}) - {"admin"}
"""Who signs exceptions for some team or for all; an administrator signs nothing."""
OUR_SIGNERS: Final = (OUR_OWNERS | {"executive"}) - {"admin"}

APPROVERS: Final = frozenset({"lead", "executive"})
"""Of a report of the company; an administrator approves nothing."""


@dataclass(frozen=True, slots=True)
class Expected:
    get: Who
    post: Who = None


def form(who: frozenset[str]) -> Expected:
    return Expected(who, who)


def act(who: frozenset[str]) -> Expected:
    return Expected(None, who)


READ: Final = Expected(MEMBERS)
