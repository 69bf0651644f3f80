"""Markdown of people as a tree of plain lists, for formats that have no HTML. Pictures and HTML are shown as they were typed.

A block is `[kind, children]`, a piece of a line `[kind, text]` or `[kind, children]`; a link is `["link", children, address]`.
"""

from __future__ import annotations

from collections.abc import Iterable
from functools import cache
from typing import Any, Final

from markdown_it import MarkdownIt
from markdown_it.tree import SyntaxTreeNode

Tree = list[Any]
DEEPEST: Final = 6
"""What is nested more deeply stands at this depth."""
_BLOCKS: Final = {
    "paragraph": "p", "heading": "h", "blockquote": "quote", "bullet_list": "ul", "ordered_list": "ol", "list_item": "li",
}  # fmt: skip
_MARKS: Final = {"strong": "strong", "em": "em", "s": "s"}
_SCHEMES: Final = ("http://", "https://", "mailto:")


def blocks(text: str) -> Tree:
    """A table is a list of its rows, each a list of cells with the pieces of their lines."""
    return _blocks(SyntaxTreeNode(_parser().parse(text)).children, depth=0)


def plain_lines(text: str) -> list[str]:
    """The same as lines of plain text, for notes and cells."""
    return [line for block in blocks(text) for line in _lines(block)]


@cache
def _parser() -> MarkdownIt:
    return MarkdownIt("commonmark", {"html": False}).enable(["table", "strikethrough"]).disable("image")


def _blocks(nodes: Iterable[SyntaxTreeNode], *, depth: int) -> Tree:
    found: Tree = []
    for node in nodes:
        if node.type in ("paragraph", "heading"):
            found.append([_BLOCKS[node.type], _pieces(node)])
        elif node.type in _BLOCKS:
            inside = _blocks(node.children, depth=depth + 1)
            found += [[_BLOCKS[node.type], inside]] if depth < DEEPEST or node.type == "list_item" else inside
        elif node.type in ("fence", "code_block"):
            found.append(["code", node.content.rstrip("\n")])
        elif node.type == "hr":
            found.append(["hr", []])
        elif node.type == "table":
            rows = [row for part in node.children for row in part.children]
            found.append(["table", [[_pieces(cell) for cell in row.children] for row in rows]])
    return found


def _pieces(node: SyntaxTreeNode) -> Tree:
    """Of the one line of text that a paragraph, a heading or a cell has."""
    return [piece for line in node.children for piece in _inline(line.children)]


def _inline(nodes: Iterable[SyntaxTreeNode]) -> Tree:
    found: Tree = []
    for node in nodes:
        if node.type in _MARKS:
            found.append([_MARKS[node.type], _inline(node.children)])
        elif node.type == "link":
            target = str(node.attrs.get("href", ""))
            inside = _inline(node.children)
            safe = target.startswith(_SCHEMES) or (target.startswith("/") and not target.startswith("//"))
            found += [["link", inside, target]] if safe and inside else inside
        elif node.type in ("softbreak", "hardbreak"):
            found.append(["br", ""])
        else:
            found.append(["code" if node.type == "code_inline" else "text", node.content])
    return found


def _lines(block: Tree, mark: str = "") -> list[str]:
    kind, inside = block[0], block[1]
    if kind == "code":
        return [mark + line for line in str(inside).splitlines()]
    if kind == "table":
        return [mark + " | ".join(_text(cell) for cell in row) for row in inside]
    if kind in ("p", "h"):
        return [mark + line for line in _text(inside).split("\n")]
    if kind in ("ul", "ol"):
        return [
            line
            for number, item in enumerate(inside, 1)
            for line in _lines(item, f"{mark}{f'{number}.' if kind == 'ol' else '•'} ")
        ]
    return [line for each in inside for line in _lines(each, mark)]


def _text(pieces: Tree) -> str:
    return "".join(
        "\n" if piece[0] == "br" else piece[1] if isinstance(piece[1], str) else _text(piece[1]) for piece in pieces
    )
