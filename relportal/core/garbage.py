"""Keeping the garbage collector out of work that makes hundreds of thousands of small objects and no cycles."""

from __future__ import annotations

import gc
from collections.abc import Iterator
from contextlib import contextmanager


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
