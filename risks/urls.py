"""Addresses of the register, its money, proposals and exceptions."""

from __future__ import annotations

from django.urls import URLPattern, URLResolver, path

from risks.views import hygiene, proposals, risks

app_name = "risks"
urlpatterns: list[URLPattern | URLResolver] = [
    # The register: one risk.
    path("risks/new/", risks.create, name="create"),
    path("risks/<int:pk>/", risks.detail, name="detail"),
    path("risks/<int:pk>/edit/", risks.edit, name="edit"),
    path("risks/<int:pk>/rate/", risks.rate, name="rate"),
    # What the portal proposes.
    path("risks/proposals/", proposals.proposal_list, name="proposals"),
    path("risks/proposals/look/", proposals.look, name="proposals-look"),
    path("risks/proposals/bulk/", proposals.bulk, name="proposals-bulk"),
    path("risks/proposals/undo/", proposals.take_back, name="proposals-undo"),
    path("risks/proposals/rules/<slug:key>/", proposals.rule, name="proposal-rule"),
    path("risks/proposals/<int:pk>/", proposals.detail, name="proposal"),
    path("risks/proposals/<int:pk>/accept/", proposals.accept, name="proposal-accept"),
    path("risks/proposals/<int:pk>/take/", proposals.take, name="proposal-take"),
    path("risks/proposals/<int:pk>/merge/", proposals.merge, name="proposal-merge"),
    path("risks/proposals/<int:pk>/dismiss/", proposals.dismiss, name="proposal-dismiss"),
    path("risks/hygiene/", hygiene.page, name="hygiene"),
]
