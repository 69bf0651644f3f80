"""The numbers on which an exception is signed: how bad, how critical, what it may cost, and which budget is left."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from typing import Final

from django.db.models import F, Q, QuerySet
from django.utils.translation import gettext as _

from relportal.core.models import Tier
from risks.models import GovernanceException, Risk
from risks.queries.exceptions.subject import bearing, subject_of
from risks.queries.frozen_figures import Figure, of_budgets
from risks.queries.loss_words import about
from slo.models import Status

BUDGETS: Final = 3
"""The worst of the services that it touches; a signer reads no more."""


def figures_of(exception: GovernanceException, *, at: dt.datetime) -> tuple[Figure, ...]:
    """As they stand at `at`, whatever the request said; what is not rated, estimated or measured has none. Three statements."""
    subject = subject_of(exception)
    risk = None
    if exception.risk_id is not None:
        # Read anew: what the caller holds may be older than a rating that somebody has just made.
        related = ("team", "current__level", "current__likelihood", "current__impact", "money")
        risk = Risk.objects.select_related(*related).get(pk=exception.risk_id)
    tier = bearing(subject).tier
    found = list(_of_risk(risk)) if risk is not None else []
    if tier is not None:
        found.append(
            Figure(
                label=_("Tier"),
                text=str(Tier(tier).label),
                note=_("the most critical that it touches"),
                source=exception.short_id,
                as_of=at.isoformat(),
            )
        )
    found.extend(figure for _key, figure in of_budgets(_budgets(exception)))
    return tuple(found)


def _of_risk(risk: Risk) -> Iterator[Figure]:
    rating, money = risk.current, risk.money
    if rating is not None:
        yield Figure(
            label=_("Level of %(risk)s") % {"risk": risk.short_id},
            text=rating.level.name,
            note=_("%(likelihood)s × %(impact)s, score %(score)d")
            % {
                "likelihood": rating.likelihood.name,
                "impact": rating.impact.name,
                # The level is by the sum of both steps.
                "score": rating.likelihood.position + rating.impact.position,
            },
            source=risk.short_id,
            as_of=rating.at.isoformat(),
        )
    if money is not None:
        yield Figure(
            label=_("Expected loss a year of %(risk)s") % {"risk": risk.short_id},
            text=about(money.expected, money.unit, money.currency),
            note=_("1 year in 20 above %(loss)s") % {"loss": about(money.p95, money.unit, money.currency)},
            source=risk.short_id,
            as_of=money.at.isoformat(),
        )


def _budgets(exception: GovernanceException) -> QuerySet[Status]:
    """Of its objective; else of those that its risk is linked to, or of those of the services that it touches."""
    rows = Status.objects.filter(objective__retired_at=None).select_related("objective__service")
    rows = rows.order_by(F("remaining").asc(nulls_last=True), "objective")
    if exception.objective_id is not None:
        return rows.filter(objective=exception.objective_id)
    touched = Q(objective__service=exception.service_id) if exception.service_id is not None else Q(pk__in=())
    if exception.risk_id is not None:
        touched |= Q(objective__risk_links__risk=exception.risk_id)
        touched |= Q(objective__service__risks=exception.risk_id)
    return rows.filter(pk__in=Status.objects.filter(touched).values("pk"))[:BUDGETS]
