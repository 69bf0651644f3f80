"""Alerts into incidents over the API: candidates, and the alerts of an incident."""

from __future__ import annotations

from typing import Any

from django.utils import timezone
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from incidents.actions.correlation import attach, detach
from incidents.models import Alert, Incident
from incidents.queries.correlation import Candidate, candidates
from relportal.core.drf.viewsets import RowViewSet
from relportal.core.models import User
from relportal.core.permissions import require


class FitSerializer(serializers.Serializer[Any]):
    incident = serializers.CharField(source="incident.short_id")
    because = serializers.CharField()


class CandidateSerializer(serializers.Serializer[Any]):
    """Firing alerts that may be one incident. `alerts` are ids in the order of their start, `fits` the open incidents that they
    may belong to, the likeliest first."""

    title = serializers.CharField()
    because = serializers.CharField()
    began = serializers.DateTimeField(source="group.began")
    services = serializers.SerializerMethodField()
    alerts = serializers.ListField(child=serializers.IntegerField(), source="group.keys")
    fits = FitSerializer(many=True)

    def get_services(self, row: Candidate) -> list[str]:
        return list(row.group.services)


class CandidatesSerializer(serializers.Serializer[Any]):
    """`left_out` older alerts that fire are in none of the `rows`."""

    rows = CandidateSerializer(many=True)
    total = serializers.IntegerField()
    left_out = serializers.IntegerField()


class AlertCandidates(APIView):
    """Alerts that fire and are in no incident, grouped by time, service and dependency."""

    @extend_schema(responses=CandidatesSerializer, operation_id="alert_candidates")
    def get(self, request: Request) -> Response:
        if not isinstance(request.user, User):
            raise TypeError("this view needs an authenticated user")
        require(request.user, "incident.view")
        return Response(CandidatesSerializer(candidates(request.user, at=timezone.now())).data)


class HeldAlertSerializer(serializers.ModelSerializer[Alert]):
    """`ended_at` null: it fires."""

    service = serializers.CharField(source="service.slug", allow_null=True, default=None)

    class Meta:
        model = Alert
        fields = ("id", "name", "fingerprint", "service", "started_at", "ended_at")


class AttachAlertsSerializer(serializers.Serializer[Any]):
    alerts = serializers.ListField(
        child=serializers.IntegerField(min_value=1, max_value=2**63 - 1), max_length=2000, allow_empty=False
    )
    attached = serializers.BooleanField(default=True, help_text="False takes them out.")


class IncidentAlerts(RowViewSet[Incident]):
    """What the viewset of incidents has for their alerts."""

    @extend_schema(methods=["get"], responses=HeldAlertSerializer(many=True))
    @extend_schema(methods=["post"], request=AttachAlertsSerializer, responses=HeldAlertSerializer(many=True))
    @action(detail=True, methods=["get", "post"], filterset_class=None, pagination_class=None)
    def alerts(self, request: Request, pk: str) -> Response:
        """The alerts of an incident, the newest first. Posting attaches some, or takes them out."""
        row = self.row()
        require(self.user, "incident.view" if request.method == "GET" else "incident.run")
        if request.method == "POST":
            given = self.given(AttachAlertsSerializer)
            act = attach if given["attached"] else detach
            act(self.user, row, given["alerts"], at=self.at)
        held = Alert.objects.filter(incident=row).select_related("service").order_by("-started_at", "-pk")
        return Response(HeldAlertSerializer(held, many=True).data)
