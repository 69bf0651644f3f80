"""KPI 20: whether what was promised for the quarter was delivered."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from django.utils.translation import gettext_lazy as _

from reports.domain.values import Better, Lines, Maturity, Unit, Value, share
from reports.kpis._base import Beside, Heading
from reports.kpis._entered import EnteredKpi, Field, total, total_of


class RoadmapDelivery(EnteredKpi):
    key = "roadmap_delivery"
    number = 20
    title = _("Reliability roadmap delivered")
    about = _(
        "Commitments of the baseline, frozen at the beginning of the quarter, that met their acceptance test, of all in it. "
        "What was added or dropped on the way is counted beside it, and named in the rows behind it."
    )
    connect = _("Enter how many commitments were made and met.")
    guard = _("How many name the KPI or risk that they promised to move")
    heading = Heading.ENGINEERING
    unit = Unit.SHARE
    better = Better.UP
    lines = Lines(green=0.8, red=0.6, better=Better.UP)
    beside = (
        Beside("aimed_share", _("name the KPI or risk that they move"), Unit.SHARE, guard=True),
        Beside("added", _("added on the way")),
        Beside("dropped", _("dropped on the way")),
    )
    fields = (
        Field(name="met", label=_("Commitments met"), whole=True),
        Field(name="committed", label=_("Commitments in the baseline"), low=1, whole=True),
        Field(name="aimed", label=_("Of these, naming the KPI or risk that they move"), whole=True, required=False),
        Field(name="added", label=_("Added on the way"), whole=True, required=False, named=_("What was added")),
        Field(name="dropped", label=_("Dropped on the way"), whole=True, required=False, named=_("What was dropped")),
    )

    def of(self, numbers: Sequence[Mapping[str, float]], maturity: Maturity) -> Value:
        committed = int(total(numbers, "committed"))
        aimed = total_of(numbers, "aimed")
        parts: dict[str, float | None] = {name: total(numbers, name) for name in ("added", "dropped")}
        parts["aimed_share"] = aimed / committed if aimed is not None and committed else None
        return share(int(total(numbers, "met")), committed, maturity=maturity, parts=parts)


PLUGIN = RoadmapDelivery()
