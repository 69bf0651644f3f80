"""KPIs over the API: the stored values, and what people and tools enter."""

from __future__ import annotations

from typing import Any

import django_filters
from django.db.models import QuerySet
from drf_spectacular.utils import extend_schema
from rest_framework import status
from rest_framework.request import Request
from rest_framework.response import Response

from relportal.core.drf.viewsets import RowViewSet
from relportal.core.permissions import require
from reports.actions.inputs import Entry, enter, scope_of
from reports.actions.targets import Target, set_target
from reports.api.serializers import KpiEntrySerializer, KpiInputSerializer, KpiTargetSerializer, KpiValueSerializer
from reports.domain.periods import Cut
from reports.kpis import KPIS
from reports.models import Edition, KpiInput, KpiTarget, KpiValue
from reports.queries.asked import scope_named
from reports.queries.scopes import ScopeNames

KEYS = [(key, key) for key in sorted(KPIS)]


class _Named(RowViewSet[Any]):
    view_ability = "report.view"
    lookup_value_regex = r"\d+"

    def get_serializer_context(self) -> dict[str, Any]:
        return {**super().get_serializer_context(), "names": ScopeNames()}


class KpiValueFilter(django_filters.FilterSet):
    kpi = django_filters.ChoiceFilter(choices=KEYS)
    cut = django_filters.ChoiceFilter(choices=[(each.value, each.value) for each in Cut])
    edition = django_filters.ChoiceFilter(choices=Edition.choices)
    first = django_filters.DateFilter()
    scope = django_filters.CharFilter(method="of_scope", help_text='Such as "tier:1" or "team:payments".')

    def of_scope(self, rows: QuerySet[KpiValue], _name: str, key: str) -> QuerySet[KpiValue]:
        scope = scope_named(key.replace("\0", ""))
        return rows.filter(scope=scope.scope.kind, number=scope.scope.number) if scope.key == key else rows.none()


class KpiValueViewSet(_Named):
    """Every stored value, of every scope and period, as closed and as known now."""

    serializer_class = KpiValueSerializer
    filterset_class = KpiValueFilter

    def get_queryset(self) -> QuerySet[KpiValue]:
        return KpiValue.objects.order_by("pk")


class KpiInputFilter(django_filters.FilterSet):
    kpi = django_filters.ChoiceFilter(choices=KEYS)
    since = django_filters.DateFilter("last", lookup_expr="gte")
    until = django_filters.DateFilter("first", lookup_expr="lte")


class KpiInputViewSet(_Named):
    """Numbers that no tool here counts. Nothing is edited: the newest of the same days and scope holds."""

    serializer_class = KpiInputSerializer
    filterset_class = KpiInputFilter
    push = True

    def get_queryset(self) -> QuerySet[KpiInput]:
        return KpiInput.objects.select_related("by").order_by("pk")

    @extend_schema(request=KpiEntrySerializer, responses={201: KpiInputSerializer})
    def create(self, request: Request) -> Response:
        require(self.user, "kpi.enter")
        body = self.given(KpiEntrySerializer)
        kind, _colon, slug = body.pop("scope").replace("\0", "").partition(":")
        entry = Entry(scope=scope_of(kind, slug), **body)
        row = enter(self.user, entry, at=self.at, source=KpiInput.Source.API)
        return Response(self.get_serializer(row).data, status=status.HTTP_201_CREATED)


class KpiTargetFilter(django_filters.FilterSet):
    kpi = django_filters.ChoiceFilter(choices=KEYS)


class KpiTargetViewSet(RowViewSet[KpiTarget]):
    """Targets that were ever set; the newest that has begun is in force."""

    serializer_class = KpiTargetSerializer
    filterset_class = KpiTargetFilter
    view_ability = "report.view"
    lookup_value_regex = r"\d+"

    def get_queryset(self) -> QuerySet[KpiTarget]:
        return KpiTarget.objects.select_related("by").order_by("pk")

    @extend_schema(responses={201: KpiTargetSerializer})
    def create(self, request: Request) -> Response:
        require(self.user, "kpi.target")
        body = self.given(KpiTargetSerializer)
        row = set_target(
            self.user,
            Target(
                kpi=body["kpi"], since=body["since"], tier=body.get("tier"), green=body.get("green"), red=body.get("red"),
                reason=body["reason"],
            ),
            at=self.at,
        )  # fmt: skip
        return Response(self.get_serializer(row).data, status=status.HTTP_201_CREATED)
