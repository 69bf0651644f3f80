from __future__ import annotations

import datetime as dt
from dataclasses import replace
from decimal import Decimal

import pytest

from incidents.actions.impact import SegmentFields, add_segment, end_segments, renew_impact
from incidents.actions.incidents import Declaration, declare, edit, merge, move, set_privacy, set_severity, split
from incidents.actions.marks import set_times
from incidents.actions.roles import accept_role, offer_role, take_role
from incidents.actions.timeline import edit_entry, finish_task, write_line
from incidents.actions.updates import post_update
from incidents.models import (
    Entry,
    ImpactFigures,
    Incident,
    IncidentRole,
    Moment,
    Precision,
    RoleHolder,
    Severity,
    State,
    Task,
)
from incidents.queries.times import times_of
from incidents.tasks import impact
from relportal.core.exceptions import Conflict, Invalid, NotAllowed, Stale
from relportal.core.models import AuditEvent, Role, User, WorkItem
from slo.models import AlertSeverity, BurnAlert, Measurement
from tests import make

pytestmark = pytest.mark.django_db
MINUTE = dt.timedelta(minutes=1)


def test_a_title_is_enough(rita: User, at: dt.datetime) -> None:
    incident = declare(rita, Declaration(title=" Checkout fails "), at=at)

    assert (incident.title, incident.state, incident.severity) == ("Checkout fails", State.TRIAGE, None)
    assert times_of(incident).declared == at
    assert [each.text for each in incident.entries.all()] == ["Declared by Rita"]
    assert AuditEvent.objects.get(action="incident.declare").object_key == incident.short_id


def test_an_empty_or_an_endless_title_says_what_is_wrong(rita: User, at: dt.datetime) -> None:
    for title in ("  ", "x" * 10_000):
        with pytest.raises(Invalid) as refused:
            declare(rita, Declaration(title=title), at=at)
        assert list(refused.value.errors) == ["title"]
    assert not Incident.objects.exists()


def test_a_viewer_declares_and_does_not_run_it(watcher: User, at: dt.datetime) -> None:
    incident = declare(watcher, Declaration(title="Strange numbers"), at=at)

    with pytest.raises(NotAllowed):
        move(watcher, incident, State.RESOLVED, at=at)


def test_an_outsider_declares_nothing(charlie: User, at: dt.datetime) -> None:
    with pytest.raises(NotAllowed):
        declare(charlie, Declaration(title="Checkout fails"), at=at)


def test_a_burning_objective_fills_in_what_is_known(rita: User, at: dt.datetime) -> None:
    service = make.service(team=make.team(name="Payments two"))
    objective = make.objective(service=service)
    make.status(objective=objective, at=at)
    BurnAlert.objects.create(
        objective=objective,
        long_s=3600,
        short_s=300,
        factor=14.4,
        severity=AlertSeverity.PAGE,
        fired_at=at - 7 * MINUTE,
        burn_long=20.0,
        burn_short=25.0,
        peak_burn=25.0,
    )

    incident = declare(rita, Declaration(title="Checkout fails", objectives=[objective]), at=at)

    assert incident.severity_id == incident.suggested_id == 1
    assert "20.0" in incident.suggested_because
    assert list(incident.services.all()) == [service]
    assert incident.team == service.team
    assert times_of(incident).detected == at - 7 * MINUTE
    with pytest.raises(Conflict, match="still burn"):
        move(rita, incident, State.RESOLVED, at=at)
    assert move(rita, incident, State.RESOLVED, at=at, despite=True).state == State.RESOLVED


def test_suggestion_and_choice_are_both_kept(rita: User, incident: Incident, at: dt.datetime) -> None:
    row = set_severity(rita, incident, Severity.objects.get(level=3), at=at, impact="many", condition="outage")

    assert (row.suggested_id, row.severity_id) == (1, 3)
    assert incident.entries.filter(kind="severity").count() == 1


