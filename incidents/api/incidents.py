"""Incidents over the API: declared, run and read by other tools, through the same actions as the pages."""

from __future__ import annotations

from typing import Any

import django_filters
from django.db.models import Q, QuerySet
from django.utils.translation import gettext as _
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from incidents.actions import incidents as acts
from incidents.actions.impact import SegmentFields, add_segment
from incidents.actions.marks import set_times
from incidents.actions.roles import offer_role, take_role
from incidents.actions.timeline import write_line
from incidents.actions.updates import post_update
from incidents.api.attachments import IncidentFiles
from incidents.api.correlation import IncidentAlerts
from incidents.api.similar import IncidentSimilar
from incidents.api.suspects import IncidentSuspects
from incidents.models import (
    ONGOING,
    Audience,
    Condition,
    Detection,
    Entry,
    Impact,
    ImpactFigures,
    ImpactSegment,
    Incident,
    IncidentRole,
    Kind,
    Level,
    Precision,
    RoleHolder,
    Severity,
    State,
    Task,
    Update,
)
from incidents.queries.times import FIELD_OF, times_of
from relportal.core.drf.instants import InstantFilter
from relportal.core.drf.parameters import IF_MATCH
from relportal.core.exceptions import Invalid
from relportal.core.models import Journey, Service, User
from relportal.core.permissions import require
from slo.models import Objective


class FiguresSerializer(serializers.ModelSerializer[ImpactFigures]):
    """Null where it cannot be known; `explained.reasons` says why."""

    class Meta:
        model = ImpactFigures
        fields = (
            "computed_at", "impact_minutes", "customer_minutes", "failed_requests", "budget_spent", "cost", "explained",
        )  # fmt: skip


class TimesSerializer(serializers.Serializer[Any]):
    """The value that counts: a corrected one before a recorded one. Null where it is not known."""

    declared = serializers.DateTimeField(read_only=True)
    impact_started = serializers.DateTimeField(allow_null=True, required=False)
    detected = serializers.DateTimeField(allow_null=True, required=False)
    acknowledged = serializers.DateTimeField(allow_null=True, required=False)
    mitigated = serializers.DateTimeField(allow_null=True, required=False)
    resolved = serializers.DateTimeField(allow_null=True, required=False)
    closed = serializers.DateTimeField(allow_null=True, required=False)


class SetTimesSerializer(TimesSerializer):
    detected_by = serializers.ChoiceField(choices=Detection.choices, required=False, allow_blank=True)
    precision = serializers.ChoiceField(choices=Precision.choices, default=Precision.MINUTE.value)


class RoleSerializer(serializers.ModelSerializer[RoleHolder]):
    user = serializers.EmailField(source="user.email", read_only=True)

    class Meta:
        model = RoleHolder
        fields = ("role", "user", "offered_at", "since", "until")


class IncidentSerializer(serializers.ModelSerializer[Incident]):
    """`severity` 0 (worst) to 4, null while none is chosen; `suggested` is what the portal said, with why."""

    id = serializers.CharField(source="short_id", read_only=True)
    severity = serializers.IntegerField(source="severity_id", read_only=True, allow_null=True)
    suggested = serializers.IntegerField(source="suggested_id", read_only=True, allow_null=True)
    impact = serializers.CharField(read_only=True, help_text="Empty while nobody has said.")
    condition = serializers.CharField(read_only=True, help_text="Empty while nobody has said.")
    team = serializers.SlugRelatedField[Any](slug_field="slug", read_only=True, allow_null=True)
    services = serializers.SlugRelatedField[Service](slug_field="slug", many=True, read_only=True)
    objectives = serializers.SerializerMethodField()
    merged_into = serializers.SerializerMethodField()
    times = serializers.SerializerMethodField()
    figures = serializers.SerializerMethodField()
    roles = serializers.SerializerMethodField()

    class Meta:
        model = Incident
        fields = (
            "id", "title", "summary", "kind", "state", "severity", "suggested", "suggested_because", "impact", "condition",
            "is_private", "team", "services", "objectives", "declared_at", "declared_from", "next_update_at",
            "merged_into", "times", "figures", "roles", "version",
        )  # fmt: skip
        read_only_fields = fields

    def get_objectives(self, row: Incident) -> list[str]:
        return [each.short_id for each in row.objectives.all()]

    def get_merged_into(self, row: Incident) -> str | None:
        return None if row.merged_into_id is None else f"INC-{row.merged_into_id}"

    @extend_schema(responses=TimesSerializer)
    def get_times(self, row: Incident) -> dict[str, Any]:
        return dict(TimesSerializer(times_of(row)).data)

    @extend_schema(responses=FiguresSerializer)
    def get_figures(self, row: Incident) -> dict[str, Any] | None:
        found = getattr(row, "figures", None)
        return None if found is None else dict(FiguresSerializer(found).data)

    @extend_schema(responses=RoleSerializer(many=True))
    def get_roles(self, row: Incident) -> list[dict[str, Any]]:
        return [dict(RoleSerializer(each).data) for each in row.role_holders.all() if each.until is None]


