"""A readiness template as plain JSON, as it is stored and as the API speaks it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from reports.domain.ladder import Compare, Comparison
from reports.domain.readiness import Item, Proof, Template, Weight


def as_json(template: Template) -> dict[str, Any]:
    return {"items": [_item(one) for one in template.items]}


def _item(one: Item) -> dict[str, Any]:
    return {
        "key": one.key,
        "area": one.area,
        "text": one.text,
        "weights": {str(tier): weight.value for tier, weight in sorted(one.weights.items())},
        "proof": one.proof.value,
        "checks": [
            {"fact": each.fact, "compare": each.compare.value, "threshold": each.threshold} for each in one.checks
        ],
        "days": one.days,
        "born_from": one.born_from,
    }


def from_json(found: Mapping[str, Any]) -> Template:
    """What `as_json` made."""
    return Template(tuple(_read(one) for one in found["items"]))


def _read(one: Mapping[str, Any]) -> Item:
    return Item(
        **{name: one[name] for name in ("key", "area", "text", "days", "born_from")},
        weights={int(tier): Weight(weight) for tier, weight in one["weights"].items()},
        proof=Proof(one["proof"]),
        checks=tuple(Comparison(**{**each, "compare": Compare(each["compare"])}) for each in one["checks"]),
    )
