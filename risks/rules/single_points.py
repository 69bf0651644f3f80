"""A service that several services of tier 1 cannot answer without, whatever route one takes. See risks.domain.graph."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Mapping
from typing import Any

from django.utils.functional import Promise
from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from relportal.core.models import Dependency, Service
from relportal.core.models.catalog import Lifecycle
from risks.domain.graph import SinglePoint, single_points
from risks.rules._base import Found, crucial, listed, of_service


class SinglePoints:
    key = "single_points"
    title: str | Promise = _("Single points of failure")
    about: str | Promise = _(
        "Two or more services of tier 1 depend on one service by hard dependencies, directly or over others. A hard dependency "
        "has no alternative: the caller cannot answer without it. What lies behind a single point on every route is told with "
        "it. One more service that it stops is new evidence."
    )

    def found(self, at: dt.datetime) -> Iterator[Found]:
        alive = Dependency.objects.filter(hard=True).exclude(service__lifecycle=Lifecycle.RETIRED)
        edges = alive.exclude(depends_on__lifecycle=Lifecycle.RETIRED).values_list("service_id", "depends_on_id")
        points = single_points(edges, crucial().values_list("pk", flat=True))
        named = Service.objects.in_bulk({key for one in points for key in (one.key, *one.stops, *one.behind)})
        for one in points:
            yield _found(one, named)

    def sentence(self, facts: Mapping[str, Any]) -> str:
        words = ngettext(
            "%(n)d service of tier 1 cannot answer without %(service)s: %(stops)s.",
            "%(n)d services of tier 1 cannot answer without %(service)s: %(stops)s.",
            facts["stops"],
        )
        said = words % {"n": facts["stops"], "service": facts["service"], "stops": facts["names"]}
        behind = _t("The same holds for %(behind)s behind it.") % {"behind": facts["behind"]} if facts["behind"] else ""
        return f"{said} {behind}".strip()


def _found(one: SinglePoint, named: Mapping[int, Service]) -> Found:
    service = named[one.key]
    stops = sorted((named[key] for key in one.stops), key=lambda each: each.name)
    names = listed(each.name for each in stops)
    behind = listed(sorted(named[key].name for key in one.behind))
    values = {"service": service, "n": len(stops), "names": names}
    return Found(
        subject=f"service-{service.pk}",
        title=_t("%(service)s stops %(n)d services of tier 1") % values,
        cause=_t("%(names)s need %(service)s to answer, and there is no alternative to it.") % values,
        event=_t("%(service)s fails as a whole.") % values,
        consequence=_t("%(names)s cannot answer at the same time.") % values,
        category="dependency-down",
        team=service.team_id,
        services=(service.pk, *(each.pk for each in stops)),
        proofs=(of_service(service), *(of_service(each, key=f"service-{each.pk}") for each in stops)),
        facts={"service": service.name, "stops": len(stops), "names": names, "behind": behind},
    )


PLUGIN = SinglePoints()
