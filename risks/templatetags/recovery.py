"""Words and signs of recovery for templates."""

from __future__ import annotations

from django import template
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from relportal.core import units
from relportal.core.templatetags.portal import status
from risks.domain.recovery import Verdict
from risks.models import RecoveryVerdict
from risks.queries.recovery.standings import VERDICT_BANDS

register = template.Library()


@register.simple_tag
def recovery_verdict(verdict: str, *, pill: bool = False) -> SafeString:
    """Shape, word and colour."""
    band = VERDICT_BANDS.get(Verdict(verdict), "no_data")
    return status(band, str(RecoveryVerdict(verdict).label), pill=pill)


@register.simple_tag
def against(measured: int | str | None, limit: int | str | None) -> SafeString:
    """Seconds, measured and promised: "12 min of 30 min"; what is longer than promised stands out. A template gives "" for a
    number of what is not there."""
    said = units.duration(measured) if isinstance(measured, int) else "–"
    if not isinstance(limit, int):
        return format_html('<span class="rp-muted">{}</span>', said)
    of = _("of %(limit)s") % {"limit": units.duration(limit)}
    kind = "rp-late" if isinstance(measured, int) and measured > limit else "rp-within"
    return format_html('<span class="{}">{}</span> <span class="rp-muted">{}</span>', kind, said, of)
