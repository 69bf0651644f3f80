"""A service of tier 1 of which the catalog knows no runbook."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Mapping
from typing import Any

from django.utils.functional import Promise
from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _

from relportal.core.models.catalog import LinkKind, ServiceLink
from risks.rules._base import Found, crucial, of_service


class NoRunbook:
    key = "no_runbook"
    title: str | Promise = _("Tier 1 without a runbook")
    about: str | Promise = _(
        "The catalog entry of a service of tier 1 links no runbook: who is woken has nothing to read."
    )

    def found(self, at: dt.datetime) -> Iterator[Found]:
        linked = ServiceLink.objects.filter(kind=LinkKind.RUNBOOK).values("service")
        for row in crucial().exclude(pk__in=linked):
            yield Found(
                subject=f"service-{row.pk}",
                title=_t("Nobody can read how to restore %(service)s") % {"service": row},
                cause=_t("The catalog links no runbook of %(service)s, a service of tier 1.") % {"service": row},
                event=_t("Whoever is woken does not know it, and those who know it are asleep."),
                consequence=_t("It stays down for longer than it has to."),
                team=row.team_id,
                services=(row.pk,),
                proofs=(of_service(row),),
                facts={"service": row.name},
            )

    def sentence(self, facts: Mapping[str, Any]) -> str:
        return _t("%(service)s is of tier 1 and links no runbook.") % {"service": facts["service"]}


PLUGIN = NoRunbook()
