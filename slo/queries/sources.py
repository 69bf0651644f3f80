"""The health of sources and the state of indicators: what was asked, what it cost, what is wrong."""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass

from django.db.models import Count, Q
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from relportal.core.models import User
from slo.domain.grid import SETTLE, STEP
from slo.models import (
    Backfill,
    CollectionRun,
    Indicator,
    IndicatorState,
    Objective,
    Reconciliation,
    Source,
    SourceState,
)
from slo.queries.objectives import ObjectiveFilters, ObjectiveRow, objective_rows
from slo.queries.percentiles import Lately, latency_of
from slo.queries.problems import Finding
from slo.sources import SOURCES

# A source is late when its newest instant is older than a step, what it takes to settle, and a few ticks.
LATE = STEP + SETTLE + dt.timedelta(minutes=3)
RUNS_SHOWN = 20


@dataclass(frozen=True, slots=True)
class SourceRow:
    """`lag` is the age of the newest instant collected, None before the first; `band` in the words of objectives."""

    source: Source
    state: SourceState
    indicators: int
    kind_label: str
    lag: dt.timedelta | None
    at: dt.datetime

    @property
    def pulls(self) -> bool:
        plugin = SOURCES.get(self.source.kind)
        return plugin is not None and plugin.pulls

    @property
    def band(self) -> str:
        if self.source.kind not in SOURCES or self.state.unavailable_since is not None:
            return "breached"
        if self.source.paused or self.lag is None:
            return "no_data"
        return "at_risk" if self.pulls and self.lag > LATE else "healthy"

    @property
    def word(self) -> str:
        if self.source.kind not in SOURCES:
            return _("Missing plug-in")
        if self.source.paused:
            return _("Paused")
        if self.state.unavailable_since is not None:
            return _("Unavailable")
        if self.lag is None:
            return _("Never collected")
        return _("Late") if self.band == "at_risk" else _("Collecting")


def source_rows(*, at: dt.datetime) -> tuple[SourceRow, ...]:
    """All sources, the ailing ones first."""
    sources = Source.objects.select_related("state").annotate(found=Count("indicators"))
    rows = [_row(source, source.found, at=at) for source in sources]
    order = {"breached": 0, "at_risk": 1, "no_data": 2, "healthy": 3}
    return tuple(sorted(rows, key=lambda row: (order[row.band], row.source.name)))


def _row(source: Source, indicators: int, *, at: dt.datetime) -> SourceRow:
    try:
        state = source.state
    except SourceState.DoesNotExist:
        state = SourceState(source=source)
    lag = None if state.watermark is None else at - state.watermark
    plugin = SOURCES.get(source.kind)
    label = str(plugin.label) if plugin else source.kind
    return SourceRow(source, state, indicators, label, lag, at)


@dataclass(frozen=True, slots=True)
class SourcePage:
    """`drifting` are yesterday's comparisons that do not agree, `compared` how many there were."""

    row: SourceRow
    indicators: tuple[IndicatorRow, ...]
    runs: tuple[CollectionRun, ...]
    backfills: tuple[Backfill, ...]
    drifting: tuple[Reconciliation, ...]
    compared: int
    compared_on: dt.date | None


def source_page(slug: str, *, at: dt.datetime) -> SourcePage | None:
    source = Source.objects.select_related("state").filter(slug=slug).first()
    if source is None:
        return None
    indicators = indicator_rows(source=source)
    checks = Reconciliation.objects.filter(series__indicator__source=source)
    day = checks.order_by("-day").values_list("day", flat=True).first()
    of_day = checks.filter(day=day).select_related("series__service", "series__indicator") if day else checks.none()
    return SourcePage(
        row=_row(source, len(indicators), at=at),
        indicators=indicators,
        runs=tuple(source.runs.order_by("-at")[:RUNS_SHOWN]),
        backfills=backfills(source),
        drifting=tuple(of_day.filter(agrees=False).order_by("-drift")[:20]),
        compared=of_day.exclude(agrees=None).count(),
        compared_on=day,
    )


def backfills(source: Source) -> tuple[Backfill, ...]:
    """Running ones, and the last finished."""
    found = Backfill.objects.filter(indicator__source=source).select_related("indicator")
    running = list(found.filter(state=Backfill.State.RUNNING).order_by("indicator__name"))
    return tuple(running) or tuple(found.order_by("-requested_at")[:5])


