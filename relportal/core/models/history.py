"""Row history: every insert, update and delete of a tracked row is kept by triggers, with who did it in which request."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TypeVar

import pghistory
from django.db import models

M = TypeVar("M", bound=models.Model)


def tracked(*, exclude: Sequence[str] = ()) -> Callable[[type[M]], type[M]]:
    """Decorator of a model; `exclude` names fields that history must not hold (secrets) or that say nothing."""
    decorate: Callable[[type[M]], type[M]] = pghistory.track(
        pghistory.InsertEvent(), pghistory.UpdateEvent(), pghistory.DeleteEvent(), exclude=list(exclude) or None
    )
    return decorate
