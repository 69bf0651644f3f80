"""How long a service has lived by exceptions."""

from __future__ import annotations

from collections.abc import Mapping

from django.db.models import Min
from django.utils.translation import gettext_lazy as _

from reports.domain.ladder import FactKind
from reports.domain.values import Better
from reports.facts._base import Fact, Readings, World, listed
from risks.models import GovernanceException


class Exceptions:
    key = "exceptions"
    facts = (
        Fact(
            key="oldest_exception",
            title=_("Days for which its oldest exception has been in force"),
            connect=_("The portal always knows."),
            kind=FactKind.DAYS,
            better=Better.DOWN,
            where=listed("risks:exception-list"),
        ),
    )

    def read(self, world: World) -> Mapping[str, Readings]:
        # What is about an action may be about a private incident.
        rows = GovernanceException.objects.in_force(world.at).filter(service__isnull=False, action__isnull=True)
        began = dict(rows.values_list("service").annotate(first=Min("in_force_at")))
        return {
            "oldest_exception": {
                pk: float((world.at - began[pk]).days) if pk in began else 0.0 for pk in world.services
            }
        }


PLUGIN = Exceptions()
