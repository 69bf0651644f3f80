"""Maintenance over the API: a pipeline announces what it will do, and ends it when it is done."""

from __future__ import annotations

from typing import Any

import django_filters
from django.db.models import QuerySet
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from relportal.core.drf.instants import InstantFilter
from relportal.core.drf.parameters import IF_MATCH
from relportal.core.drf.viewsets import RowViewSet
from relportal.core.models import Service
from relportal.core.permissions import require
from slo.actions import maintenance as acts
from slo.domain.maintenance import Phase
from slo.models import MaintenanceWindow


class MaintenanceSerializer(serializers.ModelSerializer[MaintenanceWindow]):
    """A window is [start, end)."""

    service = serializers.SlugRelatedField[Service](slug_field="slug", read_only=True)
    phase = serializers.SerializerMethodField()
    by = serializers.EmailField(source="by.email", allow_null=True, default=None)

    class Meta:
        model = MaintenanceWindow
        fields = ("id", "service", "title", "start", "end", "phase", "declared_at", "by", "cancelled_at", "version")
        read_only_fields = fields

    def get_phase(self, row: MaintenanceWindow) -> Phase:
        return row.phase(self.context["view"].at)


class ChangeMaintenanceSerializer(serializers.Serializer[Any]):
    title = serializers.CharField(max_length=200)
    start = serializers.DateTimeField(help_text="Not before now.")
    end = serializers.DateTimeField(help_text="At most three days after the start.")


class AnnounceMaintenanceSerializer(ChangeMaintenanceSerializer):
    service = serializers.SlugRelatedField[Service](slug_field="slug", queryset=Service.objects.all())


class MaintenanceFilter(django_filters.FilterSet):
    service = django_filters.CharFilter("service__slug")
    after = InstantFilter("end", lookup_expr="gt", help_text="Windows that end after this.")
    before = InstantFilter("start", lookup_expr="lt", help_text="Windows that begin before this.")


class MaintenanceViewSet(RowViewSet[MaintenanceWindow]):
    """Announced before it begins; takes nothing off a budget. Nothing is deleted: what will not be has `cancelled_at`."""

    serializer_class = MaintenanceSerializer
    queryset = MaintenanceWindow.objects.none()
    filterset_class = MaintenanceFilter
    lookup_value_regex = r"\d+"

    def get_queryset(self) -> QuerySet[MaintenanceWindow]:
        return MaintenanceWindow.objects.visible_to(self.user).select_related("service", "by").order_by("pk")

    @extend_schema(request=AnnounceMaintenanceSerializer, responses={201: MaintenanceSerializer})
    def create(self, request: Request) -> Response:
        require(self.user, "maintenance.declare")
        given = self.given(AnnounceMaintenanceSerializer)
        service = given.pop("service")
        [made] = acts.announce(self.user, [service], acts.Announcement(**given), at=self.at)
        return self.answer(made, status=201)

    @extend_schema(request=ChangeMaintenanceSerializer, parameters=[IF_MATCH], responses=MaintenanceSerializer)
    def partial_update(self, request: Request, pk: str) -> Response:
        """What is not given stays. While it runs it can only be shortened; what is over stands."""
        row = self.row()
        require(self.user, "maintenance.declare", row)
        version = self.version()
        stands = {name: getattr(row, name) for name in acts.FIELDS}
        given = acts.Announcement(**stands | self.given(ChangeMaintenanceSerializer, partial=True))
        return self.answer(acts.change(self.user, row, given, at=self.at, version=version))

    @extend_schema(request=None, responses=MaintenanceSerializer)
    @action(detail=True, methods=["post"])
    def finish(self, request: Request, pk: str) -> Response:
        """Ends it now."""
        return self.answer(acts.finish(self.user, self.row(), at=self.at))

    @extend_schema(request=None, responses=MaintenanceSerializer)
    @action(detail=True, methods=["post"])
    def cancel(self, request: Request, pk: str) -> Response:
        """Before it has begun."""
        return self.answer(acts.cancel(self.user, self.row(), at=self.at))