def test_states_mark_times_and_reopening_takes_them_back(rita: User, incident: Incident, at: dt.datetime) -> None:
    move(rita, incident, State.MONITORING, at=at + 10 * MINUTE)
    move(rita, incident, State.RESOLVED, at=at + 20 * MINUTE)
    times = times_of(incident)
    assert (times.mitigated, times.resolved) == (at + 10 * MINUTE, at + 20 * MINUTE)

    move(rita, incident, State.INVESTIGATING, at=at + 30 * MINUTE)
    assert times_of(incident).resolved is None
    move(rita, incident, State.RESOLVED, at=at + 40 * MINUTE)

    assert times_of(incident).resolved == at + 40 * MINUTE
    assert times_of(incident).mitigated == at + 10 * MINUTE
    assert incident.state_changes.count() == 5


def test_a_way_that_is_not_there_says_so(rita: User, incident: Incident, at: dt.datetime) -> None:
    with pytest.raises(Conflict, match="cannot become Closed"):
        move(rita, incident, State.CLOSED, at=at)


def test_an_own_time_stands_beside_the_recorded_one_and_wins(rita: User, incident: Incident, at: dt.datetime) -> None:
    move(rita, incident, State.MONITORING, at=at + 10 * MINUTE)

    set_times(rita, incident, {Moment.MITIGATED: (at + 8 * MINUTE, Precision.MINUTE)}, at=at + 60 * MINUTE)

    assert times_of(incident).mitigated == at + 8 * MINUTE
    marks = {each.is_override: each.at for each in incident.times.filter(moment=Moment.MITIGATED)}
    assert marks == {False: at + 10 * MINUTE, True: at + 8 * MINUTE}
    set_times(rita, incident, {Moment.MITIGATED: (None, Precision.MINUTE)}, at=at + 61 * MINUTE)
    assert times_of(incident).mitigated == at + 10 * MINUTE


def test_impossible_times_are_refused_at_their_fields(rita: User, incident: Incident, at: dt.datetime) -> None:
    given = {
        Moment.IMPACT_STARTED: (at, Precision.MINUTE),
        Moment.RESOLVED: (at - MINUTE, Precision.MINUTE),
        Moment.DETECTED: (at + 2 * MINUTE, Precision.MINUTE),
    }
    with pytest.raises(Invalid) as refused:
        set_times(rita, incident, given, at=at + MINUTE)
    assert set(refused.value.errors) == {"resolved", "detected"}
    assert not incident.times.exists()


def test_a_line_becomes_a_note_or_a_task(rita: User, incident: Incident, at: dt.datetime) -> None:
    note = write_line(rita, incident, "-10m errors in the log", zone=dt.UTC, at=at)
    task = write_line(rita, incident, "TODO call the bank", zone=dt.UTC, at=at)

    assert isinstance(note, Entry)
    assert note.at == at - 10 * MINUTE
    assert isinstance(task, Task)
    finish_task(rita, task, at=at)
    finish_task(rita, task, at=at)
    assert [each.text for each in incident.entries.filter(kind="task")] == [
        "Task: call the bank",
        "Done: call the bank",
    ]


def test_two_who_edit_one_entry_do_not_overwrite_each_other(rita: User, incident: Incident, at: dt.datetime) -> None:
    note = write_line(rita, incident, "errors in the log", zone=dt.UTC, at=at)
    assert isinstance(note, Entry)
    edit_entry(rita, note, version=1, text="errors in the log of checkout", at=at)

    with pytest.raises(Stale) as refused:
        edit_entry(rita, note, version=1, text="other words", at=at)

    assert refused.value.current.text == "errors in the log of checkout"
    assert AuditEvent.objects.filter(action="incident.note_edit").count() == 1


def test_what_the_portal_wrote_is_struck_and_not_rewritten(rita: User, incident: Incident, at: dt.datetime) -> None:
    entry = incident.entries.get()

    with pytest.raises(Conflict):
        edit_entry(rita, entry, version=1, text="never declared", at=at)
    assert edit_entry(rita, entry, version=1, struck=True, at=at).struck


