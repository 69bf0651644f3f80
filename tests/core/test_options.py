"""The options of a select, drawn without a template."""

from __future__ import annotations

from relportal.core.templatetags.portal import options


def test_one_is_chosen_and_nothing_of_a_name_is_markup() -> None:
    drawn = options([("", "All"), ("a&b", "A <b>"), ("c", "C")], "a&b")

    assert drawn == (
        '<option value="">All</option><option value="a&amp;b" selected>A &lt;b&gt;</option><option value="c">C</option>'
    )
