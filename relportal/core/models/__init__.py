"""The models that every app may use: people and teams, the service catalog, audit, tokens, and due work."""

from relportal.core.models.accounts import ApiToken, Membership, Role, Team, User
from relportal.core.models.audit import AuditDay, AuditEvent
from relportal.core.models.catalog import (
    CONFIRMED_FOR,
    Dependency,
    Journey,
    JourneyService,
    Lifecycle,
    LinkKind,
    Service,
    ServiceLink,
    Tier,
)
from relportal.core.models.notifications import Notification
from relportal.core.models.saved import SavedView
from relportal.core.models.work import Heartbeat, WorkItem, WorkState

__all__ = [
    "CONFIRMED_FOR",
    "ApiToken",
    "AuditDay",
    "AuditEvent",
    "Dependency",
    "Heartbeat",
    "Journey",
    "JourneyService",
    "Lifecycle",
    "LinkKind",
    "Membership",
    "Notification",
    "Role",
    "SavedView",
    "Service",
    "ServiceLink",
    "Team",
    "Tier",
    "User",
    "WorkItem",
    "WorkState",
]
