"""The ladder that ships: bronze, silver and gold. An organisation drafts its own from it.

That a service has a tier is no rule: the catalog has none without, so it could never fail.
"""

from __future__ import annotations

from typing import Final

from reports.domain.ladder import Compare, Ladder, Level, Rule


def _most(key: str, level: str, threshold: float, fix: str) -> Rule:
    return Rule(key=key, level=level, fact=key, compare=Compare.AT_MOST, threshold=threshold, fix=fix)


def _least(key: str, level: str, threshold: float, fix: str) -> Rule:
    return Rule(key=key, level=level, fact=key, compare=Compare.AT_LEAST, threshold=threshold, fix=fix)


def _true(key: str, level: str, fix: str) -> Rule:
    return Rule(key=key, level=level, fact=key, fix=fix)


SHIPPED: Final = Ladder(
    levels=(Level("bronze", "Bronze"), Level("silver", "Silver"), Level("gold", "Gold")),
    rules=(
        _true("owner", "bronze", "Give the service a team in the catalog, and the team a service owner who is active."),
        _true("on_call", "bronze", "Put the service into the rotation of its team and enter the pages of its shifts."),
        _least("slo_count", "bronze", 1, "Agree on one objective and connect the indicator that measures it."),
        _least("burn_alerts", "bronze", 1, "Let one objective raise an alert when its budget burns."),
        _true("runbook", "bronze", "Write down what to do when it breaks, and link it in the catalog."),
        _true("backup_job", "bronze", "Run a backup job that is watched, and attest it."),
        _true("readiness", "silver", "Close the blocking items of the production readiness review, and attest it."),
        _most("late_postmortems", "silver", 0, "Publish the postmortems that are late."),
        _most("overdue_actions", "silver", 0, "Finish the overdue actions of SEV-0 to SEV-2 incidents."),
        _most("restore_test", "silver", 365, "Restore a backup and check the data."),
        _least("actionability", "silver", 0.7, "Delete or mend the alerts that nobody acts on."),
        _least("quarters_met", "gold", 3, "Spend the next actions on what costs the most error budget."),
        _true("dr_test", "gold", "Repeat the recovery test until it meets the objectives for time and data."),
        _most("game_day", "gold", 183, "Hold a game day on the failure that worries the team the most."),
        _most("toil", "gold", 0.3, "Automate what the weekly sample names first."),
        _most("oldest_exception", "gold", 180, "Close the gap that the oldest exception covers."),
        _true("fallbacks", "gold", "Switch each dependency off in a test, and see that the fallback holds."),
    ),
    minimums={1: "silver", 2: "bronze"},
)
