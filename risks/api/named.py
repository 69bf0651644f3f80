"""Rows that a body names by their short ids, as far as the caller may see them."""

from __future__ import annotations

from typing import Final

from django.utils.translation import gettext as _

from relportal.core.exceptions import Invalid, Missing
from relportal.core.models import User
from risks.models import Risk
from risks.queries.detail import visible

RISK: Final = r"^(RISK-)?[0-9]{1,9}$"


def risk_named(user: User, text: str) -> Risk:
    """Of a text that fits RISK. Raises: Invalid at `risk`."""
    try:
        return visible(user, int(text.removeprefix("RISK-")))
    except Missing as error:
        raise Invalid({"risk": _("There is no such risk. Enter an id such as RISK-12.")}) from error
