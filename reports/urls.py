"""Addresses of scorecards and KPIs, of asks and decisions."""

from __future__ import annotations

from django.urls import URLPattern, path

from reports.views import asks, decisions, kpi_edit, presenter, reviews, rituals, scorecards

app_name = "reports"
urlpatterns: list[URLPattern] = [
    path("scorecards/", scorecards.page, name="scorecard"),
    path("scorecards/kpis/<slug:key>/", scorecards.kpi, name="kpi"),
    path("scorecards/kpis/<slug:key>/enter/", kpi_edit.entry, name="kpi-enter"),
    path("scorecards/kpis/<slug:key>/file/", kpi_edit.entry_file, name="kpi-file"),
    path("scorecards/kpis/<slug:key>/target/", kpi_edit.target, name="kpi-target"),
    path("scorecards/kpis/<slug:key>/comment/", kpi_edit.comment, name="kpi-comment"),
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
    path("reviews/", reviews.review_list, name="review-list"),
    path("reviews/rituals/", rituals.ritual_list, name="ritual-list"),
    path("reviews/rituals/new/", rituals.create, name="ritual-create"),
    path("reviews/rituals/<int:pk>/", rituals.edit, name="ritual"),
    path("reviews/rituals/<int:pk>/retire/", rituals.retire, name="ritual-retire"),
    path("reviews/<int:pk>/", reviews.detail, name="review"),
    path("reviews/<int:pk>/build/", reviews.build, name="review-build"),
    path("reviews/<int:pk>/start/", reviews.start, name="review-start"),
    path("reviews/<int:pk>/finish/", reviews.finish, name="review-finish"),
    path("reviews/<int:pk>/skip/", reviews.skip, name="review-skip"),
    path("reviews/<int:pk>/attend/", reviews.attend, name="review-attend"),
    path("reviews/<int:pk>/topic/", reviews.topic, name="review-topic"),
    path("reviews/<int:pk>/minutes/", reviews.minutes, name="review-minutes"),
    path("reviews/<int:pk>/present/", presenter.present, name="review-present"),
    path("reviews/<int:pk>/items/<int:item>/note/", presenter.note, name="review-note"),
    path("reviews/<int:pk>/items/<int:item>/decide/", presenter.decide, name="review-decide"),
    path("reviews/<int:pk>/items/<int:item>/promise/", presenter.promise, name="review-promise"),
    path("reviews/<int:pk>/items/<int:item>/tick/", presenter.tick, name="review-tick"),
]
