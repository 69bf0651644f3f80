"""The readiness template that ships; an organisation puts its own in force in its place.

Of the tiers below tier 2 the same is asked as of tier 2.
"""

from __future__ import annotations

from typing import Final, TypedDict

from reports.domain.ladder import Compare, Comparison
from reports.domain.readiness import Item, Proof, Template, Weight

BLOCKER, SHOULD, INFO = Weight.BLOCKER, Weight.SHOULD, Weight.INFO
BOTH, TIER_1, TIER_1_ALONE, WISHED, TOLD = (
    (BLOCKER, BLOCKER), (BLOCKER, SHOULD), (BLOCKER, INFO), (SHOULD, INFO), (INFO, INFO),
)  # fmt: skip
"""What an item is to tier 1, and to tier 2."""
STANDARD: Final = "Production readiness standard"


def _true(fact: str) -> Comparison:
    return Comparison(fact=fact)


def _least(fact: str, threshold: float) -> Comparison:
    return Comparison(fact=fact, compare=Compare.AT_LEAST, threshold=threshold)


def _most(fact: str, threshold: float) -> Comparison:
    return Comparison(fact=fact, compare=Compare.AT_MOST, threshold=threshold)


class _Auto(TypedDict):
    proof: Proof
    checks: tuple[Comparison, ...]


def _auto(*checks: Comparison) -> _Auto:
    return {"proof": Proof.FACT, "checks": checks}


def _item(
    key: str,
    area: str,
    text: str,
    tiers: tuple[Weight, Weight],
    *,
    proof: Proof = Proof.ANSWER,
    checks: tuple[Comparison, ...] = (),
    days: int | None = None,
    born_from: str = STANDARD,
) -> Item:
    weights = {1: tiers[0], 2: tiers[1]}
    return Item(
        key=key, area=area, text=text, weights=weights, proof=proof, checks=checks, days=days, born_from=born_from
    )


SHIPPED: Final = Template(
    (
        _item(
            "owner",
            "Ownership",
            "The owning team is active, and a product owner is named.",
            BOTH,
            checks=(_true("owner"),),
            born_from="Incident command: nobody could say who decides",
        ),
        _item(
            "on_call",
            "Ownership",
            "The on-call rotation has five people (or follows the sun with three and three); its escalation was tested.",
            TIER_1,
            proof=Proof.EVIDENCE,
            days=90,
            checks=(_true("on_call"),),
        ),
        _item(
            "slo",
            "SLO",
            "One availability and one latency objective at least are agreed and have 14 days of data.",
            TIER_1,
            **_auto(_least("availability_slo", 1), _least("latency_slo", 1), _true("objective_agreed")),
        ),
        _item(
            "budget_policy", "SLO", "Product has accepted what follows when the error budget is spent.", TIER_1_ALONE
        ),
        _item(
            "observability",
            "Observability",
            "Metrics, logs and traces meet the standard; there is a dashboard, and an alert on the burn of an objective.",
            TIER_1,
            **_auto(_true("dashboard"), _true("logs"), _true("traces"), _least("burn_alerts", 1)),
            born_from="Observability standard",
        ),
        _item(
            "alerts",
            "Alerts",
            "Every alert that pages has a runbook, and seven of ten lead to something being done.",
            TIER_1,
            **_auto(_true("runbook"), _least("actionability", 0.7)),
            born_from="Alerting standard",
        ),
        _item(
            "dependencies",
            "Dependencies",
            "Dependencies are listed with tier, timeout, retry budget and fallback; none of a lower tier is without one.",
            TIER_1,
            checks=(_most("lower_tier", 0),),
        ),
        _item(
            "failure_modes",
            "Failure modes",
            "Hard and soft failures are written down, detected, and have a runbook.",
            TIER_1,
            born_from="AWS Operational Readiness Review",
        ),
        _item(
            "capacity",
            "Capacity",
            "A load test with the expected load and twice as much passed; the break point is known.",
            TIER_1,
            proof=Proof.EVIDENCE,
            days=180,
            born_from="AWS Operational Readiness Review",
        ),
        _item(
            "rollout", "Change safety", "Changes roll out as a canary or in stages, and a rollback was tested.", TIER_1
        ),
        _item(
            "schema",
            "Change safety",
            "Changes of the schema can be reversed, or expand first and contract later.",
            TIER_1,
        ),
        _item(
            "data",
            "Data",
            "The backup job is green, and a restore was tested with a check of its data.",
            BOTH,
            **_auto(_true("backup_job"), _most("restore_test", 365)),
            born_from="ISO/IEC 27001, A.8.13",
        ),
        _item(
            "recovery",
            "Disaster recovery",
            "Recovery objectives are set, and the last test, not a year old, met them.",
            TIER_1,
            **_auto(_true("dr_test")),
            born_from="ISO 22301",
        ),
        _item(
            "access",
            "Security",
            "Access to production is the least that is needed; breaking the glass is logged.",
            TIER_1,
            born_from="ISO/IEC 27001, A.8.2",
        ),
        _item("limits", "Limits", "Rate limits or load shedding are in place, and quotas have 30 % headroom.", WISHED),
        _item(
            "severity",
            "Incidents",
            "Severities have examples of this service; the status page has a component of it.",
            WISHED,
        ),
        _item("support", "Communication", "Support is briefed, and known issues are listed.", WISHED),
        _item("cost", "Cost", "What a thousand requests cost is known before the launch.", TOLD),
    )
)