class DeclareSerializer(serializers.Serializer[Any]):
    """A title is enough."""

    title = serializers.CharField(max_length=200)
    summary = serializers.CharField(max_length=10_000, required=False, allow_blank=True, default="")
    kind = serializers.ChoiceField(choices=Kind.choices, default=Kind.REAL.value)
    impact = serializers.ChoiceField(choices=Impact.choices, required=False, allow_blank=True, default="")
    condition = serializers.ChoiceField(choices=Condition.choices, required=False, allow_blank=True, default="")
    severity = serializers.IntegerField(min_value=0, max_value=4, required=False, allow_null=True, default=None)
    services = serializers.SlugRelatedField(
        slug_field="slug", queryset=Service.objects.all(), many=True, required=False
    )
    objectives = serializers.PrimaryKeyRelatedField(queryset=Objective.objects.all(), many=True, required=False)
    is_private = serializers.BooleanField(default=False)
    impact_started = serializers.DateTimeField(required=False, allow_null=True, default=None)
    detected = serializers.DateTimeField(required=False, allow_null=True, default=None)


class EditSerializer(serializers.Serializer[Any]):
    title = serializers.CharField(max_length=200, required=False)
    summary = serializers.CharField(max_length=10_000, required=False, allow_blank=True)
    kind = serializers.ChoiceField(choices=Kind.choices, required=False)
    services = serializers.SlugRelatedField(
        slug_field="slug", queryset=Service.objects.all(), many=True, required=False
    )
    objectives = serializers.PrimaryKeyRelatedField(queryset=Objective.objects.all(), many=True, required=False)


class StateSerializer(serializers.Serializer[Any]):
    state = serializers.ChoiceField(choices=State.choices)
    reason = serializers.CharField(max_length=500, required=False, allow_blank=True, default="")
    despite = serializers.BooleanField(default=False, help_text="Resolve although an objective still burns.")


class SeveritySerializer(serializers.Serializer[Any]):
    severity = serializers.IntegerField(min_value=0, max_value=4)
    reason = serializers.CharField(max_length=500, required=False, allow_blank=True, default="")


class LineSerializer(serializers.Serializer[Any]):
    text = serializers.CharField(max_length=4000, help_text="Such as: 14:05 rolled back; -10m saw errors; TODO call.")


class EntrySerializer(serializers.ModelSerializer[Entry]):
    author = serializers.CharField(source="author.email", read_only=True, allow_null=True, default=None)

    class Meta:
        model = Entry
        fields = (
            "id",
            "kind",
            "at",
            "text",
            "pinned",
            "struck",
            "url",
            "author",
            "recorded_at",
            "edited_at",
            "version",
        )


class TaskSerializer(serializers.ModelSerializer[Task]):
    assignee = serializers.CharField(source="assignee.email", read_only=True, allow_null=True, default=None)

    class Meta:
        model = Task
        fields = ("id", "text", "assignee", "due_at", "created_at", "done_at")


class UpdateSerializer(serializers.ModelSerializer[Update]):
    author = serializers.CharField(source="author.email", read_only=True, allow_null=True, default=None)

    class Meta:
        model = Update
        fields = ("id", "audience", "condition", "actions", "needs", "next_at", "severity", "state", "author", "at")
        read_only_fields = ("severity", "state", "at")


