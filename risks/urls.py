"""Addresses of the register, its money, proposals and exceptions."""

from __future__ import annotations

from django.urls import URLPattern, URLResolver, path

from risks.views import (
    delegations,
    evidence,
    exception_requests,
    exception_signing,
    exceptions,
    policy,
    proposals,
    risks,
    signed,
)

app_name = "risks"
urlpatterns: list[URLPattern | URLResolver] = [
    # The register: one risk.
    path("risks/new/", risks.create, name="create"),
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
]
