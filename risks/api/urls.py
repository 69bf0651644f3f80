"""What this app adds to the API; found by relportal.api."""

from __future__ import annotations

from django.urls import path
from rest_framework.routers import BaseRouter

from risks.api.hygiene import RiskHygiene
from risks.api.imports import RiskImport
from risks.api.proposals import ProposalViewSet


def register(router: BaseRouter) -> None:
    router.register("risk-proposals", ProposalViewSet, basename="risk-proposal")


urlpatterns = [
    path("risk-import/", RiskImport.as_view(), name="risk-import"),
    path("risk-hygiene/", RiskHygiene.as_view(), name="risk-hygiene"),
]
