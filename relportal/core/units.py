"""Numbers as words: the only place where a ratio becomes a percent. None is always "no data".

Two laws hold for every ratio: what is below 1 never reads "100 %", and what is not 0 never reads "0 %".
Decimal signs and grouping follow the active locale; a narrow no-break space stands between a number and its unit.
"""

from __future__ import annotations

import datetime as dt
from decimal import ROUND_CEILING, ROUND_FLOOR, ROUND_HALF_UP, Decimal
from math import isfinite
from typing import Final

from django.utils.formats import number_format
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop, ngettext

NNBSP: Final = "\u202f"
MINUS: Final = "\u2212"
Number = float | int | Decimal
HUNDRED: Final = Decimal(100)
CLOCK: Final = (
    (86400, gettext_noop("d")),
    (3600, gettext_noop("h")),
    (60, gettext_noop("min")),
    (1, gettext_noop("s")),
)
EXACT_BELOW: Final = 10_000
SHARE_EXACT_BELOW: Final = 100_000
SHARE_PLACES: Final = 6
SHARE_WHOLE_FROM: Final = 1000
SCALES: Final = ((10**12, "T"), (10**9, "G"), (10**6, "M"), (10**3, "k"))


def no_data() -> str:
    return _("no data")


def sli(ratio: Number | None) -> str:
    """An SLI, rounded down, with as many decimals (2 to 5) as show two digits of its errors: 0.99964 -> "99.964 %"."""
    value = _decimal(ratio)
    if value is None:
        return no_data()
    percent_value = value * HUNDRED
    bad = abs(HUNDRED - percent_value)
    places = 2 if bad == 0 else min(5, max(2, 1 - bad.adjusted()))
    if bad == 0 or percent_value == 0:
        places = 0
    shown = percent_value.quantize(Decimal(1).scaleb(-places), rounding=ROUND_FLOOR)
    if shown == 0 and percent_value > 0:
        return _unit("<" + NNBSP + _number(Decimal(1).scaleb(-places), places), "%")
    return _unit(_number(shown, places), "%")


def target(ratio: Number | None) -> str:
    """A target, exactly and without padding: Decimal("0.99950") -> "99.95 %"."""
    value = _decimal(ratio)
    if value is None:
        return no_data()
    shown = (value * HUNDRED).normalize()
    places = max(0, -int(shown.as_tuple().exponent))
    return _unit(_number(shown, places), "%")


def percent(ratio: Number | None, places: int = 1) -> str:
    """Any signed ratio with at most `places` decimals; near 0 it says "<", near 100 it rounds away from 100.

    0.1234 -> "12.3 %", 0.5 -> "50 %", 0.00001 -> "< 0.1 %", 0.99999 -> "99.9 %".
    """
    value = _decimal(ratio)
    if value is None:
        return no_data()
    exact = value * HUNDRED
    step = Decimal(1).scaleb(-places)
    shown = exact.quantize(step, rounding=ROUND_HALF_UP)
    if exact != 0 and shown == 0:
        sign = MINUS if exact < 0 else ""
        return _unit(f"<{NNBSP}{sign}{_number(step, places)}", "%")
    if shown == HUNDRED != exact:
        places = max(places, 1)
        step = Decimal(1).scaleb(-places)
        down = exact < HUNDRED
        shown = exact.quantize(step, rounding=ROUND_FLOOR if down else ROUND_CEILING)
        return _unit(_number(shown, places), "%")
    whole = shown == shown.to_integral_value()
    return _unit(_number(shown, 0 if whole else places), "%")


def budget(remaining: Number | None, whole: dt.timedelta | None = None) -> str:
    """What is left of an error budget, signed, and the same as time when `whole` (the budget as full outage) is known.

    "62 %, 26 min left" and "-12 %, 31 min over": negative budgets are shown as they are.
    """
    value = _decimal(remaining)
    if value is None:
        return no_data()
    share = percent(value, 0 if Decimal("0.1") <= abs(value) <= Decimal("0.99") else 1)
    if whole is None:
        return share
    span = _rough(abs(float(value)) * whole)
    if value < 0:
        return _("%(share)s, %(time)s over") % {"share": share, "time": span}
    return _("%(share)s, %(time)s left") % {"share": share, "time": span}


def budget_time(remaining: Number | None, whole: dt.timedelta | None) -> str:
    """The time half of `budget`: "26 min left", "31 min over"."""
    value = _decimal(remaining)
    if value is None or whole is None:
        return no_data()
    span = _rough(abs(float(value)) * whole)
    return (_("%s over") if value < 0 else _("%s left")) % span


