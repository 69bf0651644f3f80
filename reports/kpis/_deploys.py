"""Production deploys as facts, each in the periods in which it began."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from incidents.domain.changes import ROLLBACK_WITHIN, Failure, failures, rolled_back
from incidents.queries.changes import ChangeScope, causes_of, shipped
from reports.domain.periods import Period
from reports.domain.scopes import Seen
from reports.kpis._base import Frame, Kpi, Row


@dataclass(frozen=True, slots=True)
class Change:
    pk: int
    why: tuple[Failure, ...]

    @property
    def rolled_back(self) -> bool:
        return Failure.ROLLED_BACK in self.why


def seen_changes(frame: Frame) -> Iterator[Seen[Period, Change]]:
    """A rollback of one that began before the first period is looked for a day back."""
    told = shipped(None, ChangeScope(start=frame.start - ROLLBACK_WITHIN, end=frame.end))
    failed = failures(told, taken_back=rolled_back(told), causes=causes_of(None, since=frame.start))
    for one in told:
        if one.started >= frame.end:
            continue
        for period in frame.of(one.started):
            yield Seen(period=period, fact=Change(one.key, failed.get(one.key, ())), services=(one.service,))


class ChangeKpi(Kpi[Change]):
    def seen(self, frame: Frame) -> Iterator[Seen[Period, Change]]:
        return seen_changes(frame)

    def row(self, fact: Change) -> Row:
        return Row("deploy", fact.pk, ", ".join(fact.why))