def test_a_role_is_handed_over_when_the_other_one_accepts(rita: User, incident: Incident, at: dt.datetime) -> None:
    tom = make.user("tom@example.com", role=Role.RESPONDER, team=make.team())
    take_role(rita, incident, IncidentRole.COMMANDER, at=at)
    with pytest.raises(Conflict, match="Rita holds"):
        take_role(tom, incident, IncidentRole.COMMANDER, at=at)
    offer = offer_role(rita, incident, IncidentRole.COMMANDER, tom, at=at)
    holder = RoleHolder.objects.get(role="commander", since__isnull=False, until=None)
    assert holder.user == rita

    with pytest.raises(NotAllowed):
        accept_role(rita, offer, at=at)
    accept_role(tom, offer, at=at + MINUTE)
    accept_role(tom, offer, at=at + 2 * MINUTE)

    held = RoleHolder.objects.get(role="commander", since__isnull=False, until=None)
    assert (held.user, held.since) == (tom, at + MINUTE)
    assert times_of(incident).acknowledged == at


def test_two_offers_of_one_role_cannot_both_be_accepted(rita: User, incident: Incident, at: dt.datetime) -> None:
    tom = make.user("tom@example.com", role=Role.RESPONDER, team=make.team())
    ann = make.user("ann@example.com", role=Role.RESPONDER, team=make.team())
    first = offer_role(rita, incident, IncidentRole.COMMANDER, tom, at=at)
    second = offer_role(rita, incident, IncidentRole.COMMANDER, ann, at=at)

    with pytest.raises(Conflict, match="over"):
        accept_role(tom, first, at=at)
    accept_role(ann, second, at=at)


def test_an_update_is_said_noted_and_tells_when_the_next_one_comes(
    rita: User, incident: Incident, at: dt.datetime
) -> None:
    post_update(
        rita,
        incident,
        audience="internal",
        condition="Cards fail",
        actions="Rolling back",
        next_at=at + 20 * MINUTE,
        at=at,
    )

    incident.refresh_from_db()
    assert incident.next_update_at == at + 20 * MINUTE
    assert incident.entries.filter(kind="update").count() == 1
    with pytest.raises(Invalid) as refused:
        post_update(rita, incident, audience="internal", condition="Cards fail", next_at=at - MINUTE, at=at)
    assert list(refused.value.errors) == ["next_at"]


def test_a_private_incident_is_not_there_for_others(
    rita: User, watcher: User, incident: Incident, at: dt.datetime
) -> None:
    tom = make.user("tom@example.com", role=Role.RESPONDER, team=make.team())
    set_privacy(rita, incident, is_private=True, people=[tom], at=at)

    seen = {each: Incident.objects.visible_to(each).exists() for each in (rita, tom, watcher)}

    assert seen == {rita: True, tom: True, watcher: False}
    with pytest.raises(Invalid):
        merge(rita, incident, declare(rita, Declaration(title="Other"), at=at), at=at)


def test_merging_carries_everything_over_and_leads_there(rita: User, incident: Incident, at: dt.datetime) -> None:
    service = make.service()
    edit(rita, incident, version=None, services=[service], at=at)
    write_line(rita, incident, "errors in the log", zone=dt.UTC, at=at)
    other = declare(rita, Declaration(title="Cards fail"), at=at)

    merge(rita, incident, other, at=at)

    incident.refresh_from_db()
    assert (incident.state, incident.merged_into) == (State.MERGED, other)
    assert list(other.services.all()) == [service]
    assert other.entries.filter(text=f"{incident.short_id}: errors in the log").exists()
    with pytest.raises(Invalid):
        merge(rita, other, incident, at=at)


def test_a_part_is_split_off_with_its_lines(rita: User, incident: Incident, at: dt.datetime) -> None:
    note = write_line(rita, incident, "search is slow, too", zone=dt.UTC, at=at)
    assert isinstance(note, Entry)

    part = split(rita, incident, title="Search is slow", entries=[note], at=at)

    assert part.split_from == incident
    assert part.entries.filter(text="search is slow, too").exists()
    assert incident.entries.filter(text="search is slow, too").exists()


