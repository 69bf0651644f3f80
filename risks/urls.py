"""Addresses of the register, its money, proposals and exceptions."""

from __future__ import annotations

from django.urls import URLPattern, URLResolver, path

from risks.views import (
    delegations,
    evidence,
    exception_requests,
    exception_signing,
    exceptions,
    heat_map,
    hygiene,
    life,
    links,
    money_settings,
    policy,
    proposals,
    register,
    risks,
    scale,
    signed,
    treatments,
)

app_name = "risks"
TREATMENT = "risks/<int:pk>/treatments/<int:treatment>/"
MILESTONE = f"{TREATMENT}milestones/<int:milestone>/"
urlpatterns: list[URLPattern | URLResolver] = [
    # The register: all of it.
    path("risks/", register.risk_list, name="list"),
    path("risks/heat-map/", heat_map.page, name="heat-map"),
    # The register: one risk.
    path("risks/new/", risks.create, name="create"),
    path("risks/rate-preview/", risks.rate_preview, name="rate-preview"),
    path("risks/<int:pk>/", risks.detail, name="detail"),
    path("risks/<int:pk>/edit/", risks.edit, name="edit"),
    path("risks/<int:pk>/rate/", risks.rate, name="rate"),
    # Exceptions, who signs them, and evidence.
    path("risks/<int:pk>/evidence/", evidence.OF_RISK.files, name="risk-evidence-list"),
    path("risks/<int:pk>/evidence/<int:evidence>/", evidence.OF_RISK.file, name="risk-evidence"),
    path("risks/<int:pk>/evidence/<int:evidence>/remove/", evidence.OF_RISK.remove, name="risk-evidence-remove"),
    path("risks/<int:pk>/evidence/<int:evidence>/restore/", evidence.OF_RISK.restore, name="risk-evidence-restore"),
    path("exceptions/", exceptions.exception_list, name="exception-list"),
    path("exceptions/new/", exception_requests.create, name="exception-create"),
    path("exceptions/new/path/", exception_requests.path_preview, name="exception-path"),
    path("exceptions/signed/", signed.signed_list, name="signed"),
    path("exceptions/policy/", policy.policy_page, name="policy"),
    path("exceptions/policy/edit/", policy.policy_edit, name="policy-edit"),
    path("exceptions/delegations/", delegations.delegation_list, name="delegation-list"),
    path("exceptions/delegations/<int:pk>/revoke/", delegations.delegation_revoke, name="delegation-revoke"),
    path("exceptions/<int:pk>/", exceptions.detail, name="exception-detail"),
    path("exceptions/<int:pk>/sign/", exception_signing.decide, name="exception-sign"),
    path("exceptions/<int:pk>/withdraw/", exceptions.take_back, name="exception-withdraw"),
    path("exceptions/<int:pk>/end/", exceptions.end, name="exception-end"),
    path("exceptions/<int:pk>/renew/", exception_requests.again, name="exception-renew"),
    path("exceptions/<int:pk>/evidence/", evidence.OF_EXCEPTION.files, name="exception-evidence-list"),
    path("exceptions/<int:pk>/evidence/<int:evidence>/", evidence.OF_EXCEPTION.file, name="exception-evidence"),
    path(
        "exceptions/<int:pk>/evidence/<int:evidence>/remove/",
        evidence.OF_EXCEPTION.remove,
        name="exception-evidence-remove",
    ),
    path(
        "exceptions/<int:pk>/evidence/<int:evidence>/restore/",
        evidence.OF_EXCEPTION.restore,
        name="exception-evidence-restore",
    ),
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
    # Money: what is tolerated, and all risks together.
    path("risks/money/", money_settings.page, name="money"),
    path("risks/money/edit/", money_settings.edit, name="money-edit"),
    path("risks/money/tolerance/<slug:unit>/", money_settings.tolerance, name="tolerance"),
]
