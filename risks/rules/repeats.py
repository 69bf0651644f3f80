"""A service that failed more than once in the same way within 12 months.

Source: KPI 16 (repeats): the same incidents, those of SEV-0 to SEV-2 that count, by the ways to fail of the taxonomy.
"""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Final

from django.utils.functional import Promise
from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from incidents.domain.repeats import YEAR
from incidents.models import FailureMode, Incident
from incidents.queries.behind import beginning
from incidents.queries.repeats import SEVERITIES
from relportal.core import units
from relportal.core.models import Service
from risks.models import Relation
from risks.rules._base import Found, of_incident, public

LEAST: Final = 2


class Repeats:
    key = "repeats"
    title: str | Promise = _("Failed again in the same way")
    about: str | Promise = _(
        "A service had two or more incidents (SEV-0 to SEV-2, real or entered afterwards) with the same failure mode in the last "
        "12 months. What failed twice was restored, not repaired. One more such incident is new evidence."
    )

    def found(self, at: dt.datetime) -> Iterator[Found]:
        began = public().filter(severity__in=SEVERITIES).annotate(began=beginning())
        recent = began.filter(began__gt=at - YEAR, began__lte=at).order_by("-began", "-pk")
        together: dict[tuple[int, int], list[int]] = defaultdict(list)
        both = recent.filter(services__isnull=False, failure_modes__isnull=False)
        for incident, mode, service in both.values_list("pk", "failure_modes", "services"):
            together[mode, service].append(incident)
        again = {key: some for key, some in sorted(together.items()) if len(some) >= LEAST}
        incidents = Incident.objects.select_related("figures").in_bulk({pk for some in again.values() for pk in some})
        modes = FailureMode.objects.in_bulk({mode for mode, _service in again})
        services = Service.objects.in_bulk({service for _mode, service in again})
        for (mode, service), some in again.items():
            yield _found(modes[mode], services[service], [incidents[pk] for pk in some])

    def sentence(self, facts: Mapping[str, Any]) -> str:
        words = ngettext(
            "%(n)d incident of %(service)s in 12 months: %(mode)s. Impact together: %(minutes)s.",
            "%(n)d incidents of %(service)s in 12 months: %(mode)s. Impact together: %(minutes)s.",
            facts["incidents"],
        )
        minutes = facts["impact_minutes"]
        return words % {
            "n": facts["incidents"],
            "service": facts["service"],
            "mode": facts["mode"],
            "minutes": units.duration(None if minutes is None else minutes * 60),
        }


def _found(mode: FailureMode, service: Service, incidents: Sequence[Incident]) -> Found:
    known = [each for each in map(_minutes, incidents) if each is not None]
    minutes = sum(known) if known else None
    cause = _t("%(mode)s: %(n)d times in 12 months. What was done after the first time did not prevent the next.")
    return Found(
        subject=f"{mode.pk}.{service.pk}",
        title=_t("%(service)s fails again: %(mode)s") % {"service": service, "mode": mode.name.lower()},
        cause=cause % {"mode": mode.name, "n": len(incidents)},
        event=_t("%(service)s fails in the same way once more.") % {"service": service},
        consequence=""
        if minutes is None
        else _t("As before: together %(time)s of impact in 12 months.") % {"time": units.duration(minutes * 60)},
        category=mode.slug,
        team=service.team_id,
        services=(service.pk,),
        proofs=tuple(of_incident(row, relation=Relation.MATERIALISED.value) for row in incidents),
        facts={
            "incidents": len(incidents),
            "service": service.name,
            "mode": mode.name,
            "impact_minutes": minutes,
            "per_year": len(incidents),
        },
    )


def _minutes(row: Incident) -> float | None:
    figures = getattr(row, "figures", None)
    return None if figures is None else figures.impact_minutes


PLUGIN = Repeats()
