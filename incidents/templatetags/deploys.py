"""Words and signs of deploys for templates."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

from django import template
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from incidents.domain.change_risk import Level, Points, Risk
from incidents.domain.changes import Failure
from incidents.domain.statistics import Interval
from incidents.models import Deploy, DeployState, SuspectVerdict
from incidents.queries import deploy_words as words
from incidents.queries.suspects import SuspectRow
from relportal.core import units
from relportal.core.templatetags.portal import shape

register = template.Library()

VERDICT_BANDS: Final = {"cause": "breached", "fix": "healthy", "dismissed": "no_data"}
RISK_BANDS: Final = {
    Level.LOW: "healthy",
    Level.MEDIUM: "no_data",
    Level.HIGH: "at_risk",
    Level.VERY_HIGH: "breached",
}
STATE_BANDS: Final = {"started": "at_risk", "succeeded": "healthy", "failed": "breached"}


def _badge(band: str, word: object, title: str = "") -> SafeString:
    return format_html('<span class="rp-status is-{}" title="{}">{}{}</span>', band, title, shape(band), word)


@register.simple_tag
def verdict(row: SuspectRow) -> SafeString:
    """What was said of a deploy in an incident, and until then how likely it is, as a number of 100."""
    if row.mark is not None:
        return _badge(VERDICT_BANDS[row.verdict], row.mark.get_verdict_display())
    band = "at_risk" if row.score >= 0.5 else "no_data"
    return _badge(band, f"{round(100 * row.score)}", _("Likeliness of 100"))


@register.simple_tag
def verdict_badge(kind: str) -> SafeString:
    return _badge(VERDICT_BANDS.get(kind, "no_data"), SuspectVerdict(kind).label)


@register.simple_tag
def deploy_state(deploy: Deploy) -> SafeString:
    return _badge(STATE_BANDS[deploy.state], DeployState(deploy.state).label)


@register.simple_tag
def deploy_name(deploy: Deploy) -> str:
    """Such as: Checkout 1.4.2."""
    return words.named(deploy)


@register.filter
def deploy_kind(deploy: Deploy) -> str:
    return words.kind(deploy)


@register.filter
def suspected(row: SuspectRow) -> str:
    return words.suspected(row) or _("by its time neither a cause nor a fix")


@register.simple_tag
def risk_badge(risk: Risk) -> SafeString:
    """The points, with what they are made of as its title."""
    told = "; ".join(f"{words.risky(each)}: {each.points}" for each in risk.parts if each.points)
    return _badge(RISK_BANDS[risk.level], f"{risk.score}", told)


@register.filter
def risk_level(risk: Risk) -> str:
    return str(words.LEVELS[risk.level])


@register.filter
def risky(points: Points) -> str:
    return words.risky(points)


@register.filter
def failed_by(kinds: Iterable[Failure]) -> str:
    return ", ".join(str(words.FAILURES[kind]) for kind in kinds)


@register.filter
def interval(found: Interval | None) -> str:
    """A share's interval: 4 % to 12 %."""
    if found is None:
        return "–"
    return _("%(low)s to %(high)s") % {"low": units.percent(found.low), "high": units.percent(found.high)}


@register.filter
def failure_word(kind: Failure) -> str:
    return str(words.FAILURES[kind])
