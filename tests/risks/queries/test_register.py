"""Which risks the register finds, how they moved, and what they add up to."""

from __future__ import annotations

import datetime as dt

import pytest

from incidents.models import Incident
from relportal.core.models import Service, User
from risks.actions.ratings import rate
from risks.domain.movement import Moved
from risks.queries.moves import shifts
from risks.queries.register import RiskFilters, RiskOrder, RiskSort, Trait, found
from risks.queries.register_rows import risk_rows
from risks.queries.steps import steps
from tests import make
from tests.risks.excepted import accepted, in_force
from tests.risks.registered import BAD, DAY, Register, estimated, registered
from tests.risks.scales import replaced

pytestmark = pytest.mark.django_db


@pytest.fixture
def register(alice: User, checkout: Service, at: dt.datetime) -> Register:
    return registered(alice, checkout, at=at)


def titles(user: User, at: dt.datetime, **given: object) -> set[str]:
    filters = RiskFilters(**given)  # type: ignore[arg-type]
    return set(found(user, filters, at=at).values_list("title", flat=True))


def ordered(user: User, at: dt.datetime, order: RiskOrder) -> list[str]:
    return [row.title for row in risk_rows(user, filters=RiskFilters(), order=order, at=at).rows]


def test_each_filter_finds_what_it_says(
    bob: User, alice: User, checkout: Service, at: dt.datetime, register: Register
) -> None:
    r = register
    for given, expected in (
        ({"text": "one node"}, {r.worse}),
        ({"text": f"RISK-{r.calm.pk}"}, {r.calm}),
        ({"text": "alice certificate"}, {r.better}),
        ({"states": ("closed",)}, {r.over}),
        ({"states": ("alive",)}, set(r.every) - {r.over}),
        ({"levels": ("none",)}, {r.unrated}),
        ({"categories": ("capacity",)}, {r.worse}),
        ({"teams": ("payments",)}, set(r.every)),
        ({"services": ("checkout",)}, set(r.every) - {r.unrated}),
        ({"owners": ("none",)}, {r.unrated}),
        ({"owners": (str(alice.pk),)}, set(r.every) - {r.unrated}),
        ({"owners": ("me",)}, set()),
        ({"cell": ("likely", "major")}, {r.worse, r.fresh}),
        ({"traits": (Trait.STALE,)}, {r.calm}),
        ({"traits": (Trait.ABOVE_APPETITE,)}, {r.worse, r.better, r.fresh}),
        ({"traits": (Trait.UNPLANNED,)}, {r.better, r.fresh}),
        ({"traits": (Trait.ABOVE_TARGET,)}, {r.better}),
        ({"traits": (Trait.UNOWNED,)}, {r.unrated}),
        ({"traits": (Trait.MATERIALISED, Trait.ABOVE_APPETITE)}, {r.fresh}),
        ({"traits": (Trait.MATERIALISED, Trait.STALE)}, set()),
        ({"moved": (Moved.WORSE,)}, {r.worse}),
        ({"moved": (Moved.BETTER, Moved.NEW, Moved.CLOSED)}, {r.better, r.fresh, r.over}),
        ({"moved": (Moved.WORSE,), "since": (at - 5 * DAY).date()}, set()),
    ):
        assert titles(bob, at, **given) == {one.title for one in expected}, given


def test_exceptions_and_a_new_scale_are_traits(
    bob: User, rita: User, lead: User, at: dt.datetime, register: Register
) -> None:
    Service.objects.update(tier=3)
    in_force(accepted(rita, register.calm, at), at)
    assert titles(bob, at, traits=(Trait.EXCEPTED,)) == {register.calm.title}
    assert titles(bob, at + 60 * DAY, traits=(Trait.EXCEPTED,)) == set()
    row = next(
        one
        for one in risk_rows(bob, filters=RiskFilters(), order=RiskOrder(), at=at).rows
        if one.pk == register.calm.pk
    )
    assert row.exception is not None
    replaced(lead, at=at, cells={("frequent", "minor"): "medium"})
    listed = risk_rows(bob, filters=RiskFilters(traits=(Trait.TO_RATE,)), order=RiskOrder(), at=at)
    assert {row.title for row in listed.rows} == {
        one.title for one in (register.calm, register.worse, register.better, register.fresh)
    }
    assert all(row.tasks.to_rate for row in listed.rows)
    assert listed.tally.to_rate == 4
    # No cell of the version in force holds what was rated by another.
    assert titles(bob, at, cell=("likely", "major")) == set()


def test_an_outsider_finds_nothing(at: dt.datetime, register: Register) -> None:
    listed = risk_rows(make.user(), filters=RiskFilters(), order=RiskOrder(), at=at)
    assert (listed.total, listed.tally.alive, listed.tally.moved, listed.rows) == (0, 0, {}, ())


