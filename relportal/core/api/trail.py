"""The audit over the API, for whoever may read it; nothing writes it."""

from __future__ import annotations

from typing import ClassVar, Final

from django.db.models import QuerySet
from django.utils.translation import gettext as _
from rest_framework import serializers

from relportal.core.drf.parameters import filtered_by
from relportal.core.drf.viewsets import RowViewSet
from relportal.core.exceptions import Invalid
from relportal.core.models import AuditEvent, User
from relportal.core.permissions import allowed
from relportal.core.queries.audit import AuditFilters, audit_events

FILTERS: Final = {
    "actor": "E-mail address, or a part of the name.",
    "action": "service.edit, or service for every action on services.",
    "object": "A type, or type:key such as service:checkout.",
    "team": "Short name of a team.",
    "from": "First day, 2026-11-02, in the zone of the company.",
    "to": "Last day, included.",
    "q": "Text in object, person, reason or request.",
}


class AuditEventSerializer(serializers.ModelSerializer[AuditEvent]):
    changes = serializers.DictField(
        child=serializers.ListField(child=serializers.CharField(allow_null=True)),
        help_text="Field to [before, after].",
    )

    class Meta:
        model = AuditEvent
        fields = (
            "id",
            "at",
            "actor_label",
            "action",
            "object_type",
            "object_key",
            "object_label",
            "team",
            "reason",
            "changes",
            "request_id",
            "token",
        )


@filtered_by(FILTERS)
class AuditEventViewSet(RowViewSet[AuditEvent]):
    """Who changed what and why, newest first; append-only."""

    view_ability: ClassVar[str] = "audit.view"
    serializer_class = AuditEventSerializer
    lookup_value_regex = r"\d+"
    ordering: ClassVar[tuple[str, ...]] = ("-at", "-id")

    def get_queryset(self) -> QuerySet[AuditEvent]:
        user = self.request.user
        if not (isinstance(user, User) and allowed(user, self.view_ability)):
            return AuditEvent.objects.none()
        filters = AuditFilters.read(self.request.query_params)
        if filters.wrong:
            raise Invalid(dict.fromkeys(filters.wrong, _("Write a day as 2026-11-02.")))
        return audit_events(filters)
