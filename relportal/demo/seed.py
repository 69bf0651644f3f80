"""Everything that the demo puts into the database, in order."""

from __future__ import annotations

import datetime as dt

from relportal.demo import seed_catalog, seed_people


def company(*, at: dt.datetime) -> None:
    """Adds what is missing; a second call with nothing missing writes nothing."""
    seed_people.teams(at=at)
    seed_people.people(at=at)
    seed_catalog.services(at=at)
    seed_catalog.journeys(at=at)
