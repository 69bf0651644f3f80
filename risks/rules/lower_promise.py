"""A service of tier 1 that cannot answer without one that promises less than itself.

What is compared is the strictest target of each for events that succeed; targets for latency say something else. A chain is no
stronger than this: with a hard dependency of 99.5 %, 99.9 % can be kept only by luck.
Source: Treynor, Dahlin, Rau and Beyer 2017, "The Calculus of Service Availability", ACM Queue 15(2).
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Mapping
from typing import Any, Final

from django.utils.functional import Promise
from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _

from relportal.core import units
from relportal.core.models import Dependency, Service
from relportal.core.models.catalog import Lifecycle
from risks.rules._base import Found, of_objective, of_service
from slo.models import IndicatorKind, Objective

LATENCY: Final = (IndicatorKind.LATENCY_CLASSIC, IndicatorKind.LATENCY_NATIVE)


class LowerPromise:
    key = "lower_promise"
    title: str | Promise = _("Tier 1 on a lower promise")
    about: str | Promise = _(
        "A service of tier 1 depends hard on a service whose strictest target (latency left out) is lower than its own, or on "
        "one of a lower tier without any objective: it promises what others do not have to keep."
    )

    def found(self, at: dt.datetime) -> Iterator[Found]:
        alive = Dependency.objects.filter(hard=True, service__tier=1).exclude(service__lifecycle=Lifecycle.RETIRED)
        rows = alive.exclude(depends_on__lifecycle=Lifecycle.RETIRED).select_related("service", "depends_on")
        calls = list(rows.order_by("service__name", "depends_on__name"))
        involved = {pk for each in calls for pk in (each.service_id, each.depends_on_id)}
        promises = Objective.objects.active().filter(service__in=involved).select_related("service", "indicator")
        best: dict[int, Objective] = {}
        any_promise: set[int] = set()
        for row in promises.order_by("target", "pk"):
            any_promise.add(row.service_id)
            if row.indicator.kind not in LATENCY:
                best[row.service_id] = row
        for call in calls:
            own, theirs = best.get(call.service_id), best.get(call.depends_on_id)
            lower = own is not None and theirs is not None and theirs.target < own.target
            silent = call.depends_on.tier > 1 and call.depends_on_id not in any_promise
            if lower or silent:
                yield _found(call.service, call.depends_on, own, theirs)

    def sentence(self, facts: Mapping[str, Any]) -> str:
        values = {
            "service": facts["service"],
            "on": facts["on"],
            "tier": facts["tier"],
            "own": units.target(facts["own"]),
            "theirs": units.target(facts["theirs"]),
        }
        if facts["theirs"] is None:
            return (
                _t("%(service)s (tier 1) cannot answer without %(on)s (tier %(tier)d), which has no objective.")
                % values
            )
        return _t("%(service)s promises %(own)s and cannot answer without %(on)s, which promises %(theirs)s.") % values


def _found(service: Service, on: Service, own: Objective | None, theirs: Objective | None) -> Found:
    kept = theirs if own is not None else None
    values = {
        "service": service,
        "on": on,
        "own": units.target(own.target if own else None),
        "theirs": units.target(kept.target if kept else None),
    }
    cause = _t("%(service)s cannot answer without %(on)s, which has no objective.") % values
    if kept is not None:
        cause = _t("%(service)s promises %(own)s and cannot answer without %(on)s, which promises %(theirs)s.") % values
    return Found(
        # A target that moves and stays the lower one is the same gap.
        subject=f"{service.pk}.{on.pk}.{'lower' if kept else 'silent'}",
        title=_t("%(service)s promises more than %(on)s") % values,
        cause=cause,
        event=_t("%(on)s is down for as long as it may be.") % values,
        consequence=_t("%(service)s misses its objective although it did nothing wrong.") % values,
        category="dependency-down",
        team=service.team_id,
        services=(service.pk, on.pk),
        proofs=(of_service(service), of_service(on), *(of_objective(row) for row in (own, kept) if row is not None)),
        facts={
            "service": service.name,
            "on": on.name,
            "tier": on.tier,
            "own": float(own.target) if own else None,
            "theirs": float(kept.target) if kept else None,
        },
    )


PLUGIN = LowerPromise()