def _rough(span: dt.timedelta) -> str:
    """Whole minutes below an hour: a budget is not known to the second."""
    seconds = span.total_seconds()
    if seconds >= 3600:
        return duration(span)
    if seconds >= 60:
        return duration(round(seconds / 60) * 60)
    return duration(round(seconds)) if seconds >= 1 or seconds == 0 else _unit(f"<{NNBSP}1", _("s"))


def burn(rate: Number | None) -> str:
    """A burn rate, a multiple of the sustainable one: 14.4 -> "14.4x"; from 100 on whole."""
    value = _decimal(rate)
    if value is None:
        return no_data()
    places = 0 if abs(value) >= HUNDRED else 1
    shown = value.quantize(Decimal(1).scaleb(-places), rounding=ROUND_HALF_UP)
    if shown == 0 and value != 0:
        return f"<{NNBSP}{_number(Decimal('0.1'), 1)}×"
    return f"{_number(shown, 0 if value == 0 else places)}×"


def points(difference: Number | None) -> str:
    """A difference of two ratios in percentage points, signed: 0.0012 -> "+0.12 pt"."""
    value = _decimal(difference)
    if value is None:
        return no_data()
    exact = value * HUNDRED
    places = next((n for n in (1, 2, 3) if abs(exact) >= Decimal(1).scaleb(1 - n)), 3)
    if exact == 0:
        return _unit("0", _("pt"))
    shown = exact.quantize(Decimal(1).scaleb(-places), rounding=ROUND_HALF_UP)
    if shown == 0:
        sign = MINUS if exact < 0 else "+"
        return _unit(f"<{NNBSP}{sign}{_number(Decimal(1).scaleb(-places), places)}", _("pt"))
    return _unit(("+" if shown > 0 else "") + _number(shown, places), _("pt"))


def count(number: Number | None) -> str:
    """Events, series, samples: exact below 10,000, then in thousands: 12.4 k, 1.2 M."""
    value = _decimal(number)
    if value is None:
        return no_data()
    size = abs(value)
    if size < EXACT_BELOW:
        whole = value == value.to_integral_value()
        if not whole and size < Decimal("0.01"):
            return f"<{NNBSP}{_number(Decimal('0.01'), 2)}"
        return _number(value, 0 if whole or size >= HUNDRED else 2 if size < 1 else 1)
    factor, letter = next(pair for pair in SCALES if size >= pair[0])
    scaled = value / factor
    return _unit(_number(scaled, 0 if abs(scaled) >= HUNDRED else 1), letter)


def part_of(part: Number | None, whole: Number | None) -> tuple[str, str]:
    """Both counts of a share, in one scale and with as many digits as the share needs: "22.34 M" and "22.36 M", which rounded
    to "22.3 M" and "22.4 M" would be another share. Exact below 100,000."""
    k, n = _decimal(part), _decimal(whole)
    if k is None or n is None or abs(n) < SHARE_EXACT_BELOW or abs(k) > abs(n):
        whole_numbers = _whole(k) and _whole(n)
        places = 0 if whole_numbers or (n is not None and abs(n) >= SHARE_WHOLE_FROM) else 1
        return _every_digit(k, places), _every_digit(n, places)
    factor, letter = next(pair for pair in SCALES if abs(n) >= pair[0])
    places = next((each for each in range(1, SHARE_PLACES) if _tells(k / factor, n / factor, each)), SHARE_PLACES)
    return _unit(_number(k / factor, places), letter), _unit(_number(n / factor, places), letter)


def _whole(value: Decimal | None) -> bool:
    return value is None or value == value.to_integral_value()


def _every_digit(value: Decimal | None, places: int) -> str:
    return count(value) if value is None or abs(value) >= SHARE_EXACT_BELOW else _number(value, places)


def _tells(part: Decimal, whole: Decimal, places: int) -> bool:
    """Whether what is in, and what is missing, are right to a twentieth once both numbers are rounded."""
    step = Decimal(1).scaleb(-places)
    shown, of = part.quantize(step, rounding=ROUND_HALF_UP), whole.quantize(step, rounding=ROUND_HALF_UP)
    return abs(shown - part) <= part / 20 and abs((of - shown) - (whole - part)) <= (whole - part) / 20


def about(number: Number | None) -> str:
    """What was estimated, with three significant digits: "about 1.23 M", "about 0.0457"; nothing is exactly "0"."""
    value = _decimal(number)
    return three_digits(value) if not value else _("about %s") % three_digits(value)


