"""What a query makes the source do, before it is asked."""

from __future__ import annotations

from dataclasses import dataclass

from slo.domain.refusals import Refusal, Refused

# A sample in a JSON answer, `[1790000100,"12345"],`; and a label set of common size.
BYTES_A_SAMPLE = 24
BYTES_A_SERIES = 250


@dataclass(frozen=True, slots=True)
class QueryCost:
    """`read` samples are loaded by the source, `answered` ones come back; `answer_bytes` is a rough size of the JSON."""

    series: int
    read: int
    answered: int
    answer_bytes: int

    def __add__(self, other: QueryCost) -> QueryCost:
        return QueryCost(
            series=self.series + other.series,
            read=self.read + other.read,
            answered=self.answered + other.answered,
            answer_bytes=self.answer_bytes + other.answer_bytes,
        )

    def check(self, *, series_limit: int, bytes_limit: int) -> None:
        """Raises: Refused, above a limit of the source."""
        if self.series > series_limit:
            raise Refused(
                Refusal.QUERY_TOO_COSTLY,
                f"The query matches {self.series:,} series; the source allows {series_limit:,} a query. Add label "
                "matchers, or raise the limit of the source.",
                series=self.series,
                limit=series_limit,
            )
        if self.answer_bytes > bytes_limit:
            raise Refused(
                Refusal.QUERY_TOO_COSTLY,
                f"The answer would have about {self.answer_bytes / 1e6:,.0f} MB; the source allows "
                f"{bytes_limit / 1e6:,.0f} MB. Add label matchers, or raise the limit of the source.",
                bytes=self.answer_bytes,
                limit=bytes_limit,
            )


def raw_cost(*, series: int, span_s: int, step_s: int, scrape_s: int) -> QueryCost:
    """Raw values on the grid: each sample of the span is read once, one for each instant (both ends) comes back."""
    instants = span_s // step_s + 1
    return _cost(series=series, read=series * (span_s // scrape_s + 1), rows=series, instants=instants)


def increase_cost(*, series: int, groups: int, span_s: int, step_s: int, range_s: int, scrape_s: int) -> QueryCost:
    """A grouped increase: each instant reads its whole range again, and one row a group comes back."""
    instants = span_s // step_s + 1
    read = series * instants * max(1, range_s // scrape_s)
    return _cost(series=series, read=read, rows=groups, instants=instants)


def _cost(*, series: int, read: int, rows: int, instants: int) -> QueryCost:
    answered = rows * instants
    return QueryCost(
        series=series,
        read=read,
        answered=answered,
        answer_bytes=rows * BYTES_A_SERIES + answered * BYTES_A_SAMPLE,
    )
