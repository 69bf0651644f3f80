"""Ladders of tests: small ones, in force."""

from __future__ import annotations

import datetime as dt
from typing import Any

from django.utils import timezone

from reports.domain.ladder import Compare, Ladder, Level, Rule
from reports.domain.ladder_text import as_json
from reports.models import LadderVersion


def small() -> Ladder:
    """Bronze: a runbook; silver: a backup job that is attested, and no overdue action. Tier 1 must be silver."""
    return Ladder(
        levels=(Level("bronze", "Bronze"), Level("silver", "Silver")),
        rules=(
            Rule(key="runbook", level="bronze", fact="runbook", fix="Link the runbook."),
            Rule(key="backup_job", level="silver", fact="backup_job", fix="Run a backup."),
            Rule(
                key="overdue_actions",
                level="silver",
                fact="overdue_actions",
                compare=Compare.AT_MOST,
                threshold=0,
                fix="Finish them.",
            ),
        ),
        minimums={1: "silver", 2: "bronze"},
    )


def in_force(ladder: Ladder | None = None, *, at: dt.datetime | None = None, **fields: Any) -> LadderVersion:
    """Replaces the content of the version in force, or makes one."""
    at = at or timezone.now()
    content = as_json(ladder or small())
    row, made = LadderVersion.objects.get_or_create(
        number=1, defaults={"name": "Ladder", "content": content, "state": "current", "created_at": at} | fields
    )
    if not made:
        row.content = content
        row.save()
    return row
