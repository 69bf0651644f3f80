"""Addresses of scorecards, KPIs and reports, of asks and decisions."""

from __future__ import annotations

from django.urls import URLPattern, path

from reports.views import (
    asks,
    decisions,
    kpi_edit,
    ladder,
    ladder_rules,
    report_edit,
    reports,
    scorecards,
)

app_name = "reports"
urlpatterns: list[URLPattern] = [
    path("scorecards/", scorecards.page, name="scorecard"),
    path("scorecards/kpis/<slug:key>/", scorecards.kpi, name="kpi"),
    path("scorecards/kpis/<slug:key>/enter/", kpi_edit.entry, name="kpi-enter"),
    path("scorecards/kpis/<slug:key>/file/", kpi_edit.entry_file, name="kpi-file"),
    path("scorecards/kpis/<slug:key>/target/", kpi_edit.target, name="kpi-target"),
    path("scorecards/kpis/<slug:key>/comment/", kpi_edit.comment, name="kpi-comment"),
    path("reports/", reports.listing, name="report-list"),
    path("reports/new/", report_edit.create, name="report-create"),
    path("reports/<int:pk>/", reports.page, name="report"),
    path("reports/<int:pk>/board/", reports.board, name="report-board"),
    path("reports/<int:pk>/sections/", report_edit.sections, name="report-sections"),
    path("reports/<int:pk>/write/<slug:page>/", report_edit.write, name="report-write"),
    path("reports/<int:pk>/take/<slug:page>/", report_edit.take, name="report-take"),
    path("reports/<int:pk>/comment/", report_edit.comment, name="report-comment"),
    path("reports/<int:pk>/settle/<int:comment>/", report_edit.settle, name="report-settle"),
    path("reports/<int:pk>/freeze/", report_edit.freeze, name="report-freeze"),
    path("reports/<int:pk>/approve/", report_edit.approve, name="report-approve"),
    path("reports/<int:pk>/reopen/", report_edit.reopen, name="report-reopen"),
    path("reports/<int:pk>/publish/", report_edit.publish, name="report-publish"),
    path("reports/<int:pk>/discuss/", report_edit.discuss, name="report-discuss"),
    path("reports/<int:pk>/revise/", report_edit.revise, name="report-revise"),
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
    path("decisions/asks/", asks.ask_list, name="ask-list"),
    path("decisions/asks/new/", asks.create, name="ask-create"),
    path("decisions/asks/<int:pk>/", asks.detail, name="ask"),
    path("decisions/asks/<int:pk>/edit/", asks.edit, name="ask-edit"),
    path("decisions/asks/<int:pk>/decide/", asks.choose, name="ask-decide"),
    path("decisions/asks/<int:pk>/withdraw/", asks.withdraw, name="ask-withdraw"),
    path("decisions/asks/<int:pk>/reopen/", asks.reopen, name="ask-reopen"),
    path("decisions/", decisions.decision_list, name="decision-list"),
    path("decisions/new/", decisions.create, name="decision-create"),
    path("decisions/<int:pk>/", decisions.detail, name="decision"),
    path("decisions/<int:pk>/outcome/", decisions.outcome, name="decision-outcome"),
    path("decisions/<int:pk>/supersede/", decisions.replace, name="decision-supersede"),
]
