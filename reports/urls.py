"""Addresses of scorecards and KPIs."""

from __future__ import annotations

from django.urls import URLPattern, path

from reports.views import kpi_edit, scorecards

app_name = "reports"
urlpatterns: list[URLPattern] = [
    path("scorecards/", scorecards.page, name="scorecard"),
    path("scorecards/kpis/<slug:key>/", scorecards.kpi, name="kpi"),
    path("scorecards/kpis/<slug:key>/enter/", kpi_edit.entry, name="kpi-enter"),
    path("scorecards/kpis/<slug:key>/file/", kpi_edit.entry_file, name="kpi-file"),
    path("scorecards/kpis/<slug:key>/target/", kpi_edit.target, name="kpi-target"),
    path("scorecards/kpis/<slug:key>/comment/", kpi_edit.comment, name="kpi-comment"),
]
