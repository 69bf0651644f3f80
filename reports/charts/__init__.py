"""Drawings: the history of a KPI, and the charts of a report."""

from __future__ import annotations

from reports.charts.history import history
from reports.charts.payload import drawn

__all__ = ["drawn", "history"]
