"""What follows what in the life of a report, what hinders it, and that four eyes are four."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reports.domain.report_states import (
    MOVING,
    NEXT,
    OUT,
    WRITABLE,
    Given,
    Hindrance,
    Judged,
    Lack,
    Refusal,
    ReportState,
    enough,
    follows,
    hindrances,
    refusal,
    valid,
)
from reports.domain.values import Rag

people = st.integers(1, 4)
hashes = st.sampled_from("ab")
approvals = st.lists(st.builds(Given, people, hashes), max_size=6)


def test_every_state_has_what_follows_and_what_is_out_never_comes_back() -> None:
    assert set(NEXT) == set(ReportState)
    assert all(NEXT[state] <= OUT for state in OUT)
    assert WRITABLE.isdisjoint(OUT)
    assert MOVING < WRITABLE
    assert follows(ReportState.APPROVED, ReportState.FROZEN)
    assert not follows(ReportState.DRAFT, ReportState.PUBLISHED)


@given(approvals, hashes, st.sets(people, max_size=2))
def test_it_is_enough_exactly_if_two_who_are_no_authors_approved_what_it_says_now(
    given_: list[Given], now: str, authors: set[int]
) -> None:
    people_ = {one.person for one in given_ if one.sha256 == now} - authors
    assert enough(given_, now, authors=authors) == (len(people_) >= 2)
    assert all(one.sha256 == now for one in valid(given_, now))


@given(approvals, people, hashes, hashes, st.sets(people, max_size=2))
def test_whoever_may_approve_brings_it_one_person_further(
    given_: list[Given], person: int, read: str, now: str, authors: set[int]
) -> None:
    why = refusal(person, authors=authors, given=given_, read=read, now=now)
    counted = {one.person for one in valid(given_, now)}
    assert (why is None) == (person not in authors and read == now and person not in counted)


def test_an_author_is_refused_before_anything_else_is_said() -> None:
    assert refusal(1, authors={1}, given=[], read="a", now="b") is Refusal.AUTHOR
    assert refusal(2, authors={1}, given=[], read="a", now="b") is Refusal.OTHER
    assert refusal(2, authors={1}, given=[Given(2, "b")], read="b", now="b") is Refusal.TWICE


@pytest.mark.parametrize(
    ("rag", "commented", "mended", "lack"),
    [
        (Rag.RED, False, False, Lack.COMMENT),
        (Rag.AMBER, True, False, Lack.ACTION),
        (Rag.RED, True, True, None),
        (Rag.GREEN, False, False, None),
        (Rag.GREY, False, False, None),
    ],
)
def test_what_is_off_its_target_needs_a_comment_and_then_an_action(
    rag: Rag, commented: bool, mended: bool, lack: Lack | None
) -> None:
    found = hindrances([Judged("toil", rag, commented, mended)], needed=[], said=[])
    assert found == (() if lack is None else (Hindrance(lack, "toil"),))


def test_a_page_that_needs_a_message_hinders_until_it_has_one() -> None:
    assert hindrances([], needed=["headline", "risks"], said=["risks"]) == (Hindrance(Lack.MESSAGE, "headline"),)


def test_a_confidential_incident_hinders_before_anything_else() -> None:
    found = hindrances([], needed=["headline"], said=[], secret=["INC-7"])
    assert found == (Hindrance(Lack.CONFIDENTIAL, "INC-7"), Hindrance(Lack.MESSAGE, "headline"))
