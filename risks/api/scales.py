"""The versions of the scale over the API: what risks are rated by, and were."""

from __future__ import annotations

from typing import Any

from django.db.models import QuerySet
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from relportal.core.drf.etags import etag
from relportal.core.drf.viewsets import RowViewSet
from relportal.core.permissions import require
from risks.api.risk_serializers import ScaleStepSerializer
from risks.models import (
    ImpactColumn,
    ImpactCriterion,
    LikelihoodStep,
    Matrix,
    MatrixCell,
    MatrixState,
    RiskLevel,
    Symbol,
)
from risks.queries.scale import current


class LikelihoodSerializer(serializers.ModelSerializer[LikelihoodStep]):
    """Events a year in [low, high); null: without that end."""

    class Meta:
        model = LikelihoodStep
        fields = ("key", "name", "low", "high")


class CriterionSerializer(serializers.ModelSerializer[ImpactCriterion]):
    """`low` and `high` in the unit of the column, null where it has none."""

    impact = serializers.CharField(source="impact.key")

    class Meta:
        model = ImpactCriterion
        fields = ("impact", "words", "low", "high")


class ColumnSerializer(serializers.ModelSerializer[ImpactColumn]):
    criteria = CriterionSerializer(many=True)

    class Meta:
        model = ImpactColumn
        fields = ("key", "name", "criteria")


class ScaleLevelSerializer(serializers.ModelSerializer[RiskLevel]):
    """`needs_plan`: above appetite without a treatment; `needs_ask`: and without a decision asked of an executive."""

    symbol = serializers.ChoiceField(choices=Symbol.choices)

    class Meta:
        model = RiskLevel
        fields = ("key", "name", "symbol", "position", "review_days", "needs_plan", "needs_ask")


class CellSerializer(serializers.ModelSerializer[MatrixCell]):
    likelihood = serializers.CharField(source="likelihood.key")
    impact = serializers.CharField(source="impact.key")
    level = serializers.CharField(source="level.key")

    class Meta:
        model = MatrixCell
        fields = ("likelihood", "impact", "level")


class ScaleSerializer(serializers.ModelSerializer[Matrix]):
    """A version of the scale; steps and levels from the least up, and the level of each pair of steps."""

    state = serializers.ChoiceField(choices=MatrixState.choices)
    created_by = serializers.EmailField(source="created_by.email", allow_null=True, default=None)
    likelihoods = LikelihoodSerializer(many=True)
    impacts = ScaleStepSerializer(many=True)
    columns = ColumnSerializer(many=True)
    levels = ScaleLevelSerializer(many=True)
    cells = CellSerializer(many=True)

    class Meta:
        model = Matrix
        fields = (
            "number", "name", "note", "state", "in_force_from", "created_by", "likelihoods", "impacts", "columns", "levels",
            "cells",
        )  # fmt: skip
        read_only_fields = fields


class ScaleViewSet(RowViewSet[Matrix]):
    """Versions that are or were in force. What is in force is never edited: a new version replaces it."""

    serializer_class = ScaleSerializer
    view_ability = "risk.view"
    lookup_field = "number"
    lookup_value_regex = r"\d+"
    ordering = "number"

    def get_queryset(self) -> QuerySet[Matrix]:
        rows = Matrix.objects.exclude(state=MatrixState.DRAFT).select_related("created_by")
        cells = ("cells__likelihood", "cells__impact", "cells__level")
        return rows.prefetch_related("likelihoods", "impacts", "columns__criteria__impact", "levels", *cells).order_by(
            "number"
        )

    @extend_schema(operation_id="risk_scales_current", responses=ScaleSerializer)
    @action(detail=False, pagination_class=None)
    def current(self, request: Request) -> Response:
        """The one in force."""
        require(self.user, "risk.view")
        self.kwargs["number"] = current().matrix.number
        row: Any = self.row()
        return Response(self.get_serializer(row).data, headers=etag(row))
