"""What a minute of one customer is worth to the company: kept by the app of risks, and asked for by those below it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from django.utils.translation import gettext as _

from relportal.core import units


@dataclass(frozen=True, slots=True, kw_only=True)
class MinuteWorth:
    """In `currency`. `low` to `high` holds it with 90 %, `expected` is the mean; `path` is where it is set in the portal."""

    low: float
    high: float
    expected: float
    currency: str
    path: str

    @property
    def words(self) -> str:
        """As somebody wrote it: "0.01 to 0.05 EUR"."""
        if self.low == self.high:
            return f"{self.low:.6g}{units.NNBSP}{self.currency}"
        ends = {"low": f"{self.low:.6g}", "high": f"{self.high:.6g}", "currency": self.currency}
        return _("%(low)s to %(high)s %(currency)s") % ends


Reader = Callable[[], MinuteWorth | None]

_readers: list[Reader] = []


def provide(reader: Reader) -> None:
    """Adds or replaces the one that knows, so that a second import changes nothing."""
    _readers[:] = [reader]


def minute_worth() -> MinuteWorth | None:
    """None where nobody has said it."""
    return _readers[0]() if _readers else None
