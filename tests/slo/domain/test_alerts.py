from __future__ import annotations

import datetime as dt
import itertools

from hypothesis import given
from hypothesis import strategies as st

from slo.domain.alerts import Change, Moment, advance, history
from slo.domain.burn import Decision, Verdict

AT = dt.datetime(2026, 11, 2, 12, tzinfo=dt.UTC)
STEP = dt.timedelta(minutes=5)
FIRES = Decision(verdict=Verdict.FIRES, burn_long=20, burn_short=30)
HIGHER = Decision(verdict=Verdict.FIRES, burn_long=50, burn_short=10)
CALM = Decision(verdict=Verdict.SHORT_BELOW, burn_long=20, burn_short=None)
FROZEN = Decision(verdict=Verdict.FROZEN, burn_long=None, burn_short=None)


def run(*decisions: Decision) -> tuple[Moment, ...]:
    return tuple(Moment(at=AT + i * STEP, decision=each) for i, each in enumerate(decisions))


def test_an_alert_fires_once_keeps_its_peak_and_resolves() -> None:
    (alert,) = history(run(CALM, FIRES, HIGHER, FIRES, CALM, CALM))
    assert (alert.fired_at, alert.resolved_at) == (AT + STEP, AT + 4 * STEP)
    assert (alert.burn_long, alert.burn_short, alert.peak_burn) == (20, 30, 50)


def test_an_alert_that_goes_on_is_open() -> None:
    (alert,) = history(run(FIRES, FIRES))
    assert alert.resolved_at is None


def test_missing_data_neither_fires_nor_resolves() -> None:
    (alert,) = history(run(FROZEN, FIRES, FROZEN, FROZEN, CALM))
    assert (alert.fired_at, alert.resolved_at) == (AT + STEP, AT + 4 * STEP)


def test_each_firing_is_a_row_of_its_own() -> None:
    assert len(history(run(FIRES, CALM, FIRES, CALM, FIRES))) == 3


def test_nothing_happened() -> None:
    assert history(run(CALM, FROZEN)) == ()


def test_the_changes_are_named() -> None:
    fired = advance(None, decision=FIRES, at=AT)
    assert fired.change is Change.FIRED
    again = advance(fired.firing, decision=FIRES, at=AT)
    assert (again.change, again.firing) == (None, fired.firing)
    resolved = advance(again.firing, decision=CALM, at=AT + STEP)
    assert resolved.change is Change.RESOLVED


@given(st.lists(st.sampled_from([FIRES, HIGHER, CALM, FROZEN]), max_size=20), st.integers(0, 20))
def test_law_the_history_does_not_depend_on_where_a_tick_ended(decisions: list[Decision], cut: int) -> None:
    moments = run(*decisions)
    first = history(moments[:cut])
    still = first[-1] if first and first[-1].resolved_at is None else None
    closed = first[:-1] if still else first
    assert (*closed, *history(moments[cut:], firing=still)) == history(moments)


@given(st.lists(st.sampled_from([FIRES, CALM, FROZEN]), max_size=20))
def test_law_alerts_of_a_rule_never_overlap(decisions: list[Decision]) -> None:
    alerts = history(run(*decisions))
    for earlier, later in itertools.pairwise(alerts):
        assert earlier.resolved_at is not None
        assert earlier.fired_at < earlier.resolved_at < later.fired_at
