"""What can go wrong, as one tree; pages and the API turn each branch into its own answer.

RelportalError
├── NotAllowed           403  the actor lacks the ability
├── Invalid              422  input that cannot be accepted; messages by field
├── Conflict             409  the row changed since it was read, or the state forbids it
│   └── Stale            412  a lost update: carries the current version
├── Missing              404  not there, or not visible to the viewer
├── LengthRequired       411  a body whose size is not said beforehand
├── TooLarge             413  a body above the limit
└── Unavailable          503  a source, plug-in or store that is needed does not answer
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any


class RelportalError(Exception):
    """Base of all; `str(error)` is a sentence for the user that says what was wrong and what to do."""

    status = 500
    code = "error"


class NotAllowed(RelportalError):
    status = 403
    code = "not-allowed"

    def __init__(self, message: str, *, ability: str = "") -> None:
        super().__init__(message)
        self.ability = ability


class Invalid(RelportalError):
    """`errors` maps a field name ("" for the whole) to its sentences."""

    status = 422
    code = "invalid"

    def __init__(self, errors: Mapping[str, str | Sequence[str]] | str) -> None:
        by_field = {"": errors} if isinstance(errors, str) else errors
        self.errors: dict[str, list[str]] = {
            field: [text] if isinstance(text, str) else list(text) for field, text in by_field.items()
        }
        super().__init__(" ".join(text for texts in self.errors.values() for text in texts))


class Conflict(RelportalError):
    status = 409
    code = "conflict"


class Stale(Conflict):
    """`current` is the row as it stands now, so that both versions can be shown side by side."""

    status = 412
    code = "stale"

    def __init__(self, message: str, *, current: Any) -> None:
        super().__init__(message)
        self.current = current


class Missing(RelportalError):
    status = 404
    code = "missing"


class LengthRequired(RelportalError):
    status = 411
    code = "length-required"


class TooLarge(RelportalError):
    status = 413
    code = "too-large"


class Unavailable(RelportalError):
    status = 503
    code = "unavailable"
