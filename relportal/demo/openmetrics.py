"""The counters of the company as text: OpenMetrics with timestamps for the past, the exposition format for now."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import chain, repeat
from typing import IO, Final

import numpy as np
import orjson

from relportal.demo.catalog import SERVICES
from relportal.demo.counters import SeriesId, Table, table
from relportal.demo.events import MINUTE_S, Span, Timeline
from relportal.demo.noise import Floats, Ints
from relportal.demo.profiles import Family

# Series of the past must have the labels that a scrape gives; the exporter sends them itself (honor_labels).
TARGET_LABELS: Final = (("instance", "prod"), ("job", "perronova"))
HELP: Final = {
    Family.HTTP: ("counter", "Requests by class of status."),
    Family.LATENCY: ("histogram", "Time from the first byte in to the last byte out."),
    Family.PAYMENT: ("counter", "Card and wallet authorisations by what the bank said."),
    Family.JOB: ("counter", "Background jobs by result, after their retries."),
    Family.AGE: ("gauge", "Age of the newest record."),
    Family.LAG: ("gauge", "Messages waiting for their consumer."),
}


def sample(series: SeriesId) -> bytes:
    """The name and labels of a series, with the space before its value."""
    labels = ",".join(f'{name}="{value}"' for name, value in (*series.labels, *TARGET_LABELS))
    return f"{series.name}{{{labels}}} ".encode()


def tables(timeline: Timeline, span: Span, *, services: Iterable[str] | None = None) -> list[Table]:
    slugs = [each.slug for each in SERVICES] if services is None else list(services)
    return [table(timeline, slug, span) for slug in slugs]


def write(out: IO[bytes], of: list[Table], instants: Ints) -> int:
    """One chunk of the past: every series at each of `instants` (Unix times) that was scraped. Returns the number of samples.

    The samples of a series stand together and in order, and the families one after the other, as OpenMetrics wants.
    """
    written = 0
    readings = [_Reading(each, instants) for each in of]
    for family in Family:
        kind, text = HELP[family]
        out.write(f"# TYPE {family} {kind}\n# HELP {family} {text}\n".encode())
        for reading in readings:
            for series, values, scale in reading.of(family):
                out.write(_lines(sample(series), _texts(values, scale), reading.stamps))
                written += len(values)
    out.write(b"# EOF\n")
    return written


class _Reading:
    """The samples of one service that reached Prometheus."""

    def __init__(self, of: Table, instants: Ints) -> None:
        kept = instants[of.seen[instants // MINUTE_S - of.first]]
        self.stamps = [b" %d\n" % instant for instant in kept.tolist()]
        self._found = list(zip(of.columns, of.read(kept.astype(np.float64)), strict=True))

    def of(self, family: Family) -> Iterator[tuple[SeriesId, Ints | Floats, int]]:
        for column, values in self._found:
            if column.series.family is family:
                yield column.series, values, column.scale


def exposition(of: list[Table], instant: float) -> bytes:
    """What a scrape at a Unix time sees: the value that the past would have had, in the text format 0.0.4."""
    minute = int(instant // MINUTE_S)
    blocks: dict[Family, list[bytes]] = {family: [] for family in Family}
    for each in of:
        if not each.seen[minute - each.first]:
            continue
        for column, values in zip(each.columns, each.read(np.array([instant])), strict=True):
            value = values[0].item()
            text = str(value / column.scale if column.scale != 1 else value).encode()
            blocks[column.series.family].append(sample(column.series) + text)
    lines: list[bytes] = []
    for family, found in blocks.items():
        kind, text_ = HELP[family]
        name = f"{family}_total" if kind == "counter" else family.value
        lines += [f"# HELP {name} {text_}".encode(), f"# TYPE {name} {kind}".encode(), *found]
    return b"\n".join(lines) + b"\n"


def _texts(values: Ints | Floats, scale: int) -> list[bytes]:
    scaled = values / scale if scale != 1 else values
    packed = orjson.dumps(np.ascontiguousarray(scaled), option=orjson.OPT_SERIALIZE_NUMPY)
    return packed[1:-1].split(b",") if len(values) else []


def _lines(prefix: bytes, values: list[bytes], stamps: list[bytes]) -> bytes:
    return b"".join(chain.from_iterable(zip(repeat(prefix), values, stamps)))
