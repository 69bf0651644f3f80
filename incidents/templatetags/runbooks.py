"""How the pages say what came of a runbook."""

from __future__ import annotations

from django import template
from django.utils.functional import Promise

from incidents.models import RunOutcome

register = template.Library()


@register.filter
def run_outcome(value: str | None) -> str | Promise:
    """Empty for None: nobody said that it was used."""
    return RunOutcome(value).label if value else ""