@dataclass(frozen=True, slots=True)
class IndicatorRow:
    """`findings` say what is odd about its data; `state` is unsaved when nothing was collected yet."""

    indicator: Indicator
    state: IndicatorState
    services: int
    objectives: int
    findings: tuple[Finding, ...]

    @property
    def band(self) -> str:
        if self.state.error:
            return "breached"
        if self.indicator.paused or self.state.watermark is None:
            return "no_data"
        return "at_risk" if self.findings else "healthy"

    @property
    def word(self) -> str:
        if self.indicator.paused:
            return _("Paused")
        if self.state.error:
            return _("Failing")
        if self.state.watermark is None:
            return _("Never collected")
        return _("Look at the data") if self.findings else _("Collecting")


def indicator_rows(*, source: Source | None = None, text: str = "") -> tuple[IndicatorRow, ...]:
    """All indicators with their state, by name."""
    found = Indicator.objects.select_related("source", "team", "state").order_by("name")
    if source is not None:
        found = found.filter(source=source)
    for word in text.split():
        found = found.filter(Q(name__icontains=word) | Q(slug__icontains=word) | Q(source__name__icontains=word))
    mapped = _counted(found.values_list("pk").annotate(n=Count("mappings")))
    promised = _counted(found.values_list("pk").annotate(n=Count("objectives", filter=Q(objectives__retired_at=None))))
    return tuple(_indicator_row(one, mapped[one.pk], promised[one.pk]) for one in found)


def _counted(rows: object) -> Mapping[int, int]:
    return Counter(dict(rows))  # type: ignore[call-overload]


def _indicator_row(indicator: Indicator, services: int, objectives: int) -> IndicatorRow:
    try:
        state = indicator.state
    except IndicatorState.DoesNotExist:
        state = IndicatorState(indicator=indicator)
    findings = tuple(Finding.from_json(stored) for stored in state.problems)
    return IndicatorRow(indicator, state, services, objectives, findings)


@dataclass(frozen=True, slots=True)
class IndicatorPage:
    """`percentiles` are (service, its address, what its histogram said lately), the slowest first."""

    row: IndicatorRow
    objectives: tuple[ObjectiveRow, ...]
    mappings: tuple[tuple[str, str, str], ...]
    backfills: tuple[Backfill, ...]
    percentiles: tuple[tuple[str, str, Lately], ...] = ()


def indicator_page(user: User, slug: str, *, at: dt.datetime) -> IndicatorPage | None:
    indicator = Indicator.objects.select_related("source", "team", "state").filter(slug=slug).first()
    if indicator is None:
        return None
    mapped = list(indicator.mappings.select_related("service").order_by("service__name"))
    mappings = tuple((one.label_value, one.service.name, one.service.get_absolute_url()) for one in mapped)
    lately = latency_of(indicator, at=at)
    timed = [
        (one.service.name, one.service.get_absolute_url(), lately[one.service_id])
        for one in mapped
        if one.service_id in lately
    ]
    listed = objective_rows(user, filters=ObjectiveFilters(indicators=(slug,)), size=None, at=at)
    promised = Objective.objects.active().filter(indicator=indicator).count()
    return IndicatorPage(
        row=_indicator_row(indicator, len(mappings), promised),
        objectives=listed.rows,
        mappings=mappings,
        backfills=tuple(indicator.backfills.order_by("-requested_at")[:5]),
        percentiles=tuple(sorted(timed, key=lambda each: each[2].slowness, reverse=True)),
    )


def sources_claim(rows: tuple[SourceRow, ...]) -> str:
    down = [row for row in rows if row.band == "breached"]
    late = [row for row in rows if row.band == "at_risk"]
    if not rows:
        return _("No sources yet")
    if down:
        return ngettext("%(name)s does not answer", "%(n)s of %(all)s sources do not answer", len(down)) % {
            "name": down[0].source.name,
            "n": len(down),
            "all": len(rows),
        }
    if late:
        return ngettext("%(name)s is late", "%(n)s of %(all)s sources are late", len(late)) % {
            "name": late[0].source.name,
            "n": len(late),
            "all": len(rows),
        }
    return ngettext("The source answers", "All %(n)s sources answer", len(rows)) % {"n": len(rows)}
