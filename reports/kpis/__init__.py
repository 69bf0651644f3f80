"""KPIs: one module is one KPI, under its own name as key; nothing else has to be edited for a new one."""

from __future__ import annotations

from relportal.core.registry import Registry
from reports.kpis._base import AnyKpi

KPIS: Registry[AnyKpi] = Registry("reports.kpis")
