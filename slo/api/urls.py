"""What this app adds to the API; found by relportal.api."""

from __future__ import annotations

from django.urls import path
from rest_framework.routers import BaseRouter

from slo.api.collection import BackfillViewSet, PushCounts
from slo.api.imports import ServiceImport
from slo.api.journeys import JourneyViewSet
from slo.api.maintenance import MaintenanceViewSet
from slo.api.objectives import BurnAlertViewSet, ObjectiveViewSet
from slo.api.services import ServiceViewSet
from slo.api.sources import IndicatorViewSet, SourceViewSet


def register(router: BaseRouter) -> None:
    router.register("services", ServiceViewSet, basename="service")
    router.register("journeys", JourneyViewSet, basename="journey")
    router.register("sources", SourceViewSet, basename="source")
    router.register("indicators", IndicatorViewSet, basename="indicator")
    router.register("objectives", ObjectiveViewSet, basename="objective")
    router.register("burn-alerts", BurnAlertViewSet, basename="burn-alert")
    router.register("maintenance", MaintenanceViewSet, basename="maintenance")
    router.register("backfills", BackfillViewSet, basename="backfill")


urlpatterns = [
    path("indicators/<slug:slug>/counts/", PushCounts.as_view(), name="indicator-counts"),
    path("services/import/", ServiceImport.as_view(), name="service-import"),
]
