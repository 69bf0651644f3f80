"""The repeat rate by failure mode."""

from __future__ import annotations

import datetime as dt

import pytest
from django.test import Client

from incidents.actions.incidents import Declaration, declare
from incidents.models import FailureMode, Incident, Kind, State
from incidents.queries.repeats import Repeats, repeats
from relportal.core.models import User

pytestmark = pytest.mark.django_db
START = dt.datetime(2026, 7, 1, tzinfo=dt.UTC)
END = dt.datetime(2026, 10, 1, tzinfo=dt.UTC)


def failed(user: User, days: float, *modes: str, severity: int = 1, **fields: object) -> Incident:
    """`days` after the period began."""
    given = Declaration(title="Fails", severity=severity, **fields)  # type: ignore[arg-type]
    row = declare(user, given, at=START + dt.timedelta(days=days))
    for slug in modes:
        row.failure_modes.add(FailureMode.objects.get_or_create(slug=slug, defaults={"name": slug.upper()})[0])
    return row


def counted(user: User) -> Repeats:
    return repeats(user, START, END)


def test_a_repeat_is_what_failed_in_the_same_way_within_the_twelve_months_before(rita: User) -> None:
    old, first = failed(rita, -366, "dns"), failed(rita, -300, "disk")
    failed(rita, -1)
    again, fresh = failed(rita, 5, "disk", "queue"), failed(rita, 20, "queue", severity=2)
    lone, unclear = failed(rita, 1, "dns"), failed(rita, 30)
    found = counted(rita)
    assert (found.n, found.repeated, found.unclassified, found.worst) == (4, 2, 1, 1)
    assert found.share == 0.5
    assert found.interval is not None
    assert found.interval.low < 0.5 < found.interval.high
    told = [(one.name, one.n, [(each.incident.pk, each.before.pk) for each in one.repeats]) for one in found.modes]
    assert told == [("QUEUE", 2, [(fresh.pk, again.pk)]), ("DISK", 1, [(again.pk, first.pk)]), ("DNS", 1, [])]
    assert {old.pk, lone.pk, unclear.pk}.isdisjoint(
        each for _name, _n, pairs in told for pair in pairs for each in pair
    )


def test_lesser_severities_drills_and_false_alarms_are_no_repeats_and_make_none(rita: User) -> None:
    failed(rita, -10, "dns", severity=3)
    failed(rita, -9, "dns", kind=Kind.DRILL.value)
    Incident.objects.filter(pk=failed(rita, -8, "dns").pk).update(state=State.FALSE_ALARM)
    failed(rita, 1, "dns")
    failed(rita, 2, "dns", severity=3)
    failed(rita, 3, "dns", kind=Kind.TEST.value)
    found = counted(rita)
    assert (found.n, found.repeated) == (1, 0)


def test_of_no_incident_there_is_no_share(rita: User) -> None:
    failed(rita, -10, "dns")
    failed(rita, 92, "dns")
    assert counted(rita) == Repeats(0, 0, 0, 0, None, None, ())


def test_a_private_incident_neither_is_nor_makes_a_repeat_for_those_outside(rita: User, watcher: User) -> None:
    failed(rita, -10, "dns", is_private=True)
    failed(rita, 1, "dns")
    failed(rita, 2, "disk", is_private=True)
    assert (counted(rita).repeated, counted(rita).n) == (1, 2)
    outside = counted(watcher)
    assert (outside.repeated, outside.n, [one.slug for one in outside.modes]) == (0, 1, ["dns"])


def test_the_address_of_a_mode_leads_to_the_incidents_that_are_counted(rita: User) -> None:
    wanted = {failed(rita, 1, "dns").pk, failed(rita, 91, "dns", severity=0).pk}
    failed(rita, 1, "dns", severity=4)
    failed(rita, 1, "disk")
    failed(rita, -3, "dns")
    (mode,) = [one for one in counted(rita).modes if one.slug == "dns"]
    client = Client()
    client.force_login(rita)
    listed = client.get(mode.url).context["listed"]
    assert {row.incident.pk for row in listed.rows} == wanted
    assert mode.n == len(wanted)
