"""The words for what was found of objectives: claims, reasons for missing numbers, forecasts."""

from __future__ import annotations

from typing import Final

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from relportal.core import units
from slo.domain.attention import Burning, ExhaustsSoon, LittleLeft, Overspent, Reason, Unknown
from slo.domain.budget import NoDataReason
from slo.domain.forecast import Outlook
from slo.models import Band, Indicator
from slo.queries.objectives import ObjectiveList, ObjectivePage
from slo.queries.overview import Overview

_REASONS: Final[dict[str, Promise]] = {
    NoDataReason.NO_TRAFFIC: gettext_lazy("nothing happened in the window"),
    NoDataReason.LOW_COVERAGE: gettext_lazy("less than 90 % of the window was measured; alerts are frozen"),
    NoDataReason.PERIOD_BEGINS: gettext_lazy("the period has only just begun"),
    NoDataReason.NEVER_COLLECTED: gettext_lazy("nothing has been collected yet"),
    NoDataReason.SOURCE_UNAVAILABLE: gettext_lazy("the source does not answer"),
    NoDataReason.MISSING_PLUGIN: gettext_lazy("the plug-in of its source is missing"),
}
_OUTLOOKS: Final[dict[str, Promise]] = {
    Outlook.NEVER_AT_THIS_RATE: gettext_lazy("never at this rate"),
    Outlook.NOT_IN_THIS_PERIOD: gettext_lazy("not in this period"),
    Outlook.STAYS_EXHAUSTED: gettext_lazy("stays spent at this rate"),
}


def reason_words(reason: str) -> str:
    """Why there is no number; empty when there is one."""
    return str(_REASONS.get(reason, ""))


def outlook_words(outlook: str) -> str:
    """A forecast without an instant in words; empty for one with an instant, and for none."""
    return str(_OUTLOOKS.get(outlook, ""))


def objective_claim(shown: ObjectivePage) -> str:
    """The title of the page of an objective: what a leader takes from it without reading on."""
    status = shown.status
    name = str(shown.objective)
    if shown.objective.retired_at is not None:
        return _("%(name)s: retired") % {"name": name}
    if status.remaining is None:
        return _("%(name)s: no data, %(reason)s") % {"name": name, "reason": reason_words(status.reason)}
    time = units.budget_time(status.remaining, shown.whole)
    if status.band == Band.BREACHED:
        return _("%(name)s: budget overspent, %(time)s") % {"name": name, "time": time}
    return _("%(name)s: %(left)s of the budget left, %(time)s") % {
        "name": name,
        "left": units.budget(status.remaining),
        "time": time,
    }


def list_claim(listed: ObjectiveList) -> str:
    """The title of the SLO catalog."""
    first, whole = listed.tier_one, listed.bands
    if not whole.total:
        return _("No objectives yet")
    if first.total:
        return tier_claim(missed=first.breached, whole=first.total, tier=1)
    return ngettext("%(n)s of %(all)s SLO missed", "%(n)s of %(all)s SLOs missed", whole.total) % {
        "n": whole.breached,
        "all": whole.total,
    }


def tier_claim(*, missed: int, whole: int, tier: int) -> str:
    if not missed:
        return ngettext(
            "The tier-%(tier)s SLO is not missed", "None of %(all)s tier-%(tier)s SLOs is missed", whole
        ) % {"all": whole, "tier": tier}
    return ngettext(
        "%(n)s of %(all)s tier-%(tier)s SLO missed", "%(n)s of %(all)s tier-%(tier)s SLOs missed", whole
    ) % {
        "n": missed,
        "all": whole,
        "tier": tier,
    }


def query_texts(indicator: Indicator) -> tuple[tuple[str, str], ...]:
    """(what, text) of the queries that its kind uses."""
    found = (
        (_("Good events"), indicator.good),
        (_("Bad events"), indicator.bad),
        (_("All events"), indicator.total),
        (_("Histogram"), indicator.histogram),
        (_("Value"), indicator.value),
    )
    return tuple((label, text) for label, text in found if text)


def attention_words(reason: Reason) -> str:
    """Why an objective needs attention, in a few words."""
    match reason:
        case Burning(severity=severity, burn=burn):
            word = _("paging") if severity == "page" else _("ticket")
            # An alert goes on firing while too little is counted to say how fast.
            return word if burn is None else _("%(word)s, burning %(burn)s") % {"word": word, "burn": units.burn(burn)}
        case Overspent():
            return _("budget overspent")
        case ExhaustsSoon():
            return _("budget ends within 3 days at this rate")
        case LittleLeft():
            return _("less than a quarter of the budget left")
        case Unknown(reason=why):
            return reason_words(why)


def overview_claim(shown: Overview) -> str:
    """The title of the overview: the most important tier that has promises, then who is worst."""
    if not shown.tiers:
        return _("Nothing is promised yet")
    first = shown.tiers[0]
    claim = tier_claim(missed=first.counts.breached, whole=first.counts.total, tier=first.tier)
    if shown.worst is None:
        return claim
    return _("%(claim)s; %(service)s is worst") % {"claim": claim, "service": shown.worst.row.objective.service}
