"""What this app adds to the API; found by relportal.api."""

from __future__ import annotations

from django.urls import path
from rest_framework.routers import BaseRouter

from slo.api.imports import ServiceImport
from slo.api.journeys import JourneyViewSet
from slo.api.services import ServiceViewSet


def register(router: BaseRouter) -> None:
    router.register("services", ServiceViewSet, basename="service")
    router.register("journeys", JourneyViewSet, basename="journey")


urlpatterns = [
    path("services/import/", ServiceImport.as_view(), name="service-import"),
]
