"""What keeps a scale from being put in force, as sentences that name the step or the cell."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, Final

from django.utils.translation import gettext_lazy as _

from risks.domain.matrix import Axis, Fault, FaultKind

_MANY: Final[Mapping[Axis, Any]] = {
    Axis.LIKELIHOOD: _("likelihoods"),
    Axis.IMPACT: _("impacts"),
    Axis.LEVEL: _("levels"),
    Axis.COLUMN: _("columns of impact"),
}
_STEP: Final[Mapping[FaultKind, Any]] = {
    FaultKind.KEY_TWICE: _("“%(it)s” has the short name of another step. Remove it and add it again."),
    FaultKind.NO_NAME: _("“%(it)s” has no name."),
    FaultKind.NAME_TWICE: _("Two steps are called “%(it)s”: ratings are read by these names."),
    FaultKind.RANGE_LACKS: _("“%(it)s” has no range: give one to all steps, or to none."),
    FaultKind.RANGE_BAD: _("The range of “%(it)s” has an end that is no number above zero."),
    FaultKind.RANGE_EMPTY: _("“%(it)s” begins where it has ended already: its lower end is not below its upper one."),
    FaultKind.REVIEW: _("“%(it)s” is reviewed after no day at all: give one day or more."),
}
_PAIR: Final[Mapping[FaultKind, Any]] = {
    FaultKind.RANGE_GAP: _("Between “%(below)s” and “%(it)s” lie values that belong to neither."),
    FaultKind.RANGE_OVERLAP: _("“%(it)s” begins before “%(below)s” ends."),
    FaultKind.RANGE_FLOOR: _("“%(it)s” has no lower end although “%(below)s” lies below it."),
    FaultKind.REVIEW_RARER: _("“%(it)s” is worse than “%(below)s” and is reviewed more rarely."),
}
_ENDS: Final[Mapping[FaultKind, Any]] = {
    FaultKind.RANGE_FLOOR: _(
        "“%(it)s” is the least step and has a lower end: what lies below it would belong nowhere."
    ),
    FaultKind.RANGE_CEILING: _(
        "“%(it)s” is the greatest step and has an upper end: what is above it would belong nowhere."
    ),
}
_CELL: Final[Mapping[FaultKind, Any]] = {
    FaultKind.HOLE: _("“%(row)s” with “%(column)s” has no level: the grid has no hole."),
    FaultKind.NO_LEVEL: _("“%(row)s” with “%(column)s” has a level that is not there any more."),
    FaultKind.STRAY: _("A cell belongs to steps that are not there: %(row)s, %(column)s."),
    FaultKind.FALLS: _(
        "“%(row)s” with “%(column)s” is milder than “%(less_row)s” with “%(less_column)s”: more harm cannot be milder than less."
    ),
}


def sentence(fault: Fault) -> str:
    """In the language of the reader."""
    if fault.kind is FaultKind.FEW:
        return str(_("The scale has at least %(n)s %(things)s.") % {"n": fault.names[0], "things": _MANY[fault.axis]})
    if fault.kind is FaultKind.MANY:
        return str(_("The scale has at most %(n)s %(things)s.") % {"n": fault.names[0], "things": _MANY[fault.axis]})
    if fault.axis is Axis.CELL:
        parts = dict(zip(("row", "column", "less_row", "less_column"), fault.names, strict=False))
        return str(_CELL[fault.kind] % parts)
    if fault.axis is Axis.COLUMN and fault.kind is FaultKind.CRITERION_LACKS:
        words = _("“%(column)s” does not say what “%(it)s” means.")
        return str(words % {"column": fault.names[0], "it": fault.names[1]})
    return _of_step(fault)


def sentences(faults: Iterable[Fault]) -> dict[str, list[str]]:
    """By the name of the field that they belong to."""
    found: dict[str, list[str]] = {}
    for fault in faults:
        found.setdefault(fault.field, []).append(sentence(fault))
    return found


def _of_step(fault: Fault) -> str:
    """A criterion is called by its column, too."""
    names = list(fault.names)
    of_column = fault.axis is Axis.COLUMN and len(fault.at) > 1
    column = names.pop(0) if of_column else ""
    parts = {"it": names[0], "below": names[-1]}
    if fault.kind in _STEP:
        words = _STEP[fault.kind] % parts
    elif len(names) > 1:
        words = _PAIR[fault.kind] % parts
    else:
        words = _ENDS[fault.kind] % parts
    return str(_("%(column)s: %(words)s") % {"column": column, "words": words} if column else words)
