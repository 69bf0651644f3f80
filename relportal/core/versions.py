"""Lost updates: an editable row carries a version, and a write names the one that its author saw."""

from __future__ import annotations

from typing import Any, TypeVar

from django.db import models
from django.utils.translation import gettext as _

from relportal.core.exceptions import Missing, Stale

M = TypeVar("M", bound=models.Model)


def locked(model: type[M], pk: Any, *, version: int | None = None) -> M:
    """The row, locked until the transaction ends; `version` None writes whatever stands there.

    Raises:
        Missing: the row is gone.
        Stale: the row has another version; carries it as it stands.
    """
    row = model._default_manager.select_for_update(of=("self",)).filter(pk=pk).first()
    if row is None:
        raise Missing(_("This is not there any more."))
    current: int = row.version  # type: ignore[attr-defined]  # every editable model has one
    if version is not None and version != current:
        raise Stale(
            _(
                "Someone else changed this after you opened it. Both versions are shown: take what you need and save again."
            ),
            current=row,
        )
    return row
