"""The rows behind a KPI over the API: those of its page and CSV, of what the caller may see."""

from __future__ import annotations

from typing import Any

from django.utils import timezone
from django.utils.translation import gettext as _
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.utils.urls import replace_query_param
from rest_framework.views import APIView

from relportal.core.exceptions import Invalid, Missing
from relportal.core.models import User
from relportal.core.permissions import require
from reports.kpis import KPIS
from reports.queries.asked import period_asked, scope_named
from reports.queries.behind_value import PAGE_SIZE, BehindValue, behind_value

MOST = 500


class AskKpiRowsSerializer(serializers.Serializer[Any]):
    scope = serializers.CharField(
        default="",
        allow_blank=True,
        max_length=200,
        help_text='Such as "tier:1" or "team:payments"; empty: the company.',
    )
    period = serializers.CharField(
        default="",
        allow_blank=True,
        max_length=40,
        help_text='Such as "month:2026-10-01"; empty: the quarter that goes on.',
    )
    page = serializers.IntegerField(default=1, min_value=1, max_value=10**6)
    page_size = serializers.IntegerField(default=PAGE_SIZE, min_value=1, max_value=MOST)


class KpiRowSerializer(serializers.Serializer[Any]):
    """`counted_as` says what it adds to the figure; `against`: one of those that a reader looks for, such as an objective that
    was missed."""

    kind = serializers.CharField()
    what = serializers.CharField(source="label")
    counted_as = serializers.CharField(source="says")
    against = serializers.BooleanField()
    url = serializers.SerializerMethodField()

    def get_url(self, row: Any) -> str:
        request: Request = self.context["request"]
        return request.build_absolute_uri(row.url)


class KpiRowsSerializer(serializers.Serializer[Any]):
    """As known now: of a closed period, a restated value is the one that these rows give. Those `against` come first. `count`
    rows are the caller's to see; `hidden` more count in the figure and are private."""

    kpi = serializers.CharField()
    scope = serializers.CharField()
    period = serializers.CharField()
    count = serializers.IntegerField()
    against = serializers.IntegerField()
    hidden = serializers.IntegerField()
    next = serializers.URLField(allow_null=True)
    previous = serializers.URLField(allow_null=True)
    results = KpiRowSerializer(many=True)


class KpiRowsView(APIView):
    """What was counted in a KPI of a scope and a period, and as what."""

    @extend_schema(
        operation_id="kpi_rows",
        parameters=[AskKpiRowsSerializer, OpenApiParameter("key", str, OpenApiParameter.PATH, enum=sorted(KPIS))],
        responses=KpiRowsSerializer,
    )
    def get(self, request: Request, key: str) -> Response:
        user, at = request.user, timezone.now()
        require(user, "report.view")
        if not isinstance(user, User):
            raise TypeError("this view needs an authenticated user")
        if key not in KPIS:
            raise Missing(_("There is no KPI %(key)s.") % {"key": key[:100]})
        asking = AskKpiRowsSerializer(data=request.query_params)
        asking.is_valid(raise_exception=True)
        asked = asking.validated_data
        named = scope_named(asked["scope"])
        if named.key != asked["scope"]:
            raise Invalid({"scope": [_("There is no such scope here: write such as team:payments or tier:1.")]})
        period, _periods = period_asked(asked["period"], at=at)
        if asked["period"] not in ("", period.key):
            raise Invalid({"period": [_("There is no such period here: write such as month:2026-10-01.")]})
        found = behind_value(user, KPIS[key], (named.scope, period), at=at, page=asked["page"], size=asked["page_size"])
        if found.page.number != asked["page"]:
            raise Missing(_("There is no page %(page)d.") % {"page": asked["page"]})
        told = {"kpi": key, "scope": named.key, "period": period.key, **_page(request, found)}
        return Response(KpiRowsSerializer(told, context={"request": request}).data)


def _page(request: Request, found: BehindValue) -> dict[str, Any]:
    page, here = found.page, request.build_absolute_uri()
    return {
        "count": page.paginator.count,
        "against": found.against,
        "hidden": found.hidden,
        "next": replace_query_param(here, "page", page.next_page_number()) if page.has_next() else None,
        "previous": replace_query_param(here, "page", page.previous_page_number()) if page.has_previous() else None,
        "results": found.rows,
    }
