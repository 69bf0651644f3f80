"""How risky a change is, asked before it goes out or of a deploy that did."""

from __future__ import annotations

import datetime as dt
from typing import Any, Final

from django.utils import timezone
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from incidents.domain.change_risk import Factor, Level, Points
from incidents.queries.change_risk import Change, risk_of
from incidents.queries.deploy_words import risky
from incidents.webhooks._base import EARLIEST
from relportal.core.models import Service, User
from relportal.core.permissions import require

AHEAD: Final = dt.timedelta(days=366)


class PointsSerializer(serializers.Serializer[Any]):
    """`value`: lines, burn rate, budget left, failed deploys, tier or days; null where there is none."""

    factor = serializers.ChoiceField(choices=[each.value for each in Factor])
    points = serializers.IntegerField()
    value = serializers.FloatField(allow_null=True)
    reason = serializers.SerializerMethodField()

    def get_reason(self, part: Points) -> str:
        return risky(part)


class ChangeRiskSerializer(serializers.Serializer[Any]):
    """`score` 0 to 100 is the sum of the points of its parts."""

    score = serializers.IntegerField()
    level = serializers.ChoiceField(choices=[each.value for each in Level])
    parts = PointsSerializer(many=True)


class AskRiskSerializer(serializers.Serializer[Any]):
    service = serializers.CharField(max_length=120, help_text="Short name of the service.")
    size = serializers.IntegerField(
        min_value=0, max_value=2**31 - 1, required=False, allow_null=True, default=None, help_text="Changed lines."
    )
    at = serializers.DateTimeField(required=False, allow_null=True, default=None, help_text="Left out: now.")

    def validate_at(self, at: dt.datetime | None) -> dt.datetime | None:
        if at is not None and not EARLIEST <= at <= timezone.now() + AHEAD:
            raise serializers.ValidationError("This lies before the year 2000, or more than a year ahead.")
        return at


class ChangeRisk(APIView):
    """A pipeline asks with a token of scope `push`, and decides itself what it makes of the answer. Nothing is written."""

    push = True

    @extend_schema(request=AskRiskSerializer, responses=ChangeRiskSerializer, operation_id="change_risk")
    def post(self, request: Request) -> Response:
        """How risky a change to a service would be, with the reasons."""
        if not isinstance(request.user, User):
            raise TypeError("this view needs an authenticated user")
        require(request.user, "incident.view")
        asked = AskRiskSerializer(data=request.data)
        asked.is_valid(raise_exception=True)
        given = asked.validated_data
        service = Service.objects.visible_to(request.user).filter(slug=given["service"]).first()
        if service is None:
            raise serializers.ValidationError({"service": f"There is no service {given['service'][:80]}."})
        change = Change(service, given["at"] or timezone.now(), given["size"])
        return Response(ChangeRiskSerializer(risk_of(request.user, change)).data)
