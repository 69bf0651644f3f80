"""The words for what the catalog found: the claim of a page's title, and what to do about each missing thing."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from django.urls import NoReverseMatch, reverse
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from relportal.core.models import Lifecycle
from slo.domain.bands import Band
from slo.domain.completeness import Fact
from slo.queries.catalog_state import BandCounts, ServiceState

Words = str | Promise

_MISSING: Final[dict[Fact, tuple[Words, Words]]] = {
    Fact.OWNER: (
        gettext_lazy("Owner team"),
        gettext_lazy("Choose the team that is called when it fails."),
    ),
    Fact.DESCRIPTION: (
        gettext_lazy("Description"),
        gettext_lazy("Say in a sentence what it does and for whom."),
    ),
    Fact.RUNBOOK: (
        gettext_lazy("Runbook"),
        gettext_lazy("Link what to read when it fails at night."),
    ),
    Fact.REPO: (gettext_lazy("Repository"), gettext_lazy("Link its source code.")),
    Fact.DASHBOARD: (
        gettext_lazy("Dashboard"),
        gettext_lazy("Link the dashboard that shows it running."),
    ),
    Fact.CONNECTED: (
        gettext_lazy("Dependencies"),
        gettext_lazy("Name a service that it calls, or one that calls it."),
    ),
    Fact.OBJECTIVE: (
        gettext_lazy("Objective"),
        gettext_lazy("Promise something that its users notice."),
    ),
    Fact.AVAILABILITY: (
        gettext_lazy("Availability objective"),
        gettext_lazy("Tier 1 promises that requests succeed."),
    ),
    Fact.LATENCY: (
        gettext_lazy("Latency objective"),
        gettext_lazy("Tier 1 promises that answers are fast enough."),
    ),
    Fact.BURN_ALERT: (
        gettext_lazy("Burn alert"),
        gettext_lazy("Give an objective a rule that tells its owner in time."),
    ),
}
_BY_OBJECTIVE: Final = {
    Fact.OBJECTIVE,
    Fact.AVAILABILITY,
    Fact.LATENCY,
    Fact.BURN_ALERT,
}
_ANCHORS: Final = {
    Fact.OWNER: "id_team",
    Fact.DESCRIPTION: "id_description",
    Fact.CONNECTED: "dependencies",
}


@dataclass(frozen=True, slots=True)
class Advice:
    """A missing thing: its name, what to do, and the page where to do it."""

    fact: Fact
    label: str
    todo: str
    url: str
    weight: int


def fact_label(fact: Fact) -> str:
    return str(_MISSING[fact][0])


def advice(state: ServiceState) -> tuple[Advice, ...]:
    """What is missing, weightiest first, each with the form that mends it."""
    return tuple(
        Advice(
            rule.fact,
            str(_MISSING[rule.fact][0]),
            str(_MISSING[rule.fact][1]),
            _form(rule.fact, state),
            rule.weight,
        )
        for rule in state.completeness.missing
    )


def _form(fact: Fact, state: ServiceState) -> str:
    if fact in _BY_OBJECTIVE:
        try:
            return f"{reverse('slo:objective-create')}?service={state.slug}"
        except NoReverseMatch:
            return reverse("slo:objective-list")
    anchor = _ANCHORS.get(fact, "links")
    return f"{reverse('slo:service-edit', args=[state.slug])}#{anchor}"


def service_claim(state: ServiceState) -> str:
    """What a leader takes from the page without reading on."""
    counts = state.counts
    if state.lifecycle is Lifecycle.RETIRED:
        text = _("%(name)s: retired")
    elif not counts.total:
        text = _("%(name)s: no objective yet")
    else:
        text = f"%(name)s: {_objectives(counts)}"
    return text % {"name": state.name}


def _objectives(counts: BandCounts) -> str:
    whole = counts.total
    if counts.breached:
        return ngettext(
            "%(n)s of %(all)s objective breached",
            "%(n)s of %(all)s objectives breached",
            whole,
        ) % {"n": counts.breached, "all": whole}
    if counts.at_risk:
        return ngettext(
            "%(n)s of %(all)s objective at risk",
            "%(n)s of %(all)s objectives at risk",
            whole,
        ) % {"n": counts.at_risk, "all": whole}
    if counts.no_data:
        return ngettext(
            "%(n)s of %(all)s objective without data",
            "%(n)s of %(all)s objectives without data",
            whole,
        ) % {"n": counts.no_data, "all": whole}
    return ngettext("its objective is kept", "all %(all)s objectives are kept", whole) % {"all": whole}


def list_claim(services: BandCounts) -> str:
    """The title of the services list: what a leader would ask first."""
    whole = services.total
    if not whole:
        return _("No services yet")
    parts = []
    if services.breached:
        parts.append(_("%(n)s breached") % {"n": services.breached})
    if services.at_risk:
        parts.append(_("%(n)s at risk") % {"n": services.at_risk})
    if parts:
        return ngettext("%(parts)s of %(all)s service", "%(parts)s of %(all)s services", whole) % {
            "parts": ", ".join(parts),
            "all": whole,
        }
    if services.healthy == whole:
        return ngettext("The service is healthy", "All %(all)s services are healthy", whole) % {"all": whole}
    return ngettext("%(n)s of %(all)s service without data", "%(n)s of %(all)s services without data", whole) % {
        "n": services.no_data,
        "all": whole,
    }


def journeys_claim(bands: Sequence[Band]) -> str:
    """The title of the list of journeys."""
    whole = len(bands)
    hit = sum(band is Band.BREACHED for band in bands)
    if not whole:
        return _("No journeys yet")
    if hit:
        return ngettext("%(n)s of %(all)s journey is broken", "%(n)s of %(all)s journeys are broken", whole) % {
            "n": hit,
            "all": whole,
        }
    return ngettext("The journey is unbroken", "None of %(all)s journeys is broken", whole) % {"all": whole}


def journey_claim(name: str, *, band: Band, steps: Sequence[ServiceState]) -> str:
    """The worst that a customer meets on the way, named by service; no number is made of several."""
    hit = [step.name for step in steps if step.band is band]
    if not steps:
        return _("%(name)s: no services yet") % {"name": name}
    if band is Band.HEALTHY:
        return _("%(name)s: every step keeps its objectives") % {"name": name}
    words = {
        Band.BREACHED: _("%(name)s: %(steps)s breached"),
        Band.AT_RISK: _("%(name)s: %(steps)s at risk"),
        Band.NO_DATA: _("%(name)s: no data on %(steps)s"),
    }[band]
    more = len(hit) - 2
    listed = ", ".join(hit[:2])
    if more > 0:
        listed = _("%(listed)s and %(more)s more") % {"listed": listed, "more": more}
    return words % {"name": name, "steps": listed}
