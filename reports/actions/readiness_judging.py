"""Looks at reviews of launches anew: open ones as a whole, decided ones for the exceptions on which their conditions rest."""

from __future__ import annotations

import datetime as dt

from django.db import transaction

from reports.models import ReadinessReview, ReadinessState, ReadinessVerdict
from reports.queries.readiness.judging import Judgement, judgements, still_covered, waivers_of
from reports.queries.readiness.results import kept, stored
from reports.queries.readiness.template import TemplateVersion, current

JUDGED = ("template", "tier", "verdict", "results", "blocking", "covered", "covered_until", "judged_at")


def judge_all(*, at: dt.datetime) -> int:
    """How many stand otherwise than at the last look: open ones, and those decided with conditions, launched or not."""
    with transaction.atomic():
        rows = list(ReadinessReview.objects.open().select_for_update(of=("self",)).order_by("pk"))
        version = current()
        found = judgements(rows, version.template, at=at) if rows else {}
        changed = [one for one in rows if take(one, found[one.pk], version, at=at)]
        for one in changed:
            one.save(update_fields=JUDGED)
        return len(changed) + _conditions(at=at)


def _conditions(*, at: dt.datetime) -> int:
    states = (ReadinessState.DECIDED, ReadinessState.LAUNCHED)
    rows = ReadinessReview.objects.filter(state__in=states, verdict=ReadinessVerdict.CONDITIONS)
    held = list(rows.select_for_update(of=("self",)).order_by("pk"))
    waivers = waivers_of({one.service_id for one in held}, at=at) if held else {}
    changed = 0
    for one in held:
        until = still_covered(kept(one.results), waivers.get(one.service_id, ()), at=at)
        # What has lapsed stays so, from the instant at which it did.
        if until != one.covered_until and not (one.covered_until is not None and one.covered_until <= until <= at):
            one.covered_until = until
            one.save(update_fields=["covered_until"])
            changed += 1
    return changed


def judge(row: ReadinessReview, *, at: dt.datetime) -> None:
    """Of a locked or new row, which the caller saves."""
    version = current()
    take(row, judgements([row], version.template, at=at)[row.pk], version, at=at)


def take(row: ReadinessReview, found: Judgement, version: TemplateVersion, *, at: dt.datetime) -> bool:
    """Whether it stands otherwise than the row says."""
    results = [stored(one) for one in found.lines]
    before = (row.template_id, row.tier, row.results, row.covered_until)
    if before == (version.row.pk, found.tier, results, found.covered_until):
        return False
    row.template, row.tier, row.results = version.row, found.tier, results
    row.verdict = found.standing.verdict.value
    row.blocking, row.covered, row.covered_until = found.blocking, found.covered, found.covered_until
    row.judged_at = at
    return True
