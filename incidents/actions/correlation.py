"""Alerts into incidents and out of them: by people, with a declaration, and by themselves when one comes in.

Who does not see the private incident that an alert is in may attach it elsewhere: to refuse would tell of that incident.
"""

from __future__ import annotations

import datetime as dt
from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from typing import Final

from django.db import transaction
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from incidents.actions.marks import marked
from incidents.actions.timeline import noted
from incidents.models import (
    NOT_COUNTED,
    ONGOING,
    Alert,
    EntryKind,
    Incident,
    IncidentService,
    Kind,
    Moment,
    TimeSource,
)
from relportal.core import audit
from relportal.core.exceptions import Conflict
from relportal.core.models import User
from relportal.core.permissions import SYSTEM, Actor, require
from relportal.core.versions import locked

BEFORE: Final = dt.timedelta(hours=2)
"""What began longer before the declaration has hardly to do with the incident, and is attached only by people."""
TAKES: Final = (Kind.REAL, Kind.NEAR_MISS)
"""Incidents of these kinds take alerts by themselves: a real alert must not vanish in a drill."""
NAMED: Final = 5


def attach(actor: Actor, incident: Incident, alerts: Iterable[int], *, at: dt.datetime) -> tuple[Alert, ...]:
    """Those that it did not have yet; attaching twice changes nothing. Ids of no alert are left out.

    Raises: NotAllowed; Conflict for an incident that is merged or cancelled, and for an alert of another one that the actor sees.
    """
    require(actor, "incident.run")
    with transaction.atomic():
        row = locked(Incident, incident.pk)
        if row.state in NOT_COUNTED:
            raise Conflict(
                _("%(incident)s is %(state)s and takes no alerts.")
                % {"incident": row.short_id, "state": row.get_state_display().lower()}
            )
        rows = _locked(alerts)
        if taken := _taken(actor, row, rows):
            names = named([one for one in rows if one.incident_id == taken[0].pk])
            words = _("%(incident)s has %(alerts)s already. Detach there what belongs here.")
            raise Conflict(words % {"incident": taken[0].short_id, "alerts": names})
        return _move(actor, row, rows, at=at)


def declare_with(actor: Actor, incident: Incident, alerts: Iterable[int], *, at: dt.datetime) -> None:
    """What was declared from alerts has them, and was detected by them. What somebody else has taken meanwhile stays there:
    a declaration is never refused for that. Belongs into its transaction."""
    rows = _locked(alerts)
    taken = {one.pk for one in _taken(actor, incident, rows)}
    moved = _move(actor, incident, [one for one in rows if one.incident_id not in taken], at=at)
    if moved:
        first = min(one.first_received_at for one in moved)
        marked(incident, Moment.DETECTED, first, source=TimeSource.ALERT, actor=actor, at=at)


def detach(actor: Actor, incident: Incident, alerts: Iterable[int], *, at: dt.datetime) -> tuple[Alert, ...]:
    """Those that it had; it does not take them again by itself. Raises: NotAllowed."""
    require(actor, "incident.run")
    with transaction.atomic():
        row = locked(Incident, incident.pk)
        held = list(Alert.objects.select_for_update().filter(incident=row, pk__in=set(alerts)).order_by("pk"))
        if held:
            Alert.objects.filter(pk__in=[one.pk for one in held]).update(incident=None)
            _say_left(actor, row, held, at=at)
    return tuple(held)


def assign(alerts: Sequence[Alert], *, at: dt.datetime) -> None:
    """Gives alerts that have just begun to the incident that goes on for their service; whoever stores them stores that, too.

    Of several a public one, so that an alert that stays free does not tell of a private incident; then the newest.
    Belongs into the transaction that stores the alerts.
    """
    wanted = {one.service_id for one in alerts if one.service_id is not None}
    if not wanted:
        return
    links = IncidentService.objects.filter(
        service__in=wanted, incident__state__in=ONGOING, incident__kind__in=TAKES
    ).select_related("incident", "service")
    ordered = sorted(links, key=lambda link: link.incident.declared_at, reverse=True)
    ordered.sort(key=lambda link: link.incident.is_private)
    taken: defaultdict[int, list[Alert]] = defaultdict(list)
    incidents: dict[int, Incident] = {}
    for one in alerts:
        for link in ordered:
            if link.service_id == one.service_id and one.started_at >= link.incident.declared_at - BEFORE:
                one.incident = incidents.setdefault(link.incident_id, link.incident)
                taken[link.incident_id].append(one)
                break
    for pk, mine in taken.items():
        changes: dict[str, audit.Change] = {"alerts": (None, named(mine))}
        why = _("Its service is hit")
        audit.record(SYSTEM, "incident.alert_attach", incidents[pk], at=at, reason=why, changes=changes)


def carry_alerts(row: Incident, target: Incident) -> None:
    """The alerts of an incident that is merged. Belongs into the transaction of the merge."""
    Alert.objects.filter(incident=row).update(incident=target)


def named(alerts: Sequence[Alert]) -> str:
    """Such as: 3 alerts (2 × HighErrors, Latency)."""
    counts = Counter(one.name for one in alerts)
    parts = [f"{n} × {name}" if n > 1 else name for name, n in counts.most_common(NAMED)]
    if len(counts) == 1 and len(alerts) == 1:
        return parts[0]
    if len(counts) > NAMED:
        parts.append("…")
    words = ngettext("%(n)d alert (%(names)s)", "%(n)d alerts (%(names)s)", len(alerts))
    return words % {"n": len(alerts), "names": ", ".join(parts)}


def _locked(alerts: Iterable[int]) -> list[Alert]:
    rows = Alert.objects.select_for_update(of=("self",)).select_related("incident")
    return list(rows.filter(pk__in=set(alerts)).order_by("pk"))


def _taken(actor: Actor, incident: Incident, alerts: Sequence[Alert]) -> list[Incident]:
    """The other incidents that have some of them, as far as the actor sees these: of two people at once, the first keeps them."""
    others = {one.incident_id for one in alerts if one.incident_id is not None} - {incident.pk}
    if not others:
        return []
    seen = Incident.objects.visible_to(actor) if isinstance(actor, User) else Incident.objects.all()
    return list(seen.filter(pk__in=others).order_by("pk"))


def _move(actor: Actor, incident: Incident, rows: Sequence[Alert], *, at: dt.datetime) -> tuple[Alert, ...]:
    moved = [one for one in rows if one.incident_id != incident.pk]
    left: defaultdict[Incident, list[Alert]] = defaultdict(list)
    for one in moved:
        if one.incident is not None:
            left[one.incident].append(one)
    for other, mine in left.items():
        _say_left(actor, other, mine, at=at)
    if moved:
        Alert.objects.filter(pk__in=[one.pk for one in moved]).update(incident=incident)
        noted(incident, EntryKind.ALERT, _("Attached: %(alerts)s") % {"alerts": named(moved)}, at=at, actor=actor)
        changes: dict[str, audit.Change] = {"alerts": (None, named(moved))}
        audit.record(actor, "incident.alert_attach", incident, at=at, changes=changes)
    return tuple(moved)


def _say_left(actor: Actor, incident: Incident, alerts: Sequence[Alert], *, at: dt.datetime) -> None:
    noted(
        incident, EntryKind.ALERT, _("No longer attached: %(alerts)s") % {"alerts": named(alerts)}, at=at, actor=actor
    )
    changes: dict[str, audit.Change] = {"alerts": (named(alerts), None)}
    audit.record(actor, "incident.alert_detach", incident, at=at, changes=changes)
