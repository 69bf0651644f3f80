"""A service of tier 1 that promises nothing: no active objective."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Mapping
from typing import Any

from django.utils.functional import Promise
from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _

from risks.rules._base import Found, crucial, of_service
from slo.models import Objective


class NoObjective:
    key = "no_objective"
    title: str | Promise = _("Tier 1 without an SLO")
    about: str | Promise = _(
        "A service of tier 1 has no active objective: nobody has said how reliable it must be, and nobody is woken by a burn."
    )

    def found(self, at: dt.datetime) -> Iterator[Found]:
        promised = Objective.objects.active().values("service")
        for row in crucial().exclude(pk__in=promised):
            yield Found(
                subject=f"service-{row.pk}",
                title=_t("%(service)s promises nothing") % {"service": row},
                cause=_t("%(service)s is of tier 1 and has no objective: no target, no error budget, no burn alert.")
                % {"service": row},
                event=_t("It gets worse without anybody noticing before customers do."),
                consequence=_t("Incidents are found late, and nobody can say when it is reliable enough."),
                team=row.team_id,
                services=(row.pk,),
                proofs=(of_service(row),),
                facts={"service": row.name},
            )

    def sentence(self, facts: Mapping[str, Any]) -> str:
        return _t("%(service)s is of tier 1 and has no objective.") % {"service": facts["service"]}


PLUGIN = NoObjective()