class PostUpdateSerializer(serializers.Serializer[Any]):
    audience = serializers.ChoiceField(choices=Audience.choices, default=Audience.INTERNAL.value)
    condition = serializers.CharField(max_length=4000)
    actions = serializers.CharField(max_length=4000, required=False, allow_blank=True, default="")
    needs = serializers.CharField(max_length=4000, required=False, allow_blank=True, default="")
    next_at = serializers.DateTimeField(required=False, allow_null=True, default=None)


class SegmentSerializer(serializers.ModelSerializer[ImpactSegment]):
    service = serializers.SlugRelatedField(
        slug_field="slug", queryset=Service.objects.all(), required=False, allow_null=True
    )
    journey = serializers.SlugRelatedField(
        slug_field="slug", queryset=Journey.objects.all(), required=False, allow_null=True
    )
    level = serializers.ChoiceField(choices=Level.choices, default=Level.DEGRADED.value)

    class Meta:
        model = ImpactSegment
        fields = (
            "id", "service", "journey", "level", "user_share", "customers", "customers_low", "customers_high",
            "customers_measured", "start", "end", "version",
        )  # fmt: skip
        read_only_fields = ("version",)
        validators: list[Any] = []  # noqa: RUF012 (DRF's own form)


class RoleWriteSerializer(serializers.Serializer[Any]):
    role = serializers.ChoiceField(choices=IncidentRole.choices)
    user = serializers.EmailField(required=False, help_text="Left out: yourself, at once. Else it is offered.")


class IncidentFilter(django_filters.FilterSet):
    q = django_filters.CharFilter(method="words", label="Words in the title, the summary or a service")
    state = django_filters.ChoiceFilter(choices=State.choices)
    ongoing = django_filters.BooleanFilter(method="going_on")
    severity = django_filters.NumberFilter("severity_id")
    kind = django_filters.ChoiceFilter(choices=Kind.choices)
    team = django_filters.CharFilter("team__slug")
    service = django_filters.CharFilter("services__slug")
    since = InstantFilter("declared_at", lookup_expr="gte")
    until = InstantFilter("declared_at", lookup_expr="lt")

    def going_on(self, rows: QuerySet[Incident], _name: str, value: Any) -> QuerySet[Incident]:
        return rows.filter(state__in=ONGOING) if value else rows.exclude(state__in=ONGOING)

    def words(self, rows: QuerySet[Incident], _name: str, value: str) -> QuerySet[Incident]:
        for word in value.split():
            rows = rows.filter(Q(title__icontains=word) | Q(summary__icontains=word))
        return rows


