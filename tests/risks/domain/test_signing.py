from __future__ import annotations

import datetime as dt

import pytest
from hypothesis import given
from hypothesis import strategies as st

from risks.domain.signing import Denial, Mandate, Path, Step, complete, pending, ruling, signers, spent

TODAY = dt.date(2026, 11, 2)
DAY = dt.timedelta(days=1)
ANNA, BEN, CLEO, DAN, EVE = range(1, 6)
"""Anna asks; Ben and Cleo hold the role of the step; Dan is a delegate; Eve is nobody in particular."""

OPEN = Path(ANNA, (Step("owner"), Step("executive")))


def lent(person: int, delegate: int, first: int = 0, last: int = 0, revoked: dt.date | None = None) -> Mandate:
    """From `first` to `last` days after today."""
    return Mandate(person, delegate, TODAY + first * DAY, TODAY + last * DAY, revoked)


def test_who_holds_the_role_signs_for_themselves() -> None:
    assert ruling(OPEN, BEN, holders=(BEN, CLEO), mandates=(), day=TODAY).principals == (BEN,)


def test_who_does_not_hold_it_does_not() -> None:
    assert ruling(OPEN, EVE, holders=(BEN,), mandates=(), day=TODAY).denial is Denial.NO_ROLE


def test_the_requester_does_not_sign_in_a_role_of_their_own() -> None:
    assert ruling(OPEN, ANNA, holders=(ANNA, BEN), mandates=(), day=TODAY).denial is Denial.REQUESTER


def test_the_requester_does_not_sign_for_somebody_who_delegated_to_them() -> None:
    assert ruling(OPEN, ANNA, holders=(BEN,), mandates=(lent(BEN, ANNA),), day=TODAY).denial is Denial.REQUESTER


def test_a_delegate_of_the_requester_does_not_sign_for_them() -> None:
    found = ruling(OPEN, DAN, holders=(ANNA, BEN), mandates=(lent(ANNA, DAN),), day=TODAY)
    assert found.denial is Denial.FOR_REQUESTER


def test_a_delegate_signs_for_a_holder_on_the_first_and_on_the_last_day() -> None:
    for mandate in (lent(BEN, DAN, 0, 9), lent(BEN, DAN, -9, 0)):
        assert ruling(OPEN, DAN, holders=(BEN,), mandates=(mandate,), day=TODAY).principals == (BEN,)


@pytest.mark.parametrize(
    ("mandate", "denial"),
    [
        (lent(BEN, DAN, -9, -1), Denial.ENDED),
        (lent(BEN, DAN, 1, 9), Denial.NOT_YET),
        (lent(BEN, DAN, -9, 9, TODAY), Denial.REVOKED),
    ],
)
def test_a_delegation_that_does_not_hold_today_is_named(mandate: Mandate, denial: Denial) -> None:
    found = ruling(OPEN, DAN, holders=(BEN,), mandates=(mandate,), day=TODAY)
    assert (found.denial, found.mandate) == (denial, mandate)


def test_the_latest_of_several_delegations_that_are_over_is_named() -> None:
    older, newer = lent(BEN, DAN, -30, -20), lent(CLEO, DAN, -9, -1)
    assert ruling(OPEN, DAN, holders=(BEN, CLEO), mandates=(newer, older), day=TODAY).mandate == newer


def test_a_delegation_of_someone_without_the_role_gives_nothing() -> None:
    assert ruling(OPEN, DAN, holders=(BEN,), mandates=(lent(EVE, DAN),), day=TODAY).denial is Denial.NO_ROLE


def test_a_delegation_is_not_passed_on() -> None:
    chain = (lent(BEN, DAN), lent(DAN, EVE))
    assert ruling(OPEN, EVE, holders=(BEN,), mandates=chain, day=TODAY).denial is Denial.NO_ROLE


def test_who_holds_the_role_and_is_a_delegate_too_may_choose_for_whom() -> None:
    assert ruling(OPEN, BEN, holders=(BEN, CLEO), mandates=(lent(CLEO, BEN),), day=TODAY).principals == (BEN, CLEO)


