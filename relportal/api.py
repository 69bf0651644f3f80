"""The REST API, version 1: every app registers its viewsets here."""

from __future__ import annotations

from django.urls import include, path
from drf_spectacular.views import SpectacularAPIView
from rest_framework.routers import DefaultRouter

from slo.api.imports import ServiceImport
from slo.api.journeys import JourneyViewSet
from slo.api.services import ServiceViewSet

router = DefaultRouter()
router.register("services", ServiceViewSet, basename="service")
router.register("journeys", JourneyViewSet, basename="journey")

app_name = "api"
urlpatterns = [
    path("v1/services/import/", ServiceImport.as_view(), name="service-import"),
    path("v1/", include(router.urls)),
    path("v1/openapi.json", SpectacularAPIView.as_view(), name="schema"),
]
