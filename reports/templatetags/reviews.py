"""Words and signs of reviews for templates."""

from __future__ import annotations

from typing import Final

from django import template
from django.utils.safestring import SafeString

from relportal.core.templatetags.portal import status
from reports.models import Review, ReviewState

register = template.Library()

BANDS: Final = {ReviewState.RUNNING: "at_risk", ReviewState.DONE: "healthy"}


@register.simple_tag
def review_state(one: Review, *, pill: bool = False) -> SafeString:
    """Shape and word."""
    return status(BANDS.get(ReviewState(one.state), "no_data"), one.get_state_display(), pill=pill)
