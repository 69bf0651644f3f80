"""A real Prometheus, a real broker and real workers against figures from the generator's truth, in plain arithmetic.

One test: each part goes on where the one before ended, and a runner that reorders tests, or gives a module's fixtures up in
between, would hold a new portal against what the old one went through.
"""

from __future__ import annotations

import datetime as dt

import pytest

from relportal.core.models import WorkItem
from slo.models import BurnAlert, Objective, SourceState, Status
from tests.slo.prom import load, needs_prometheus
from tests.slo.truth.setting import FIRST, LATE, MARCH, SETTLED, STEP, Setting, check, everything, recovered
from tests.slo.truth.world import World, burn, figures

pytestmark = [needs_prometheus, pytest.mark.truth, pytest.mark.xdist_group("truth")]


def late_data_arrives(setting: Setting) -> None:
    """Prometheus learns what it did not have: a block that was not there before."""
    setting.prometheus.stop()
    load(setting.worlds["late"].counters(since=LATE[0]), setting.prometheus.data)
    setting.prometheus.start()


def every_sli_budget_and_burn_rate_is_the_truth(setting: Setting) -> None:
    check(setting, at=FIRST)
    month = Status.objects.get(objective__window_kind="month", objective__service__slug="checkout")
    assert month.window_start == dt.datetime.fromtimestamp(MARCH[0], tz=dt.UTC)


def both_above(world: World, at: dt.datetime, *, factor: float) -> bool:
    """Whether the last hour and the last five minutes both burnt faster than `factor`, by the truth."""
    rates = [burn(world, int(at.timestamp()), seconds, allowed=0.01) for seconds in (3600, 300)]
    return all(rate is not None and rate > factor for rate in rates)


def alerts_fired_for_the_service_that_burns_and_for_no_other_at_random(setting: Setting) -> None:
    page = BurnAlert.objects.get(
        objective__service__slug="burning", objective__indicator__slug="availability", long_s=3600
    )

    # It burnt before the portal began to judge: the history that was read tells since when.
    world, began = setting.worlds["burning"], FIRST
    while both_above(world, began - STEP, factor=page.factor):
        began -= STEP
    assert began < FIRST
    assert (page.fired_at, page.resolved_at) == (began, None)
    assert page.burn_long == pytest.approx(burn(world, int(began.timestamp()), 3600, allowed=0.01), rel=1e-12)
    assert not BurnAlert.objects.filter(objective__service__slug__in=["checkout", "lazy"]).exists()


def collecting_again_and_by_several_workers_at_once_changes_nothing(setting: Setting) -> None:
    before = everything()
    setting.portal.start_worker()
    for _each in range(4):
        WorkItem.objects.filter(kind="slo.collect").update(
            due_at=setting.portal.now, lease_until=None, lease_token=None
        )
        setting.portal.tick()
        setting.portal.tick()
    setting.portal.run_due()

    assert everything() == before


def what_comes_late_is_counted_once_when_it_is_there(setting: Setting) -> None:
    portal = setting.portal
    at = FIRST + 4 * STEP
    portal.run_due(at=at + SETTLED)
    status = Status.objects.get(objective__service__slug="late")
    assert status.total is not None
    before = status.total

    late_data_arrives(setting)
    portal.run_due(at=at + STEP + SETTLED)

    status.refresh_from_db()
    assert status.total > before
    check(setting, at=at + STEP)


def a_worker_killed_in_mid_batch_loses_and_doubles_nothing(setting: Setting) -> None:
    portal = setting.portal
    at = FIRST + 6 * STEP
    before = everything()
    portal.hold_in_mid_batch(at=at + SETTLED)
    portal.stop_workers()
    (portal.home / "hold").unlink()
    assert everything() == before

    portal.start_worker()
    # The lease of the dead worker has to end first.
    recovered(portal, at=at)

    check(setting, at=at)


