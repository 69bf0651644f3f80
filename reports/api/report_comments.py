"""Comments on a report over the API: what reviewers say of a page before it is out, and what was settled."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext as _
from drf_spectacular.utils import extend_schema
from rest_framework import serializers, status
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from relportal.core.drf.viewsets import RowViewSet
from relportal.core.exceptions import Missing
from relportal.core.permissions import require
from reports.actions import narratives
from reports.models import Report, ReportComment


class ReportCommentSerializer(serializers.ModelSerializer[ReportComment]):
    """`page` empty: on all of the report; `settled_at` null: still open."""

    author = serializers.EmailField(source="author.email", read_only=True)

    class Meta:
        model = ReportComment
        fields = ("id", "page", "text", "author", "at", "settled_at")
        read_only_fields = fields


class WriteReportCommentSerializer(serializers.Serializer[Any]):
    text = serializers.CharField(max_length=narratives.MOST_COMMENT)
    page = serializers.CharField(max_length=32, required=False, allow_blank=True, default="")


class ReportComments(RowViewSet[Report]):
    """What the viewset of reports has for their comments."""

    @extend_schema(methods=["get"], responses=ReportCommentSerializer(many=True))
    @extend_schema(methods=["post"], request=WriteReportCommentSerializer, responses={201: ReportCommentSerializer})
    @action(detail=True, methods=["get", "post"], pagination_class=None, filterset_class=None)
    def comments(self, request: Request, pk: str) -> Response:
        """All of them, the oldest first, those that are settled too. None is ever part of what is published."""
        require(self.user, self.view_ability)
        row = self.row()
        if request.method == "GET":
            said = row.comments.select_related("author")
            return Response(ReportCommentSerializer(said, many=True).data)
        require(self.user, "report.comment")
        body = self.given(WriteReportCommentSerializer)
        made = narratives.comment(self.user, row, body["text"], page=body["page"], at=self.at)
        return Response(ReportCommentSerializer(made).data, status=status.HTTP_201_CREATED)

    @extend_schema(request=None, responses={200: ReportCommentSerializer})
    @action(detail=True, methods=["post"], url_path=r"comments/(?P<comment>\d+)/settle")
    def comment_settle(self, request: Request, pk: str, comment: str) -> Response:
        """Says that it was dealt with; a second time changes nothing."""
        row = self.row()
        require(self.user, "report.write", row)
        found = (
            row.comments.select_related("report", "author").filter(pk=comment).first() if len(comment) < 19 else None
        )
        if found is None:
            raise Missing(_("This report has no such comment."))
        return Response(ReportCommentSerializer(narratives.settle(self.user, found, at=self.at)).data)
