"""Sources, indicators, counts, objectives and where they stand."""

from __future__ import annotations

from slo.models.indicators import HISTOGRAMS, Indicator, IndicatorKind, IndicatorService, IndicatorState, Operator, Via
from slo.models.latency_days import LatencyDay
from slo.models.maintenance import MaintenanceQuerySet, MaintenanceWindow
from slo.models.measurements import Backfill, Counting, Measurement, Reconciliation, Series
from slo.models.objectives import Objective, ObjectiveQuerySet, WindowKind, window_from
from slo.models.sources import Auth, CollectionRun, Source, SourceState
from slo.models.standing import AlertSeverity, Band, BurnAlert, BurnRule, Status

__all__ = [
    "HISTOGRAMS",
    "AlertSeverity",
    "Auth",
    "Backfill",
    "Band",
    "BurnAlert",
    "BurnRule",
    "CollectionRun",
    "Counting",
    "Indicator",
    "IndicatorKind",
    "IndicatorService",
    "IndicatorState",
    "LatencyDay",
    "MaintenanceQuerySet",
    "MaintenanceWindow",
    "Measurement",
    "Objective",
    "ObjectiveQuerySet",
    "Operator",
    "Reconciliation",
    "Series",
    "Source",
    "SourceState",
    "Status",
    "Via",
    "WindowKind",
    "window_from",
]
