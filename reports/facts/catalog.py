"""What the catalog says of a service: owner, runbook, dashboard, and what it depends on."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping

from django.db.models import F
from django.utils.translation import gettext_lazy as _

from relportal.core.models import Dependency, Lifecycle, LinkKind, Membership, Role, ServiceLink
from reports.domain.ladder import FactKind
from reports.domain.values import Better
from reports.facts._base import Fact, Readings, World, catalog

LINKS = {each: each.value for each in (LinkKind.RUNBOOK, LinkKind.DASHBOARD, LinkKind.LOGS, LinkKind.TRACES)}


class Catalog:
    key = "catalog"
    facts = (
        Fact(
            key="owner",
            title=_("A team with an active service owner"),
            connect=_("The catalog always knows."),
            where=catalog,
        ),
        Fact(key="runbook", title=_("Runbook linked"), connect=_("The catalog always knows."), where=catalog),
        Fact(key="dashboard", title=_("Dashboard linked"), connect=_("The catalog always knows."), where=catalog),
        Fact(key="logs", title=_("Logs linked"), connect=_("The catalog always knows."), where=catalog),
        Fact(key="traces", title=_("Traces linked"), connect=_("The catalog always knows."), where=catalog),
        Fact(
            key="lower_tier",
            title=_("Hard dependencies on services of a lower tier"),
            connect=_("The catalog always knows."),
            kind=FactKind.COUNT,
            better=Better.DOWN,
            where=catalog,
        ),
    )

    def read(self, world: World) -> Mapping[str, Readings]:
        owners = Membership.objects.filter(role=Role.SERVICE_OWNER, user__is_active=True)
        owned = set(owners.values_list("team_id", flat=True))
        links = set(ServiceLink.objects.filter(kind__in=LINKS).values_list("service_id", "kind"))
        weak = Dependency.objects.filter(hard=True, depends_on__tier__gt=F("service__tier"))
        lower = Counter(weak.exclude(depends_on__lifecycle=Lifecycle.RETIRED).values_list("service_id", flat=True))
        found: dict[str, Readings] = {
            "owner": {pk: float(one.team in owned) for pk, one in world.services.items()},
            "lower_tier": {pk: float(lower[pk]) for pk in world.services},
        }
        return found | {name: {pk: float((pk, kind) in links) for pk in world.services} for kind, name in LINKS.items()}


PLUGIN = Catalog()
