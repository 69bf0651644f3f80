"""Facts of services, by which the ladder judges: one module reads the facts of one subject for all services at once."""

from __future__ import annotations

from typing import Final

from relportal.core.registry import Registry
from reports.domain.ladder import Measure
from reports.facts._base import Fact, FactSource

SOURCES: Registry[FactSource] = Registry("reports.facts")


def _all() -> dict[str, Fact]:
    found: dict[str, Fact] = {}
    for source in SOURCES.values():
        for fact in source.facts:
            if fact.key in found:
                raise RuntimeError(f"two facts have the key {fact.key!r}")
            found[fact.key] = fact
    return found


FACTS: Final[dict[str, Fact]] = _all()
MEASURES: Final[dict[str, Measure]] = {key: fact.measure for key, fact in FACTS.items()}
