from __future__ import annotations

import datetime as dt
import itertools
from decimal import Decimal

import pytest

from relportal.core.exceptions import Invalid, NotAllowed
from relportal.core.models import AuditEvent, User
from slo.actions.push import Pushed, PushedCount, push_counts
from slo.models import Indicator, IndicatorKind, Measurement, Objective, Status
from tests import make

AT = dt.datetime(2026, 11, 2, 12, 0, tzinfo=dt.UTC)
STEP = dt.timedelta(minutes=5)
pytestmark = pytest.mark.django_db


@pytest.fixture
def indicator() -> Indicator:
    return make.indicator(source=make.source(kind="pushed", url=""), kind=IndicatorKind.PUSHED, good="", total="")


@pytest.fixture
def objective(indicator: Indicator) -> Objective:
    return make.objective(
        indicator=indicator, service=make.service(slug="nightly"), target=Decimal("0.9"), window_days=1
    )


def bucket(number: int, *, bad: float = 1, total: float = 10, steps: int = 1) -> PushedCount:
    start = AT - dt.timedelta(hours=1) + number * STEP
    return PushedCount("nightly", start, start + steps * STEP, bad, total)


def push(lead: User, objective: Objective, *counts: PushedCount) -> Pushed:
    return push_counts(lead, objective.indicator, counts, at=AT)


def rows(objective: Objective) -> list[tuple[int, float, float, float]]:
    """(step, bad, total, covered) since the first row."""
    found = list(Measurement.objects.filter(series=objective.series).order_by("instant"))
    return [
        (
            round((row.instant - AT + dt.timedelta(hours=1)) / STEP),
            row.bad - found[0].bad,
            row.total - found[0].total,
            row.covered_s - found[0].covered_s,
        )
        for row in found
    ]


def test_pushed_counts_become_cumulative_rows_and_a_status(objective: Objective, lead: User) -> None:
    done = push(lead, objective, bucket(0), bucket(1, bad=0))

    assert (done.changed, done.unchanged) == (2, 0)
    assert rows(objective) == [(0, 0, 0, 0), (1, 1, 10, 300), (2, 1, 20, 600)]
    status = Status.objects.get(objective=objective)
    assert status.at == AT - dt.timedelta(minutes=50)
    assert status.sli == pytest.approx(0.95)
    assert AuditEvent.objects.filter(action="measurement.push").count() == 1


def test_pushing_again_changes_nothing(objective: Objective, lead: User) -> None:
    push(lead, objective, bucket(0), bucket(1))
    before = list(Measurement.objects.values_list())

    assert push(lead, objective, bucket(0), bucket(1)).changed == 0
    assert list(Measurement.objects.values_list()) == before


def test_a_correction_moves_all_later_rows(objective: Objective, lead: User) -> None:
    push(lead, objective, *(bucket(number) for number in range(4)))

    assert push(lead, objective, bucket(1, bad=5, total=30)).changed == 1
    assert rows(objective)[1:] == [(1, 1, 10, 300), (2, 6, 40, 600), (3, 7, 50, 900), (4, 8, 60, 1200)]


def test_what_comes_late_fills_its_gap(objective: Objective, lead: User) -> None:
    push(lead, objective, bucket(0), bucket(3))
    assert rows(objective) == [(0, 0, 0, 0), (1, 1, 10, 300), (3, 1, 10, 300), (4, 2, 20, 600)]

    push(lead, objective, bucket(2))

    assert rows(objective) == [(0, 0, 0, 0), (1, 1, 10, 300), (2, 1, 10, 300), (3, 2, 20, 600), (4, 3, 30, 900)]


def test_counts_from_before_the_first_row_leave_the_rows_that_stand(objective: Objective, lead: User) -> None:
    push(lead, objective, bucket(2))
    stood = Measurement.objects.get(series=objective.series, instant=AT - dt.timedelta(minutes=45))

    push(lead, objective, bucket(0))

    assert rows(objective) == [(0, 0, 0, 0), (1, 1, 10, 300), (2, 1, 10, 300), (3, 2, 20, 600)]
    stood.refresh_from_db()
    assert stood.total == 10
    objective.series.refresh_from_db()
    assert objective.series.started_at == AT - dt.timedelta(hours=1)


def test_every_order_of_pushes_gives_the_same_rows(objective: Objective, lead: User) -> None:
    buckets = [bucket(0), bucket(1, bad=0, total=0), bucket(4, bad=3), bucket(5, steps=2, total=50)]
    seen = set()
    for order in itertools.permutations(buckets):
        Measurement.objects.all().delete()
        for each in order:
            push(lead, objective, each)
        seen.add(tuple(rows(objective)))

    assert len(seen) == 1


def test_counts_with_other_bounds_over_pushed_ones_are_refused(objective: Objective, lead: User) -> None:
    push(lead, objective, bucket(0, steps=2))

    with pytest.raises(Invalid, match="with other bounds"):
        push(lead, objective, bucket(1))


def test_time_slices_are_judged_from_the_pushed_events(indicator: Indicator, lead: User) -> None:
    objective = make.objective(
        indicator=indicator,
        service=make.service(slug="nightly"),
        counting="timeslices",
        slice_target=Decimal("0.95"),
        target=Decimal("0.9"),
    )
    push(lead, objective, bucket(0, bad=1), bucket(1, bad=0), bucket(2, bad=0, total=0))

    assert rows(objective) == [(0, 0, 0, 0), (1, 1, 1, 300), (2, 1, 2, 600), (3, 1, 2, 900)]


@pytest.mark.parametrize(
    ("count", "field", "sentence"),
    [
        (bucket(0, bad=11), "0.bad", "more bad events"),
        (bucket(0, bad=-1), "0.bad", "from 0"),
        (bucket(0, total=float("nan")), "0.total", "from 0"),
        (bucket(0, total=float("inf")), "0.total", "from 0"),
        (bucket(400), "0.end", "future"),
        (bucket(0, steps=500), "0.end", "at most a day"),
        (bucket(0, steps=0), "0.end", "at least five minutes"),
        (PushedCount("nightly", AT - STEP / 2, AT, 0, 1), "0.start", "multiples of five minutes"),
        (
            PushedCount("nightly", AT - dt.timedelta(days=900), AT - dt.timedelta(days=900) + STEP, 0, 1),
            "0.start",
            "800",
        ),
        (PushedCount("no-such", AT - STEP, AT, 0, 1), "0.service", "no-such"),
    ],
)
def test_a_count_that_cannot_be_is_refused_with_its_place(
    objective: Objective, lead: User, count: PushedCount, field: str, sentence: str
) -> None:
    with pytest.raises(Invalid) as refused:
        push(lead, objective, count)

    assert sentence in " ".join(refused.value.errors[field])
    assert not Measurement.objects.exists()


def test_a_viewer_may_not_push(objective: Objective, bob: User) -> None:
    with pytest.raises(NotAllowed):
        push(bob, objective, bucket(0))
