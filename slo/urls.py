from django.urls import path
from django.views.generic import TemplateView

from slo.views import (
    imports,
    indicator_edit,
    journeys,
    objective_edit,
    service_edit,
    services,
    source_edit,
)

app_name = "slo"
urlpatterns = [
    path("", TemplateView.as_view(template_name="slo/overview.html"), name="overview"),
    path("services/", services.service_list, name="service-list"),
    path("services/new/", service_edit.service_create, name="service-create"),
    path("services/import/", imports.service_import, name="service-import"),
    path("services/import/confirm/", imports.service_import_confirm, name="service-import-confirm"),
    path("services/import/template.csv", imports.import_template, name="service-import-template"),
    path("services/catalog.csv", imports.catalog_export, name="service-export"),
    path("services/<slug:slug>/", services.service_detail, name="service-detail"),
    path("services/<slug:slug>/edit/", service_edit.service_edit, name="service-edit"),
    path("services/<slug:slug>/retire/", service_edit.service_retire, name="service-retire"),
    path("services/<slug:slug>/restore/", service_edit.service_restore, name="service-restore"),
    path("journeys/", journeys.journey_list, name="journey-list"),
    path("journeys/new/", journeys.journey_create, name="journey-create"),
    path("journeys/<slug:slug>/", journeys.journey_detail, name="journey-detail"),
    path("journeys/<slug:slug>/edit/", journeys.journey_edit, name="journey-edit"),
    path("journeys/<slug:slug>/delete/", journeys.journey_delete, name="journey-delete"),
    path("slos/new/", objective_edit.objective_create, name="objective-create"),
    path("slos/<int:pk>/edit/", objective_edit.objective_edit, name="objective-edit"),
    path("slos/<int:pk>/retire/", objective_edit.objective_retire, name="objective-retire"),
    path("slos/<int:pk>/restore/", objective_edit.objective_restore, name="objective-restore"),
    path("indicators/new/", indicator_edit.indicator_create, name="indicator-create"),
    path("indicators/<slug:slug>/edit/", indicator_edit.indicator_edit, name="indicator-edit"),
    path("indicators/<slug:slug>/delete/", indicator_edit.indicator_delete, name="indicator-delete"),
    path("sources/new/", source_edit.source_create, name="source-create"),
    path("sources/<slug:slug>/edit/", source_edit.source_edit, name="source-edit"),
    path("sources/<slug:slug>/test/", source_edit.source_test, name="source-test"),
    path("sources/<slug:slug>/delete/", source_edit.source_delete, name="source-delete"),
]
