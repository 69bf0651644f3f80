"""What this app adds to the API; found by relportal.api."""

from __future__ import annotations

from django.urls import path
from rest_framework.routers import BaseRouter

from reports.api.decisions import AskViewSet, DecisionViewSet
from reports.api.initiatives import InitiativeViewSet
from reports.api.investments import InvestmentViewSet
from reports.api.kpi_rows import KpiRowsView
from reports.api.kpis import (
    KpiCommentViewSet,
    KpiInputViewSet,
    KpiTargetViewSet,
    KpiValueViewSet,
    ReportSettingsView,
)
from reports.api.ladder import AttestationViewSet, LadderViewSet, RuleResultViewSet, ServiceLevelViewSet
from reports.api.readiness import ReadinessReviewViewSet, ReadinessTemplateViewSet, ServiceReadinessView
from reports.api.reports import ReportViewSet
from reports.api.reviews import ReviewViewSet
from reports.api.rituals import RitualViewSet
from reports.api.schedules import MailingViewSet, ScheduleViewSet


def register(router: BaseRouter) -> None:
    router.register("kpi-values", KpiValueViewSet, basename="kpi-value")
    router.register("kpi-inputs", KpiInputViewSet, basename="kpi-input")
    router.register("kpi-targets", KpiTargetViewSet, basename="kpi-target")
    router.register("kpi-comments", KpiCommentViewSet, basename="kpi-comment")
    router.register("reports", ReportViewSet, basename="report")
    router.register("investments", InvestmentViewSet, basename="investment")
    router.register("asks", AskViewSet, basename="ask")
    router.register("decisions", DecisionViewSet, basename="decision")
    router.register("ladders", LadderViewSet, basename="ladder")
    router.register("service-levels", ServiceLevelViewSet, basename="service-level")
    router.register("rule-results", RuleResultViewSet, basename="rule-result")
    router.register("attestations", AttestationViewSet, basename="attestation")
    router.register("initiatives", InitiativeViewSet, basename="initiative")
    router.register("rituals", RitualViewSet, basename="ritual")
    router.register("reviews", ReviewViewSet, basename="review")
    router.register("readiness-reviews", ReadinessReviewViewSet, basename="readiness-review")
    router.register("readiness-templates", ReadinessTemplateViewSet, basename="readiness-template")
    router.register("schedules", ScheduleViewSet, basename="schedule")
    router.register("mailings", MailingViewSet, basename="mailing")


urlpatterns = [
    path("report-settings/", ReportSettingsView.as_view(), name="report-settings"),
    path("services/<slug:slug>/readiness/", ServiceReadinessView.as_view(), name="service-readiness"),
    path("kpis/<slug:key>/rows/", KpiRowsView.as_view(), name="kpi-rows"),
]
