"""Keeping the garbage collector out of work that makes hundreds of thousands of small objects and no cycles."""

from __future__ import annotations

import gc
from collections.abc import Iterator
from contextlib import contextmanager

from django.urls import get_resolver


@contextmanager
def uncollected() -> Iterator[None]:
    """No collection of cycles meanwhile, for work that ends soon; memory is freed by reference count as always.

    Reading a large JSON answer sets off collections of all that the process has loaded, again and again, which find nothing.
    """
    if not gc.isenabled():
        yield
        return
    gc.disable()
    try:
        yield
    finally:
        gc.enable()


def settled() -> None:
    """Loads every page, and leaves what is loaded then out of later collections: it lives as long as the process.

    Without it, every now and then a page waits for a sixth of a second while half a million objects are looked through.
    """
    _ = get_resolver().url_patterns
    gc.collect()
    gc.freeze()
