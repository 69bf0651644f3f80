"""Everything that the demo puts into the database, in order."""

from __future__ import annotations

import datetime as dt

from django.db import transaction

from relportal.demo import (
    seed_catalog,
    seed_decisions,
    seed_figures,
    seed_incidents,
    seed_ladder,
    seed_maintenance,
    seed_people,
    seed_pushed,
    seed_recovery,
    seed_reports,
    seed_reviews,
    seed_risks,
    seed_schedules,
    seed_slo,
)
from relportal.demo.events import Timeline


@transaction.atomic
def company(*, url: str | None, at: dt.datetime, timeline: Timeline | None = None) -> None:
    """Adds what is missing, all or nothing; a second call with nothing missing writes nothing.

    `url` is the company's Prometheus; None pushes the same history instead. `timeline` is the story that stands in it; None:
    nobody knows, and there are neither incidents nor risks of it.
    """
    seed_people.teams(at=at)
    seed_people.people(at=at)
    seed_catalog.services(at=at)
    seed_catalog.journeys(at=at)
    source = seed_slo.pushed_source(at=at) if url is None else seed_slo.source(url=url, at=at)
    added = seed_slo.indicators(source, at=at)
    if url is not None:
        # Before the objectives: each would ask for its own window, and the longest must be read.
        seed_slo.request_history(added, at=at)
    seed_slo.objectives(at=at)
    if timeline is not None:
        seed_maintenance.windows(timeline, at=at)
        seed_incidents.incidents(timeline, at=at)
        seed_risks.risks(timeline, at=at)
        seed_recovery.recovery(at=at)
    seed_figures.figures(at=at)
    seed_figures.wait(at=at)
    if timeline is not None:
        seed_reports.wait(at=at)
    seed_schedules.schedules(at=at)
    seed_ladder.ladder(at=at)
    seed_decisions.asks(at=at)
    seed_reviews.rituals(at=at)
    if url is None:
        seed_pushed.keep_pushing(at=at)
