"""What this app adds to the API; found by relportal.api."""

from __future__ import annotations

from rest_framework.routers import BaseRouter

from incidents.api.incidents import IncidentViewSet


def register(router: BaseRouter) -> None:
    router.register("incidents", IncidentViewSet, basename="incident")
