"""What the page of a draft sends: a whole scale, read as far as it can be read, with a sentence for each field that it cannot."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace

from django import forms
from django.http import QueryDict
from django.utils.text import slugify
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from relportal.core.editing import ActionForm
from risks.domain.matrix import Axis, Column, Criterion, Level, Scale, Step
from risks.domain.matrix_edits import NEW, criteria_from_lows, from_lows
from risks.models import Symbol

MOST_READ = 40
"""No form that the portal draws sends more steps of an axis."""


@dataclass(slots=True)
class Sent:
    """`errors` by field; what could not be read is left out of the scale."""

    name: str
    scale: Scale
    errors: dict[str, list[str]] = field(default_factory=dict)


class ForceForm(ActionForm):
    note = forms.CharField(
        label=gettext_lazy("What changed, and why?"),
        widget=forms.Textarea(attrs={"rows": 3}),
        max_length=2000,
        help_text=gettext_lazy("Stands with this version for good."),
    )


class _Reader:
    """Keys are told by the page; what is new gets the key of its name."""

    def __init__(self, post: QueryDict) -> None:
        self.post = post
        self.errors: dict[str, list[str]] = {}

    def text(self, name: str, *, longest: int = 2000) -> str:
        # PostgreSQL refuses a NUL in any text.
        return self.post.get(name, "").replace("\0", "").strip()[:longest]

    def keys(self, axis: Axis) -> list[str]:
        found = (slugify(key)[:40] for key in self.post.getlist(axis.value))
        return list(dict.fromkeys(key for key in found if key))[:MOST_READ]

    def number(self, name: str) -> float | None:
        text = self.text(name).replace(",", ".").replace("−", "-")
        if not text:
            return None
        try:
            return float(text)
        except ValueError:
            self.errors[name] = [_("“%(text)s” is not a number.") % {"text": text[:40]}]
            return None

    def whole(self, name: str) -> int:
        """0 where it cannot be read: the scale then says that it is missing."""
        text = self.text(name)
        if text.isascii() and text.isdecimal() and len(text) <= 4:
            return int(text)
        self.errors[name] = [_("Give a number of days from 1 to 9,999.")]
        return 0


def read(post: QueryDict) -> Sent:
    reader = _Reader(post)
    likelihoods = from_lows(
        [
            Step(key, reader.text(f"likelihood.{key}.name"), reader.number(f"likelihood.{key}.low"))
            for key in reader.keys(Axis.LIKELIHOOD)
        ]
    )
    impacts = tuple(Step(key, reader.text(f"impact.{key}.name")) for key in reader.keys(Axis.IMPACT))
    columns = tuple(_column(reader, key, [one.key for one in impacts]) for key in reader.keys(Axis.COLUMN))
    levels = tuple(_level(reader, key) for key in reader.keys(Axis.LEVEL))
    known = {one.key for one in levels}
    cells = {
        (row.key, column.key): level
        for row in likelihoods
        for column in impacts
        if (level := reader.text(f"cell.{row.key}.{column.key}")) in known
    }
    scale = named(Scale(likelihoods, impacts, columns, levels, cells))
    return Sent(reader.text("name", longest=120), scale, reader.errors)


def sums(post: QueryDict, scale: Scale) -> tuple[list[tuple[int, str]], dict[str, str]]:
    """Bounds and floors for filling the grid: `sum.<level>` and `floor.<impact>`. A level without a sum is not used."""
    reader = _Reader(post)
    bounds = []
    for n, level in enumerate(scale.levels):
        text = reader.text(f"sum.{level.key}")
        if n == 0:
            bounds.append((2, level.key))
        elif text.isascii() and text.isdecimal() and len(text) <= 3:
            bounds.append((int(text), level.key))
    used = {key for _start, key in bounds}
    floors = {one.key: reader.text(f"floor.{one.key}") for one in scale.impacts}
    return bounds, {impact: level for impact, level in floors.items() if level in used}


def named(scale: Scale) -> Scale:
    """With keys made of names for what was new and has a name by now."""
    rows = _renames([(one.key, one.name) for one in scale.likelihoods])
    columns = _renames([(one.key, one.name) for one in scale.impacts])
    ways = _renames([(one.key, one.name) for one in scale.columns])
    levels = _renames([(one.key, one.name) for one in scale.levels])
    return Scale(
        tuple(replace(one, key=rows[one.key]) for one in scale.likelihoods),
        tuple(replace(one, key=columns[one.key]) for one in scale.impacts),
        tuple(
            replace(one, key=ways[one.key], criteria={columns[impact]: each for impact, each in one.criteria.items()})
            for one in scale.columns
        ),
        tuple(replace(one, key=levels[one.key]) for one in scale.levels),
        {(rows[row], columns[column]): levels[level] for (row, column), level in scale.cells.items()},
    )


def _renames(steps: Iterable[tuple[str, str]]) -> Mapping[str, str]:
    steps = list(steps)
    taken = {key for key, _name in steps}
    found = {}
    for key, name in steps:
        wanted = slugify(name)[:40]
        fits = key.startswith(NEW) and wanted and wanted not in taken and not wanted.startswith(NEW)
        found[key] = wanted if fits else key
        taken.add(found[key])
    return found


def _column(reader: _Reader, key: str, impacts: list[str]) -> Column:
    criteria = {
        impact: Criterion(
            reader.text(f"column.{key}.{impact}.words", longest=120), reader.number(f"column.{key}.{impact}.low")
        )
        for impact in impacts
    }
    return Column(key, reader.text(f"column.{key}.name"), criteria_from_lows(impacts, criteria))


def _level(reader: _Reader, key: str) -> Level:
    symbol = reader.text(f"level.{key}.symbol")
    return Level(
        key,
        reader.text(f"level.{key}.name"),
        symbol if symbol in Symbol.values else Symbol.AT_RISK.value,
        reader.whole(f"level.{key}.review_days"),
        reader.post.get(f"level.{key}.needs_plan") == "1",
        reader.post.get(f"level.{key}.needs_ask") == "1",
    )
