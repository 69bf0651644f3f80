"""The canonical bytes of a report, their hash, and what changed between two of them.

UTF-8 JSON without white space: keys by code point, floats by their shortest text, dates ISO, instants in UTC, decimals as text.
The same content has the same bytes whatever the order in which it was gathered. It is like RFC 8785 but for the text of floats,
which is Python's ("1e+16"), and decimals, which stay exact.
Source: RFC 8785 (JSON Canonicalization Scheme), RFC 6901 (JSON Pointer), FIPS 180-4 (SHA-256).
"""

from __future__ import annotations

import datetime as dt
import hashlib
import json
from collections.abc import Iterator, Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, fields, is_dataclass
from decimal import Decimal
from math import isfinite
from typing import Final

Plain = dict[str, "Plain"] | list["Plain"] | str | int | float | bool | None
"""What JSON can say."""
KEY: Final = "key"
"""Rows that all carry one are compared by it, so that a row that came in between does not change all that follow."""
ORDER: Final = "#order"


class Unfit(ValueError):
    """The content cannot be frozen: it would not be read back as it was. `path` is a JSON pointer to it."""

    def __init__(self, path: str, why: str) -> None:
        super().__init__(f"{path or '/'}: {why}")
        self.path = path


class Absent:
    """Not there, which differs from null."""

    def __repr__(self) -> str:
        return "ABSENT"


ABSENT: Final = Absent()


@dataclass(frozen=True, slots=True)
class Change:
    """`path` is a JSON pointer; rows with a key are pointed at by it, and "…/#order" has their keys where only these moved."""

    path: str
    before: Plain | Absent
    after: Plain | Absent


def plain(content: object, path: str = "") -> Plain:
    """The content as JSON can say it. Dataclasses become objects, sets become lists in the order of their bytes.

    Raises:
        Unfit: a number that is not finite, an instant without zone, a key that is no text, text that is no Unicode, or
            another type.
    """
    match content:
        case None | bool() | str() | int() | float() | Decimal() | dt.date():
            return _leaf(content, path)
        case Mapping():
            return {_key(key, path): plain(each, _below(path, key)) for key, each in content.items()}
        case AbstractSet():
            return sorted((plain(each, path) for each in content), key=_dumped)
        case Sequence() if not isinstance(content, bytes | bytearray | memoryview):
            return [plain(each, _below(path, place)) for place, each in enumerate(content)]
        case _ if is_dataclass(content) and not isinstance(content, type):
            return {each.name: plain(getattr(content, each.name), _below(path, each.name)) for each in fields(content)}
        case _:
            raise Unfit(path, f"{type(content).__name__} is nothing that a report can hold")


def canonical(content: object) -> bytes:
    """Raises: Unfit, see `plain`."""
    return _dumped(plain(content)).encode()


def digest(content: object) -> str:
    """SHA-256 of the canonical bytes, in hex. Raises: Unfit, see `plain`."""
    return hashlib.sha256(canonical(content)).hexdigest()


def changes(before: object, after: object) -> tuple[Change, ...]:
    """Each leaf that differs, in the order of the paths; none exactly where the canonical bytes are the same.

    Raises: Unfit, see `plain`.
    """
    return tuple(sorted(_changes("", plain(before), plain(after)), key=lambda each: each.path))


def _changes(path: str, before: Plain | Absent, after: Plain | Absent) -> Iterator[Change]:
    if isinstance(before, dict) and isinstance(after, dict):
        yield from _of_each(path, before, after)
    elif isinstance(before, list) and isinstance(after, list):
        old, new = _by_key(before), _by_key(after)
        if old is None or new is None:
            yield from _of_each(path, dict(_numbered(before)), dict(_numbered(after)))
        else:
            yield from _of_each(path, old, new)
            yield from _moved(path, list(old), list(new))
    elif isinstance(before, Absent) or isinstance(after, Absent) or _dumped(before) != _dumped(after):
        yield Change(path, before, after)


def _of_each(path: str, before: Mapping[str, Plain], after: Mapping[str, Plain]) -> Iterator[Change]:
    for key in before.keys() | after.keys():
        yield from _changes(_below(path, key), before.get(key, ABSENT), after.get(key, ABSENT))


def _moved(path: str, before: list[str], after: list[str]) -> Iterator[Change]:
    """Where the rows that both have stand in another order."""
    old, new = [each for each in before if each in after], [each for each in after if each in before]
    if old != new:
        yield Change(f"{path}/{ORDER}", [*before], [*after])


def _by_key(rows: list[Plain]) -> dict[str, Plain] | None:
    """None where a row has no key of text, or two have the same, or there are none to tell."""
    found: dict[str, Plain] = {}
    for each in rows:
        key = each.get(KEY) if isinstance(each, dict) else None
        if not isinstance(key, str) or key in found:
            return None
        found[key] = each
    return found


def _numbered(rows: list[Plain]) -> Iterator[tuple[str, Plain]]:
    for place, each in enumerate(rows):
        yield str(place), each


def _leaf(leaf: str | float | Decimal | dt.date | None, path: str) -> Plain:
    match leaf:
        case None | bool():
            return leaf
        case str():
            return _text(leaf, path)
        case int():
            return int(leaf)
        case dt.datetime():
            return _instant(leaf, path)
        case dt.date():
            return leaf.isoformat()
        case _:
            return _number(leaf, path)


def _instant(instant: dt.datetime, path: str) -> str:
    if instant.utcoffset() is None:
        raise Unfit(path, "an instant needs a zone")
    return instant.astimezone(dt.UTC).isoformat().replace("+00:00", "Z")


def _number(number: float | Decimal, path: str) -> float | str:
    if not isfinite(number):
        raise Unfit(path, "a number is finite")
    if isinstance(number, Decimal):
        # 1.10 and 1.1 are the same amount, whatever column it was read from; and there is no -0.
        return f"{number.normalize() + 0:f}"
    return float(number) + 0.0


def _text(text: str, path: str) -> str:
    try:
        text.encode()
    except UnicodeEncodeError:
        raise Unfit(path, "half of a surrogate pair is no text") from None
    return str(text)


def _key(key: object, path: str) -> str:
    if not isinstance(key, str):
        raise Unfit(path, "the keys of an object are text")
    return _text(key, path)


def _below(path: str, key: object) -> str:
    return f"{path}/{str(key).replace('~', '~0').replace('/', '~1')}"


def _dumped(content: Plain) -> str:
    return json.dumps(content, ensure_ascii=False, allow_nan=False, separators=(",", ":"), sort_keys=True)
