"""Integrations, their deliveries and alerts over the API; a secret is shown when it is made and never again."""

from __future__ import annotations

import datetime as dt
from typing import Any, ClassVar

import django_filters
from django.db.models import QuerySet
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from incidents.actions import deliveries as delivery_actions
from incidents.actions import integrations as actions
from incidents.actions.verdicts import judge
from incidents.models import Alert, AlertVerdict, Delivery, Incident, Integration
from incidents.queries.alerts import alerts_visible_to
from relportal.core.drf.etags import etag
from relportal.core.drf.instants import InstantFilter
from relportal.core.drf.parameters import IF_MATCH
from relportal.core.drf.viewsets import RowViewSet
from relportal.core.models import Service
from relportal.core.permissions import require


class IntegrationSerializer(serializers.ModelSerializer[Integration]):
    default_service = serializers.SlugRelatedField[Service](slug_field="slug", read_only=True, allow_null=True)

    class Meta:
        model = Integration
        fields = ("slug", "kind", *actions.FIELDS, "old_secret_until", "created_at", "version")
        read_only_fields = fields


class IssuedSerializer(IntegrationSerializer):
    """With the secret, this once; empty where it was sent along."""

    secret = serializers.CharField(read_only=True)

    class Meta(IntegrationSerializer.Meta):
        fields = (*IntegrationSerializer.Meta.fields, "secret")  # type: ignore[assignment]
        read_only_fields = fields  # type: ignore[assignment]


class IntegrationWriteSerializer(serializers.ModelSerializer[Integration]):
    default_service = serializers.SlugRelatedField(
        slug_field="slug", queryset=Service.objects.all(), required=False, allow_null=True
    )
    mapping = serializers.DictField(required=False)

    class Meta:
        model = Integration
        fields: tuple[str, ...] = actions.FIELDS
        # Names are the action's to check, in one place for pages and API.
        extra_kwargs: ClassVar[dict[str, Any]] = {"name": {"validators": []}}


class IntegrationCreateSerializer(IntegrationWriteSerializer):
    secret = serializers.CharField(required=False, allow_blank=True, max_length=400, write_only=True)

    class Meta(IntegrationWriteSerializer.Meta):
        fields = ("slug", "kind", *actions.FIELDS, "secret")
        extra_kwargs: ClassVar[dict[str, Any]] = {"name": {"validators": []}, "slug": {"validators": []}}


class RotateSerializer(serializers.Serializer[Any]):
    overlap_hours = serializers.IntegerField(min_value=0, max_value=720, default=24)
    secret = serializers.CharField(required=False, allow_blank=True, max_length=400, write_only=True, default="")


class IntegrationViewSet(RowViewSet[Integration]):
    """The tools that send alerts and deploys, to /hooks/<slug>/."""

    lookup_field = "slug"
    serializer_class = IntegrationSerializer
    view_ability = "integration.view"

    def get_queryset(self) -> QuerySet[Integration]:
        return Integration.objects.select_related("default_service").order_by("pk")

    @extend_schema(request=IntegrationCreateSerializer, responses={201: IssuedSerializer})
    def create(self, request: Request) -> Response:
        require(self.user, "integration.edit")
        given = self.given(IntegrationCreateSerializer)
        slug, kind, secret = given.pop("slug"), given.pop("kind"), given.pop("secret", "")
        fields = actions.IntegrationFields(**given)
        issued = actions.create_integration(self.user, slug=slug, kind=kind, fields=fields, secret=secret, at=self.at)
        return self._issued(issued, status=201)

    @extend_schema(request=IntegrationWriteSerializer, responses=IntegrationSerializer, parameters=[IF_MATCH])
    def partial_update(self, request: Request, slug: str) -> Response:
        require(self.user, "integration.edit")
        row = self.row()
        version, given = self.version(), self.given(IntegrationWriteSerializer, partial=True)
        fields = actions.IntegrationFields(**{name: getattr(row, name) for name in actions.FIELDS} | given)
        return self.answer(actions.update_integration(self.user, row, version=version, fields=fields, at=self.at))

    @extend_schema(request=RotateSerializer, responses=IssuedSerializer)
    @action(detail=True, methods=["post"])
    def rotate(self, request: Request, slug: str) -> Response:
        """A new secret; the old one stays valid for a while."""
        require(self.user, "integration.edit")
        row, given = self.row(), self.given(RotateSerializer)
        overlap = dt.timedelta(hours=given["overlap_hours"])
        return self._issued(
            actions.rotate_secret(self.user, row, secret=given["secret"], overlap=overlap, at=self.at), status=200
        )

    def _issued(self, issued: actions.Issued, *, status: int) -> Response:
        data = IntegrationSerializer(issued.integration).data | {"secret": issued.plain}
        return Response(data, status=status, headers=etag(issued.integration) | {"Cache-Control": "no-store"})


