"""Writing one row from an action: what the model refuses becomes Invalid by field, a lost race becomes Conflict."""

from __future__ import annotations

from django.core.exceptions import NON_FIELD_ERRORS, ValidationError
from django.db import IntegrityError, models, transaction
from django.utils.translation import gettext as _

from relportal.core.exceptions import Conflict, Invalid


def clean(row: models.Model) -> None:
    """Raises: Invalid, by field."""
    try:
        row.full_clean()
    except ValidationError as error:
        raise Invalid(
            {("" if field == NON_FIELD_ERRORS else field): texts for field, texts in error.message_dict.items()}
        ) from error


def save(row: models.Model) -> None:
    """Cleaning found nothing, so what still collides was written by someone else in between.

    Raises: Conflict.
    """
    try:
        with transaction.atomic():
            row.save()
    except IntegrityError as error:
        raise Conflict(_("Someone else has just used this name. Choose another.")) from error
