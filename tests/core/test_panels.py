from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from typing import Any

import pytest

from relportal.core import panels
from relportal.core.models import User
from relportal.core.panels import Page, Panel, register, shown, unregister

AT = dt.datetime(2026, 11, 2, tzinfo=dt.UTC)


@pytest.fixture(autouse=True)
def no_other_panels(monkeypatch: pytest.MonkeyPatch) -> None:
    """Those of the apps ask the database about real objects."""
    monkeypatch.setattr(panels, "_PANELS", {})


def panel(key: str, **fields: Any) -> Panel:
    defaults: dict[str, Any] = {
        "page": Page.SERVICE,
        "title": key,
        "template": "x.html",
        "query": lambda user, obj, at: (user, obj, at),
    }
    return Panel(key=key, **defaults | fields)


@pytest.fixture
def risks() -> Iterator[Panel]:
    yield (made := register(panel("test-risks", position=20)))
    unregister(made)


def test_a_panel_gets_the_viewer_the_object_and_the_instant(risks: Panel) -> None:
    user = User(email="a@example.com")
    (one,) = [one for one in shown(Page.SERVICE, user, "x", at=AT) if one.panel == risks]
    assert one.data == (user, "x", AT)


def test_a_panel_shows_on_its_own_page_only(risks: Panel) -> None:
    assert risks not in [one.panel for one in shown(Page.JOURNEY, User(), "x", at=AT)]


def test_panels_stand_in_the_order_of_their_position(risks: Panel) -> None:
    first = register(panel("test-z", position=10))
    order = [one.panel for one in shown(Page.SERVICE, User(), "x", at=AT)]
    unregister(first)
    assert order.index(first) < order.index(risks)


def test_a_panel_with_nothing_to_say_is_left_out() -> None:
    silent = register(panel("test-silent", query=lambda user, obj, at: None))
    seen = [one.panel for one in shown(Page.SERVICE, User(), "x", at=AT)]
    unregister(silent)
    assert silent not in seen


def test_two_panels_of_one_key_are_refused(risks: Panel) -> None:
    with pytest.raises(RuntimeError, match="test-risks"):
        register(panel("test-risks"))
