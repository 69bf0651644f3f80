"""The year of the register in one order: risks, exceptions, what they may cost, and what the portal proposed."""

from __future__ import annotations

import datetime as dt

from relportal.demo.beats import Days, tell
from relportal.demo.events import Timeline
from relportal.demo.seed_exceptions import Asking
from relportal.demo.seed_learning import quiet
from relportal.demo.seed_money import money
from relportal.demo.seed_proposals import proposals
from relportal.demo.seed_register import Cast, register
from risks.models import Risk


def risks(timeline: Timeline, *, at: dt.datetime) -> int:
    """Tells it once: into a register that has a risk already nothing is written. How many risks there are new."""
    if Risk.objects.exists():
        return 0
    days, cast = Days(timeline.anchor), Cast.read()
    asking = Asking(days, cast)
    beats = [*register(days, cast), *asking.beats(), *money(days, cast), *proposals(days, cast, asking)]
    tell(beats, until=at)
    quiet(at=at)
    return Risk.objects.count()
