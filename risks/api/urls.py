"""What this app adds to the API; found by relportal.api."""

from __future__ import annotations

from rest_framework.routers import BaseRouter

from risks.api.proposals import ProposalViewSet


def register(router: BaseRouter) -> None:
    router.register("risk-proposals", ProposalViewSet, basename="risk-proposal")
