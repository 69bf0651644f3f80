"""The links that show a report to people without an account, over the API: listed, made, taken back.

The address with its key is in the answer that makes a link, and nowhere else: only a keyed hash of it is kept.
"""

from __future__ import annotations

import datetime as dt
from typing import Any

from django.db.models import Count, Max, QuerySet
from django.utils.translation import gettext as _
from drf_spectacular.utils import extend_schema
from rest_framework import serializers, status
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from relportal.core.drf.viewsets import RowViewSet
from relportal.core.exceptions import Missing
from relportal.core.permissions import require
from reports.actions import sharing
from reports.models import Report, ShareLink
from reports.queries.share_links import address_of


class ShareLinkSerializer(serializers.ModelSerializer[ShareLink]):
    """`name` says for whom; `open`: it shows the report now. `visits` counts wrong keys as well."""

    open = serializers.SerializerMethodField()
    visits = serializers.IntegerField(source="visited", read_only=True)
    last_visit_at = serializers.DateTimeField(source="last_at", allow_null=True, read_only=True)
    created_by = serializers.EmailField(source="created_by.email", allow_null=True, default=None)

    class Meta:
        model = ShareLink
        fields = (
            "id", "name", "open", "created_at", "created_by", "expires_at", "revoked_at", "visits", "last_visit_at",
        )  # fmt: skip
        read_only_fields = fields

    def get_open(self, row: ShareLink) -> bool:
        return row.is_open(self.context["view"].at)


class MadeShareLinkSerializer(ShareLinkSerializer):
    """With its address, which is told this once."""

    url = serializers.SerializerMethodField()

    class Meta:
        model = ShareLink
        fields = (*ShareLinkSerializer.Meta.fields, "url")
        read_only_fields = fields

    def get_url(self, row: ShareLink) -> str:
        return address_of(row, self.context["key"])


class MakeShareLinkSerializer(serializers.Serializer[Any]):
    name = serializers.CharField(max_length=120, help_text="For whom it is.")
    days = serializers.IntegerField(min_value=1, max_value=sharing.LONGEST.days, default=14)


class ReportShareLinks(RowViewSet[Report]):
    """What the viewset of reports has for their links; for those alone who may share the report."""

    @extend_schema(methods=["get"], responses=ShareLinkSerializer(many=True))
    @extend_schema(methods=["post"], request=MakeShareLinkSerializer, responses={201: MadeShareLinkSerializer})
    @action(detail=True, methods=["get", "post"], url_path="share-links", pagination_class=None, filterset_class=None)
    def share_links(self, request: Request, pk: str) -> Response:
        """All of them, the newest first, those that have ended too."""
        require(self.user, self.view_ability)
        row = self.row()
        require(self.user, "report.share", row)
        context = self.get_serializer_context()
        if request.method == "GET":
            return Response(ShareLinkSerializer(_links(row), many=True, context=context).data)
        body = self.given(MakeShareLinkSerializer)
        until = self.at + dt.timedelta(days=body["days"])
        link, key = sharing.share(self.user, row, name=body["name"], until=until, at=self.at)
        made = MadeShareLinkSerializer(_links(row).get(pk=link.pk), context={**context, "key": key})
        return Response(made.data, status=status.HTTP_201_CREATED, headers={"Cache-Control": "no-store"})

    @extend_schema(request=None, responses={200: ShareLinkSerializer})
    @action(detail=True, methods=["post"], url_path=r"share-links/(?P<link>\d+)/revoke")
    def share_link_revoke(self, request: Request, pk: str, link: str) -> Response:
        """It opens nothing from now on, also where it was opened before; a second time changes nothing."""
        row = self.row()
        require(self.user, "report.share", row)
        found = _links(row).filter(pk=link).first() if len(link) < 19 else None
        if found is None:
            raise Missing(_("This report has no such link."))
        sharing.revoke(self.user, found, at=self.at)
        return Response(ShareLinkSerializer(_links(row).get(pk=found.pk), context=self.get_serializer_context()).data)


def _links(report: Report) -> QuerySet[ShareLink]:
    rows = report.links.select_related("report", "created_by")
    return rows.annotate(visited=Count("visits"), last_at=Max("visits__at"))