def test_the_budget_that_an_incident_spent_comes_from_the_stored_counts(
    rita: User, incident: Incident, at: dt.datetime
) -> None:
    """100 events in 5 minutes, of which none fail but half of those in the twenty minutes before noon."""
    objective = make.objective(target=Decimal("0.99"), window_days=1)
    start = at - dt.timedelta(days=2)
    bad = 0.0
    rows = []
    for number in range(2 * 288 + 1):
        instant = start + number * dt.timedelta(minutes=5)
        bad += 50 if at - 20 * MINUTE < instant <= at else 0
        rows.append(
            Measurement(
                series=objective.series, instant=instant, bad=bad, total=100.0 * number, covered_s=300.0 * number
            )
        )
    Measurement.objects.bulk_create(rows)
    objective.series.started_at = start
    objective.series.save()
    edit(rita, incident, version=None, services=[objective.service], objectives=[objective], at=at)

    add_segment(
        rita,
        incident,
        SegmentFields(service=objective.service, start=at - 20 * MINUTE, end=at, customers=500),
        at=at,
    )

    figures = incident.figures
    assert figures.impact_minutes == 20
    assert figures.customer_minutes == 20 * 500
    assert figures.failed_requests == 200
    # The window holds 28,800 events, of which 288 may fail.
    assert figures.budget_spent == pytest.approx(200 / 288)
    assert figures.cost is None
    assert "price" in figures.explained["reasons"]["cost"]
    assert times_of(incident).impact_started == at - 20 * MINUTE


def test_how_sure_the_number_of_customers_is_stands_beside_what_they_lost(
    rita: User, incident: Incident, at: dt.datetime
) -> None:
    one = SegmentFields(service=make.service(), start=at - 20 * MINUTE, end=at)
    for wrong, field in (
        (replace(one, customers_low=5), "customers"),
        (replace(one, customers=5, customers_low=6), "customers_low"),
        (replace(one, customers=5, customers_high=4), "customers_high"),
    ):
        with pytest.raises(Invalid) as refused:
            add_segment(rita, incident, wrong, at=at)
        assert list(refused.value.errors) == [field]
    add_segment(rita, incident, replace(one, customers=50, customers_low=40, customers_high=90), at=at)
    figures = incident.figures
    assert (figures.customer_minutes_low, figures.customer_minutes, figures.customer_minutes_high) == (800, 1000, 1800)
    assert figures.reach_measured is False


def test_impact_without_counts_says_that_it_is_unknown(rita: User, incident: Incident, at: dt.datetime) -> None:
    add_segment(rita, incident, SegmentFields(service=make.service(), start=at - 20 * MINUTE), at=at)

    figures = incident.figures
    assert figures.impact_minutes == 20
    assert figures.failed_requests is figures.budget_spent is figures.customer_minutes is None
    assert set(figures.explained["reasons"]) == {"customer_minutes", "failed_requests", "budget_spent", "cost"}


def test_what_goes_on_is_computed_anew_until_it_ends(rita: User, incident: Incident, at: dt.datetime) -> None:
    add_segment(rita, incident, SegmentFields(service=make.service(), start=at - 20 * MINUTE), at=at)
    item = WorkItem.objects.get(kind="incidents.impact")
    assert item.due_at == at + 5 * MINUTE

    outcome = impact(item, at + 5 * MINUTE)

    incident.figures.refresh_from_db()
    assert incident.figures.impact_minutes == 25
    assert outcome.again_at == at + 10 * MINUTE
    end_segments(rita, incident, end=at + 6 * MINUTE, at=at + 7 * MINUTE)
    assert impact(item, at + 10 * MINUTE).again_at is None
    incident.figures.refresh_from_db()
    assert incident.figures.impact_minutes == 26


def test_counts_that_are_read_later_are_counted_later(rita: User, incident: Incident, at: dt.datetime) -> None:
    objective = make.objective(target=Decimal("0.99"), window_days=1)
    start, end = at - 20 * MINUTE, at - 10 * MINUTE
    add_segment(rita, incident, SegmentFields(service=objective.service, start=start, end=end), at=at)
    assert ImpactFigures.objects.filter(failed_requests=None).exists()
    begin = at - dt.timedelta(days=1)
    Measurement.objects.bulk_create(
        Measurement(
            series=objective.series, instant=begin + n * 5 * MINUTE, bad=n, total=100.0 * n, covered_s=300.0 * n
        )
        for n in range(289)
    )
    objective.series.started_at = begin
    objective.series.save()

    assert renew_impact(at=at + 2 * dt.timedelta(hours=1)) == 1

    assert ImpactFigures.objects.get().failed_requests == 2
    assert renew_impact(at=at + 4 * dt.timedelta(hours=1)) == 0
