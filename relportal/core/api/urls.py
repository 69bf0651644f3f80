"""What core adds to the API; found by relportal.api."""

from __future__ import annotations

from rest_framework.routers import BaseRouter

from relportal.core.api.saved_views import SavedViewViewSet
from relportal.core.api.teams import TeamViewSet
from relportal.core.api.tokens import TokenViewSet
from relportal.core.api.trail import AuditEventViewSet
from relportal.core.api.users import UserViewSet
from relportal.core.api.work import WorkItemViewSet


def register(router: BaseRouter) -> None:
    router.register("teams", TeamViewSet, basename="team")
    router.register("audit-events", AuditEventViewSet, basename="audit-event")
    router.register("saved-views", SavedViewViewSet, basename="saved-view")
    router.register("users", UserViewSet, basename="user")
    router.register("tokens", TokenViewSet, basename="token")
    router.register("work-items", WorkItemViewSet, basename="work-item")
