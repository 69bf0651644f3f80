"""Addresses of the register, its money, proposals and exceptions."""

from __future__ import annotations

from django.urls import URLPattern, URLResolver, path

from risks.views import risks, scale

app_name = "risks"
urlpatterns: list[URLPattern | URLResolver] = [
    # The register: one risk.
    path("risks/new/", risks.create, name="create"),
    path("risks/to-rate/", scale.to_rate, name="to-rate"),
    path("risks/<int:pk>/", risks.detail, name="detail"),
    path("risks/<int:pk>/edit/", risks.edit, name="edit"),
    path("risks/<int:pk>/rate/", risks.rate, name="rate"),
]
