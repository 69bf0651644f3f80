"""The files of a risk or an exception, without their content, which is read for one only."""

from __future__ import annotations

from django.db.models import QuerySet
from django.utils.translation import gettext as _

from relportal.core.exceptions import Missing
from risks.models import Evidence, GovernanceException, Risk

Holder = Risk | GovernanceException


def present(holder: Holder) -> QuerySet[Evidence]:
    """Those that were not removed. Whoever asks has looked whether the holder may be seen."""
    rows = Evidence.objects.defer("content").filter(removed_at=None)
    return rows.filter(risk=holder) if isinstance(holder, Risk) else rows.filter(exception=holder)


def listed(holder: Holder) -> QuerySet[Evidence]:
    return present(holder).select_related("by")


def found(holder: Holder, number: int) -> Evidence:
    """Raises: Missing."""
    row = listed(holder).filter(pk=number).first()
    if row is None:
        raise Missing(_("There is no such file here."))
    return row
