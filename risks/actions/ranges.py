"""What the domain refuses of a range, said at its field in the reader's language."""

from __future__ import annotations

from math import isfinite
from typing import Final

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from relportal.core.exceptions import Invalid
from risks.domain.lognormal import MOST, Range, Refused, Unfit

LOW, HIGH = "_low", "_high"
_WORDS: Final[dict[Unfit, tuple[str, str | Promise]]] = {
    Unfit.NOT_A_NUMBER: (LOW, _("Enter a number.")),
    Unfit.NOT_POSITIVE: (LOW, _("Above zero: give the smallest that would not surprise you.")),
    Unfit.LOW_NOT_BELOW_HIGH: (HIGH, _("The upper end must be above the lower one.")),
    Unfit.TOO_WIDE: (
        HIGH,
        _("More than a million times the lower end: no distribution has such a range. Split the risk in two."),
    ),
    Unfit.TOO_LARGE: (HIGH, _("Nothing above 10^15 is calculated: give less, or a larger unit.")),
    Unfit.TOO_OFTEN: (
        HIGH,
        _("What happens more than 1,000 times a year is no risk but a rate: set an objective for it."),
    ),
}


def ranged(low: float | None, high: float | None, *, name: str, known: bool = False) -> Range:
    """The 90 % range of the fields `<name>_low` and `<name>_high`; `known`: both ends may be equal.

    Raises:
        Invalid: at the field that has to change.
    """
    missing = [name + end for end, value in ((LOW, low), (HIGH, high)) if value is None]
    if low is None or high is None:
        raise Invalid(
            {field: str(_("Give both ends: you are 90 % sure that it lies between them.")) for field in missing}
        )
    try:
        found = Range(low, high)
        if found.is_point and not known:
            raise Refused(Unfit.LOW_NOT_BELOW_HIGH, "")
    except Refused as error:
        raise Invalid(refusal(error, low, name=name)) from error
    return found


def refusal(error: Refused, low: float, *, name: str) -> dict[str, str]:
    """By field: what is no number or too large may be either end."""
    end, words = _WORDS[error.why]
    if error.why is Unfit.NOT_A_NUMBER:
        end = HIGH if isfinite(low) else LOW
    if error.why is Unfit.TOO_LARGE and low > MOST:
        end = LOW
    return {name + end: str(words)}
