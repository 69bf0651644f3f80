"""Addresses of incidents."""

from django.urls import path

from incidents.views import alerts, edit, hooks, integrations, listing, room, severities

app_name = "incidents"
urlpatterns = [
    path("incidents/", listing.listing, name="list"),
    path("incidents/declare/", listing.declare_page, name="declare"),
    path("incidents/severities/", severities.severities, name="severities"),
    path("incidents/severities/<int:level>/", severities.severity_edit, name="severity-edit"),
    path("incidents/<int:pk>/", room.detail, name="detail"),
    path("incidents/<int:pk>/live/", room.live, name="live"),
    path("incidents/<int:pk>/line/", room.line, name="line"),
    path("incidents/<int:pk>/state/", room.state, name="state"),
    path("incidents/<int:pk>/severity/", room.severity, name="severity"),
    path("incidents/<int:pk>/role/", room.role, name="role"),
    path("incidents/<int:pk>/update/", room.update, name="update"),
    path("incidents/<int:pk>/tasks/<int:task>/", room.task, name="task"),
    path("incidents/<int:pk>/steps/<int:step>/", room.tick, name="tick"),
    path("incidents/<int:pk>/impact/", room.segment_add, name="segment-add"),
    path("incidents/<int:pk>/impact/end/", room.segment_end, name="segment-end"),
    path("incidents/<int:pk>/impact/<int:segment>/", edit.segment, name="segment"),
    path("incidents/<int:pk>/impact/<int:segment>/remove/", room.segment_remove, name="segment-remove"),
    path("incidents/<int:pk>/draft/", room.draft, name="draft"),
    path("incidents/<int:pk>/entries/<int:entry>/", edit.entry, name="entry"),
    path("incidents/<int:pk>/edit/", edit.edit, name="edit"),
    path("incidents/<int:pk>/times/", edit.times, name="times"),
    path("incidents/<int:pk>/privacy/", edit.privacy, name="privacy"),
    path("incidents/<int:pk>/merge/", edit.merge, name="merge"),
    path("incidents/<int:pk>/split/", edit.split, name="split"),
    path("hooks/<slug:slug>/", hooks.hook, name="hook"),
    path("alerts/", alerts.alert_list, name="alert-list"),
    path("integrations/", integrations.integration_list, name="integration-list"),
    path("integrations/new/", integrations.integration_create, name="integration-create"),
    path("integrations/<slug:slug>/", integrations.integration_detail, name="integration"),
    path("integrations/<slug:slug>/edit/", integrations.integration_edit, name="integration-edit"),
    path("integrations/<slug:slug>/rotate/", integrations.integration_rotate, name="integration-rotate"),
    path("deliveries/<int:pk>/", integrations.delivery_detail, name="delivery"),
    path("deliveries/<int:pk>/replay/", integrations.delivery_replay, name="delivery-replay"),
]
