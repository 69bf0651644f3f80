"""What is claimed of recovery never calls met what was not, and names everything else."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from reports.domain.recovered import Claim, Next, Seen, Service, told

services = st.lists(
    st.builds(Service, st.text(min_size=1, max_size=3), st.sampled_from(Seen), st.booleans()), max_size=8
)


@given(services)
def test_each_service_is_told_once_and_only_what_holds_is_met(found: list[Service]) -> None:
    said = told(found)
    assert said.met + len(said.failed) + len(said.open) == said.n == len(found)
    assert said.by_hand <= said.met == sum(one.seen is Seen.HOLDS for one in found)
    assert (said.claim is Claim.ALL) == (bool(found) and all(one.seen is Seen.HOLDS for one in found))
    assert (said.next is Next.KEEP) == all(one.seen is Seen.HOLDS for one in found)
    assert (said.next is Next.MEND) == any(one.seen is Seen.FAILED for one in found)


def test_the_forms_of_a_claim() -> None:
    met, old, late = Service("Pay", Seen.HOLDS, by_hand=True), Service("Web", Seen.STALE), Service("Api", Seen.FAILED)
    assert told([]).claim is Claim.NOBODY
    assert told([old, late]).claim is Claim.NONE
    some = told([met, old, late])
    assert (some.claim, some.next, some.failed, some.open, some.by_hand) == (
        Claim.SOME, Next.MEND, ("Api",), ("Web",), 1,
    )  # fmt: skip
    assert told([met, old]).next is Next.TEST
