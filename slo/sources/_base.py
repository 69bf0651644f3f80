"""What a source plug-in is: settings in, plain arrays out. No model and no database stands behind this line."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Protocol

from django.utils.functional import Promise

from relportal.core.outbound import OutboundError
from slo.domain.counts import Array
from slo.domain.grid import Epochs
from slo.domain.percentiles import NativeBucket


@dataclass(frozen=True, slots=True)
class SourceConfig:
    """How to reach a source. `secret` is the plain password or token and never stands in a repr."""

    url: str
    auth: str = "none"
    username: str = ""
    secret: str = field(default="", repr=False)
    tenant_header: str = ""
    tenant: str = ""
    timeout_s: float = 20.0
    max_bytes: int = 64_000_000
    series_limit: int = 50_000
    scrape_s: int = 60


@dataclass(frozen=True, slots=True, eq=False)
class Matrix:
    """`values` (series, instants), NaN where there is no sample; `labels` of each series, with `__name__` if it has one."""

    labels: tuple[Mapping[str, str], ...]
    instants: Epochs
    values: Array


@dataclass(frozen=True, slots=True, eq=False)
class NativeMatrix:
    """Native histograms of series: `rows[i]` are the buckets of series i by the place of their instant, which may be missing."""

    labels: tuple[Mapping[str, str], ...]
    rows: tuple[Mapping[int, tuple[NativeBucket, ...]], ...]


@dataclass(frozen=True, slots=True)
class Sample:
    labels: Mapping[str, str]
    value: float


@dataclass(frozen=True, slots=True)
class BuildInfo:
    """What answers at an address: its product and version as it names them itself, empty when it does not."""

    product: str
    version: str


@dataclass(slots=True)
class Usage:
    """What a client asked for since it was opened."""

    queries: int = 0
    series: int = 0
    samples: int = 0
    bytes_read: int = 0
    query_ms: float = 0.0


class PartialAnswer(OutboundError):
    """The source answered with a warning: a part of the data may be missing, and a partial answer is a gap, not data."""


class TooManySeries(OutboundError):
    """An answer has more series than the source's limit."""


class Client(Protocol):
    """A connection for one tick; threads may ask at once. Every method raises OutboundError."""

    usage: Usage

    def ranged(self, query: str, *, start: dt.datetime, end: dt.datetime, step_s: int) -> Matrix: ...

    def histograms(self, query: str, *, start: dt.datetime, end: dt.datetime, step_s: int) -> NativeMatrix: ...

    def instant(self, query: str, *, at: dt.datetime) -> tuple[Sample, ...]: ...

    def build(self) -> BuildInfo: ...

    def close(self) -> None: ...


class SourcePlugin(Protocol):
    """`pulls` is False for a source that is written to from outside: it has no address and no client."""

    key: str
    label: str | Promise
    pulls: bool
    # What the form suggests for this product.
    tenant_header: str
    address_hint: str

    def open(self, config: SourceConfig) -> Client: ...


def parameters(config: SourceConfig, extra: Mapping[str, str]) -> dict[str, Any]:
    """Query parameters of each request: the source's own time-out a little before ours, so that it can say so itself."""
    return {"timeout": f"{max(1.0, config.timeout_s - 1):g}s"} | dict(extra)
