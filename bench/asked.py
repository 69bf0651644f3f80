"""A page asked for again and again by one reader: its p95, the processor's time of this process, its statements and its size."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final

from django.db import connection
from django.test import Client, override_settings
from django.test.utils import CaptureQueriesContext

from bench.pages import p95_ms
from bench.report import Report, repeated
from relportal.core.models import User

TIMES: Final = 40


@contextmanager
def reader() -> Iterator[Client]:
    """The leader of the bench's company, signed in, with a browser that unpacks."""
    with override_settings(ALLOWED_HOSTS=["testserver"], SECURE_SSL_REDIRECT=False):
        client = Client(headers={"accept-encoding": "gzip"})
        client.force_login(User.objects.get(email="leader@bench.example"))
        yield client


def page(
    report: Report, client: Client, name: str, address: str, *, most_ms: float, most_bytes: int | None = None
) -> None:
    """The processor's time is told beside the p95: another program on the machine does not slow that down."""
    first = client.get(address)
    if first.status_code != 200:
        raise RuntimeError(f"{address} answers {first.status_code}")
    with CaptureQueriesContext(connection) as captured:
        client.get(address)
    asked, begun = len(captured), time.process_time()
    p95 = p95_ms(repeated(lambda _number: client.get(address), times=TIMES))
    own = (time.process_time() - begun) / TIMES * 1000
    size = len(first.content)
    report.add(
        f"{name}: p95, processor, queries, bytes",
        f"{p95:.0f} ms, {own:.0f} ms, {asked}, {size / 1000:.1f} kB",
        target=f"<= {most_ms:.0f} ms" + (f", {most_bytes / 1000:.0f} kB" if most_bytes is not None else ""),
        met=p95 <= most_ms and (most_bytes is None or size <= most_bytes),
    )
