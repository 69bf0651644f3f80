"""The REST API, version 1: every app registers its viewsets in `<app>/api/urls.py`, which may be missing.

`register(router)` there adds viewsets; `urlpatterns`, if any, adds plain views below `/api/v1/`.
"""

from __future__ import annotations

import importlib
import importlib.util
from typing import Any, Final

from django.urls import URLPattern, URLResolver, include, path
from drf_spectacular.renderers import OpenApiJsonRenderer
from drf_spectacular.views import SpectacularAPIView
from rest_framework.routers import DefaultRouter

from relportal.core.drf import schema as _schema  # noqa: F401 - registers itself with drf-spectacular
from relportal.core.views.reference import reference

APPS: Final = ("relportal.core", "slo", "incidents", "risks", "reports")


def _load(router: DefaultRouter) -> list[URLPattern | URLResolver]:
    extra: list[URLPattern | URLResolver] = []
    for app in APPS:
        if importlib.util.find_spec(f"{app}.api") is None or importlib.util.find_spec(f"{app}.api.urls") is None:
            continue
        module: Any = importlib.import_module(f"{app}.api.urls")
        module.register(router)
        extra += getattr(module, "urlpatterns", [])
    return extra


router = DefaultRouter()
router.include_format_suffixes = False
plain = _load(router)

app_name = "api"
urlpatterns = [
    path("", reference, name="reference"),
    path("v1/openapi.json", SpectacularAPIView.as_view(renderer_classes=[OpenApiJsonRenderer]), name="schema"),
    path("v1/", include(plain)),
    path("v1/", include(router.urls)),
]
