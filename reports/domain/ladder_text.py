"""A ladder as plain JSON, as it is stored and as the API speaks it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict
from typing import Any

from reports.domain.ladder import Compare, Ladder, Level, Rule


def as_json(ladder: Ladder) -> dict[str, Any]:
    return {
        "levels": [asdict(one) for one in ladder.levels],
        "rules": [asdict(one) | {"compare": one.compare.value} for one in ladder.rules],
        "minimums": {str(tier): level for tier, level in sorted(ladder.minimums.items())},
    }


def from_json(found: Mapping[str, Any]) -> Ladder:
    """What `as_json` made."""
    return Ladder(
        levels=tuple(Level(**one) for one in found["levels"]),
        rules=tuple(Rule(**{**one, "compare": Compare(one["compare"])}) for one in found["rules"]),
        minimums={int(tier): level for tier, level in found["minimums"].items()},
    )
