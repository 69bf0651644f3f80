from __future__ import annotations

from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from relportal.core.models import Lifecycle, LinkKind
from relportal.core.reading.problems import Unreadable
from slo.catalog_import.csv_file import (
    COLUMNS,
    _link,
    _values,
    cell_of_links,
    cell_of_values,
    parse_csv,
)
from slo.catalog_import.entries import DependencyEntry, LinkEntry, Parsed


def parsed(*lines: str) -> Parsed:
    return parse_csv("\r\n".join(lines).encode())


def refusal(content: bytes) -> str:
    with pytest.raises(Unreadable) as caught:
        parse_csv(content)
    return str(caught.value)


def test_a_full_line_becomes_an_entry() -> None:
    found = parsed(
        ",".join(COLUMNS),
        "checkout,Checkout,1,payments,production,Takes money,chk | pay,On call <https://w.example/r>,"
        "https://git.example/c,https://g.example/1 | https://g.example/2,https://l.example/c,"
        "https://t.example/c,,,search | stock,mail",
    )
    (entry,) = found.entries
    assert found.problems == ()
    assert (entry.line, entry.slug, entry.name, entry.tier, entry.team) == (2, "checkout", "Checkout", 1, "payments")
    assert entry.lifecycle is Lifecycle.PRODUCTION
    assert entry.aliases == ("chk", "pay")
    assert entry.links == (
        LinkEntry(LinkKind.RUNBOOK, "https://w.example/r", "On call"),
        LinkEntry(LinkKind.REPO, "https://git.example/c"),
        LinkEntry(LinkKind.DASHBOARD, "https://g.example/1"),
        LinkEntry(LinkKind.DASHBOARD, "https://g.example/2"),
        LinkEntry(LinkKind.LOGS, "https://l.example/c"),
        LinkEntry(LinkKind.TRACES, "https://t.example/c"),
    )
    assert entry.dependencies is not None
    assert set(entry.dependencies) == {
        DependencyEntry("search"),
        DependencyEntry("stock"),
        DependencyEntry("mail", hard=False),
    }


def test_a_column_that_is_not_there_says_nothing() -> None:
    (entry,) = parsed("slug,name", "checkout,Checkout").entries
    assert (entry.tier, entry.team, entry.links, entry.dependencies, entry.aliases) == (None, None, None, None, None)


def test_an_empty_cell_says_that_there_is_none() -> None:
    (entry,) = parsed("slug,name,tier,team,repo,depends_on,description", "checkout,Checkout,,,,,").entries
    assert (entry.tier, entry.team, entry.links, entry.dependencies, entry.description) == (None, "", (), (), "")


@pytest.mark.parametrize("text", ["1", "T1", "tier 1", "Tier-1", "tier1"])
def test_a_tier_is_read_as_people_write_it(text: str) -> None:
    assert parsed("slug,name,tier", f"a,A,{text}").entries[0].tier == 1


@pytest.mark.parametrize("delimiter", [";", "\t"])
def test_the_delimiters_of_other_spreadsheets_are_understood(delimiter: str) -> None:
    (entry,) = parsed(delimiter.join(("slug", "name", "tier")), delimiter.join(("a", "A", "2"))).entries
    assert entry.tier == 2


def test_every_bad_cell_is_told_with_its_line_and_column() -> None:
    found = parsed("slug,name,tier,lifecycle,repo", "a b,A,5,producton,ftp://x", "", "c,,1,,javascript:alert(1)")
    assert [(one.line, one.column) for one in found.problems] == [
        (2, "repo"),
        (2, "slug"),
        (2, "tier"),
        (2, "lifecycle"),
        (4, "repo"),
        (4, "name"),
    ]
    assert "did you mean production?" in found.problems[3].text
    assert [entry.slug for entry in found.entries] == ["c"]


def test_a_line_after_a_cell_of_several_lines_has_its_own_number() -> None:
    found = parsed("slug,name,description", 'a,A,"one\r\ntwo\r\nthree"', "b!,B,x")
    assert found.entries[0].description == "one\r\ntwo\r\nthree"
    assert found.problems[0].line == 5


def test_a_line_of_another_width_is_told_with_both_counts() -> None:
    (problem,) = parsed("slug,name,description", "a,A,one, two").problems
    assert problem.line == 2
    assert "4 cells" in problem.text
    assert "header has 3" in problem.text


def test_a_service_that_stands_there_twice_is_told() -> None:
    (problem,) = parsed("slug,name", "a,A", "a,B").problems
    assert (problem.line, "line 2" in problem.text) == (3, True)


def test_named_as_hard_and_soft_is_hard() -> None:
    (entry,) = parsed("slug,name,depends_on,soft_depends_on", "a,A,b,b").entries
    assert entry.dependencies == (DependencyEntry("b"),)


def test_a_formula_is_text() -> None:
    (entry,) = parsed("slug,name,description", "a,A,=1+1").entries
    assert entry.description == "=1+1"


def test_the_columns_of_the_list_that_only_report_are_passed_over() -> None:
    (entry,) = parsed("slug,name,band,remaining", "a,A,breached,-0.5").entries
    assert entry.name == "A"


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"", "empty"),
        (b"\xef\xbb\xbf \n", "empty"),
        (b"slug,name\n", "no services"),
        ("slug,name\na,Ä\n".encode("utf-16"), "UTF-16"),
        ("slug,name\na,A\n".encode("utf-16-le"), "UTF-16"),
        ("slug,name\na,Zürich\n".encode("latin-1"), "Line 2 is not UTF-8 (byte 0xfc)"),
        (b"PK\x03\x04rest of a workbook", "workbook"),
        (b"slug,name\na,b\0c\n", "Line 2 holds a NUL"),
        (b"<html><body>Sign in</body></html>", "must name the columns"),
        (b"name,tier\nA,1\n", "at least slug and name"),
        (b"slug,name,teem\na,A,x\n", "did you mean team?"),
        (b"slug,name,name\na,A,A\n", "twice"),
        (b'slug,name\na,"A\n', "Line 2 cannot be read as CSV"),
        (b"slug,name\na," + b"x" * 200_000, "field larger"),
    ],
)
def test_a_file_that_is_no_table_of_services_is_refused_in_words(content: bytes, words: str) -> None:
    assert words in refusal(content)


@given(st.binary(max_size=300))
def test_any_bytes_are_read_or_refused(content: bytes) -> None:
    with suppress(Unreadable):
        parse_csv(b"slug,name,tier\n" + content)


labels = st.text(st.characters(exclude_categories=("Cs", "Cc", "Zs", "Zl", "Zp")), min_size=1, max_size=20)
urls = st.sampled_from(["https://x.example/", "https://x.example/a|b?c=<d>\\"])


@given(st.lists(st.builds(LinkEntry, st.just(LinkKind.REPO), urls, st.just("") | labels)))
def test_any_links_come_back_from_their_cell(links: list[LinkEntry]) -> None:
    cell = cell_of_links(links, LinkKind.REPO)
    assert [_link(LinkKind.REPO, part) for part in _values(cell)] == links


@given(st.lists(labels, unique=True))
def test_any_aliases_come_back_from_their_cell(aliases: list[str]) -> None:
    text = "slug,name,aliases\na,A,x\n"
    assert parse_csv(text.encode()).entries[0].aliases == ("x",)
    from slo.catalog_import.csv_file import _aliases

    assert _aliases(cell_of_values(aliases)) == tuple(aliases)
