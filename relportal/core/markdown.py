"""Markdown as people write it, safe to show: no HTML of theirs survives, and short ids such as INC-12 become links."""

from __future__ import annotations

import re
from functools import cache
from typing import Final

import nh3
from django.utils.safestring import SafeString, mark_safe
from markdown_it import MarkdownIt
from markdown_it.rules_core import StateCore
from markdown_it.token import Token

# The page has its own h1 and h2.
HEADING_BELOW: Final = 2
SHORT_ID: Final = re.compile(r"\b(?P<id>(?:INC|ACT|SLO|RISK|EXC|ASK|DEC|REV|REP)-[0-9]{1,12})\b")
TAGS: Final = frozenset(
    {
        "a", "p", "br", "hr", "strong", "em", "s", "code", "pre", "blockquote", "ul", "ol", "li", "h3", "h4", "h5", "h6",
        "table", "thead", "tbody", "tr", "th", "td",
    }
)  # fmt: skip


def rendered(text: str) -> SafeString:
    """HTML of CommonMark with tables and strikethrough. Raw HTML is shown as it was typed; a link goes to http, https,
    mailto or a path of the portal, and tells its target nothing of where it came from."""
    clean = nh3.clean(
        _parser().render(text),
        tags=set(TAGS),
        attributes={"a": {"href", "title"}, "ol": {"start"}},
        url_schemes={"http", "https", "mailto"},
        link_rel="noopener noreferrer",
    )
    # Everything that nh3 lets through is on the lists above.
    return mark_safe(clean)  # noqa: S308


@cache
def _parser() -> MarkdownIt:
    made = MarkdownIt("commonmark", {"html": False, "breaks": True}).enable(["table", "strikethrough"])
    # Pictures of other hosts would tell them who reads; those of the portal are attachments.
    made.disable("image")
    made.core.ruler.push("headings", _lower_headings)
    made.core.ruler.push("short_ids", _link_short_ids)
    return made


def _lower_headings(state: StateCore) -> None:
    for token in state.tokens:
        if token.type in ("heading_open", "heading_close"):
            token.tag = f"h{min(6, int(token.tag[1]) + HEADING_BELOW)}"


def _link_short_ids(state: StateCore) -> None:
    for token in state.tokens:
        if token.type != "inline" or token.children is None:
            continue
        depth, children = 0, []
        for child in token.children:
            depth += {"link_open": 1, "link_close": -1}.get(child.type, 0)
            children += _split(child) if child.type == "text" and depth == 0 else [child]
        token.children = children


def _split(token: Token) -> list[Token]:
    parts, end = [], 0
    for match in SHORT_ID.finditer(token.content):
        parts += [_text(token.content[end : match.start()]), *_link(match["id"])]
        end = match.end()
    return [*parts, _text(token.content[end:])] if parts else [token]


def _text(content: str) -> Token:
    return Token("text", "", 0, content=content)


def _link(short_id: str) -> list[Token]:
    opened = Token("link_open", "a", 1, attrs={"href": f"/r/{short_id}/"})
    return [opened, _text(short_id), Token("link_close", "a", -1)]
