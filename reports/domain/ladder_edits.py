"""Changing a ladder that is being drafted: levels and rules that come in or go."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace
from typing import Final

from reports.domain.ladder import Ladder, Level, Rule

NEW: Final = "new-"
"""Begins the keys of what has no name yet."""


def with_level(ladder: Ladder, after: str) -> Ladder:
    """One more level above the one with the key `after`; "" puts it below all."""
    place = ladder.rank(after)
    made = Level(_new(one.key for one in ladder.levels), "")
    return replace(ladder, levels=(*ladder.levels[:place], made, *ladder.levels[place:]))


def without_level(ladder: Ladder, key: str) -> Ladder:
    """Its rules go with it, and no tier asks for it any more."""
    return Ladder(
        levels=tuple(one for one in ladder.levels if one.key != key),
        rules=tuple(rule for rule in ladder.rules if rule.level != key),
        minimums={tier: level for tier, level in ladder.minimums.items() if level != key},
    )


def with_rule(ladder: Ladder, level: str) -> Ladder:
    """One more rule at the level, about nothing yet."""
    made = Rule(key=_new(rule.key for rule in ladder.rules), level=level, fact="")
    return replace(ladder, rules=(*ladder.rules, made))


def without_rule(ladder: Ladder, key: str) -> Ladder:
    return replace(ladder, rules=tuple(rule for rule in ladder.rules if rule.key != key))


def named(ladder: Ladder, slugs: Mapping[str, str]) -> Ladder:
    """With keys for what was new and says by now what it is: a level that of its name (`slugs`: key -> the slug of its name), a
    rule that of its fact. What has a key keeps it, so that its history goes on."""
    levels = _renamed([(one.key, slugs.get(one.key, "")) for one in ladder.levels])
    rules = _renamed([(rule.key, rule.fact) for rule in ladder.rules])
    return Ladder(
        levels=tuple(replace(one, key=levels[one.key]) for one in ladder.levels),
        rules=tuple(
            replace(rule, key=rules[rule.key], level=levels.get(rule.level, rule.level)) for rule in ladder.rules
        ),
        minimums={tier: levels.get(level, level) for tier, level in ladder.minimums.items()},
    )


def _renamed(keys: Iterable[tuple[str, str]]) -> dict[str, str]:
    """Key -> its new key."""
    pairs = list(keys)
    taken = {key for key, _wanted in pairs}
    found = {}
    for key, wanted in pairs:
        found[key] = key
        if key.startswith(NEW) and wanted and not wanted.startswith(NEW):
            free = (
                each for each in (wanted, *(f"{wanted}-{n}" for n in range(2, len(pairs) + 3))) if each not in taken
            )
            found[key] = next(free)
            taken.add(found[key])
    return found


def _new(keys: Iterable[str]) -> str:
    taken = set(keys)
    return next(key for n in range(1, len(taken) + 2) if (key := f"{NEW}{n}") not in taken)
