"""KPIs over the API: the stored values, and what people and tools enter."""

from __future__ import annotations

from typing import Any

import django_filters
from django.db.models import QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _
from drf_spectacular.utils import extend_schema
from rest_framework import status
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from incidents.models import ActionItem
from relportal.core.drf.etags import etag, expected_version
from relportal.core.drf.parameters import IF_MATCH
from relportal.core.drf.viewsets import RowViewSet
from relportal.core.exceptions import Invalid
from relportal.core.permissions import require
from reports.actions.comments import comment
from reports.actions.inputs import Entry, enter, scope_of
from reports.actions.report_settings import edit_settings
from reports.actions.targets import Target, set_target
from reports.api.serializers import (
    EditReportSettingsSerializer,
    KpiCommentGivenSerializer,
    KpiCommentSerializer,
    KpiEntrySerializer,
    KpiInputSerializer,
    KpiTargetSerializer,
    KpiValueSerializer,
    ReportSettingsSerializer,
)
from reports.domain.periods import Cut
from reports.kpis import KPIS
from reports.models import Ask, Edition, KpiComment, KpiInput, KpiTarget, KpiValue, ReportSettings
from reports.queries.asked import period_asked, scope_named
from reports.queries.calendar import settings_row
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


class KpiCommentFilter(django_filters.FilterSet):
    kpi = django_filters.ChoiceFilter(choices=KEYS)
    cut = django_filters.ChoiceFilter(choices=[(each.value, each.value) for each in Cut])
    first = django_filters.DateFilter()


class KpiCommentViewSet(_Named):
    """What owners say of their figures: why one is as it is, and what comes next."""

    serializer_class = KpiCommentSerializer
    filterset_class = KpiCommentFilter

    def get_queryset(self) -> QuerySet[KpiComment]:
        return KpiComment.objects.select_related("by").order_by("pk")

    @extend_schema(request=KpiCommentGivenSerializer, responses={201: KpiCommentSerializer})
    def create(self, request: Request) -> Response:
        """One a figure: `version` is that of the comment which it replaces, null for the first."""
        require(self.user, "kpi.comment")
        body = self.given(KpiCommentGivenSerializer)
        period, _periods = period_asked(body["period"], at=self.at)
        if period.key != body["period"]:
            raise Invalid({"period": [_("There is no such period here: write such as month:2026-10-01.")]})
        kind, _colon, slug = body["scope"].partition(":")
        action = ActionItem.objects.visible_to(self.user).filter(pk=body["action"]).first() if body["action"] else None
        if body["action"] and action is None:
            raise Invalid({"action": [_("There is no such action.")]})
        ask = Ask.objects.filter(pk=body["ask"]).first() if body["ask"] else None
        if body["ask"] and ask is None:
            raise Invalid({"ask": [_("There is no such ask.")]})
        scope = scope_named(body["scope"]).scope if kind == "tier" else scope_of(kind, slug)
        row = comment(
            self.user,
            body["kpi"],
            (scope, period),
            text=body["text"],
            action=action,
            ask=ask,
            version=body["version"],
            at=self.at,
        )
        return Response(self.get_serializer(row).data, status=status.HTTP_201_CREATED)


class ReportSettingsView(APIView):
    """How the company cuts its year, since when it closes periods, and what it promised to how many customers."""

    @extend_schema(responses=ReportSettingsSerializer, operation_id="report_settings")
    def get(self, request: Request) -> Response:
        require(request.user, "report.view")
        return _answer(settings_row())

    @extend_schema(
        request=EditReportSettingsSerializer,
        responses=ReportSettingsSerializer,
        parameters=[IF_MATCH],
        operation_id="report_settings_edit",
    )
    def patch(self, request: Request) -> Response:
        require(request.user, "kpi.target")
        version = expected_version(request)
        body = EditReportSettingsSerializer(data=request.data)
        body.is_valid(raise_exception=True)
        given = dict(body.validated_data)
        reason = given.pop("reason")
        return _answer(edit_settings(request.user, given, reason=reason, version=version, at=timezone.now()))


def _answer(row: ReportSettings) -> Response:
    return Response(ReportSettingsSerializer(row).data, headers=etag(row))
