"""Addresses of scorecards and KPIs, of asks and decisions."""

from __future__ import annotations

from django.urls import URLPattern, path

from reports.views import asks, comparison, decisions, initiatives, kpi_edit, ladder, ladder_rules, scorecards

app_name = "reports"
urlpatterns: list[URLPattern] = [
    path("scorecards/", scorecards.page, name="scorecard"),
    path("scorecards/kpis/<slug:key>/", scorecards.kpi, name="kpi"),
    path("scorecards/kpis/<slug:key>/enter/", kpi_edit.entry, name="kpi-enter"),
    path("scorecards/kpis/<slug:key>/file/", kpi_edit.entry_file, name="kpi-file"),
    path("scorecards/kpis/<slug:key>/target/", kpi_edit.target, name="kpi-target"),
    path("scorecards/kpis/<slug:key>/comment/", kpi_edit.comment, name="kpi-comment"),
    path("scorecards/teams/", comparison.page, name="comparison"),
    path("scorecards/initiatives/", initiatives.initiative_list, name="initiative-list"),
    path("scorecards/initiatives/new/", initiatives.create, name="initiative-create"),
    path("scorecards/initiatives/<int:pk>/", initiatives.detail, name="initiative"),
    path("scorecards/initiatives/<int:pk>/edit/", initiatives.edit, name="initiative-edit"),
    path("scorecards/initiatives/<int:pk>/end/", initiatives.end, name="initiative-end"),
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
