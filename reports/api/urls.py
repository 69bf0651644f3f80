"""What this app adds to the API; found by relportal.api."""

from __future__ import annotations

from rest_framework.routers import BaseRouter

from reports.api.decisions import AskViewSet, DecisionViewSet
from reports.api.kpis import KpiInputViewSet, KpiTargetViewSet, KpiValueViewSet
from reports.api.reports import ReportViewSet
from reports.api.schedules import MailingViewSet, ScheduleViewSet


def register(router: BaseRouter) -> None:
    router.register("kpi-values", KpiValueViewSet, basename="kpi-value")
    router.register("kpi-inputs", KpiInputViewSet, basename="kpi-input")
    router.register("kpi-targets", KpiTargetViewSet, basename="kpi-target")
    router.register("reports", ReportViewSet, basename="report")
    router.register("asks", AskViewSet, basename="ask")
    router.register("decisions", DecisionViewSet, basename="decision")
    router.register("schedules", ScheduleViewSet, basename="schedule")
    router.register("mailings", MailingViewSet, basename="mailing")
