"""Addresses of scorecards and KPIs."""

from __future__ import annotations

from django.urls import URLPattern, path

from reports.views import kpi_edit, ladder, ladder_rules, scorecards

app_name = "reports"
urlpatterns: list[URLPattern] = [
    path("scorecards/", scorecards.page, name="scorecard"),
    path("scorecards/kpis/<slug:key>/", scorecards.kpi, name="kpi"),
    path("scorecards/kpis/<slug:key>/enter/", kpi_edit.entry, name="kpi-enter"),
    path("scorecards/kpis/<slug:key>/file/", kpi_edit.entry_file, name="kpi-file"),
    path("scorecards/kpis/<slug:key>/target/", kpi_edit.target, name="kpi-target"),
    path("scorecards/kpis/<slug:key>/comment/", kpi_edit.comment, name="kpi-comment"),
    path("scorecards/ladder/", ladder.overview, name="ladder"),
    path("scorecards/ladder/services/<slug:slug>/", ladder.service, name="ladder-service"),
    path("scorecards/ladder/services/<slug:slug>/attest/", ladder.attest, name="ladder-attest"),
    path("scorecards/ladder/services/<slug:slug>/<slug:rule>/except/", ladder.ask_exception, name="ladder-except"),
    path("scorecards/ladder/rules/", ladder_rules.rules, name="ladder-rules"),
    path("scorecards/ladder/rules/<int:number>/", ladder_rules.version, name="ladder-version"),
    path("scorecards/ladder/rules/begin/", ladder_rules.begin, name="ladder-begin"),
    path("scorecards/ladder/rules/draft/", ladder_rules.draft, name="ladder-draft"),
    path("scorecards/ladder/rules/draft/publish/", ladder_rules.publish, name="ladder-publish"),
    path("scorecards/ladder/rules/draft/discard/", ladder_rules.discard, name="ladder-discard"),
    path("scorecards/ladder/rules/draft/restore/", ladder_rules.restore, name="ladder-restore"),
]
