"""Reports over the API: what there is, what it says, and the steps of its life."""

from __future__ import annotations

from typing import Any

import django_filters
from django.db.models import QuerySet
from django.http import HttpResponse, HttpResponseBase
from django.utils.translation import gettext as _
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import extend_schema
from rest_framework import status
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from relportal.core.exceptions import Invalid, Missing
from relportal.core.permissions import require
from reports.actions import approvals, narratives
from reports.actions import reports as acts
from reports.actions.inputs import scope_of
from reports.api.report_comments import ReportComments
from reports.api.report_serializers import (
    ReportApprovalSerializer,
    ReportApproveSerializer,
    ReportDiscussSerializer,
    ReportHindranceSerializer,
    ReportNarrativeSerializer,
    ReportNarrativeWriteSerializer,
    ReportOwingSerializer,
    ReportReasonSerializer,
    ReportSectionsSerializer,
    ReportSerializer,
    ReportWriteSerializer,
)
from reports.api.share_links import ReportShareLinks
from reports.domain.payload import written
from reports.domain.periods import Cut, Period
from reports.domain.report_states import MOVING
from reports.models import Report
from reports.models.report import STATES
from reports.pages import in_order
from reports.payloads import shown
from reports.queries.asked import scope_named
from reports.queries.calendar import kept_periods
from reports.queries.missing import missing
from reports.queries.scopes import ScopeNames


class ReportFilter(django_filters.FilterSet):
    state = django_filters.ChoiceFilter(choices=STATES)
    first = django_filters.DateFilter()
    scope = django_filters.CharFilter(method="of_scope", help_text='Such as "tier:1" or "team:payments".')

    def of_scope(self, rows: QuerySet[Report], _name: str, key: str) -> QuerySet[Report]:
        found = scope_named(key.replace("\0", ""))
        return rows.filter(scope=found.scope.kind, number=found.scope.number) if found.key == key else rows.none()


