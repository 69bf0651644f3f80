"""Samples for /styleguide/: realistic values in every state, invented, and used nowhere else."""

from __future__ import annotations

import datetime as dt
import math
from dataclasses import dataclass
from typing import Any

import numpy as np
from django import forms
from django.core.paginator import Page, Paginator
from django.utils.translation import gettext as _

from relportal.core import charts
from relportal.core.charts import Axes, Chart, Marker, Role, Series

WHOLE = dt.timedelta(minutes=43, seconds=12)


@dataclass(frozen=True, slots=True)
class Row:
    name: str
    tier: int
    team: str
    target: float
    sli: float | None
    remaining: float | None
    burn: float | None
    band: str
    spark: tuple[float | None, ...]
    seen: dt.datetime
    budget: dt.timedelta = WHOLE


class Sample(forms.Form):
    name = forms.CharField(help_text="Shown in lists and reports.", max_length=120)
    target = forms.DecimalField(max_digits=8, decimal_places=5, help_text="Above 0 and below 100 %.")
    window = forms.ChoiceField(choices=[("30", "Rolling 30 days"), ("q", "Calendar quarter")])
    method = forms.ChoiceField(choices=[("o", "Occurrences"), ("t", "Timeslices")], widget=forms.RadioSelect)
    query = forms.CharField(widget=forms.Textarea, required=False)
    page_on_burn = forms.BooleanField(required=False, label="Page when the budget burns 14.4 times too fast")


def context(*, at: dt.datetime) -> dict[str, Any]:
    rows = _rows(at)
    return {
        "rows": rows,
        "page": _page(),
        "sample": Sample({"name": "Checkout availability", "target": "100", "window": "30"}),
        "burndown": _burndown(at),
        "burns": _burns(at),
        "spent": _spent(),
        "bands": ("breached", "at_risk", "healthy", "no_data"),
        "remainders": (1.0, 0.62, 0.08, 0.0, -0.12, -0.8, -4.2, None),
        "inputs": (
            ("Good events", "12,345,678", "#"),
            ("All events", "12,351,002", "#"),
            ("Target", "99.9 %", ""),
        ),
        "filters": (("tier", "Tier: 1"), ("band", "Status: Breached")),
        "tabs": (
            {"label": "Overview", "url": "#", "active": True, "count": None},
            {"label": "Objectives", "url": "#", "active": False, "count": 5},
            {"label": "Dependencies", "url": "#", "active": False, "count": 12},
        ),
        "before": at - dt.timedelta(minutes=7),
        "whole": WHOLE,
    }


def _rows(at: dt.datetime) -> list[Row]:
    names = (
        ("Checkout availability", 1, "Payments", 0.9995, 0.99891, -1.18, 14.6, "breached"),
        ("Search latency 300 ms", 1, "Discovery", 0.99, 0.99046, 0.046, 3.1, "at_risk"),
        ("Payment authorisation", 1, "Payments", 0.9999, 0.999964, 0.64, 0.4, "healthy"),
        ("Login success", 1, "Identity", 0.999, 0.99962, 0.62, 0.7, "healthy"),
        ("Invoice export freshness", 3, "Finance", 0.95, None, None, None, "no_data"),
        ("Notification delivery", 2, "Messaging", 0.995, 0.9971, 0.42, 1.2, "healthy"),
        ("Catalog read latency", 2, "Discovery", 0.99, 0.9986, 0.86, 0.1, "healthy"),
        ("Recommendation quality of service", 4, "Discovery", 0.9, 0.99999, 0.9999, 0.0, "healthy"),
    )
    return [
        Row(*name, spark=_walk(index, name[6]), seen=at - dt.timedelta(minutes=3 * index + 2))
        for index, name in enumerate(names)
    ]


def _walk(seed: int, rate: float | None) -> tuple[float | None, ...]:
    if rate is None:
        return (None,) * 30
    values: list[float | None] = [
        1 - rate * i / 40 * (0.4 + 0.6 * math.tanh((i - 12) / 4)) + math.sin(seed + i) / 25 for i in range(30)
    ]
    if seed == 5:
        values[9:13] = [None] * 4
    return tuple(values)


def _page() -> Page[int]:
    return Paginator(range(1000), 50).page(4)


def _burndown(at: dt.datetime) -> Chart:
    hours = 30 * 24
    end = np.datetime64(int(at.timestamp()) // 3600 * 3600, "s")
    x = end - np.arange(hours)[::-1] * np.timedelta64(3600, "s")
    spent = np.where(np.arange(hours) > 420, 0.55, 0) + np.where(np.arange(hours) > 610, 0.42, 0)
    y = 100 * (1 - np.linspace(0, 0.25, hours) - spent)
    y[300:330] = np.nan
    fast = at - dt.timedelta(hours=hours - 612)
    figure = charts.time_series(
        [Series(name=_("Budget left"), x=x, y=y, fill=True)],
        axes=Axes(y_suffix=" %", zero_line=True, lines=((0.0, _("Budget spent"), Role.BAD),)),
        markers=(
            Marker(at=fast, label="Page, 14.4x", role=Role.BAD),
            Marker(at=fast - dt.timedelta(hours=190), label="Ticket", role=Role.RISK),
        ),
    )
    return Chart(
        title=_("Error budget left, 30 days"),
        summary=charts.trend([float(v) for v in y], unit=" %", places=0),
        figure=figure,
        columns=(_("Day"), _("Left")),
        rows=tuple((str(x[i])[:10], f"{y[i]:.1f} %") for i in range(0, hours, 24)),
    )


def _burns(at: dt.datetime) -> Chart:
    x = np.datetime64(int(at.timestamp()) // 300 * 300, "s") - np.arange(288)[::-1] * np.timedelta64(300, "s")
    wave = np.sin(np.arange(288) / 20)
    hour = 1.2 + wave + np.where(np.arange(288) > 240, 12, 0)
    figure = charts.time_series(
        [
            Series(name=_("1 h"), x=x, y=hour),
            Series(name=_("6 h"), x=x, y=0.9 + wave / 3 + np.where(np.arange(288) > 240, 4, 0), role=Role.SECOND),
            Series(name=_("3 d"), x=x, y=np.full(288, 0.8), role=Role.THIRD, steps=True),
        ],
        axes=Axes(y_suffix="×", lines=((14.4, _("Page"), Role.BAD), (6.0, _("Ticket"), Role.RISK))),
        markers=(Marker(at=at - dt.timedelta(hours=4), end=at, label=_("Firing"), role=Role.BAD),),
    )
    return Chart(title=_("Burn rates, 1 day"), summary=charts.trend(list(hour), unit="×", places=1), figure=figure)


def _spent() -> Chart:
    names = ("Checkout availability", "Search latency 300 ms", "Login success", "Payment authorisation")
    spent = np.array([218.0, 95.4, 38.0, 36.0])
    figure = charts.bars(
        names,
        spent,
        name=_("Budget spent"),
        roles=(Role.BAD, Role.RISK, Role.GOOD, Role.GOOD),
        axes=Axes(y_suffix=" %"),
    )
    return Chart(
        title=_("Budget spent, 30 days"), summary=_("Checkout spent twice its budget."), figure=figure, size="sm"
    )
