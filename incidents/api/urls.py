"""What this app adds to the API; found by relportal.api."""

from __future__ import annotations

from django.urls import path
from rest_framework.routers import BaseRouter

from incidents.api.actions import ActionViewSet
from incidents.api.alerts import AlertViewSet, DeliveryViewSet, IntegrationViewSet
from incidents.api.analytics import IncidentAnalytics
from incidents.api.change_risk import ChangeRisk
from incidents.api.correlation import AlertCandidates
from incidents.api.deploys import DeployViewSet
from incidents.api.incidents import IncidentViewSet
from incidents.api.postmortems import PostmortemViewSet
from incidents.api.runbooks import RunbookRunViewSet


def register(router: BaseRouter) -> None:
    router.register("incidents", IncidentViewSet, basename="incident")
    router.register("postmortems", PostmortemViewSet, basename="postmortem")
    router.register("actions", ActionViewSet, basename="action")
    router.register("integrations", IntegrationViewSet, basename="integration")
    router.register("alerts", AlertViewSet, basename="alert")
    router.register("deliveries", DeliveryViewSet, basename="delivery")
    router.register("deploys", DeployViewSet, basename="deploy")
    router.register("runbook-runs", RunbookRunViewSet, basename="runbook-run")


urlpatterns = [
    path("incident-analytics/", IncidentAnalytics.as_view(), name="incident-analytics"),
    path("alert-candidates/", AlertCandidates.as_view(), name="alert-candidates"),
    path("change-risk/", ChangeRisk.as_view(), name="change-risk"),
]
