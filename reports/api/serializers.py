"""KPIs over the API: values, numbers that were entered, and targets."""

from __future__ import annotations

from typing import Any

from rest_framework import serializers

from reports.domain.values import Lacking, Maturity, Rag
from reports.kpis import KPIS
from reports.models import Edition, KpiInput, KpiTarget, KpiValue
from reports.queries.scopes import ScopeNames


class KpiValueSerializer(serializers.ModelSerializer[KpiValue]):
    """Of a scope ("", "tier:1", "team:payments") in a period. Shares are 0..1, durations seconds. `lacking` says why `rag` is
    grey; `low` and `high` are the ends of the 95 % interval; `before` is the value of the period before."""

    scope = serializers.SerializerMethodField()
    period = serializers.SerializerMethodField()
    rag = serializers.ChoiceField(choices=[each.value for each in Rag])
    lacking = serializers.ChoiceField(choices=["", *(each.value for each in Lacking)])
    maturity = serializers.ChoiceField(choices=[each.value for each in Maturity])
    edition = serializers.ChoiceField(choices=Edition.choices)
    parts: serializers.DictField = serializers.DictField(child=serializers.FloatField(allow_null=True))

    class Meta:
        model = KpiValue
        fields = (
            "kpi", "definition", "scope", "period", "first", "last", "edition", "value", "numerator", "denominator", "low",
            "high", "n", "coverage", "excluded", "lacking", "rag", "green", "red", "before", "change", "maturity", "parts",
            "computed_at",
        )  # fmt: skip

    def get_scope(self, row: KpiValue) -> str:
        names: ScopeNames = self.context["names"]
        return names.key(row.scope, row.number)

    def get_period(self, row: KpiValue) -> str:
        return f"{row.cut}:{row.first}"


class KpiInputSerializer(serializers.ModelSerializer[KpiInput]):
    scope = serializers.SerializerMethodField()
    numbers: serializers.DictField = serializers.DictField(child=serializers.FloatField())
    by = serializers.CharField(source="by.email", allow_null=True, default=None)

    class Meta:
        model = KpiInput
        fields = ("id", "kpi", "first", "last", "scope", "numbers", "note", "source", "at", "by")

    def get_scope(self, row: KpiInput) -> str:
        names: ScopeNames = self.context["names"]
        return names.key(row.scope, row.number)


class KpiEntrySerializer(serializers.Serializer[Any]):
    """`scope` empty: of the company. Which `numbers` a KPI asks for is told by what refuses others."""

    kpi = serializers.ChoiceField(choices=sorted(KPIS))
    first = serializers.DateField()
    last = serializers.DateField()
    scope = serializers.CharField(required=False, allow_blank=True, default="", max_length=100)
    numbers: serializers.DictField = serializers.DictField(child=serializers.FloatField(allow_null=True))
    note = serializers.CharField(required=False, allow_blank=True, default="", max_length=500)


class KpiTargetSerializer(serializers.ModelSerializer[KpiTarget]):
    """Lines in the unit of the value: 0.95, not 95. Both null: the default holds again from that day on."""

    kpi = serializers.ChoiceField(choices=sorted(KPIS))
    by = serializers.CharField(source="by.email", allow_null=True, read_only=True, default=None)

    class Meta:
        model = KpiTarget
        fields = ("id", "kpi", "tier", "since", "green", "red", "retired", "reason", "at", "by")
        read_only_fields = ("retired", "at")
