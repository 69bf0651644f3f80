"""Panels: how an app shows itself on a page of an app below it, which does not know of it.

A panel is registered once, in the `panels.py` that the app's config imports in `ready`; the page asks for the panels of its
kind and renders each with what its query returned. A query that returns None has nothing to say, and the panel is left out.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, Final

from relportal.core.models import User

Query = Callable[[User, Any, dt.datetime], Any]


class Page(StrEnum):
    """The pages that show panels; the object that a query gets is a Service, Journey, Objective, ActionItem, Incident, Risk or
    Team.

    The overview is of everything: its queries get None.
    """

    SERVICE = "service"
    JOURNEY = "journey"
    OBJECTIVE = "objective"
    ACTION = "action"
    INCIDENT = "incident"
    RISK = "risk"
    TEAM = "team"
    OVERVIEW = "overview"


@dataclass(frozen=True, slots=True, kw_only=True)
class Panel:
    """`template` is rendered with `panel` (this) and `data` (what `query(user, obj, at)` returned, never None).

    `title` may be a lazy translation. Panels stand in the order of `position`, then of `key`.
    """

    key: str
    page: Page
    title: Any
    template: str
    query: Query
    position: int = 100


@dataclass(frozen=True, slots=True)
class Shown:
    panel: Panel
    data: Any


_PANELS: Final[dict[tuple[Page, str], Panel]] = {}


def register(panel: Panel) -> Panel:
    """Raises: RuntimeError when the page has a panel of that key already: one would silently hide the other."""
    if (panel.page, panel.key) in _PANELS:
        raise RuntimeError(f"two panels of {panel.page} have the key {panel.key!r}")
    _PANELS[panel.page, panel.key] = panel
    return panel


def unregister(panel: Panel) -> None:
    del _PANELS[panel.page, panel.key]


def shown(page: Page, user: User, obj: Any, *, at: dt.datetime) -> tuple[Shown, ...]:
    """The panels of a page that have something to say about `obj` to `user`."""
    panels = sorted(
        (panel for panel in _PANELS.values() if panel.page is page),
        key=lambda panel: (panel.position, panel.key),
    )
    asked = ((panel, panel.query(user, obj, at)) for panel in panels)
    return tuple(Shown(panel, data) for panel, data in asked if data is not None)
