"""What a SEV-0 or SEV-1 incident taught, promised and not done in time."""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Final

from django.utils.functional import Promise
from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from incidents.models import ActionItem, Incident, IncidentService
from relportal.core import company
from relportal.core.models import Service
from risks.rules._base import Found, listed, of_action, public

WORST: Final = (0, 1)


class OverdueActions:
    key = "overdue_actions"
    title: str | Promise = _("Lessons of SEV-0 and SEV-1 not done")
    about: str | Promise = _(
        "An action that was promised after a SEV-0 or SEV-1 incident is overdue: until it is done, the same can happen again. "
        "Another overdue action of that incident, or another missed date, is new evidence."
    )

    def found(self, at: dt.datetime) -> Iterator[Found]:
        today = company.day(at)
        worst = public().filter(severity__in=WORST)
        late = ActionItem.objects.unfinished().filter(due_on__lt=today, incident__in=worst).order_by("due_on", "pk")
        held: dict[int, list[ActionItem]] = defaultdict(list)
        for row in late:
            if row.incident_id is not None:
                held[row.incident_id].append(row)
        incidents = worst.prefetch_related("failure_modes").in_bulk(held)
        services = _services(list(held))
        for pk, some in held.items():
            yield _found(incidents[pk], some, services.get(pk, []), today=today)

    def sentence(self, facts: Mapping[str, Any]) -> str:
        words = ngettext(
            "%(n)d action after a SEV-%(severity)d of %(services)s is overdue, by %(days)d days.",
            "%(n)d actions after a SEV-%(severity)d of %(services)s are overdue, the oldest by %(days)d days.",
            facts["actions"],
        )
        named = facts["services"] or _t("no service")
        values = {"n": facts["actions"], "severity": facts["severity"], "services": named, "days": facts["late_days"]}
        return words % values


def _services(incidents: Sequence[int]) -> dict[int, list[Service]]:
    links = IncidentService.objects.filter(incident__in=incidents).select_related("service")
    found: dict[int, list[Service]] = defaultdict(list)
    for link in links.order_by("service__tier", "service__name"):
        found[link.incident_id].append(link.service)
    return found


def _found(incident: Incident, actions: Sequence[ActionItem], services: Sequence[Service], *, today: dt.date) -> Found:
    modes = list(incident.failure_modes.all())
    names = listed((one.name for one in services), most=3)
    severity = incident.severity_id or 0
    values = {"services": names or _t("a service"), "severity": severity, "n": len(actions)}
    return Found(
        subject=f"incident-{incident.pk}",
        title=_t("What a SEV-%(severity)d of %(services)s taught is not done") % values,
        cause=ngettext(
            "%(n)d action that was promised after a SEV-%(severity)d incident is overdue.",
            "%(n)d actions that were promised after a SEV-%(severity)d incident are overdue.",
            len(actions),
        )
        % values,
        event=_t("%(services)s: the same happens again.") % values,
        consequence=_t("Another SEV-%(severity)d, of which everybody knew.") % values,
        category=modes[0].slug if len(modes) == 1 else "",
        team=actions[0].team_id or incident.team_id,
        services=tuple(one.pk for one in services),
        proofs=tuple(of_action(row) for row in actions),
        facts={
            "actions": len(actions),
            "severity": severity,
            "services": names,
            "late_days": (today - actions[0].due_on).days,
        },
    )


PLUGIN = OverdueActions()
