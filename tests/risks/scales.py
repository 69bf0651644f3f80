"""Changes of a scale, for tests of its versions."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from relportal.core.models import User
from risks.actions.scale import begin_draft, edit_draft, put_in_force
from risks.domain.matrix import Scale
from risks.models import Matrix
from risks.queries.scale import scale_of


def drafted(lead: User, *, at: dt.datetime, cells: Mapping[tuple[str, str], str] | None = None, **parts: Any) -> Matrix:
    """A draft of the scale in force with some cells or whole parts changed."""
    draft = begin_draft(lead, at=at)
    scale = scale_of(draft)
    changed: Scale = replace(scale, cells={**scale.cells, **(cells or {})}, **parts)
    return edit_draft(lead, draft, name=draft.name, scale=changed, version=draft.version, at=at)


def replaced(lead: User, *, at: dt.datetime, **changes: Any) -> Matrix:
    """The scale that is in force after such a change."""
    draft = drafted(lead, at=at, **changes)
    return put_in_force(lead, draft, note="Serious is worse than we thought", version=draft.version, at=at)
