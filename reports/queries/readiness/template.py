"""The readiness template in force, and its versions."""

from __future__ import annotations

from dataclasses import dataclass

from django.utils.translation import gettext as _

from relportal.core.exceptions import Missing, Unavailable
from reports.domain.readiness import Template
from reports.domain.readiness_text import from_json
from reports.models import ReadinessTemplate


@dataclass(frozen=True, slots=True)
class TemplateVersion:
    row: ReadinessTemplate
    template: Template


def current() -> TemplateVersion:
    """Raises: Unavailable where there is none, which only a broken database has."""
    row = ReadinessTemplate.objects.select_related("created_by").first()
    if row is None:
        raise Unavailable(_("No readiness template is in force."))
    return TemplateVersion(row, from_json(row.content))


def version(number: int) -> TemplateVersion:
    """Raises: Missing."""
    row = ReadinessTemplate.objects.select_related("created_by").filter(number=number).first()
    if row is None:
        raise Missing(_("There is no such version of the template."))
    return TemplateVersion(row, from_json(row.content))