class AlertSerializer(serializers.ModelSerializer[Alert]):
    """`ended_at` null: it fires. `incident` is null also where the viewer may not see it."""

    integration = serializers.SlugRelatedField[Integration](slug_field="slug", read_only=True)
    service = serializers.SlugRelatedField[Service](slug_field="slug", read_only=True, allow_null=True)
    incident = serializers.SerializerMethodField()
    verdict = serializers.ChoiceField(
        choices=AlertVerdict.choices, allow_blank=True, help_text="Empty: nobody has judged it."
    )

    class Meta:
        model = Alert
        fields = (
            "id", "integration", "fingerprint", "name", "summary", "labels", "severity", "url", "service", "incident",
            "started_at", "acknowledged_at", "ended_at", "first_received_at", "last_received_at", "verdict", "judged_at",
        )  # fmt: skip
        read_only_fields = fields

    def get_incident(self, row: Alert) -> str | None:
        seen: frozenset[int] = self.context["seen_incidents"]
        return f"INC-{row.incident_id}" if row.incident_id in seen else None


class VerdictSerializer(serializers.Serializer[Any]):
    verdict = serializers.ChoiceField(choices=["", *AlertVerdict.values], help_text="Empty takes it back.")


class AlertFilter(django_filters.FilterSet):
    integration = django_filters.CharFilter("integration__slug")
    service = django_filters.CharFilter("service__slug")
    team = django_filters.CharFilter("service__team__slug")
    severity = django_filters.CharFilter("severity")
    fingerprint = django_filters.CharFilter("fingerprint")
    firing = django_filters.BooleanFilter("ended_at", lookup_expr="isnull")
    unjudged = django_filters.BooleanFilter(
        method="of_unjudged", help_text="True: nobody judged it, and no incident tells."
    )
    since = InstantFilter("started_at", lookup_expr="gte")
    until = InstantFilter("started_at", lookup_expr="lt")

    def of_unjudged(self, rows: QuerySet[Alert], _name: str, wanted: bool) -> QuerySet[Alert]:  # noqa: FBT001 - django-filter's signature
        open_ones = Alert.objects.unjudged()
        return rows.filter(pk__in=open_ones) if wanted else rows.exclude(pk__in=open_ones)


class AlertViewSet(RowViewSet[Alert]):
    """Alerts of other tools."""

    serializer_class = AlertSerializer
    filterset_class = AlertFilter
    view_ability = "incident.view"
    lookup_value_regex = r"\d+"

    def get_queryset(self) -> QuerySet[Alert]:
        rows = alerts_visible_to(self.request.user).select_related("integration", "service")
        return rows.order_by("pk")

    def get_serializer_context(self) -> dict[str, Any]:
        context = dict(super().get_serializer_context())
        if not getattr(self, "swagger_fake_view", False):
            seen = Incident.objects.visible_to(self.user).filter(alerts__isnull=False).distinct()
            context["seen_incidents"] = frozenset(seen.values_list("pk", flat=True))
        return context

    @extend_schema(request=VerdictSerializer, responses=AlertSerializer)
    @action(detail=True, methods=["post"])
    def verdict(self, request: Request, pk: str) -> Response:
        """Whether it meant something to do."""
        require(self.user, "incident.run")
        return self.answer(judge(self.user, self.row(), self.given(VerdictSerializer)["verdict"], at=self.at))


class DeliverySerializer(serializers.ModelSerializer[Delivery]):
    integration = serializers.SlugRelatedField[Integration](slug_field="slug", read_only=True)

    class Meta:
        model = Delivery
        fields = (
            "id",
            "integration",
            "received_at",
            "dedup",
            "event",
            "headers",
            "result",
            "detail",
            "parsed_at",
            "alerts",
            "body_removed_at",
        )
        read_only_fields = fields


class DeliveryFilter(django_filters.FilterSet):
    integration = django_filters.CharFilter("integration__slug")
    result = django_filters.ChoiceFilter(choices=Delivery.Result.choices)


class DeliveryViewSet(RowViewSet[Delivery]):
    """What the tools sent, and what became of it."""

    serializer_class = DeliverySerializer
    filterset_class = DeliveryFilter
    view_ability = "integration.view"
    lookup_value_regex = r"\d+"

    def get_queryset(self) -> QuerySet[Delivery]:
        return Delivery.objects.select_related("integration").defer("body").order_by("pk")

    @extend_schema(request=None, responses=DeliverySerializer)
    @action(detail=True, methods=["post"])
    def replay(self, request: Request, pk: str) -> Response:
        """Reads it once more; what it told already is not told twice."""
        require(self.user, "integration.edit")
        return self.answer(delivery_actions.replay(self.user, self.row(), at=self.at))
