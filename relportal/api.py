"""The REST API, version 1: every app registers its viewsets here."""

from __future__ import annotations

from django.urls import include, path
from drf_spectacular.views import SpectacularAPIView
from rest_framework.routers import DefaultRouter

router = DefaultRouter()

app_name = "api"
urlpatterns = [
    path("v1/", include(router.urls)),
    path("v1/openapi.json", SpectacularAPIView.as_view(), name="schema"),
]
