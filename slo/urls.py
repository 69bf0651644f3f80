from django.urls import path
from django.views.generic import TemplateView

from slo.views import imports, journeys, service_edit, services

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
]