class IncidentViewSet(IncidentFiles, IncidentSuspects, IncidentAlerts, IncidentSimilar):
    """What went wrong, from its declaration to its closing. A private one is not there for those outside."""

    view_ability = "incident.view"
    serializer_class = IncidentSerializer
    filterset_class = IncidentFilter
    lookup_value_regex = r"\d+"

    def get_queryset(self) -> QuerySet[Incident]:
        rows = Incident.objects.visible_to(self.request.user).select_related("team", "figures")
        return rows.prefetch_related("services", "objectives", "times", "role_holders__user").order_by("pk")

    @extend_schema(request=DeclareSerializer, responses={201: IncidentSerializer})
    def create(self, request: Request) -> Response:
        """Declares an incident."""
        require(self.user, "incident.declare")
        given = self.given(DeclareSerializer)
        row = acts.declare(self.user, acts.Declaration(**given, source="api"), at=self.at)
        self.kwargs["pk"] = row.pk
        return self.answer(self.row(), status=201)

    @extend_schema(request=EditSerializer, responses=IncidentSerializer, parameters=[IF_MATCH])
    def partial_update(self, request: Request, pk: str) -> Response:
        row = self.row()
        require(self.user, "incident.run")
        version, given = self.version(), self.given(EditSerializer)
        acts.edit(self.user, row, version=version, at=self.at, **given)
        return self.answer(self.row())

    @extend_schema(request=StateSerializer, responses=IncidentSerializer)
    @action(detail=True, methods=["post"])
    def state(self, request: Request, pk: str) -> Response:
        """Moves it to another state."""
        row, given = self._running(StateSerializer)
        acts.move(self.user, row, given.pop("state"), at=self.at, **given)
        return self.answer(self.row())

    @extend_schema(request=SeveritySerializer, responses=IncidentSerializer)
    @action(detail=True, methods=["post"])
    def severity(self, request: Request, pk: str) -> Response:
        row, given = self._running(SeveritySerializer)
        level = Severity.objects.filter(level=given["severity"]).first()
        if level is None:
            raise Invalid({"severity": _("There is no such severity.")})
        acts.set_severity(self.user, row, level, at=self.at, reason=given["reason"])
        return self.answer(self.row())

    @extend_schema(request=SetTimesSerializer, responses=IncidentSerializer)
    @action(detail=True, methods=["post"])
    def times(self, request: Request, pk: str) -> Response:
        """Only what is given changes; null takes an own value back."""
        row, given = self._running(SetTimesSerializer)
        how, by = Precision(given.pop("precision")), given.pop("detected_by", None)
        marks = {moment: (given[name], how) for moment, name in FIELD_OF.items() if name in given}
        set_times(self.user, row, marks, detected_by=by, at=self.at)
        return self.answer(self.row())

    @extend_schema(request=RoleWriteSerializer, responses=RoleSerializer)
    @action(detail=True, methods=["post"])
    def roles(self, request: Request, pk: str) -> Response:
        """Takes a role, or offers it to someone."""
        row, given = self._running(RoleWriteSerializer)
        role = IncidentRole(given["role"])
        if "user" not in given:
            return Response(RoleSerializer(take_role(self.user, row, role, at=self.at)).data)
        to = User.objects.filter(email__iexact=given["user"], is_active=True).first()
        if to is None:
            raise Invalid({"user": _("Nobody has this address.")})
        return Response(RoleSerializer(offer_role(self.user, row, role, to, at=self.at)).data)

    @extend_schema(methods=["get"], responses=EntrySerializer(many=True))
    @extend_schema(methods=["post"], request=LineSerializer, responses={201: EntrySerializer})
    @action(detail=True, methods=["get", "post"], filterset_class=None, pagination_class=None)
    def timeline(self, request: Request, pk: str) -> Response:
        """The lines, oldest first; posting writes one, or makes a task of it."""
        if request.method == "GET":
            require(self.user, "incident.view")
            return Response(EntrySerializer(self.row().entries.select_related("author"), many=True).data)
        row, given = self._running(LineSerializer)
        made = write_line(self.user, row, given["text"], zone=self.at.tzinfo or self.at.astimezone().tzinfo, at=self.at)  # type: ignore[arg-type]
        if isinstance(made, Task):
            return Response(TaskSerializer(made).data, status=201)
        return Response(EntrySerializer(made).data, status=201)

    @extend_schema(methods=["get"], responses=UpdateSerializer(many=True))
    @extend_schema(methods=["post"], request=PostUpdateSerializer, responses={201: UpdateSerializer})
    @action(detail=True, methods=["get", "post"], filterset_class=None, pagination_class=None)
    def updates(self, request: Request, pk: str) -> Response:
        """What was said to whom, newest first."""
        if request.method == "GET":
            require(self.user, "incident.view")
            return Response(UpdateSerializer(self.row().updates.select_related("author"), many=True).data)
        row, given = self._running(PostUpdateSerializer)
        return Response(UpdateSerializer(post_update(self.user, row, at=self.at, **given)).data, status=201)

    @extend_schema(methods=["get"], responses=SegmentSerializer(many=True))
    @extend_schema(methods=["post"], request=SegmentSerializer, responses={201: SegmentSerializer})
    @action(detail=True, methods=["get", "post"], filterset_class=None, pagination_class=None)
    def impact(self, request: Request, pk: str) -> Response:
        """Whom it hit, segment by segment."""
        if request.method == "GET":
            require(self.user, "incident.view")
            rows = self.row().segments.select_related("service", "journey")
            return Response(SegmentSerializer(rows, many=True).data)
        row, given = self._running(SegmentSerializer)
        made = add_segment(self.user, row, SegmentFields(**given), at=self.at)
        return Response(SegmentSerializer(made).data, status=201)

    def _running(self, serializer: type[serializers.BaseSerializer[Any]]) -> tuple[Incident, dict[str, Any]]:
        row = self.row()
        require(self.user, "incident.run")
        return row, self.given(serializer)