@pytest.mark.parametrize("first", [Step("owner", BEN), Step("owner", BEN, CLEO)])
def test_nobody_signs_two_steps(first: Step) -> None:
    path = Path(ANNA, (first, Step("executive")))
    assert ruling(path, BEN, holders=(BEN,), mandates=(), day=TODAY).denial is Denial.TWICE


def test_who_was_signed_for_does_not_sign_the_next_step() -> None:
    path = Path(ANNA, (Step("owner", DAN, BEN), Step("executive")))
    assert ruling(path, BEN, holders=(BEN,), mandates=(), day=TODAY).denial is Denial.TWICE


def test_nobody_signs_for_someone_who_had_their_part() -> None:
    path = Path(ANNA, (Step("owner", BEN), Step("executive")))
    found = ruling(path, DAN, holders=(BEN,), mandates=(lent(BEN, DAN),), day=TODAY)
    assert found.denial is Denial.FOR_SIGNED


def test_a_refusal_ends_the_path() -> None:
    path = Path(ANNA, (Step("owner", BEN, refused=True), Step("executive")))
    assert pending(path.steps) is None
    assert not complete(path.steps)
    assert ruling(path, CLEO, holders=(CLEO,), mandates=(), day=TODAY).denial is Denial.NO_STEP


def test_steps_are_signed_in_their_order_and_only_the_whole_path_is_complete() -> None:
    steps = [Step("owner"), Step("executive")]
    assert (pending(steps), complete(steps)) == (0, False)
    steps[0] = Step("owner", BEN)
    assert (pending(steps), complete(steps)) == (1, False)
    steps[1] = Step("executive", CLEO)
    assert (pending(steps), complete(steps)) == (None, True)


def test_a_path_without_a_step_is_never_complete() -> None:
    assert not complete(())


def test_everybody_who_may_sign_is_listed_with_those_for_whom() -> None:
    mandates = (lent(CLEO, DAN), lent(CLEO, ANNA), lent(BEN, EVE, 5, 9))
    found = signers(OPEN, holders=(ANNA, BEN, CLEO), mandates=mandates, day=TODAY)
    assert found == {BEN: (BEN,), CLEO: (CLEO,), DAN: (CLEO,)}


people = st.integers(1, 6)
mandates_ = st.lists(
    st.builds(
        Mandate,
        person=people,
        delegate=people,
        starts_on=st.sampled_from((TODAY - DAY, TODAY, TODAY + DAY)),
        ends_on=st.sampled_from((TODAY - DAY, TODAY, TODAY + 9 * DAY)),
        revoked_on=st.sampled_from((None, TODAY)),
    ),
    max_size=8,
)


@given(people, st.lists(st.frozensets(people), min_size=1, max_size=4), mandates_, st.randoms(use_true_random=False))
def test_however_a_path_is_signed_four_eyes_see_it(
    requester: int, roles: list[frozenset[int]], mandates: list[Mandate], chance: object
) -> None:
    """Walks a path with whoever may: the requester has no part in it, nobody has two, and no delegation is stretched."""
    path = Path(requester, tuple(Step("role") for _ in roles))
    for number, holders in enumerate(roles):
        able = signers(path, holders=holders, mandates=mandates, day=TODAY)
        if not able:
            return
        by, principals = chance.choice(sorted(able.items()))  # type: ignore[attr-defined]
        principal = chance.choice(principals)  # type: ignore[attr-defined]
        assert requester not in (by, principal)
        assert not {by, principal} & spent(path)
        assert principal in holders
        assert by == principal or any(
            one.holds(TODAY) and (one.person, one.delegate) == (principal, by) for one in mandates
        )
        step = Step("role", by, None if by == principal else principal)
        path = Path(requester, (*path.steps[:number], step, *path.steps[number + 1 :]))
    assert complete(path.steps)


@given(people, people, st.frozensets(people), mandates_)
def test_a_ruling_says_for_whom_or_why_not_and_never_both(
    requester: int, signer: int, holders: frozenset[int], mandates: list[Mandate]
) -> None:
    found = ruling(Path(requester, (Step("role"),)), signer, holders=holders, mandates=mandates, day=TODAY)
    assert bool(found.principals) == (found.denial is None)
    assert (found.mandate is not None) == (found.denial in {Denial.ENDED, Denial.REVOKED, Denial.NOT_YET})