def a_broker_that_forgets_everything_loses_nothing(setting: Setting) -> None:
    portal = setting.portal
    at = FIRST + 8 * STEP
    portal.set_clock(at + SETTLED)
    WorkItem.objects.filter(kind="slo.collect").update(due_at=portal.now)
    portal.tick()
    portal.valkey.stop()
    for part in portal.valkey.folder.glob("appendonlydir/*"):
        part.unlink()
    portal.valkey.ensure()

    # Whatever was claimed and never reached a worker is due again when its lease ends.
    recovered(portal, at=at)

    check(setting, at=at)


def a_database_that_is_restarted_in_mid_batch_loses_and_doubles_nothing(setting: Setting) -> None:
    portal = setting.portal
    at = FIRST + 10 * STEP
    portal.hold_in_mid_batch(at=at + SETTLED)
    portal.postgres.stop()
    (portal.home / "hold").unlink()
    portal.postgres.ensure()
    from django.db import connection

    connection.close()
    portal.stop_workers()
    portal.start_worker()
    recovered(portal, at=at)

    check(setting, at=at)


def a_source_that_is_down_keeps_its_numbers_says_so_and_catches_up(setting: Setting) -> None:
    portal = setting.portal
    before = everything()
    statuses = list(Status.objects.order_by("pk").values_list("at", "sli", "remaining"))
    setting.prometheus.stop()
    down = FIRST + 12 * STEP + SETTLED
    for minutes in (0, 5, 10, 15, 20):
        portal.run_due(at=down + dt.timedelta(minutes=minutes))

    state = SourceState.objects.get()
    assert state.unavailable_since is not None
    assert state.circuit_open_until is not None
    assert "cannot be reached" in state.last_error
    assert everything() == before
    assert list(Status.objects.order_by("pk").values_list("at", "sli", "remaining")) == statuses
    assert set(Status.objects.values_list("reason", "alerts_frozen")) == {("source_unavailable", True)}

    setting.prometheus.start()
    back = FIRST + 24 * STEP
    recovered(portal, at=back)

    back_again = SourceState.objects.get(pk=state.pk)
    assert back_again.unavailable_since is None
    assert back_again.last_error == ""
    check(setting, at=back)
    assert not Status.objects.filter(reason="source_unavailable").exists()


def the_alert_is_over_and_kept_as_history(setting: Setting) -> None:
    page = BurnAlert.objects.get(
        objective__service__slug="burning", objective__indicator__slug="availability", long_s=3600
    )

    assert page.resolved_at is not None
    assert page.peak_burn >= page.burn_long
    assert (
        not Objective.objects.get(pk=page.objective_id).burn_alerts.filter(resolved_at=None, severity="page").exists()
    )


def the_end_of_the_month_is_the_end_of_its_window(setting: Setting) -> None:
    """A month with a clock change: 44,580 minutes, and the new one begins with no number at all."""
    portal = setting.portal
    midnight = dt.datetime.fromtimestamp(MARCH[1], tz=dt.UTC)
    portal.run_due(at=midnight - STEP + SETTLED)
    month = Status.objects.get(objective__window_kind="month", objective__service__slug="burning")
    expected = figures(setting.worlds["burning"], MARCH[0], MARCH[1] - 300, allowed=0.01)
    assert month.remaining == pytest.approx(expected.remaining, rel=1e-12)

    portal.run_due(at=midnight + SETTLED)

    month.refresh_from_db()
    assert (month.band, month.reason, month.sli) == ("no_data", "period_begins", None)


def test_every_figure_is_the_truth_through_everything_that_fails(setting: Setting) -> None:
    for part in (
        every_sli_budget_and_burn_rate_is_the_truth,
        alerts_fired_for_the_service_that_burns_and_for_no_other_at_random,
        collecting_again_and_by_several_workers_at_once_changes_nothing,
        what_comes_late_is_counted_once_when_it_is_there,
        a_worker_killed_in_mid_batch_loses_and_doubles_nothing,
        a_broker_that_forgets_everything_loses_nothing,
        a_database_that_is_restarted_in_mid_batch_loses_and_doubles_nothing,
        a_source_that_is_down_keeps_its_numbers_says_so_and_catches_up,
        the_alert_is_over_and_kept_as_history,
        the_end_of_the_month_is_the_end_of_its_window,
    ):
        part(setting)
