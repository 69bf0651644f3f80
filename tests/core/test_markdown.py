"""Markdown is shown as written, and nothing in it acts."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from relportal.core.markdown import rendered


def test_headings_stand_below_those_of_the_page() -> None:
    assert "<h3>Cause</h3>" in rendered("# Cause")
    assert "<h6>" in rendered("###### deep")


def test_tables_lists_and_code_are_drawn() -> None:
    drawn = rendered("| a | b |\n|---|---|\n| 1 | 2 |\n\n- one\n- two\n\n`x < y`")

    assert "<td>1</td>" in drawn
    assert drawn.count("<li>") == 2
    assert "<code>x &lt; y</code>" in drawn


def test_short_ids_lead_to_what_they_name_but_not_inside_of_links_and_code() -> None:
    drawn = rendered("As in INC-12 and ACT-7; `INC-13`, [see INC-14](https://example.com), XINC-15.")

    assert re.findall(r'href="([^"]+)"', drawn) == ["/r/INC-12/", "/r/ACT-7/", "https://example.com"]


@pytest.mark.parametrize(
    "attack",
    [
        "<script>alert(1)</script>",
        "<img src=x onerror=alert(1)>",
        "[x](javascript:alert(1))",
        "[x](data:text/html;base64,PHNjcmlwdD4=)",
        "![x](https://example.com/track.png)",
        "<a href='https://example.com' onclick='alert(1)'>x</a>",
        "<svg onload=alert(1)>",
        '<https://example.com/" onmouseover=alert(1) x=">',
        "```\n</code></pre><script>alert(1)</script>\n```",
    ],
)
def test_nothing_that_is_written_acts(attack: str) -> None:
    drawn = rendered(attack)

    assert not re.search(r"<(script|img|svg|iframe|style)\b", drawn, re.IGNORECASE)
    assert not re.search(r"<[^>]+\son\w+\s*=", drawn, re.IGNORECASE)
    assert "javascript:" not in re.sub(r">[^<]*<", "><", drawn)


@given(st.text(max_size=200))
def test_any_text_gives_only_tags_that_are_allowed(text: str) -> None:
    found = set(re.findall(r"</?([a-zA-Z][a-zA-Z0-9]*)", rendered(text)))

    assert found <= {
        "a", "p", "br", "hr", "strong", "em", "s", "code", "pre", "blockquote", "ul", "ol", "li",
        "h3", "h4", "h5", "h6", "table", "thead", "tbody", "tr", "th", "td",
    }  # fmt: skip
