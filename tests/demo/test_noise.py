from __future__ import annotations

import numpy as np
import pytest

from relportal.demo import noise

PINNED = [0.349489238935651, 0.007097709869619662, 0.7053618831557753]


def test_the_numbers_are_the_same_in_every_process_and_release() -> None:
    drawn = noise.uniform(noise.seed("search-api", "events"), np.array([0, 1, 29_000_000]))
    assert drawn.tolist() == pytest.approx(PINNED, abs=0)


def test_the_numbers_fill_the_unit_interval_evenly() -> None:
    drawn = noise.uniform(noise.seed("x"), np.arange(200_000))
    assert drawn.min() >= 0
    assert drawn.max() < 1
    counts, _edges = np.histogram(drawn, bins=20)
    assert np.all(np.abs(counts - 10_000) < 500)
    assert abs(np.corrcoef(drawn[:-1], drawn[1:])[0, 1]) < 0.01


def test_smooth_numbers_do_not_depend_on_where_the_question_begins() -> None:
    of = noise.seed("slow")
    whole = noise.smooth(of, np.arange(1000, 2000), every=45)
    part = noise.smooth(of, np.arange(1500, 1600), every=45)
    assert np.array_equal(whole[500:600], part)
    assert np.max(np.abs(np.diff(whole))) <= 2 / 45 + 1e-12
