"""Which kinds of promises of a service have been measured long enough to be believed."""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Mapping
from typing import Final

from django.utils.translation import gettext_lazy as _

from reports.domain.ladder import FactKind
from reports.facts._base import Fact, Readings, World, listed
from slo.models import HISTOGRAMS, Objective

MEASURED: Final = dt.timedelta(days=14)


class Promises:
    """Latency is what a histogram measures; every other objective is one of availability."""

    key = "promises"
    facts = (
        Fact(
            key="availability_slo",
            title=_("Availability objectives with 14 days of data"),
            connect=_("The portal always knows."),
            kind=FactKind.COUNT,
            where=listed("slo:objective-list"),
        ),
        Fact(
            key="latency_slo",
            title=_("Latency objectives with 14 days of data"),
            connect=_("The portal always knows."),
            kind=FactKind.COUNT,
            where=listed("slo:objective-list"),
        ),
    )

    def read(self, world: World) -> Mapping[str, Readings]:
        measured = Objective.objects.active().filter(series__started_at__lte=world.at - MEASURED)
        found = Counter(
            (service, kind in HISTOGRAMS) for service, kind in measured.values_list("service_id", "indicator__kind")
        )
        return {
            "availability_slo": {pk: float(found[pk, False]) for pk in world.services},
            "latency_slo": {pk: float(found[pk, True]) for pk in world.services},
        }


PLUGIN = Promises()