class ReportViewSet(ReportComments, ReportShareLinks):
    """Reports of quarters. `payload` gives what a report says, with its hash as ETag; once published it never changes."""

    serializer_class = ReportSerializer
    filterset_class = ReportFilter
    view_ability = "report.view"
    lookup_value_regex = r"\d+"

    def get_queryset(self) -> QuerySet[Report]:
        return Report.objects.select_related("created_by", "supersedes").order_by("pk")

    def get_serializer_context(self) -> dict[str, Any]:
        return {**super().get_serializer_context(), "names": ScopeNames()}

    @extend_schema(request=ReportWriteSerializer, responses={201: ReportSerializer})
    def create(self, request: Request) -> Response:
        """Its draft is computed by the worker; until then its payload is missing."""
        require(self.user, "report.write")
        body = self.given(ReportWriteSerializer)
        kind, _colon, slug = body["scope"].replace("\0", "").partition(":")
        scope = scope_named(body["scope"]).scope if kind == "tier" else scope_of(kind, slug)
        sections = body.get("sections") or [page.key for page in in_order()]
        row = acts.create(self.user, scope, self._period(body["period"]), sections=sections, at=self.at)
        return self.answer(row, status=status.HTTP_201_CREATED)

    def _period(self, key: str) -> Period:
        found = {each.key: each for each in kept_periods(self.at) if each.cut is Cut.QUARTER}
        if key not in found:
            known = ", ".join(sorted(found))
            raise Invalid({"period": _("There is no such quarter. There are: %(known)s.") % {"known": known}})
        return found[key]

    @extend_schema(responses={(200, "application/json"): OpenApiTypes.OBJECT})
    @action(detail=True, methods=["get"])
    def payload(self, request: Request, pk: str) -> HttpResponseBase:
        """The canonical bytes; their SHA-256 is the ETag, and If-None-Match spares the download."""
        require(self.user, self.view_ability)
        row = self.row()
        found = shown(row)
        if found.payload is None:
            raise Missing(_("It is being drafted: ask again in a minute."))
        etag = f'"{found.sha256}"'
        if request.headers.get("If-None-Match", "") == etag:
            return HttpResponse(status=status.HTTP_304_NOT_MODIFIED, headers={"ETag": etag})
        content = bytes(row.payload) if row.payload is not None else written(found.payload)
        return HttpResponse(content, content_type="application/json", headers={"ETag": etag})

    @extend_schema(responses=ReportHindranceSerializer(many=True))
    @action(detail=True, methods=["get"], pagination_class=None, filterset_class=None)
    def hindrances(self, request: Request, pk: str) -> Response:
        require(self.user, self.view_ability)
        return Response(ReportHindranceSerializer(acts.hindrances_of(self.row()), many=True).data)

    @extend_schema(responses=ReportOwingSerializer(many=True))
    @action(detail=True, methods=["get"], pagination_class=None, filterset_class=None)
    def missing(self, request: Request, pk: str) -> Response:
        """While its numbers move: what it waits for, and from whom."""
        require(self.user, self.view_ability)
        row = self.row()
        found = shown(row).payload if row.life in MOVING else None
        owed = missing(self.user, row, found) if found is not None else ()
        return Response(ReportOwingSerializer(owed, many=True).data)

    @extend_schema(request=ReportNarrativeWriteSerializer, responses={200: ReportNarrativeSerializer})
    @action(detail=True, methods=["post"])
    def narrative(self, request: Request, pk: str) -> Response:
        """Writes the message, the so-what and the text of a page."""
        row = self.row()
        require(self.user, "report.write", row)
        body = self.given(ReportNarrativeWriteSerializer)
        words = narratives.Words(body["title"], body["so_what"], body["text"])
        made = narratives.write(self.user, row, body["page"], words, at=self.at, version=body["version"])
        return Response(ReportNarrativeSerializer(made).data)

    @extend_schema(request=ReportSectionsSerializer, responses={200: ReportSerializer})
    @action(detail=True, methods=["post"])
    def sections(self, request: Request, pk: str) -> Response:
        """Chooses its pages while its numbers move; the worker drafts it anew."""
        row = self.row()
        require(self.user, "report.write", row)
        keys = self.given(ReportSectionsSerializer)["sections"]
        return self.answer(acts.set_sections(self.user, row, keys, at=self.at, version=self.version()))

    @extend_schema(request=None, responses={200: ReportSerializer})
    @action(detail=True, methods=["post"])
    def freeze(self, request: Request, pk: str) -> Response:
        """Demands If-Match, as every step does."""
        row = self.row()
        require(self.user, "report.write", row)
        return self.answer(acts.freeze(self.user, row, at=self.at, version=self.version()))

    @extend_schema(request=ReportApproveSerializer, responses={200: ReportApprovalSerializer(many=True)})
    @action(detail=True, methods=["post"], pagination_class=None, filterset_class=None)
    def approve(self, request: Request, pk: str) -> Response:
        row = self.row()
        require(self.user, "report.approve", row)
        body = self.given(ReportApproveSerializer)
        made = approvals.approve(self.user, row, sha256=body["sha256"], note=body["note"], at=self.at)
        return Response(ReportApprovalSerializer(made.approvals.select_related("by"), many=True).data)

    @extend_schema(request=None, responses={200: ReportSerializer})
    @action(detail=True, methods=["post"])
    def publish(self, request: Request, pk: str) -> Response:
        row = self.row()
        require(self.user, "report.publish", row)
        return self.answer(acts.publish(self.user, row, at=self.at, version=self.version()))

    @extend_schema(request=ReportReasonSerializer, responses={200: ReportSerializer})
    @action(detail=True, methods=["post"])
    def reopen(self, request: Request, pk: str) -> Response:
        """Opens what was approved for writing again."""
        row = self.row()
        require(self.user, "report.write", row)
        reason = self.given(ReportReasonSerializer)["reason"]
        return self.answer(acts.reopen(self.user, row, reason=reason, at=self.at, version=self.version()))

    @extend_schema(request=ReportReasonSerializer, responses={200: ReportSerializer})
    @action(detail=True, methods=["post"])
    def recompute(self, request: Request, pk: str) -> Response:
        """Drops frozen numbers and has them drafted as they are known now."""
        row = self.row()
        require(self.user, "report.write", row)
        reason = self.given(ReportReasonSerializer)["reason"]
        return self.answer(acts.recompute(self.user, row, reason=reason, at=self.at, version=self.version()))

    @extend_schema(request=ReportDiscussSerializer, responses={200: ReportSerializer})
    @action(detail=True, methods=["post"])
    def discuss(self, request: Request, pk: str) -> Response:
        """Notes that those who decide have talked it over, and what becomes of what they have not decided."""
        row = self.row()
        require(self.user, "report.publish", row)
        agreed = self.given(ReportDiscussSerializer)["agreed"]
        return self.answer(acts.discuss(self.user, row, agreed=agreed, at=self.at, version=self.version()))

    @extend_schema(request=ReportReasonSerializer, responses={201: ReportSerializer})
    @action(detail=True, methods=["post"])
    def revise(self, request: Request, pk: str) -> Response:
        row = self.row()
        require(self.user, "report.write", row)
        made = acts.revise(self.user, row, reason=self.given(ReportReasonSerializer)["reason"], at=self.at)
        return self.answer(made, status=status.HTTP_201_CREATED)
