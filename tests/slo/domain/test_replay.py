from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from slo.domain.alerts import Moment, history
from slo.domain.burn import Decision, Verdict
from slo.domain.grid import STEP_S, instant
from slo.domain.replay import Cumulative, Episode, Judged, episodes, judged

START = 1_793_620_800


def cumulative(bad: Sequence[float], *, total: float = 100.0, gaps: frozenset[int] = frozenset()) -> Cumulative:
    """So many bad ones of `total` events in each step; a gap counts nothing and measures nothing."""
    steps = len(bad)
    measured = np.array([0.0 if number in gaps else 1.0 for number in range(steps)])
    return Cumulative(
        instants=START + STEP_S * np.arange(steps + 1),
        bad=np.concatenate(([0.0], np.cumsum(np.array(bad) * measured))),
        total=np.concatenate(([0.0], np.cumsum(total * measured))),
        covered_s=np.concatenate(([0.0], np.cumsum(STEP_S * measured))),
        started=START,
    )


def of(counts: Cumulative, *, after: int = START + 12 * STEP_S, min_failures: float = 1) -> Judged:
    return judged(
        counts, after=after, error_budget=0.01, long_s=3600, short_s=300, factor=10.0, min_failures=min_failures
    )


def test_a_failure_of_the_past_fires_and_resolves_where_it_was() -> None:
    # An hour of peace, half an hour of every second event failing, an hour of peace.
    found = episodes(of(cumulative([0] * 13 + [50] * 6 + [0] * 12)))

    # 10 % of the last hour are bad after three of the six steps: 3 x 50 / 1,200 = 12.5 %.
    assert [(each.first, each.end) for each in found] == [(START + 16 * STEP_S, START + 20 * STEP_S)]
    assert found[0].burn_long == 12.5
    assert found[0].burn_short == 50
    assert found[0].peak_burn == 25


def test_what_goes_on_at_the_end_has_no_end() -> None:
    found = episodes(of(cumulative([0] * 13 + [50] * 6)))

    assert [(each.first, each.end) for each in found] == [(START + 16 * STEP_S, None)]


def test_a_gap_freezes() -> None:
    (found,) = episodes(of(cumulative([0] * 13 + [50] * 6 + [0] * 12, gaps=frozenset({19}))))

    # The peace begins in the gap: what fires goes on until it can be measured again.
    assert found.end == START + 21 * STEP_S


def test_what_fired_before_goes_on_or_ends() -> None:
    assert episodes(of(cumulative([0] * 31)), firing=True, peak=30.0) == (
        Episode(first=-1, end=START + 13 * STEP_S, burn_long=0.0, burn_short=0.0, peak_burn=30.0),
    )


@given(
    st.lists(st.sampled_from([0.0, 1.0, 8.0, 30.0, 90.0]), min_size=13, max_size=60),
    st.frozensets(st.integers(0, 59), max_size=20),
    st.booleans(),
)
def test_judging_a_span_at_once_is_stepping_through_it(bad: list[float], gaps: frozenset[int], firing: bool) -> None:
    verdicts = of(cumulative(bad, gaps=gaps))
    moments = []
    for place, at in enumerate(verdicts.instants.tolist()):
        verdict = Verdict.FIRES if verdicts.fires[place] else Verdict.LONG_BELOW
        verdict = Verdict.FROZEN if verdicts.frozen[place] else verdict
        burns = (float(verdicts.burn_long[place]), float(verdicts.burn_short[place]))
        moments.append(Moment(instant(at), Decision(verdict, *burns)))
    before = history([Moment(instant(START), Decision(Verdict.FIRES, 1.0, 1.0))])[0] if firing else None

    stepped = history(moments, firing=before)
    found = episodes(verdicts, firing=firing, peak=1.0)

    expected = [
        (
            START if each.fired_at == instant(START) else int(each.fired_at.timestamp()),
            None if each.resolved_at is None else int(each.resolved_at.timestamp()),
            each.peak_burn,
        )
        for each in stepped
    ]
    if verdicts.instants.size:
        assert [(START if each.first < 0 else each.first, each.end, each.peak_burn) for each in found] == expected
