"""The deploys behind an incident over the API."""

from __future__ import annotations

from typing import Any

from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from incidents.actions.suspects import MARKS, mark, unmark
from incidents.domain.suspects import Part
from incidents.models import Incident, SuspectVerdict
from incidents.queries.deploy_words import suspected
from incidents.queries.suspects import SuspectRow, deploys_visible_to, suspects
from relportal.core.drf.viewsets import RowViewSet
from relportal.core.permissions import require


class SuspectSerializer(serializers.Serializer[Any]):
    """`verdict` is suspect until somebody marks it. `part` is as what it ranks: null where its time allows neither."""

    deploy = serializers.IntegerField(source="deploy.pk")
    service = serializers.CharField(source="deploy.service.slug")
    revision = serializers.CharField(source="deploy.revision")
    started_at = serializers.DateTimeField(source="deploy.started_at")
    finished_at = serializers.DateTimeField(source="deploy.finished_at", allow_null=True)
    verdict = serializers.ChoiceField(choices=SuspectVerdict.choices)
    by = serializers.CharField(source="mark.by.email", allow_null=True, default=None)
    part = serializers.ChoiceField(choices=[each.value for each in Part], allow_null=True)
    score = serializers.FloatField(help_text="0 to 1.")
    because = serializers.SerializerMethodField()

    def get_because(self, row: SuspectRow) -> str:
        return suspected(row)


class MarkSerializer(serializers.Serializer[Any]):
    deploy = serializers.IntegerField(min_value=1, max_value=2**63 - 1)
    verdict = serializers.ChoiceField(
        choices=[(each.value, each.label) for each in MARKS], allow_null=True, help_text="Null takes the mark back."
    )


class IncidentSuspects(RowViewSet[Incident]):
    """What the viewset of incidents has for the deploys behind them."""

    @extend_schema(methods=["get"], responses=SuspectSerializer(many=True))
    @extend_schema(methods=["post"], request=MarkSerializer, responses=SuspectSerializer(many=True))
    @action(detail=True, methods=["get", "post"], filterset_class=None, pagination_class=None)
    def suspects(self, request: Request, pk: str) -> Response:
        """The deploys around it: those marked first, then by rank. Posting marks one as cause, fix or dismissed."""
        row = self.row()
        require(self.user, "incident.view" if request.method == "GET" else "incident.run")
        if request.method == "POST":
            self._mark(row, self.given(MarkSerializer))
        return Response(SuspectSerializer(suspects(self.user, row, at=self.at).rows, many=True).data)

    def _mark(self, row: Incident, given: dict[str, Any]) -> None:
        deploy = deploys_visible_to(self.user).select_related("service").filter(pk=given["deploy"]).first()
        if deploy is None:
            raise serializers.ValidationError({"deploy": "There is no such deploy."})
        if given["verdict"] is None:
            unmark(self.user, row, deploy, at=self.at)
        else:
            mark(self.user, row, deploy, SuspectVerdict(given["verdict"]), at=self.at)
