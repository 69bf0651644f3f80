"""What is said of deploys, as sentences: why one is suspected, what makes one risky, how one failed."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from incidents.domain.change_risk import Factor, Level, Points
from incidents.domain.changes import Failure
from incidents.domain.suspects import Place, Reason, Why
from incidents.models import Deploy
from incidents.queries.suspects import SuspectRow
from relportal.core import units

FAILURES: Final = {
    Failure.CAUSE: gettext_lazy("caused an incident"),
    Failure.FAILED: gettext_lazy("did not go through"),
    Failure.ROLLED_BACK: gettext_lazy("rolled back"),
    Failure.HOTFIXED: gettext_lazy("needed a hotfix"),
}
LEVELS: Final = {
    Level.LOW: gettext_lazy("Low"),
    Level.MEDIUM: gettext_lazy("Medium"),
    Level.HIGH: gettext_lazy("High"),
    Level.VERY_HIGH: gettext_lazy("Very high"),
}
ANCHORS: Final = {
    "impact_started": gettext_lazy("the impact began"),
    "detected": gettext_lazy("it was detected (nobody said yet when the impact began)"),
    "declared": gettext_lazy("it was declared (nobody said yet when the impact began)"),
}


def kind(deploy: Deploy) -> str:
    """What sets it apart from others; empty: nothing."""
    if not deploy.is_rollback:
        return _("Hotfix") if deploy.is_hotfix else ""
    words = {True: _("Rollback by a machine"), False: _("Rollback by a person"), None: _("Rollback")}
    return words[deploy.rollback_automatic]


def named(deploy: Deploy) -> str:
    """Such as: Checkout 1.4.2."""
    return f"{deploy.service.name} {(deploy.revision or deploy.key)[:12]}"


def suspected(row: SuspectRow) -> str:
    """Such as: on Checkout itself, ended 4 min before, 800 lines."""
    return ", ".join(_reason(each, row.deploy) for each in row.reasons)


def _reason(reason: Reason, deploy: Deploy) -> str:
    if reason.why is Why.PLACE:
        return _place(reason.place or Place.UNKNOWN, deploy.service.name)
    if reason.why is Why.SIZE:
        return _lines(int(reason.value))
    words = {
        Why.BEFORE: _("ended %(time)s before"),
        Why.RUNNING: _("was going on when it began"),
        Why.JUST_AFTER: _("began %(time)s after, which is within what times are exact to"),
        Why.NEAR_END: _("ended %(time)s from the end of the incident"),
        Why.MEANWHILE: _("went out while it went on"),
        Why.SIZE_UNKNOWN: _("of unknown size"),
        Why.FAILED: _("did not go through"),
        Why.ROLLBACK: _("a rollback"),
    }[reason.why]
    return words % {"time": units.duration(reason.value * 3600)}


def _place(place: Place, service: str) -> str:
    return {
        Place.SAME: _("on %(service)s itself"),
        Place.CALLED: _("on %(service)s, which it calls"),
        Place.FAR: _("on %(service)s, two calls away"),
        Place.CALLER: _("on %(service)s, which calls it"),
        Place.UNKNOWN: _("on %(service)s, while no service is named in the incident"),
    }[place] % {"service": service}


def _lines(size: int) -> str:
    return ngettext("%(n)s line", "%(n)s lines", size) % {"n": units.exact_count(size)}


def risky(points: Points) -> str:
    """Why a change has these points."""
    value = points.value or 0.0
    words: dict[Factor, Callable[[], str]] = {
        Factor.SIZE: lambda: _("%(lines)s changed") % {"lines": _lines(int(value))},
        Factor.SIZE_UNKNOWN: lambda: _("the number of changed lines is not known"),
        Factor.WEEKEND: lambda: _("at the weekend"),
        Factor.NIGHT: lambda: _("at night, 22 to 6 o'clock"),
        Factor.FRIDAY: lambda: _("on a Friday afternoon"),
        Factor.OUT_OF_HOURS: lambda: _("outside working hours, 9 to 17 o'clock"),
        Factor.WORKING_HOURS: lambda: _("in working hours"),
        Factor.PAUSE: lambda: _("no deploy for at least %(n)d days") % {"n": value},
        Factor.BURN: lambda: _burning(value),
        Factor.BUDGET: lambda: _("%(left)s of the least budget left") % {"left": units.percent(value, 0)},
        Factor.BURN_UNKNOWN: lambda: _("the burn of this service is not measured"),
        Factor.FAILURES: lambda: _failed(int(value)),
        Factor.TIER: lambda: _("a service of tier %(n)d") % {"n": value},
    }
    return words[points.factor]()


def _burning(rate: float) -> str:
    if rate <= 0:
        return _("no burn alert")
    return _("an objective burns at %(rate)s") % {"rate": units.burn(rate)}


def _failed(count: int) -> str:
    if not count:
        return _("no deploy of it failed in the 30 days before")
    words = ngettext(
        "%(n)d deploy of it failed in the 30 days before", "%(n)d deploys of it failed in the 30 days before", count
    )
    return words % {"n": count}
