"""Rows of a tracked model as they were at instants of the past, from the events that triggers keep."""

from __future__ import annotations

import datetime as dt
from bisect import bisect_right
from collections import defaultdict
from collections.abc import Iterable, Sequence
from typing import Any, Final

from django.db import models

from relportal.core.queries.history import tracked_models

DELETE: Final = "delete"


def rows_at(
    model: type[models.Model], columns: Sequence[str], instants: Iterable[dt.datetime]
) -> dict[dt.datetime, dict[int, tuple[Any, ...]]]:
    """Instant -> id -> the values of `columns` then; a row that was deleted by then is not in it.

    Before its first event a row is as that event says: what the portal did not see yet is not held to have been otherwise.
    One statement, whatever the number of instants.
    """
    event: Any = tracked_models()[model._meta.model_name or ""]
    told: defaultdict[int, list[tuple[dt.datetime, str, tuple[Any, ...]]]] = defaultdict(list)
    events = event._default_manager.order_by("pgh_created_at", "pgh_id")
    for key, at, label, *values in events.values_list("pgh_obj_id", "pgh_created_at", "pgh_label", *columns):
        told[key].append((at, label, tuple(values)))
    return {each: _at(told, each) for each in instants}


def _at(told: dict[int, list[tuple[dt.datetime, str, tuple[Any, ...]]]], at: dt.datetime) -> dict[int, tuple[Any, ...]]:
    found = {}
    for key, rows in told.items():
        _when, label, values = rows[max(0, bisect_right(rows, at, key=lambda row: row[0]) - 1)]
        if label != DELETE:
            found[key] = values
    return found
