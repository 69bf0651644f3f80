"""What objectives kept in each of the last whole months, for the council."""

from __future__ import annotations

from collections import defaultdict

from relportal.core import company
from reports.domain.periods import Calendar, Cut
from reports.kpis._base import Frame
from reports.kpis._objectives import Kept, seen_objectives
from reports.queries.packs._base import Look

MONTHS = 6
LEAST = 3
"""So many months with data it takes to say never or always."""


def months(look: Look) -> dict[int, list[Kept]]:
    """Objective -> what it kept, the oldest month first; months without data are left out."""
    cuts = Calendar()
    periods = cuts.last(Cut.MONTH, look.today, MONTHS + 1)
    whole = [each for each in periods if each.last < look.today]
    if not whole:
        return {}
    frame = Frame(whole, zone=company.zone(), at=look.at)
    found: defaultdict[int, list[Kept]] = defaultdict(list)
    for seen in sorted(seen_objectives(frame, services=set(look.services)), key=lambda each: each.period.first):
        if seen.fact.is_known:
            found[seen.fact.pk].append(seen.fact)
    return {pk: rows for pk, rows in found.items() if len(rows) >= LEAST}