def three_digits(number: Number | None) -> str:
    """As `about`, for a column whose head says that it is estimated: "1.23 M"."""
    value = _decimal(number)
    if value is None:
        return no_data()
    if value == 0:
        return "0"
    rounded = value.quantize(Decimal(1).scaleb(value.adjusted() - 2), rounding=ROUND_HALF_UP)
    size = abs(rounded)
    factor, letter = next((pair for pair in SCALES if size >= max(pair[0], EXACT_BELOW)), (1, ""))
    scaled = rounded / factor
    shown = _number(scaled, max(0, 2 - scaled.adjusted()))
    return _unit(shown, letter) if letter else shown


def exact_count(number: Number | None) -> str:
    """Every digit, grouped, for tables that prove a number."""
    value = _decimal(number)
    if value is None:
        return no_data()
    return _number(value, 0 if value == value.to_integral_value() else 2)


def data_size(octets: Number | None) -> str:
    """Bytes in powers of 1000: "4.1 MB"."""
    value = _decimal(octets)
    if value is None:
        return no_data()
    for factor, letter in SCALES:
        if abs(value) >= factor:
            return _unit(_number(value / factor, 1), f"{letter}B")
    return _unit(_number(value, 0), "B")


def duration(span: dt.timedelta | float | None) -> str:
    """A length of time (timedelta or seconds) in its two largest units: "3 d 4 h", "2 h 5 min", "45 s", "250 ms"."""
    if span is None:
        return no_data()
    seconds = span.total_seconds() if isinstance(span, dt.timedelta) else float(span)
    if not isfinite(seconds):
        return no_data()
    sign = MINUS if seconds < 0 else ""
    seconds = abs(seconds)
    if seconds == 0:
        return _unit("0", _("s"))
    if seconds < 0.0005:
        return _unit(f"<{NNBSP}{sign}1", _("ms"))
    if seconds < 0.9995:
        return sign + _unit(_number(Decimal(round(seconds * 1000)), 0), _("ms"))
    if seconds < 10 and seconds != int(seconds):
        return sign + _unit(_number(Decimal(f"{seconds:.1f}"), 1), _("s"))
    return sign + _two_units(seconds)


def _two_units(seconds: float) -> str:
    whole = round(seconds)
    index = next(at for at, (size, _unit_name) in enumerate(CLOCK) if whole >= size)
    size, name = CLOCK[index]
    if size == 1 or (size == 60 and whole >= 600):
        return _unit(_number(Decimal(round(whole / size)), 0), _(name))
    smaller, smaller_name = CLOCK[index + 1]
    major, minor = divmod(round(whole / smaller), size // smaller)
    text = _unit(_number(Decimal(major), 0), _(name))
    return f"{text} {_unit(str(minor), _(smaller_name))}" if minor else text


def relative(instant: dt.datetime | None, *, at: dt.datetime) -> str:
    """Where `instant` lies from `at`: "just now", "5 min ago", "in 3 d"; beyond 60 days the reader needs the date."""
    if instant is None:
        return _("never")
    seconds = (at - instant).total_seconds()
    if abs(seconds) < 45:
        return _("just now")
    span = _largest_unit(abs(seconds))
    return (_("%s ago") if seconds > 0 else _("in %s")) % span


def _largest_unit(seconds: float) -> str:
    if seconds < 3600:
        return _unit(str(max(1, round(seconds / 60))), _("min"))
    if seconds < 48 * 3600:
        return _unit(str(round(seconds / 3600)), _("h"))
    return _unit(_number(Decimal(round(seconds / 86400)), 0), _("d"))


def plural(number: int, singular: str, many: str) -> str:
    """ "1 service", "12 services": pass words that the catalog knows."""
    return f"{_number(Decimal(number), 0)}{NNBSP}{ngettext(singular, many, number)}"


def _decimal(value: Number | None) -> Decimal | None:
    """Through repr, so that 0.999 is 99.9 % and not 99.90000000000001 %; NaN and infinity are no data."""
    if value is None:
        return None
    number = value if isinstance(value, Decimal) else Decimal(repr(float(value)))
    return number if number.is_finite() else None


def _number(value: Decimal, places: int) -> str:
    rounded = value.quantize(Decimal(1).scaleb(-places), rounding=ROUND_HALF_UP)
    if rounded == 0:
        rounded = abs(rounded)
    text = number_format(rounded, decimal_pos=places, use_l10n=True, force_grouping=True)
    return text.replace("-", MINUS)


def _unit(number: str, unit: str) -> str:
    return f"{number}{NNBSP}{unit}"
