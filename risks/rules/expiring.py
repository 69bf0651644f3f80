"""An exception that ends within 30 days while what it covers is not mended."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Mapping
from typing import Any, Final

from django.db.models import Q
from django.utils.formats import date_format
from django.utils.functional import Promise
from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from relportal.core import company
from risks.models import GovernanceException, RiskState
from risks.rules._base import Found, of_exception

AHEAD: Final = dt.timedelta(days=30)


class Expiring:
    key = "expiring"
    title: str | Promise = _("Exceptions that end soon")
    about: str | Promise = _(
        "An exception in force ends within 30 days, and it was renewed before or its risk is not closed: on that day the gap is "
        "open again, and nobody has signed for it."
    )

    def found(self, at: dt.datetime) -> Iterator[Found]:
        rows = GovernanceException.objects.in_force(at).filter(expires_at__gt=at, expires_at__lte=at + AHEAD)
        alive = Q(risk__isnull=False) & ~Q(risk__state=RiskState.CLOSED)
        rows = rows.filter(Q(renewal__gt=0) | alive)
        # What is about an action of a private incident is not for everybody.
        rows = rows.exclude(action__incident__is_private=True)
        for row in rows.select_related("risk", "service").order_by("expires_at", "pk"):
            yield _found(row)

    def sentence(self, facts: Mapping[str, Any]) -> str:
        words = ngettext(
            "%(exception)s ends on %(day)s, after %(n)d renewal.",
            "%(exception)s ends on %(day)s, after %(n)d renewals.",
            facts["renewals"],
        )
        if not facts["renewals"]:
            words = _t("%(exception)s ends on %(day)s; its risk is not closed.")
        day = date_format(dt.date.fromisoformat(facts["ends"]))
        return words % {"exception": facts["exception"], "day": day, "n": facts["renewals"]}


def _found(row: GovernanceException) -> Found:
    ends = company.day(row.last_moment)
    values = {
        "exception": row.short_id,
        "kind": row.get_kind_display().lower(),
        "day": date_format(ends),
        "title": row.title,
    }
    services = [row.service_id] if row.service_id is not None else []
    if row.risk is not None and not services:
        services = list(row.risk.services.values_list("pk", flat=True))
    return Found(
        subject=f"exception-{row.pk}",
        title=(_t("Still not kept when %(exception)s ends: %(title)s") % values)[:200],
        cause=_t("%(exception)s (%(kind)s) ends on %(day)s, and what it covers is not mended.") % values,
        event=_t("The exception ends, and the gap is open without anybody's signature."),
        consequence=_t("What was to be tolerated for a while is tolerated for good."),
        team=row.team_id,
        services=tuple(services),
        proofs=(of_exception(row),),
        risk=row.risk_id,
        facts={"exception": row.short_id, "ends": ends.isoformat(), "renewals": row.renewal},
    )


PLUGIN = Expiring()
