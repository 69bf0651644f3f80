"""Similar incidents over the API."""

from __future__ import annotations

from typing import Any

from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from incidents.actions.similar import rate
from incidents.domain.similarity import Part
from incidents.models import Incident
from incidents.queries.similar import similar
from relportal.core.drf.viewsets import RowViewSet
from relportal.core.permissions import require


class LikenessSerializer(serializers.Serializer[Any]):
    """A part that speaks for it, the strongest first; `score` 0 to 1."""

    part = serializers.ChoiceField(choices=[each.value for each in Part])
    score = serializers.FloatField()


class SimilarSerializer(serializers.Serializer[Any]):
    """`score` 0 to 1 with the ratings, `alike` without. `mine` null: the caller has not rated it in this incident."""

    incident = serializers.CharField(source="incident.short_id")
    title = serializers.CharField(source="incident.title")
    declared_at = serializers.DateTimeField(source="incident.declared_at")
    score = serializers.FloatField()
    alike = serializers.FloatField()
    because = serializers.ListField(child=serializers.CharField())
    parts = LikenessSerializer(many=True, source="reasons")
    useful = serializers.IntegerField(source="ratings.useful")
    useless = serializers.IntegerField(source="ratings.useless")
    mine = serializers.BooleanField(allow_null=True)


class RateSerializer(serializers.Serializer[Any]):
    incident = serializers.RegexField(r"^INC-[1-9]\d{0,17}$", help_text="The other one, such as INC-12.")
    useful = serializers.BooleanField(allow_null=True, help_text="Null takes the rating back.")


class IncidentSimilar(RowViewSet[Incident]):
    """What the viewset of incidents has for those that are like one."""

    @extend_schema(methods=["get"], responses=SimilarSerializer(many=True))
    @extend_schema(methods=["post"], request=RateSerializer, responses=SimilarSerializer(many=True))
    @action(detail=True, methods=["get", "post"], filterset_class=None, pagination_class=None)
    def similar(self, request: Request, pk: str) -> Response:
        """Up to five, the most alike first, with why. Posting says whether one of them helped."""
        row = self.row()
        require(self.user, "incident.view" if request.method == "GET" else "incident.run")
        if request.method == "POST":
            self._rate(row, self.given(RateSerializer))
        return Response(SimilarSerializer(similar(self.user, row, at=self.at), many=True).data)

    def _rate(self, row: Incident, given: dict[str, Any]) -> None:
        number = int(given["incident"].removeprefix("INC-"))
        other = Incident.objects.visible_to(self.user).filter(pk=number).first()
        if other is None:
            raise serializers.ValidationError({"incident": "There is no such incident, or it is not yours to see."})
        rate(self.user, row, other, useful=given["useful"], at=self.at)