def test_a_private_incident_does_not_tell_that_a_risk_came_true(bob: User, at: dt.datetime, register: Register) -> None:
    Incident.objects.update(is_private=True)
    assert titles(bob, at, traits=(Trait.MATERIALISED,)) == set()
    rows = risk_rows(bob, filters=RiskFilters(), order=RiskOrder(), at=at).rows
    assert {row.came_true for row in rows} == {0}


def test_a_row_says_what_stands_around_its_risk(bob: User, at: dt.datetime, register: Register) -> None:
    listed = risk_rows(bob, filters=RiskFilters(), order=RiskOrder(), at=at)
    rows = {row.pk: row for row in listed.rows}
    worse, better, fresh = (rows[one.pk] for one in (register.worse, register.better, register.fresh))
    assert worse.shift is not None
    assert worse.shift.before is not None
    assert (worse.shift.moved, worse.shift.before.level.name) == (Moved.WORSE, "Low")
    assert (worse.tasks.pending, worse.tasks.late, worse.tasks.to_rate) == (1, 1, False)
    assert (better.above_target, worse.above_target) == (True, False)
    assert fresh.came_true == 1
    assert [one.key for one in fresh.services] == ["checkout"]
    assert rows[register.calm.pk].shift is None
    tally = listed.tally
    assert (tally.alive, tally.above, tally.unplanned, tally.stale, tally.unrated) == (5, 3, 2, 1, 1)
    assert (tally.worse, tally.better) == (1, 1)


def test_rows_and_filters_agree_on_targets(bob: User, at: dt.datetime, register: Register) -> None:
    rows = risk_rows(bob, filters=RiskFilters(), order=RiskOrder(), at=at).rows
    assert titles(bob, at, traits=(Trait.ABOVE_TARGET,)) == {row.title for row in rows if row.above_target}


def test_the_expected_losses_add_up_by_currency(bob: User, at: dt.datetime, register: Register) -> None:
    estimated(register.calm, 7.0, at=at, currency="USD")
    losses = risk_rows(bob, filters=RiskFilters(), order=RiskOrder(), at=at).tally.losses
    assert [(one.currency, one.expected, one.n) for one in losses] == [("EUR", 1_254_567.0, 2), ("USD", 7.0, 1)]


def test_the_worst_come_first_and_what_is_closed_last_however_it_is_sorted(
    bob: User, at: dt.datetime, register: Register
) -> None:
    r = register
    assert ordered(bob, at, RiskOrder()) == [
        one.title for one in (r.fresh, r.worse, r.better, r.calm, r.unrated, r.over)
    ]
    for sort in RiskSort:
        for descending in (False, True):
            assert ordered(bob, at, RiskOrder(sort, descending))[-1] == r.over.title
    assert ordered(bob, at, RiskOrder(RiskSort.LOSS, descending=False))[:2] == [r.worse.title, r.fresh.title]


def test_pages_hold_every_risk_once_and_stop_at_the_last(bob: User, at: dt.datetime, register: Register) -> None:
    def page(number: int) -> list[int]:
        listed = risk_rows(bob, filters=RiskFilters(), order=RiskOrder(), at=at, page=number, size=4)
        return [row.pk for row in listed.rows]

    assert sorted(page(1) + page(2)) == sorted(one.pk for one in register.every)
    assert page(9) == page(2)


def test_movement_is_told_by_the_rating_that_held_right_before(at: dt.datetime, register: Register) -> None:
    rows = [one.pk for one in register.every]
    moved = {pk: one.moved for pk, one in shifts(rows, steps(), since=at - 90 * DAY).items()}
    r = register
    assert moved == {
        r.worse.pk: Moved.WORSE,
        r.better.pk: Moved.BETTER,
        r.fresh.pk: Moved.NEW,
        r.over.pk: Moved.CLOSED,
    }
    # The very instant of the ratings: they are not before it.
    assert {pk: one.moved for pk, one in shifts(rows, steps(), since=at - 20 * DAY).items()} == moved
    assert shifts(rows, steps(), since=at - 19 * DAY) == {}
    assert shifts(rows, steps(), since=at - 500 * DAY)[r.calm.pk].moved is Moved.NEW


def test_another_scale_is_no_movement_up_or_down(alice: User, lead: User, at: dt.datetime, register: Register) -> None:
    replaced(lead, at=at, cells={("frequent", "minor"): "medium"})
    rate(alice, register.calm, BAD, at=at)
    assert shifts([register.calm.pk], steps(), since=at - DAY)[register.calm.pk].moved is Moved.RESCALED
