"""Saved views: which lists have them, and how the address of a list becomes what is saved.

An app names its lists in `AppConfig.ready`; core never knows who they are.
"""

from __future__ import annotations

from typing import Final
from urllib.parse import urlencode

from django.http import QueryDict
from django.urls import reverse

# Which page of a list someone stood on, or that they took it as CSV, is no part of a view.
PASSING: Final = frozenset({"page", "format", "kiosk"})

_lists: dict[str, str] = {}


def provide(page: str, url_name: str) -> None:
    """Adds or replaces the list `page`, so that a second import changes nothing."""
    _lists[page] = url_name


def known(page: str) -> bool:
    return page in _lists


def address(page: str, query: str = "") -> str:
    """Raises: KeyError for a list that nobody provides."""
    path = reverse(_lists[page])
    return f"{path}?{query}" if query else path


def normal(query: QueryDict) -> str:
    """The same text for every address that shows the same rows in the same order."""
    pairs = ((key, text.replace("\0", "")) for key, texts in query.lists() if key not in PASSING for text in texts)
    return urlencode(sorted((key, text) for key, text in pairs if text))
