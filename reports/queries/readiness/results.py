"""What a review says of each item, as it is kept with the review: readable without the template, the facts or the answers."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from reports.domain.ladder import Compare, Comparison
from reports.domain.readiness import SETTLED, Judged, Proof, Result, Weight, checked
from reports.models import ReadinessAnswer


@dataclass(frozen=True, slots=True)
class CheckLine:
    """`reading` None: nobody knew it."""

    comparison: Comparison
    reading: float | None

    @property
    def result(self) -> Result:
        return checked(self.comparison, self.reading)


@dataclass(frozen=True, slots=True, kw_only=True)
class ItemLine:
    """`bare` is the result without an exemption. `said`: what a person answered, empty: nothing. `exception`: the id of what
    exempts until `until`."""

    key: str
    area: str
    text: str
    weight: Weight
    proof: Proof
    days: int | None
    born_from: str
    bare: Result
    result: Result
    checks: tuple[CheckLine, ...] = ()
    said: str = ""
    reason: str = ""
    link: str = ""
    seen_on: dt.date | None = None
    by: str = ""
    exception: str = ""
    until: dt.datetime | None = None

    @property
    def blocks(self) -> bool:
        """Stands against a launch, with or without an exception."""
        return self.weight is Weight.BLOCKER and self.bare not in SETTLED

    @property
    def blocking(self) -> bool:
        return self.blocks and self.result is not Result.EXEMPT

    @property
    def exempt_last(self) -> dt.datetime | None:
        """The last moment of the exemption, as `covered_last` of a review."""
        return self.until - dt.timedelta(seconds=1) if self.until is not None else None

    @property
    def worth_until(self) -> dt.date | None:
        """The last day on which its evidence is worth something."""
        if self.proof is not Proof.EVIDENCE or self.seen_on is None or self.days is None:
            return None
        return self.seen_on + dt.timedelta(days=self.days)


def line_of(judged: Judged, readings: Mapping[str, float | None], answer: ReadinessAnswer | None) -> ItemLine:
    item, waiver = judged.item, judged.waiver
    said: dict[str, Any] = {}
    if answer is not None:
        said = {
            "said": answer.result, "reason": answer.reason, "link": answer.link, "seen_on": answer.seen_on,
            "by": str(answer.by or ""),
        }  # fmt: skip
    return ItemLine(
        key=item.key, area=item.area, text=item.text, weight=judged.weight, proof=item.proof, days=item.days,
        born_from=item.born_from, bare=judged.bare, result=judged.result,
        checks=tuple(CheckLine(each, readings.get(each.fact)) for each in item.checks),
        exception=waiver.name if waiver is not None else "", until=waiver.until if waiver is not None else None,
        **said,
    )  # fmt: skip


def stored(line: ItemLine) -> dict[str, Any]:
    return {
        "key": line.key, "area": line.area, "text": line.text, "weight": line.weight.value, "proof": line.proof.value,
        "days": line.days, "born_from": line.born_from, "bare": line.bare.value, "result": line.result.value,
        "checks": [
            {
                "fact": each.comparison.fact, "compare": each.comparison.compare.value,
                "threshold": each.comparison.threshold, "reading": each.reading,
            }
            for each in line.checks
        ],
        "said": line.said, "reason": line.reason, "link": line.link,
        "seen_on": line.seen_on.isoformat() if line.seen_on is not None else None,
        "by": line.by, "exception": line.exception,
        "until": line.until.isoformat() if line.until is not None else None,
    }  # fmt: skip


def kept(results: Iterable[Mapping[str, Any]]) -> tuple[ItemLine, ...]:
    """What `stored` made."""
    return tuple(_read(one) for one in results)


def _read(one: Mapping[str, Any]) -> ItemLine:
    plain = ("key", "area", "text", "days", "born_from", "said", "reason", "link", "by", "exception")
    return ItemLine(
        **{name: one[name] for name in plain},
        weight=Weight(one["weight"]),
        proof=Proof(one["proof"]),
        bare=Result(one["bare"]),
        result=Result(one["result"]),
        checks=tuple(
            CheckLine(
                Comparison(fact=each["fact"], compare=Compare(each["compare"]), threshold=each["threshold"]),
                each["reading"],
            )
            for each in one["checks"]
        ),
        seen_on=dt.date.fromisoformat(one["seen_on"]) if one["seen_on"] else None,
        until=dt.datetime.fromisoformat(one["until"]) if one["until"] else None,
    )
