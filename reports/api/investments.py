"""Investments into reliability over the API: entered, changed, stopped; what came of them is shown whether they pay or not."""

from __future__ import annotations

from typing import Any

import django_filters
from django.db.models import QuerySet
from drf_spectacular.utils import extend_schema
from rest_framework import serializers, status
from rest_framework.request import Request
from rest_framework.response import Response

from relportal.core.drf.parameters import IF_MATCH
from relportal.core.drf.viewsets import RowViewSet
from relportal.core.models import Team
from relportal.core.permissions import require
from reports.actions import investments as acts
from reports.kpis import KPIS
from reports.models import Investment, InvestmentState
from risks.api.named import RISK, risk_named
from risks.queries.estimates import currency

MOST = 1e15
"""Of money, as estimates of risks take it: beyond it cents no longer fit a float."""


class InvestmentSerializer(serializers.ModelSerializer[Investment]):
    """Money in `currency`; the net benefit a year is a range, null until it is known, and below zero where it did not pay."""

    team = serializers.SlugField(source="team.slug", allow_null=True, default=None)
    risk = serializers.CharField(source="risk.short_id", allow_null=True, default=None)
    state = serializers.ChoiceField(choices=InvestmentState.choices)
    by = serializers.EmailField(source="by.email", allow_null=True, default=None)

    class Meta:
        model = Investment
        fields = ("id", *acts.FIELDS, "created_at", "by", "version")
        read_only_fields = fields


class EnterInvestmentSerializer(serializers.Serializer[Any]):
    """`kpi` is the key of the KPI that it is to move, or empty; `risk` such as RISK-12."""

    title = serializers.CharField(max_length=200)
    team = serializers.SlugRelatedField[Team](
        slug_field="slug", queryset=Team.objects.all(), required=False, allow_null=True
    )
    kpi = serializers.ChoiceField(choices=["", *sorted(KPIS)], required=False)
    risk = serializers.RegexField(RISK, required=False, allow_null=True)
    promised = serializers.CharField(max_length=300)
    observed = serializers.CharField(max_length=300, required=False, allow_blank=True)
    state = serializers.ChoiceField(choices=InvestmentState.choices, required=False)
    starts_on = serializers.DateField()
    ends_on = serializers.DateField(required=False, allow_null=True)
    currency = serializers.RegexField(
        r"^[A-Z]{3}$", required=False, help_text="Three letters; left out of a new one: the company's."
    )
    spent = serializers.FloatField(required=False, min_value=0, max_value=MOST)
    benefit_low = serializers.FloatField(required=False, allow_null=True, min_value=-MOST, max_value=MOST)
    benefit_high = serializers.FloatField(required=False, allow_null=True, min_value=-MOST, max_value=MOST)


class InvestmentFilter(django_filters.FilterSet):
    state = django_filters.ChoiceFilter(choices=InvestmentState.choices)
    team = django_filters.CharFilter("team__slug")
    kpi = django_filters.CharFilter()


class InvestmentViewSet(RowViewSet[Investment]):
    """What was promised, spent and seen. Nothing is deleted: one that is given up has the state `stopped`."""

    serializer_class = InvestmentSerializer
    queryset = Investment.objects.none()
    filterset_class = InvestmentFilter
    view_ability = "report.view"
    lookup_value_regex = r"\d+"

    def get_queryset(self) -> QuerySet[Investment]:
        return Investment.objects.select_related("team", "risk", "by").order_by("pk")

    @extend_schema(request=EnterInvestmentSerializer, responses={201: InvestmentSerializer})
    def create(self, request: Request) -> Response:
        require(self.user, "report.write")
        fields = self._fields(self.given(EnterInvestmentSerializer))
        made = acts.enter(self.user, {"currency": currency() or "EUR", **fields}, at=self.at)
        return self.answer(self.get_queryset().get(pk=made.pk), status=status.HTTP_201_CREATED)

    @extend_schema(parameters=[IF_MATCH], request=EnterInvestmentSerializer, responses={200: InvestmentSerializer})
    def partial_update(self, request: Request, pk: str) -> Response:
        """What is not given stays; demands If-Match. Reports that are out keep what they said."""
        row = self.row()
        require(self.user, "report.write", row)
        version = self.version()
        fields = self._fields(self.given(EnterInvestmentSerializer, partial=True))
        acts.change(self.user, row, fields, at=self.at, version=version)
        return self.answer(self.get_queryset().get(pk=row.pk))

    def _fields(self, body: dict[str, Any]) -> dict[str, Any]:
        return body | {"risk": risk_named(self.user, body["risk"])} if body.get("risk") else body
