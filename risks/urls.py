"""Addresses of the register, its money, proposals and exceptions."""

from __future__ import annotations

from django.urls import URLPattern, URLResolver, path

from risks.views import hygiene, life, links, proposals, risks, scale, treatments

app_name = "risks"
TREATMENT = "risks/<int:pk>/treatments/<int:treatment>/"
MILESTONE = f"{TREATMENT}milestones/<int:milestone>/"
urlpatterns: list[URLPattern | URLResolver] = [
    # The register: one risk.
    path("risks/new/", risks.create, name="create"),
    path("risks/rate-preview/", risks.rate_preview, name="rate-preview"),
    path("risks/<int:pk>/", risks.detail, name="detail"),
    path("risks/<int:pk>/edit/", risks.edit, name="edit"),
    path("risks/<int:pk>/rate/", risks.rate, name="rate"),
    path("risks/<int:pk>/review/", life.review, name="review"),
    path("risks/<int:pk>/close/", life.close, name="close"),
    path("risks/<int:pk>/reopen/", life.reopen, name="reopen"),
    path("risks/<int:pk>/treatments/new/", treatments.add, name="treatment-add"),
    path(f"{TREATMENT}edit/", treatments.edit, name="treatment-edit"),
    path(f"{TREATMENT}move/", treatments.move, name="treatment-move"),
    path(f"{TREATMENT}milestones/", treatments.milestone_add, name="milestone-add"),
    path(f"{TREATMENT}milestones/restore/", treatments.milestone_restore, name="milestone-restore"),
    path(f"{MILESTONE}edit/", treatments.milestone_edit, name="milestone-edit"),
    path(f"{MILESTONE}tick/", treatments.milestone_tick, name="milestone-tick"),
    path(f"{MILESTONE}remove/", treatments.milestone_remove, name="milestone-remove"),
    path("risks/<int:pk>/links/", links.add, name="link"),
    path("risks/<int:pk>/links/restore/", links.restore, name="relink"),
    path("risks/<int:pk>/links/<int:link>/remove/", links.remove, name="unlink"),
    # The scale.
    path("risks/scale/", scale.scale, name="scale"),
    path("risks/scale/<int:number>/", scale.version, name="scale-version"),
    path("risks/scale/begin/", scale.begin, name="scale-begin"),
    path("risks/scale/draft/", scale.draft, name="scale-draft"),
    path("risks/scale/draft/force/", scale.force, name="scale-force"),
    path("risks/scale/draft/discard/", scale.discard, name="scale-discard"),
    path("risks/scale/draft/restore/", scale.restore, name="scale-restore"),
    path("risks/to-rate/", scale.to_rate, name="to-rate"),
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
