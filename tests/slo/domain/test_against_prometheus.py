"""What the domain says of Prometheus, asked of Prometheus itself (promtool evaluates PromQL over series in a file)."""

from __future__ import annotations

import json
import shutil
import subprocess
from pathlib import Path

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from slo.domain.histogram import le_pattern
from slo.domain.increase import Telescope
from slo.domain.percentiles import BucketSums, percentile

PROMTOOL = shutil.which("promtool")
pytestmark = pytest.mark.skipif(PROMTOOL is None, reason="promtool is not on PATH")


def ask(directory: Path, *, series: dict[str, str], interval: str, expected: list[tuple[str, str, float]]) -> None:
    """Fails with Prometheus' own words unless each (expression, instant) is one sample of the expected value."""
    tests = {
        "evaluation_interval": "1m",
        "tests": [
            {
                "interval": interval,
                "input_series": [{"series": name, "values": values} for name, values in series.items()],
                "promql_expr_test": [
                    {"expr": expr, "eval_time": at, "exp_samples": [{"labels": "{}", "value": value}]}
                    for expr, at, value in expected
                ],
            }
        ],
    }
    path = directory / "tests.yml"
    path.write_text(json.dumps(tests))
    assert PROMTOOL is not None
    done = subprocess.run([PROMTOOL, "test", "rules", str(path)], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr


@settings(max_examples=5, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(st.integers(0, 100), min_size=26, max_size=26), st.sampled_from([30, 60]))
def test_law_grouped_increases_telescope_on_the_scrape_grid(tmp_path: Path, steps: list[int], scrape_s: int) -> None:
    """Two counters, scraped exactly on the grid: the case in which closed and left-open ranges differ."""
    telescope = Telescope(scrape_s=scrape_s)
    one, two = 10**6 + np.cumsum(steps), 10**6 + np.cumsum(steps[::-1])
    series = {
        f'x{{service="a",pod="{pod}"}}': " ".join(str(value) for value in values)
        for pod, values in (("1", one), ("2", two))
    }
    per_step = 300 // scrape_s
    expected = []
    for end in (2 * per_step, len(steps) // per_step * per_step):
        if end >= len(steps):
            continue
        truth = float(one[end] - one[end - per_step] + two[end] - two[end - per_step])
        # promtool compares floats exactly; the counts are whole, and the scale leaves noise in the last digits.
        query = f"round(sum(increase(x[{telescope.range}])) * {telescope.scale!r}, 0.000001)"
        expected.append((query, f"{end * scrape_s}s", truth))
    ask(tmp_path, series=series, interval=f"{scrape_s}s", expected=expected)


@pytest.mark.parametrize("bound", [0.3, 1.0, 10.0, 2.5, 1e-05, 1e6, 0.25])
def test_the_pattern_of_a_bound_finds_every_spelling_and_nothing_else(tmp_path: Path, bound: float) -> None:
    # One `x` for each text of the bound; texts of other bounds would make the sum larger.
    same = sorted({repr(bound), f"{bound:.12f}".rstrip("0"), f"{bound:e}", f"{bound:.15g}"})
    others = ["0.03", "0.33", "100", "11", "2.51", "25", "1e-06", "1e+07", "0.025", "+Inf"]
    series = {f'x{{le="{le}"}}': "1" for le in [*same, *others]}
    query = f'sum(x{{le=~"{le_pattern(bound)}"}})'
    ask(tmp_path, series=series, interval="1m", expected=[(query, "0s", float(len(same)))])


def test_a_percentile_is_what_histogram_quantile_says(tmp_path: Path) -> None:
    sums = BucketSums((0.1, 0.3, 1.0), (1_600, 3_500, 3_960, 4_000))
    les = ("0.1", "0.3", "1", "+Inf")
    series = {f'x{{le="{le}"}}': f"{count:g}" for le, count in zip(les, sums.counts, strict=True)}
    ranks = (0.2, 0.4, 0.5, 0.95, 0.99, 0.999)
    found = [(rank, percentile(sums, rank)) for rank in ranks]
    # In whole microseconds: promtool compares floats exactly.
    expected = [
        (f"round(histogram_quantile({rank}, x) * 1e6)", "0s", float(round(one.value * 1e6)))
        for rank, one in found
        if one
    ]
    assert len(expected) == len(ranks)
    ask(tmp_path, series=series, interval="1m", expected=expected)
