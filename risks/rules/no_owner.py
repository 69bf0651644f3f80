"""A service of tier 1 that nobody answers for: no team, or a team without an active service owner."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Mapping
from typing import Any

from django.utils.functional import Promise
from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _

from relportal.core.models import Membership, Role, Service
from risks.rules._base import Found, crucial, of_service


class NoOwner:
    key = "no_owner"
    title: str | Promise = _("Tier 1 without an owner")
    about: str | Promise = _(
        "A service of tier 1 belongs to no team, or to a team in which nobody active holds the role of a service owner: no one "
        "can accept, decide or be asked."
    )

    def found(self, at: dt.datetime) -> Iterator[Found]:
        held = Membership.objects.filter(role=Role.SERVICE_OWNER, user__is_active=True)
        owned = set(held.values_list("team", flat=True))
        for row in crucial():
            if row.team_id is None or row.team_id not in owned:
                yield _found(row)

    def sentence(self, facts: Mapping[str, Any]) -> str:
        if facts["team"]:
            words = _t("%(service)s is of tier 1; its team, %(team)s, has no active service owner.")
            return words % {"service": facts["service"], "team": facts["team"]}
        return _t("%(service)s is of tier 1 and belongs to no team.") % {"service": facts["service"]}


def _found(row: Service) -> Found:
    cause = (
        _t("%(service)s, a service of tier 1, belongs to no team.") % {"service": row}
        if row.team is None
        else _t("%(team)s, the team of %(service)s (tier 1), has no active service owner.")
        % {"team": row.team, "service": row}
    )
    return Found(
        # The same gap under another team is another gap.
        subject=f"service-{row.pk}.{row.team_id or 'none'}",
        title=_t("Nobody answers for %(service)s") % {"service": row},
        cause=cause,
        event=_t("It fails, or a decision about it is due, and nobody has the authority to act."),
        consequence=_t("Incidents take longer, and what they teach is nobody's to do."),
        team=row.team_id,
        services=(row.pk,),
        proofs=(of_service(row),),
        facts={"service": row.name, "team": row.team.name if row.team else ""},
    )


PLUGIN = NoOwner()
