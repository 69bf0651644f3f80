"""Thousands of rows between PostgreSQL and NumPy in a few milliseconds: binary COPY, without a Python object for a value.

Only fixed-length columns without NULL: bigint, smallint, double precision and timestamptz. A missing number is NaN here and NULL
there, which the statement turns with `coalesce` and `nullif`.

Source: PostgreSQL documentation, COPY, "Binary Format".
"""

from __future__ import annotations

import io
from collections.abc import Mapping, Sequence
from typing import Any, Final

import numpy as np
from django.db import connection
from numpy.typing import NDArray

_SIGNATURE: Final = b"PGCOPY\n\xff\r\n\x00" + b"\x00" * 8
_TRAILER: Final = b"\xff\xff"
# timestamptz counts microseconds from here.
_EPOCH_2000_S: Final = 946_684_800

INT: Final = ">i8"
SMALL: Final = ">i2"
FLOAT: Final = ">f8"
Table = NDArray[np.void]


def read(sql: str, params: Sequence[Any] | Mapping[str, Any], *, columns: Mapping[str, str]) -> Table:
    """The rows of a SELECT as a structured array; `columns` maps each name, in the order of the SELECT, to INT or FLOAT.

    Instants are INT, and go through `epochs`. Raises: ValueError when a column is NULL or of another size.
    """
    out = io.BytesIO()
    with connection.cursor() as cursor:
        statement = cursor.mogrify(sql, params).decode()
        cursor.copy_expert(f"COPY ({statement}) TO STDOUT (FORMAT binary)", out)
    layout = _layout(columns)
    body = memoryview(out.getbuffer())[len(_SIGNATURE) : -len(_TRAILER)]
    if len(body) % layout.itemsize:
        raise ValueError(f"a column of {', '.join(columns)} is NULL or has another type")
    rows = np.frombuffer(body, dtype=layout)
    for name, kind in columns.items():
        if len(rows) and not (rows[f"{name}_size"] == np.dtype(kind).itemsize).all():
            raise ValueError(f"column {name} is NULL or has another type")
    return rows


def column(table: Table, name: str) -> NDArray[Any]:
    """One column in the machine's byte order."""
    values = table[name]
    return values.astype(values.dtype.newbyteorder("="))


def write(table: str, columns: Mapping[str, str], values: Mapping[str, NDArray[Any]]) -> int:
    """COPYs columns of equal length into `table`; how many rows. Instants go through `timestamps` as INT."""
    layout = _layout(columns)
    count = len(next(iter(values.values())))
    rows = np.empty(count, dtype=layout)
    rows["fields"] = len(columns)
    for name, kind in columns.items():
        rows[f"{name}_size"] = np.dtype(kind).itemsize
        rows[name] = values[name]
    with connection.cursor() as cursor:
        cursor.copy_expert(
            f"COPY {table} ({', '.join(columns)}) FROM STDIN (FORMAT binary)",
            io.BytesIO(b"".join((_SIGNATURE, rows.tobytes(), _TRAILER))),
        )
    return count


def timestamps(epochs: NDArray[np.int64]) -> NDArray[np.int64]:
    """Epoch seconds as the integers that a timestamptz column takes."""
    return (epochs - _EPOCH_2000_S) * 1_000_000


def epochs(instants: NDArray[np.int64]) -> NDArray[np.int64]:
    """Whole epoch seconds of a timestamptz column."""
    return instants // 1_000_000 + _EPOCH_2000_S


def _layout(columns: Mapping[str, str]) -> np.dtype[np.void]:
    fields: list[tuple[str, str]] = [("fields", ">i2")]
    for name, kind in columns.items():
        fields += [(f"{name}_size", ">i4"), (name, kind)]
    return np.dtype(fields)
