"""A payload is read back as it was written, byte by byte."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace

import msgspec
import pytest

from reports.domain.payload import (
    Cell,
    Chart,
    Claim,
    Column,
    Drawing,
    Figure,
    Look,
    Page,
    Payload,
    Series,
    Source,
    Span,
    Table,
    Tone,
    hashed,
    read,
    written,
)

PAGE = Page(
    key="budgets",
    topic="Error budgets",
    title="One objective spent its budget twice",
    claims=(Claim(text="Checkout spent 212 %.", sources=(Source(label="SLO-3", path="/slos/3/"),)),),
    figures=(
        Figure(key="spent", label="Spent", text="212 %", value=2.12, unit="share", tone=Tone.RED, word="Breached"),
    ),
    charts=(
        Chart(
            key="by-slo",
            drawing=Drawing.BARS,
            title="Spent of the budget",
            summary="Checkout spent most.",
            categories=("Checkout", "خدمة 🚆"),
            series=(Series(name="Spent", values=(2.12, None), look=Look.ACTUAL),),
        ),
    ),
    tables=(
        Table(
            key="misses",
            title="Misses",
            columns=(Column(label="SLO"), Column(label="Spent", numeric=True)),
            rows=((Cell(text="SLO-3"), Cell(text="212 %", value=2.0)),),
        ),
    ),
    leading=True,
)
PAYLOAD = Payload(
    number="REP-1",
    title="Reliability, Jun-Aug 2026",
    company="Perronova",
    scope="company",
    period=Span(key="2026Q3", name="Jun-Aug 2026", start=dt.date(2026, 6, 1), end=dt.date(2026, 9, 1)),
    before=Span(key="2026Q2", name="Mar-May 2026", start=dt.date(2026, 3, 1), end=dt.date(2026, 6, 1)),
    frozen_at=dt.datetime(2026, 9, 8, 6, tzinfo=dt.UTC),
    revision=1,
    complete=0.95,
    pages=(PAGE,),
)


def test_what_is_read_back_is_what_was_written() -> None:
    assert read(written(PAYLOAD)) == PAYLOAD
    assert written(read(written(PAYLOAD))) == written(PAYLOAD)


def test_what_is_no_payload_is_refused_with_the_place_that_is_wrong() -> None:
    with pytest.raises(msgspec.ValidationError, match=r"revision"):
        read(written(PAYLOAD).replace(b'"revision":1', b'"revision":"one"'))


def test_a_whole_number_has_one_hash_however_it_was_given() -> None:
    figures = tuple(replace(PAGE.figures[0], value=value) for value in (2, 2.0))
    whole, broken = (replace(PAYLOAD, pages=(replace(PAGE, figures=(figure,)),)) for figure in figures)
    assert written(whole) == written(broken) == written(read(written(whole)))
    assert hashed(whole) == hashed(broken)
