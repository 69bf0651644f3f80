"""KPIs over the API: values, numbers that were entered, and targets."""

from __future__ import annotations

from typing import Any

from rest_framework import serializers

from reports.domain.values import Lacking, Maturity, Rag
from reports.kpis import KPIS
from reports.models import Edition, KpiComment, KpiInput, KpiTarget, KpiValue, ReportSettings
from reports.queries.given import tells
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
    """`named` lists what a number counts. `numbers`, `named` and `note` are empty where `withheld`: they count, and tell of so
    few people that these could be told."""

    withheld = serializers.SerializerMethodField()
    scope = serializers.SerializerMethodField()
    numbers: serializers.DictField = serializers.DictField(child=serializers.FloatField())
    named: serializers.DictField = serializers.DictField(child=serializers.ListField(child=serializers.CharField()))
    by = serializers.CharField(source="by.email", allow_null=True, default=None)

    class Meta:
        model = KpiInput
        fields = ("id", "kpi", "first", "last", "scope", "numbers", "named", "note", "withheld", "source", "at", "by")

    def get_withheld(self, row: KpiInput) -> bool:
        return not tells(row)

    def to_representation(self, row: KpiInput) -> dict[str, Any]:
        found = super().to_representation(row)
        return found | {"numbers": {}, "named": {}, "note": ""} if found["withheld"] else found

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
    named: serializers.DictField = serializers.DictField(
        child=serializers.ListField(child=serializers.CharField(max_length=200), max_length=100), required=False, default=dict,
        help_text="What a number counts, by its name; the number may then be left out.",
    )  # fmt: skip
    note = serializers.CharField(required=False, allow_blank=True, default="", max_length=500)


class KpiTargetSerializer(serializers.ModelSerializer[KpiTarget]):
    """Lines in the unit of the value: 0.95, not 95. Both null: the default holds again from that day on."""

    kpi = serializers.ChoiceField(choices=sorted(KPIS))
    by = serializers.CharField(source="by.email", allow_null=True, read_only=True, default=None)

    class Meta:
        model = KpiTarget
        fields = ("id", "kpi", "tier", "since", "green", "red", "retired", "reason", "at", "by")
        read_only_fields = ("retired", "at")


class KpiCommentSerializer(serializers.ModelSerializer[KpiComment]):
    scope = serializers.SerializerMethodField()
    period = serializers.SerializerMethodField()
    action = serializers.IntegerField(source="action_id", allow_null=True, read_only=True)
    ask = serializers.IntegerField(source="ask_id", allow_null=True, read_only=True)
    by = serializers.CharField(source="by.email", allow_null=True, default=None)

    class Meta:
        model = KpiComment
        fields = ("id", "kpi", "period", "scope", "text", "action", "ask", "at", "by", "version")

    def get_scope(self, row: KpiComment) -> str:
        names: ScopeNames = self.context["names"]
        return names.key(row.scope, row.number)

    def get_period(self, row: KpiComment) -> str:
        return f"{row.cut}:{row.first}"


class KpiCommentGivenSerializer(serializers.Serializer[Any]):
    """`period` such as "month:2026-10-01"; `scope` empty: of the company."""

    kpi = serializers.ChoiceField(choices=sorted(KPIS))
    period = serializers.CharField(max_length=30)
    scope = serializers.CharField(required=False, allow_blank=True, default="", max_length=100)
    text = serializers.CharField(max_length=4000)
    action = serializers.IntegerField(
        required=False,
        allow_null=True,
        default=None,
        min_value=1,
        max_value=2**63 - 1,
        help_text="Id of the action that mends it.",
    )
    ask = serializers.IntegerField(
        required=False,
        allow_null=True,
        default=None,
        min_value=1,
        max_value=2**63 - 1,
        help_text="Id of the ask for what would mend it.",
    )
    version = serializers.IntegerField(required=False, allow_null=True, default=None, min_value=1, max_value=2**31 - 1)


class ReportSettingsSerializer(serializers.ModelSerializer[ReportSettings]):
    """`promise` is a share (0.999); with `customers` it gives how many customer minutes a period allows."""

    class Meta:
        model = ReportSettings
        fields = ("first_month", "shift", "began_on", "customers", "promise", "version")
        read_only_fields = fields


class EditReportSettingsSerializer(serializers.Serializer[Any]):
    first_month = serializers.IntegerField(required=False, min_value=1, max_value=12)
    shift = serializers.IntegerField(required=False, min_value=0, max_value=2)
    began_on = serializers.DateField(required=False)
    customers = serializers.IntegerField(required=False, allow_null=True, min_value=1, max_value=2**62)
    promise = serializers.DecimalField(required=False, allow_null=True, max_digits=9, decimal_places=8)
    reason = serializers.CharField(max_length=2000)
