"""How well the register is kept, over the API: the same figures as the page and the report."""

from __future__ import annotations

from typing import Any

from django.utils import timezone
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from relportal.core.models import User
from relportal.core.permissions import require
from risks.queries.hygiene import Hygiene, hygiene


class FindingSerializer(serializers.Serializer[Any]):
    """`risk` null: it is of the register itself. `fix` is the page where it is mended."""

    risk = serializers.CharField(source="risk.short_id", allow_null=True, default=None)
    words = serializers.CharField()
    fix = serializers.CharField()


class LintSerializer(serializers.Serializer[Any]):
    """A check that found something: why it matters, how it is mended, and what it found."""

    key = serializers.CharField(source="lint.key")
    title = serializers.CharField(source="lint.title")
    why = serializers.CharField(source="lint.why")
    how = serializers.CharField(source="lint.how")
    findings = FindingSerializer(source="rows", many=True)


class HygieneSerializer(serializers.Serializer[Hygiene]):
    """`share` (0..1) is `clean` of `n` risks that were looked at; null where there is none."""

    at = serializers.DateTimeField()
    share = serializers.FloatField(source="share.value", allow_null=True)
    clean = serializers.IntegerField(source="share.clean")
    n = serializers.IntegerField(source="share.n")
    checks = LintSerializer(source="groups", many=True)


class RiskHygiene(APIView):
    """What is wrong with how the register is kept, by check, and the share of risks of which nothing is."""

    @extend_schema(
        responses=HygieneSerializer,
        operation_id="risk_hygiene",
        parameters=[OpenApiParameter("team", str, description="Short name of a team: its risks only.")],
    )
    def get(self, request: Request) -> Response:
        if not isinstance(request.user, User):
            raise TypeError("this view needs an authenticated user")
        require(request.user, "risk.view")
        team = request.query_params.get("team", "").replace("\0", "")
        return Response(HygieneSerializer(hygiene(request.user, at=timezone.now(), team=team)).data)
