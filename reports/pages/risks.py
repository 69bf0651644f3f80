"""Page 8: the top risks, how they moved, and what they may cost."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Sequence
from typing import Final

from django.utils import formats
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from relportal.core import units
from reports.domain.payload import Cell, Chart, Claim, Drawing, Page, Series, Source, Table, Tone
from reports.pages._base import ReportPage, cell, table, under
from reports.queries.facts import Facts
from reports.queries.facts.risks import Standing
from risks.domain.movement import Moved
from risks.queries.loss_words import about

TOP: Final = 10
IDS: Final = 4
"""In a cell; more are counted."""
BANDS: Final = {"healthy": Tone.GREEN, "at_risk": Tone.AMBER, "breached": Tone.RED}
MONEY: Final = "money"
MOST_CLOSED: Final = 6
LEADING: Final = 3
"""Of the dearest, so many are named."""
SIGNS: Final = {Moved.NEW: "+", Moved.WORSE: "↑", Moved.BETTER: "↓"}
REGISTER: Final = gettext_lazy("the risk register, by dated ratings")


class Risks(ReportPage):
    key = "risks"
    number = 8
    topic = gettext_lazy("Top risks")
    about = gettext_lazy(
        "Where the risks stand and moved to, what the largest may cost, who owns them and what comes next."
    )
    leading = True
    needed = True

    def build(self, facts: Facts) -> Page:
        return self.page(
            _title(facts),
            so_what=_so_what(facts),
            claims=_claims(facts),
            charts=[_map(facts), _money(facts)],
            tables=[_top(facts), _moved(facts)],
            notes=[
                _("Movement is told by dated ratings alone, each with its reason. Money is simulated and “about”."),
                _("%(n)d risks are not rated and stand nowhere.") % {"n": facts.risks.unrated}
                if facts.risks.unrated
                else "",
            ],
        )


def _counts(facts: Facts) -> Counter[Moved]:
    return Counter(row.moved for row in facts.risks.rows)


def _severe(facts: Facts) -> list[Standing]:
    return [row for row in facts.risks.open if row.now.level.needs_plan]


def _title(facts: Facts) -> str:
    if not facts.risks.rows:
        return _("No risk is rated")
    counts = _counts(facts)
    words = ngettext(
        "%(n)d risk needs a plan; %(new)d are new, %(worse)d worse, %(better)d better, %(closed)d closed",
        "%(n)d risks need a plan; %(new)d are new, %(worse)d worse, %(better)d better, %(closed)d closed",
        len(_severe(facts)),
    )
    return words % {
        "n": len(_severe(facts)), "new": counts[Moved.NEW], "worse": counts[Moved.WORSE], "better": counts[Moved.BETTER],
        "closed": counts[Moved.CLOSED],
    }  # fmt: skip


def _so_what(facts: Facts) -> str:
    if not facts.risks.rows:
        return _("Rate the risks that you know: until then nobody can say what is above appetite.")
    bare = [row for row in _severe(facts) if not row.milestone]
    if bare:
        names = ", ".join(row.short_id for row in bare[:4])
        return _("Ask for the next step of those that have none: %(names)s.") % {"names": names}
    return (
        _("Hold the next milestones of those that need a plan.") if _severe(facts) else _("No risk is above appetite.")
    )


def _claims(facts: Facts) -> list[Claim]:
    known = [row for row in facts.risks.open if row.expected]
    if not known:
        return []
    dear = sorted(known, key=lambda row: (-(row.expected or 0), row.pk))
    whole, first = sum(row.expected or 0 for row in known), sum(row.expected or 0 for row in dear[:LEADING])
    words = ngettext(
        "%(n)d of %(all)d risks is estimated, at %(whole)s a year.",
        "%(n)d of %(all)d risks are estimated, at %(whole)s a year.",
        len(known),
    )
    if len(known) > LEADING:
        words = _(
            "%(n)d of %(all)d risks are estimated; the three dearest make %(first)s of %(whole)s expected a year."
        )
    text = words % {
        "n": len(known), "all": len(facts.risks.open), "first": about(first, MONEY, dear[0].currency),
        "whole": about(whole, MONEY, dear[0].currency),
    }  # fmt: skip
    return [Claim(text=text, sources=tuple(Source(label=row.short_id, path=row.path) for row in dear[:LEADING]))]


def _map(facts: Facts) -> Chart | None:
    """Rows from the most likely; a cell lists ids with a sign of how they came there."""
    found = facts.risks
    if not found.likelihoods or not found.impacts:
        return None
    cells: defaultdict[tuple[int, int], list[Standing]] = defaultdict(list)
    for row in found.open:
        if row.now.level.matrix == found.likelihoods[0].matrix:
            cells[row.now.likelihood.position, row.now.impact.position].append(row)
    levels = {place: rows[0].now.level.symbol for place, rows in cells.items()}
    series = tuple(
        Series(
            name=likelihood.name,
            values=tuple(float(len(cells[likelihood.position, impact.position])) for impact in found.impacts),
            texts=tuple(_ids(cells[likelihood.position, impact.position]) for impact in found.impacts),
            tones=tuple(
                BANDS.get(levels.get((likelihood.position, impact.position), ""), Tone.NONE) for impact in found.impacts
            ),
        )
        for likelihood in reversed(found.likelihoods)
    )
    return Chart(
        key="map",
        drawing=Drawing.GRID,
        title=_("Where they stand"),
        summary=_("%(n)d risks on the scale, %(severe)d of them need a plan.")
        % {"n": len(found.open), "severe": len(_severe(facts))},
        categories=tuple(impact.name for impact in found.impacts),
        series=series,
        note=under(
            _("n = %(n)d rated risks") % {"n": len(found.open)},
            _(
                "Impact from left to right, likelihood upwards. + new, ↑ worse, ↓ better than at the end of the quarter before"
            ),
            _closed(found.rows),
            source=str(REGISTER),
        ),
    )


def _closed(rows: Sequence[Standing]) -> str:
    """They have left their cells; the map says which."""
    gone = [row.short_id for row in rows if row.moved is Moved.CLOSED]
    return _("✕ closed: %(names)s") % {"names": ", ".join(gone[:MOST_CLOSED])} if gone else ""


def _ids(rows: list[Standing]) -> str:
    said = [f"{row.pk}{SIGNS.get(row.moved, '')}" for row in rows[:IDS]]
    left = len(rows) - IDS
    return " ".join([*said, *([_("and %(n)d more") % {"n": left}] if left > 0 else [])])


def _money(facts: Facts) -> Chart | None:
    known = sorted((row for row in facts.risks.open if row.expected), key=lambda row: (-(row.expected or 0), row.pk))[
        :TOP
    ]
    if not known:
        return None
    return Chart(
        key="money",
        drawing=Drawing.BARS,
        title=_("Expected loss a year"),
        summary=_("%(id)s costs most: %(loss)s a year.")
        % {"id": known[0].short_id, "loss": about(known[0].expected, MONEY, known[0].currency)},
        categories=tuple(f"{row.short_id} {units_short(row.title)}" for row in known),
        series=(
            Series(
                name=_("Expected"),
                values=tuple(row.expected for row in known),
                texts=tuple(units.three_digits(row.expected) for row in known),
            ),
        ),
        unit=known[0].currency,
        note=under(
            _("n = %(n)d estimated risks") % {"n": len(known)},
            _("One year in twenty is worse than: %(worst)s")
            % {"worst": ", ".join(f"{row.short_id} {units.three_digits(row.p95)}" for row in known[:3])},
            source=_("simulated from the newest estimate of each"),
        ),
    )


def units_short(title: str, most: int = 36) -> str:
    return title if len(title) <= most else f"{title[: most - 1].rstrip()}…"


def _top(facts: Facts) -> Table:
    return table(
        "top",
        _("The top risks"),
        [
            (_("Risk"), False),
            (_("Level"), False),
            (_("Moved"), False),
            (_("Expected a year"), True),
            (_("One year in 20 above"), True),
            (_("Owner"), False),
            (_("Next milestone"), False),
        ],
        [_row(row) for row in facts.risks.open],
        empty=_("No risk is rated."),
        most=TOP,
    )


def _row(row: Standing) -> tuple[Cell, ...]:
    step = (
        f"{row.milestone}, {formats.date_format(row.milestone_on, 'j M Y')}"
        if row.milestone_on is not None
        else _("none")
    )
    return (
        cell(f"{row.short_id} {row.title}", row.path),
        cell(row.now.level.name, tone=BANDS.get(row.now.level.symbol, Tone.NONE)),
        cell(moved_words(row)),
        cell(
            about(row.expected, MONEY, row.currency) if row.expected is not None else _("not estimated"),
            value=row.expected,
        ),
        cell(units.three_digits(row.p95) if row.p95 is not None else "–", value=row.p95),
        cell(row.owner or _("Nobody yet")),
        cell(step),
    )


def moved_words(row: Standing) -> str:
    words = {
        Moved.NEW: _("new"), Moved.WORSE: _("worse"), Moved.BETTER: _("better"), Moved.CLOSED: _("closed"),
        Moved.RESCALED: _("rated by another scale"), Moved.SAME: _("as before"),
    }  # fmt: skip
    said = words[row.moved]
    if row.moved in (Moved.WORSE, Moved.BETTER) and row.before is not None:
        if row.before.level.name == row.now.level.name:
            return _("%(moved)s, still %(level)s") % {"moved": said, "level": row.now.level.name}
        return _("%(moved)s: %(before)s before") % {"moved": said, "before": row.before.level.name}
    return said


def _moved(facts: Facts) -> Table:
    rows = [row for row in facts.risks.rows if row.moved in (Moved.WORSE, Moved.BETTER, Moved.NEW, Moved.CLOSED)]
    return table(
        "moved",
        _("What moved, and why"),
        [(_("Risk"), False), (_("Moved"), False), (_("Reason of the rating"), False)],
        [
            (cell(f"{row.short_id} {row.title}", row.path), cell(moved_words(row)), cell(units_short(row.reason, 160)))
            for row in rows
        ],
        empty=_("No risk moved in this quarter."),
        most=8,
    )


PLUGIN = Risks()
