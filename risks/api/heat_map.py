"""The heat map over the API: the same figures as the page, from the same query and the same address."""

from __future__ import annotations

from typing import Any, Final

from django.utils import timezone
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from relportal.core.exceptions import Invalid
from relportal.core.models import User
from relportal.core.permissions import require
from risks.domain.movement import Moved
from risks.forms.register import read
from risks.queries.heat_map import HeatMap, heat_map

FILTERS: Final = {
    "since": "A day (2026-08-31), or 7d, 30d, 90d, 365d: movement is told against where a risk stood when it began.",
    "q": "Words of its texts or its owner, or an id such as RISK-12.",
    "state": "open, accepted, closed, or alive for all that is not closed.",
    "level": "Short names of levels, none for what is not rated.",
    "only": "above_appetite, unplanned, above_target, stale, to_rate, excepted, unowned, materialised: several must all hold.",
    "owner": "Ids of people, me, or none.",
    "team": "Short names.",
    "service": "Short names.",
    "category": "Short names.",
    "moved": "worse, better, new, closed or rescaled.",
    "cell": "Short names of likelihood and impact, with a point between them.",
}
PARAMETERS: Final = [OpenApiParameter(name, str, description=words) for name, words in FILTERS.items()]


class HeatMapPlaceSerializer(serializers.Serializer[Any]):
    """By their short names."""

    likelihood = serializers.CharField(source="likelihood.key")
    impact = serializers.CharField(source="impact.key")
    level = serializers.CharField(source="level.key")


class HeatMapCellSerializer(HeatMapPlaceSerializer):
    """`risks` that stand there and are not closed."""

    risks = serializers.IntegerField(source="n")


class HeatMapRiskSerializer(serializers.Serializer[Any]):
    """`before` null: it did not move, was not rated yet, or was closed where it stood."""

    id = serializers.CharField(source="short_id", help_text="Such as RISK-12.")
    title = serializers.CharField()
    state = serializers.CharField()
    place = HeatMapPlaceSerializer(source="now")
    moved = serializers.ChoiceField(choices=[each.value for each in Moved])
    before = HeatMapPlaceSerializer(source="shift.before", allow_null=True, default=None)
    expected_loss = serializers.FloatField(source="expected", allow_null=True)
    currency = serializers.CharField()


class HeatMapMovementsSerializer(serializers.Serializer[Any]):
    new = serializers.IntegerField()
    worse = serializers.IntegerField()
    better = serializers.IntegerField()
    closed = serializers.IntegerField()
    rescaled = serializers.IntegerField()
    same = serializers.IntegerField()


class HeatMapSerializer(serializers.Serializer[HeatMap]):
    """`scale` is the number of the version in force, null where there is none. `to_rate` were rated by another version and
    stand in no cell; `unrated` stand nowhere."""

    scale = serializers.IntegerField(source="matrix.number", allow_null=True, default=None)
    since = serializers.DateField()
    cells = HeatMapCellSerializer(many=True)
    risks = HeatMapRiskSerializer(many=True, source="rows")
    to_rate = HeatMapRiskSerializer(many=True)
    unrated = serializers.IntegerField()
    movements = HeatMapMovementsSerializer()


class RiskHeatMap(APIView):
    """Where every risk that matches stands on the scale in force, and how it moved since a day."""

    @extend_schema(operation_id="risk_heat_map", parameters=PARAMETERS, responses=HeatMapSerializer)
    def get(self, request: Request) -> Response:
        if not isinstance(request.user, User):
            raise TypeError("this view needs an authenticated user")
        require(request.user, "risk.view")
        asked = read(request.query_params)
        if asked.wrong:
            raise Invalid({"query": list(asked.wrong)})
        found = heat_map(request.user, filters=asked.filters, at=timezone.now(), size=None)
        return Response(HeatMapSerializer(found).data)
