"""Versions of the scale: drafted, refused with what is wrong, put in force, and what that asks of the risks."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace

import pytest

from relportal.core.exceptions import Conflict, Invalid, Missing, NotAllowed, Stale
from relportal.core.models import AuditEvent, Notification, User
from risks.actions.ratings import Rated, rate
from risks.actions.risks import Given, close, create, reopen
from risks.actions.scale import begin_draft, discard_draft, edit_draft, put_in_force
from risks.domain.matrix import Level, Scale, Step, faults
from risks.models import Matrix, MatrixState, RatingTask, Risk, RiskRating
from risks.queries.rerating import consequences, to_rate
from risks.queries.scale import current, scale_of
from tests.risks.scales import drafted, replaced

pytestmark = pytest.mark.django_db
WORSE = {("possible", "serious"): "high", ("possible", "major"): "high", ("likely", "serious"): "high"}


def refused(draft: Matrix, lead: User, *, at: dt.datetime) -> list[str]:
    with pytest.raises(Invalid) as error:
        put_in_force(lead, draft, note="x", version=draft.version, at=at)
    return [text for texts in error.value.errors.values() for text in texts]


def test_a_draft_begins_as_a_copy_and_there_is_one(lead: User, at: dt.datetime) -> None:
    before = current()
    draft = begin_draft(lead, at=at)
    assert scale_of(draft) == before.scale
    assert begin_draft(lead, at=at) == draft
    assert (draft.number, draft.state) == (before.matrix.number + 1, MatrixState.DRAFT)
    assert current() == before


def test_only_stewards_change_the_scale(alice: User, lead: User, at: dt.datetime) -> None:
    draft = begin_draft(lead, at=at)
    for act in (
        lambda: begin_draft(alice, at=at),
        lambda: edit_draft(alice, draft, name="x", scale=scale_of(draft), version=1, at=at),
        lambda: put_in_force(alice, draft, note="x", version=1, at=at),
        lambda: discard_draft(alice, draft, at=at),
    ):
        with pytest.raises(NotAllowed):
            act()


def test_what_is_in_force_is_never_edited(lead: User, at: dt.datetime) -> None:
    found = current()
    for act in (
        lambda: edit_draft(lead, found.matrix, name="x", scale=found.scale, version=None, at=at),
        lambda: discard_draft(lead, found.matrix, at=at),
        lambda: put_in_force(lead, found.matrix, note="x", version=None, at=at),
    ):
        with pytest.raises(Conflict):
            act()


def test_a_hole_is_kept_in_a_draft_and_refused_in_force(lead: User, at: dt.datetime) -> None:
    draft = begin_draft(lead, at=at)
    scale = scale_of(draft)
    cells = {pair: level for pair, level in scale.cells.items() if pair != ("rare", "severe")}
    draft = edit_draft(lead, draft, name=draft.name, scale=replace(scale, cells=cells), version=1, at=at)
    assert refused(draft, lead, at=at) == [
        "“Rarer than 1 in 16 years” with “Severe” has no level: the grid has no hole."
    ]
    assert current().matrix.number == 1


def test_a_level_that_falls_is_refused_with_both_cells(lead: User, at: dt.datetime) -> None:
    draft = drafted(lead, at=at, cells={("frequent", "severe"): "low"})
    assert refused(draft, lead, at=at) == [
        "“More than 4 a year” with “Severe” is milder than “1 to 4 a year” with “Severe”: "
        "more harm cannot be milder than less.",
        "“More than 4 a year” with “Severe” is milder than “More than 4 a year” with “Major”: "
        "more harm cannot be milder than less.",
    ]


def test_a_lower_end_above_the_upper_one_is_refused_even_in_a_draft(lead: User, at: dt.datetime) -> None:
    draft = begin_draft(lead, at=at)
    scale = scale_of(draft)
    steps = tuple(replace(one, low=4.0, high=1.0) if one.key == "possible" else one for one in scale.likelihoods)
    with pytest.raises(Invalid) as error:
        edit_draft(lead, draft, name="x", scale=replace(scale, likelihoods=steps), version=1, at=at)
    assert error.value.errors == {
        "likelihood.possible": [
            "“1 in 1 to 4 years” begins where it has ended already: its lower end is not below its upper one."
        ]
    }


def test_every_refusal_is_a_sentence_that_names_what_is_wrong(lead: User, at: dt.datetime) -> None:
    scale = current().scale
    first, second, *rest = scale.likelihoods
    column = scale.columns[0]
    criteria = {key: each for key, each in column.criteria.items() if key != "severe"}
    criteria["moderate"] = replace(criteria["moderate"], low=0.05)
    changed = replace(
        scale,
        likelihoods=(
            replace(first, low=0.01),
            replace(second, name=" "),
            *(replace(one, low=None, high=None) for one in rest),
        ),
        columns=(replace(column, criteria=criteria), *scale.columns[1:]),
        levels=(*scale.levels[:-1], replace(scale.levels[-1], review_days=900)),
    )
    draft = begin_draft(lead, at=at)
    draft = edit_draft(lead, draft, name=draft.name, scale=changed, version=1, at=at)
    said = refused(draft, lead, at=at)
    assert len(said) == len(set(said)) == len(faults(scale_of(draft)))
    for sentence in (
        "“Rarer than 1 in 16 years” is the least step and has a lower end: what lies below it would belong nowhere.",
        "“unlikely” has no name.",
        "“1 to 4 a year” has no range: give one to all steps, or to none.",
        "“Customer minutes (share of the quarter's allowance)” does not say what “Severe” means.",
        "Customer minutes (share of the quarter's allowance): "
        "Between “Minor” and “Moderate” lie values that belong to neither.",
        "“Critical” is worse than “High” and is reviewed more rarely.",
    ):
        assert sentence in said, said


def test_a_scale_of_two_by_three_is_put_in_force(lead: User, at: dt.datetime) -> None:
    base = current().scale
    steps = (Step("seldom", "Seldom", None, 1.0), Step("often", "Often", 1.0, None))
    impacts = base.impacts[:3]
    levels = (Level("calm", "Calm", "healthy", 200), Level("alarm", "Alarm", "breached", 20, needs_plan=True))
    cells = {("seldom", "minor"): "calm", ("seldom", "moderate"): "calm", ("seldom", "serious"): "alarm",
             ("often", "minor"): "calm", ("often", "moderate"): "alarm", ("often", "serious"): "alarm"}  # fmt: skip
    column = base.columns[2]
    kept = {one.key: column.criteria[one.key] for one in impacts}
    small = Scale(steps, impacts, (replace(column, criteria=kept),), levels, cells)
    draft = edit_draft(lead, begin_draft(lead, at=at), name="Small", scale=small, version=1, at=at)
    row = put_in_force(lead, draft, note="Fewer words", version=draft.version, at=at)
    assert scale_of(row) == small
    given = Given(title="x", rated=Rated(likelihood="often", columns={"data": "serious"}, reason="x"))
    assert create(lead, given, at=at).review_due_on == at.date() + dt.timedelta(days=20)


def test_names_that_do_not_fit_are_refused_at_their_step(lead: User, at: dt.datetime) -> None:
    draft = begin_draft(lead, at=at)
    scale = scale_of(draft)
    steps = (replace(scale.impacts[0], name="x" * 61), *scale.impacts[1:])
    with pytest.raises(Invalid) as error:
        edit_draft(lead, draft, name="x", scale=replace(scale, impacts=steps), version=1, at=at)
    assert error.value.errors.keys() == {"impact.minor"}
    assert scale_of(draft) == scale


class TestPuttingInForce:
    def test_asks_for_a_new_rating_of_what_is_alive_and_leaves_the_old_ones(
        self, alice: User, lead: User, risk: Risk, rated: Rated, at: dt.datetime
    ) -> None:
        closed = create(alice, Given(title="Gone", rated=rated), at=at)
        close(alice, closed, because="Gone", at=at)
        create(alice, Given(title="Not rated"), at=at)
        before = list(RiskRating.objects.values())
        matrix = replaced(lead, at=at, cells=WORSE)
        assert list(RiskRating.objects.values()) == before
        task = RatingTask.objects.get()
        assert (task.risk, task.matrix, task.done_at) == (risk, matrix, None)
        assert Notification.objects.get(key=f"scale:{matrix.number}").user == alice
        assert (current().matrix, Matrix.objects.get(number=1).state) == (matrix, MatrixState.PAST)
        event = AuditEvent.objects.get(action="scale.force")
        assert event.changes == {"version": ["1", "2"], "risks": [None, "1"]}

    def test_ends_the_tasks_of_the_version_between(self, lead: User, risk: Risk, at: dt.datetime) -> None:
        replaced(lead, at=at, cells=WORSE)
        last = replaced(lead, at=at, cells={("rare", "minor"): "low"})
        assert [task.matrix for task in RatingTask.objects.filter(done_at=None)] == [last]

    def test_lets_the_next_rating_be_by_it(
        self, alice: User, lead: User, risk: Risk, rated: Rated, at: dt.datetime
    ) -> None:
        matrix = replaced(lead, at=at, cells=WORSE)
        row = rate(alice, risk, rated, at=at)
        assert (row.matrix, row.level.key) == (matrix, "high")
        assert not RatingTask.objects.filter(done_at=None).exists()

    def test_asks_again_for_what_is_opened_after_it_was_closed(
        self, alice: User, lead: User, risk: Risk, at: dt.datetime
    ) -> None:
        matrix = replaced(lead, at=at, cells=WORSE)
        close(alice, risk, because="The node is gone", at=at)
        assert not RatingTask.objects.exists()
        reopen(alice, risk, reason="It is back", at=at)
        assert [(task.risk, task.matrix) for task in RatingTask.objects.all()] == [(risk, matrix)]

    def test_needs_a_note_and_the_version_that_was_seen(self, lead: User, at: dt.datetime) -> None:
        draft = begin_draft(lead, at=at)
        with pytest.raises(Invalid):
            put_in_force(lead, draft, note=" ", version=1, at=at)
        with pytest.raises(Stale):
            put_in_force(lead, draft, note="x", version=9, at=at)

    def test_is_no_more_possible_for_a_discarded_draft(self, lead: User, at: dt.datetime) -> None:
        draft = begin_draft(lead, at=at)
        discard_draft(lead, draft, at=at)
        with pytest.raises(Missing):
            put_in_force(lead, draft, note="x", version=1, at=at)


def test_what_would_change_is_told_before_it_does(
    alice: User, lead: User, risk: Risk, rated: Rated, at: dt.datetime
) -> None:
    steady = create(alice, Given(title="Rare", rated=replace(rated, likelihood="rare")), at=at)
    draft = drafted(lead, at=at, cells=WORSE)
    found = consequences(lead, scale_of(draft))
    assert found.rated == 2
    assert [(one.risk, one.before.key, one.after and one.after.key) for one in found.moved] == [
        (risk, "medium", "high")
    ]
    assert [(one.before, one.after, one.n) for one in found.counts] == [("Medium", "High", 1)]
    assert steady not in [one.risk for one in found.moved]


def test_a_step_that_is_gone_leaves_its_risks_undecided(lead: User, risk: Risk, at: dt.datetime) -> None:
    scale = current().scale
    cells = {pair: level for pair, level in scale.cells.items() if pair[0] != "possible"}
    gone = replace(scale, likelihoods=tuple(one for one in scale.likelihoods if one.key != "possible"), cells=cells)
    found = consequences(lead, gone)
    assert [one.after for one in found.moved] == [None]


def test_a_level_that_the_policy_names_is_missed(lead: User) -> None:
    scale = current().scale
    assert consequences(lead, scale).lost_levels == ()
    renamed = replace(scale, levels=tuple(replace(one, key=f"new-{one.key}") for one in scale.levels))
    assert consequences(lead, renamed).lost_levels == ("critical", "high", "medium")


def test_what_is_to_be_rated_again_is_listed_the_worst_first(
    alice: User, lead: User, risk: Risk, rated: Rated, charlie: User, at: dt.datetime
) -> None:
    worst = create(alice, Given(title="Worst", rated=replace(rated, likelihood="frequent")), at=at)
    replaced(lead, at=at, cells=WORSE)
    found = to_rate(lead, current().scale)
    assert [one.task.risk for one in found] == [worst, risk]
    assert [one.proposed and one.proposed.key for one in found] == ["high", "high"]
    assert to_rate(charlie, current().scale) == ()
