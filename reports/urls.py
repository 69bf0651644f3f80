"""Addresses of scorecards and KPIs."""

from __future__ import annotations

from django.urls import URLPattern, path

from reports.views import scorecards

app_name = "reports"
urlpatterns: list[URLPattern] = [
    path("scorecards/", scorecards.page, name="scorecard"),
    path("scorecards/kpis/<slug:key>/", scorecards.kpi, name="kpi"),
]
