"""Native tables of slides: as many rows as a slide has room for, the head on each."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final

from pptx.oxml import parse_xml
from pptx.util import Inches

from reports.domain.payload import Cell, Column, Table
from reports.exports._slide_look import INK, RULE, SOFT, SPACES, TONES, Box, Run, lines_of, linked, run

A: Final = "http://schemas.openxmlformats.org/drawingml/2006/main"
PLAIN: Final = "{2D5ABB26-0587-4C30-8999-92F81FD0307C}"
"""The style without lines and grounds."""
SIZE: Final = 9.0
HEAD: Final = 0.27
CHARACTER: Final = 0.068
"""Inches that one of 9 points takes about."""


Rows = tuple[tuple[Cell, ...], ...]


@dataclass(frozen=True, slots=True)
class Part:
    """Rows that fit on a slide, with the height of each in inches."""

    rows: tuple[tuple[Cell, ...], ...]
    heights: tuple[float, ...]

    @property
    def height(self) -> float:
        return HEAD + sum(self.heights)


def widths(table: Table, width: float, rows: Rows = ()) -> list[float]:
    """Inches: short columns as wide as their text, the others share the rest by how much they have to say."""
    wanted = []
    for at, column in enumerate(table.columns):
        longest = max((len(text) for text in (column.label, *(row[at].text for row in rows or table.rows))), default=1)
        wanted.append(min(longest, 70) * CHARACTER + 0.3)
    if sum(wanted) <= width:
        spare = (width - sum(wanted)) / max(len(wanted), 1)
        return [each + spare for each in wanted]
    small = [each if each <= 1.4 else 0.0 for each in wanted]
    rest, large = max(width - sum(small), 1.0), sum(each for each in wanted if each > 1.4)
    made = [each if each <= 1.4 else rest * each / large for each in wanted]
    return [each * width / sum(made) for each in made]


def head_and(rows: int, table: Table, *, width: float, alike: Rows = ()) -> float:
    """Inches of the head with the first so many rows."""
    across = widths(table, width, alike)
    return HEAD + sum(_height(row, across) for row in table.rows[:rows])


def parts(table: Table, *, width: float, first: float, later: float, alike: Rows = ()) -> list[Part]:
    """The rows in heaps that fit into `first` inches and then `later` each time; a row is never cut."""
    across = widths(table, width, alike)
    heights = [_height(row, across) for row in table.rows]
    made, begun = [], 0
    for size in heaps(heights, first=first - HEAD, later=later - HEAD):
        cut = slice(begun, begun + size)
        made.append(Part(table.rows[cut], tuple(heights[cut])))
        begun += size
    return made


def heaps(heights: Sequence[float], *, first: float, later: float) -> list[int]:
    """How many of them in a row fit into `first` and then into `later` each time; at least one each time, however high. None is
    left alone at the end where the heap before can spare one."""
    sizes: list[int] = []
    used, room = 0.0, first
    for height in heights:
        if not sizes or used + height > room:
            room = later if sizes else first
            sizes.append(0)
            used = 0.0
        sizes[-1] += 1
        used += height
    if len(sizes) > 1 and sizes[-1] == 1 and sizes[-2] > 2 and sum(heights[-2:]) <= later:
        sizes[-2:] = [sizes[-2] - 1, 2]
    return sizes


def drawn(
    slide: Any, table: Table, part: Part, box: Box, *, base: str, alike: Rows = (), map_of_heat: bool = False
) -> None:
    """In a heat map the ground has the colour of the tone, and all columns are as wide."""
    across = widths(table, box.width, alike)
    if map_of_heat:
        across = [0.5, *([(box.width - 0.5) / max(len(across) - 1, 1)] * (len(across) - 1))]
    frame = slide.shapes.add_table(1, len(table.columns), *box.emu)
    frame.name = table.title
    frame._element.nvGraphicFramePr.cNvPr.set("descr", table.title)
    body = frame.table._tbl
    body.tblPr.find(f"{{{A}}}tableStyleId").text = PLAIN
    for column, width in zip(frame.table.columns, across, strict=True):
        column.width = Inches(width)
    body.remove(body.tr_lst[0])
    heads = [
        _cell(
            run(Run(text=column.label, size=SIZE, bold=True, colour=SOFT), ""),
            side=_side(column, heat=map_of_heat),
            line=INK,
        )
        for column in table.columns
    ]
    body.append(_row(heads, HEAD))
    for row, height in zip(part.rows, part.heights, strict=True):
        cells = []
        for cell, column in zip(row, table.columns, strict=True):
            ground = TONES[cell.tone].ground if map_of_heat and cell.tone in TONES else ""
            runs = _toned(cell, heat=map_of_heat) + run(
                Run(text=cell.text, size=SIZE), linked(slide, base + cell.path if cell.path else "")
            )
            cells.append(_cell(runs, side=_side(column, heat=map_of_heat), line=RULE, ground=ground))
        body.append(_row(cells, height))


def _height(row: tuple[Cell, ...], across: list[float]) -> float:
    lines = max((lines_of(cell.text, width - 0.2, SIZE) for cell, width in zip(row, across, strict=True)), default=1)
    return lines * 0.155 + 0.09


def _toned(cell: Cell, *, heat: bool) -> str:
    known = None if heat else TONES.get(cell.tone)
    return "" if known is None else run(Run(text=f"{known.shape} ", size=SIZE, colour=known.colour), "")


def _side(column: Column, *, heat: bool) -> str:
    return "ctr" if heat and column.numeric else "r" if column.numeric else "l"


def _cell(runs: str, *, side: str, line: str, ground: str = "") -> str:
    paint = f'<a:solidFill><a:srgbClr val="{ground}"/></a:solidFill>' if ground else "<a:noFill/>"
    below = f'<a:lnB w="6350"><a:solidFill><a:srgbClr val="{line}"/></a:solidFill></a:lnB>'
    return (
        f'<a:tc><a:txBody><a:bodyPr/><a:lstStyle/><a:p><a:pPr algn="{side}"/>{runs}</a:p></a:txBody>'
        f'<a:tcPr marL="45720" marR="91440" marT="27432" marB="27432">{below}{paint}</a:tcPr></a:tc>'
    )


def _row(cells: list[str], height: float) -> Any:
    return parse_xml(f'<a:tr {SPACES} h="{int(Inches(height))}">{"".join(cells)}</a:tr>')
