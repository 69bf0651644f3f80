"""Writing rows from an action: what the model refuses becomes Invalid by field, a lost race becomes Conflict."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager

from django.core.exceptions import NON_FIELD_ERRORS, ValidationError
from django.db import IntegrityError, models, transaction
from django.utils.translation import gettext as _

from relportal.core.exceptions import Conflict, Invalid


def clean(row: models.Model) -> None:
    """Raises: Invalid, by field."""
    with _by_field():
        row.full_clean()


def clean_alone(row: models.Model, *, exclude: Sequence[str] = ()) -> None:
    """What can be told without the database: foreign keys belong into `exclude`, uniqueness is the caller's.

    Raises: Invalid, by field.
    """
    with _by_field():
        row.full_clean(exclude=exclude, validate_unique=False, validate_constraints=False)


def save(row: models.Model) -> None:
    """Raises: Conflict."""
    with uncollided():
        row.save()


@contextmanager
def uncollided() -> Iterator[None]:
    """Cleaning found nothing, so what still collides was written by someone else in between.

    Raises: Conflict.
    """
    try:
        with transaction.atomic():
            yield
    except IntegrityError as error:
        raise Conflict(_("Someone else has just used this name. Choose another.")) from error


@contextmanager
def _by_field() -> Iterator[None]:
    try:
        yield
    except ValidationError as error:
        raise Invalid(
            {("" if field == NON_FIELD_ERRORS else field): texts for field, texts in error.message_dict.items()}
        ) from error
