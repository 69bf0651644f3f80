"""Words that look for someone to blame are found, and what is quoted is left alone."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from incidents.domain.blameless import Wording, findings


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("The engineer should have tested it", Wording.COUNTERFACTUAL),
        ("We couldn't have known", Wording.COUNTERFACTUAL),
        ("Caused by human error.", Wording.HUMAN_ERROR),
        ("It was Bob's fault", Wording.BLAME),
        ("a careless change", Wording.JUDGEMENT),
        ("She forgot to enable the flag", Wording.NEGLECT),
        ("Ops failed to notice the alert", Wording.NEGLECT),
    ],
)
def test_words_that_blame_are_found(text: str, kind: Wording) -> None:
    assert [each.kind for each in findings(text)] == [kind]


@pytest.mark.parametrize(
    "text",
    [
        "The default was a timeout of 30 s, which was sensible at 10 requests a second.",
        "The request failed to connect.",
        "The page was blank.",
        "Log line: `operator error 12`",
        "> the vendor wrote: you should have upgraded",
        "",
    ],
)
def test_what_happened_is_no_blame(text: str) -> None:
    assert findings(text) == ()


@given(st.text(max_size=300))
def test_a_finding_is_a_part_of_the_text(text: str) -> None:
    for found in findings(text):
        assert text[found.start : found.end].strip() == found.phrase


@given(st.text(alphabet="abc .\n", max_size=80), st.text(alphabet="abc .\n", max_size=80))
def test_text_around_it_hides_nothing(before: str, after: str) -> None:
    assert any(each.phrase == "human error" for each in findings(f"{before} human error {after}"))
