"""Schedules of e-mails over the API, and the log of what was sent."""

from __future__ import annotations

from typing import Any

import django_filters
from django.db.models import QuerySet
from drf_spectacular.utils import extend_schema
from rest_framework import serializers, status
from rest_framework.request import Request
from rest_framework.response import Response

from relportal.core.drf.viewsets import RowViewSet
from relportal.core.models import Role, Team, Tier
from relportal.core.permissions import able, require
from reports.actions import schedules
from reports.actions.inputs import Owned
from reports.actions.schedules import ScheduleGiven
from reports.domain.schedules import LAST_DAY, Cadence
from reports.models import Mailing, MailingState, Schedule
from reports.models.delivery import CADENCES
from reports.queries.deliveries import log


class ScheduleSerializer(serializers.ModelSerializer[Schedule]):
    """`weekday` 0 is Monday and counts for what is weekly, `day` for what is monthly. Without `team` and `tier` it is of the
    company."""

    cadence = serializers.ChoiceField(choices=CADENCES)
    team = serializers.CharField(source="team.slug", allow_null=True, default=None)
    people: Any = serializers.SlugRelatedField(many=True, read_only=True, slug_field="email")
    teams: Any = serializers.SlugRelatedField(many=True, read_only=True, slug_field="slug")

    class Meta:
        model = Schedule
        fields = (
            "id", "name", "cadence", "team", "tier", "weekday", "day", "hour", "zone", "people", "teams", "roles", "is_active",
            "version",
        )  # fmt: skip


class ScheduleWriteSerializer(serializers.Serializer[Any]):
    name = serializers.CharField(max_length=120)
    cadence = serializers.ChoiceField(choices=CADENCES)
    team = serializers.SlugRelatedField(slug_field="slug", queryset=Team.objects.all(), allow_null=True, default=None)
    tier = serializers.ChoiceField(choices=Tier.choices, allow_null=True, default=None)
    weekday = serializers.IntegerField(min_value=0, max_value=6, default=0)
    day = serializers.IntegerField(min_value=1, max_value=LAST_DAY, default=1)
    hour = serializers.IntegerField(min_value=0, max_value=23)
    zone = serializers.CharField(max_length=64)
    people: Any = serializers.SlugRelatedField(many=True, slug_field="email", queryset=able("report.view"), default=())
    teams: Any = serializers.SlugRelatedField(many=True, slug_field="slug", queryset=Team.objects.all(), default=())
    roles = serializers.ListField(child=serializers.ChoiceField(choices=Role.choices), default=list)
    is_active = serializers.BooleanField(default=True)


class ScheduleViewSet(RowViewSet[Schedule]):
    """Digests and reports that are sent by e-mail. Nothing is deleted: a schedule is paused with `is_active`."""

    serializer_class = ScheduleSerializer
    view_ability = "report.view"
    lookup_value_regex = r"\d+"

    def get_queryset(self) -> QuerySet[Schedule]:
        return Schedule.objects.order_by("pk").select_related("team").prefetch_related("people", "teams")

    @extend_schema(request=ScheduleWriteSerializer, responses={201: ScheduleSerializer})
    def create(self, request: Request) -> Response:
        require(self.user, "report.schedule")
        body = self.given(ScheduleWriteSerializer)
        active = body.pop("is_active")
        row = schedules.create(self.user, _given(body), at=self.at)
        if not active:
            schedules.set_active(self.user, row, active=False, at=self.at)
        return self.answer(self.get_queryset().get(pk=row.pk), status=status.HTTP_201_CREATED)

    @extend_schema(request=ScheduleWriteSerializer, responses={200: ScheduleSerializer})
    def partial_update(self, request: Request, pk: str) -> Response:
        """What is not given stays; demands If-Match."""
        row = self.row()
        require(self.user, "report.schedule", Owned(row.team_id))
        version = self.version()
        body = self.given(ScheduleWriteSerializer, partial=True)
        active = body.pop("is_active", row.is_active)
        stands: dict[str, Any] = {
            "name": row.name, "cadence": row.cadence, "team": row.team, "tier": row.tier, "weekday": row.weekday, "day": row.day,
            "hour": row.hour, "zone": row.zone, "people": list(row.people.all()), "teams": list(row.teams.all()),
            "roles": row.roles,
        }  # fmt: skip
        saved = schedules.edit(self.user, row, _given(stands | body), version=version, at=self.at)
        schedules.set_active(self.user, saved, active=active, at=self.at)
        return self.answer(self.get_queryset().get(pk=row.pk))


def _given(body: dict[str, Any]) -> ScheduleGiven:
    return ScheduleGiven(**body | {"cadence": Cadence(body["cadence"])})


class MailingSerializer(serializers.ModelSerializer[Mailing]):
    """`occasion` makes it come once; `due_at` is when it is tried next."""

    state = serializers.ChoiceField(choices=MailingState.choices)
    user = serializers.CharField(source="user.email")

    class Meta:
        model = Mailing
        fields = (
            "id", "schedule", "occasion", "user", "address", "subject", "state", "attempts", "error", "first_due_at", "due_at",
            "sent_at", "opened_at",
        )  # fmt: skip


class MailingFilter(django_filters.FilterSet):
    schedule = django_filters.NumberFilter("schedule")
    state = django_filters.ChoiceFilter(choices=MailingState.choices)


class MailingViewSet(RowViewSet[Mailing]):
    """The log of e-mails: all for whoever keeps schedules and for auditors, one's own for all others."""

    serializer_class = MailingSerializer
    queryset = Mailing.objects.none()
    filterset_class = MailingFilter
    view_ability = "report.view"
    lookup_value_regex = r"\d+"

    def get_queryset(self) -> QuerySet[Mailing]:
        return log(self.user).rows.order_by("pk")
