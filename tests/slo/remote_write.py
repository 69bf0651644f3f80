"""Native histograms into a running Prometheus: its remote-write protocol, as much of it as a test needs.

Source: Prometheus remote-write 1.0; prompb/types.proto (Label, Histogram, BucketSpan); snappy's block format.
"""

from __future__ import annotations

import struct
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

import numpy as np
import requests
from numpy.typing import NDArray

# What a Prometheus 2 must be told to take them.
FLAGS = ("--enable-feature=native-histograms", "--web.enable-remote-write-receiver")


@dataclass(frozen=True, slots=True, eq=False)
class NativeHistogram:
    """One series: at `at[i]` (epoch seconds) bucket `first + j` of the schema has held `counts[i, j]` since the last restart.

    Bucket k reaches from 2 ** ((k - 1) / 2 ** schema) to 2 ** (k / 2 ** schema), its upper bound included.
    """

    name: str
    labels: Mapping[str, str]
    at: NDArray[np.int64]
    counts: NDArray[np.int64]
    first: int
    schema: int = 3


def send(url: str, histograms: Iterable[NativeHistogram]) -> None:
    """Raises: AssertionError with what Prometheus says about it."""
    body = b"".join(_field(1, _series(each)) for each in histograms)
    answer = requests.post(
        f"{url}/api/v1/write",
        data=_snappy(body),
        headers={
            "Content-Encoding": "snappy",
            "Content-Type": "application/x-protobuf",
            "X-Prometheus-Remote-Write-Version": "0.1.0",
        },
        timeout=30,
    )
    assert answer.status_code == 204, answer.text


def _series(histogram: NativeHistogram) -> bytes:
    labels = sorted({"__name__": histogram.name, **histogram.labels}.items())
    texts = [_field(1, _field(1, name.encode()) + _field(2, value.encode())) for name, value in labels]
    samples = [
        _field(4, _sample(histogram, int(at), counts.tolist()))
        for at, counts in zip(histogram.at, histogram.counts, strict=True)
    ]
    return b"".join([*texts, *samples])


def _sample(histogram: NativeHistogram, at: int, counts: list[int]) -> bytes:
    deltas = np.diff(np.array([0, *counts])).tolist()
    span = _number(1, _zigzag(histogram.first)) + _number(2, len(counts))
    # The sum of all observations is in no query of the portal.
    return b"".join(
        (
            _number(1, sum(counts)),
            _double(3, 0.0),
            _number(4, _zigzag(histogram.schema)),
            _double(5, 2.0**-128),
            _number(6, 0),
            _field(11, span),
            _field(12, b"".join(_varint(_zigzag(each)) for each in deltas)),
            _number(15, at * 1000),
        )
    )


def _snappy(content: bytes) -> bytes:
    """A block of nothing but literals."""
    parts = [_varint(len(content))]
    for low in range(0, len(content), 65536):
        piece = content[low : low + 65536]
        parts += [bytes([61 << 2]), struct.pack("<H", len(piece) - 1), piece]
    return b"".join(parts)


def _varint(number: int) -> bytes:
    out = bytearray()
    while number > 127:
        out.append(number & 127 | 128)
        number >>= 7
    out.append(number)
    return bytes(out)


def _zigzag(number: int) -> int:
    return number * 2 if number >= 0 else -number * 2 - 1


def _field(tag: int, content: bytes) -> bytes:
    return _varint(tag << 3 | 2) + _varint(len(content)) + content


def _number(tag: int, number: int) -> bytes:
    return _varint(tag << 3) + _varint(number)


def _double(tag: int, number: float) -> bytes:
    return _varint(tag << 3 | 1) + struct.pack("<d", number)
