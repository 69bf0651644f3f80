"""Reports over the API."""

from __future__ import annotations

from typing import Any

from rest_framework import serializers

from reports.actions.narratives import MOST
from reports.actions.reports import MOST_AGREED
from reports.models import Narrative, Report, ReportApproval
from reports.models.report import STATES
from reports.queries.scopes import ScopeNames


class ReportSerializer(serializers.ModelSerializer[Report]):
    """`scope` is "" for the company, or such as "team:payments". `sha256` is that of the payload of an approved report."""

    id = serializers.CharField(source="short_id", read_only=True)
    scope = serializers.SerializerMethodField()
    period = serializers.SerializerMethodField()
    state = serializers.ChoiceField(choices=STATES)
    sections: serializers.ListField = serializers.ListField(child=serializers.CharField())
    supersedes = serializers.CharField(source="supersedes.short_id", allow_null=True, default=None)
    created_by = serializers.CharField(source="created_by.email", allow_null=True, default=None)

    class Meta:
        model = Report
        fields = (
            "id", "period", "scope", "scope_name", "sections", "state", "revision", "supersedes", "reason", "sha256",
            "drafted_at", "frozen_at", "published_at", "discussed_at", "discussion", "created_at", "created_by", "version",
        )  # fmt: skip

    def get_scope(self, row: Report) -> str:
        names: ScopeNames = self.context["names"]
        return names.key(row.scope, row.number)

    def get_period(self, row: Report) -> str:
        return f"{row.cut}:{row.first}"


class ReportWriteSerializer(serializers.Serializer[Any]):
    """`period` is a quarter ("quarter:2026-07-01"); `sections` left out: all pages."""

    period = serializers.CharField(max_length=40)
    scope = serializers.CharField(required=False, allow_blank=True, default="", max_length=100)
    sections: serializers.ListField = serializers.ListField(child=serializers.CharField(max_length=32), required=False)


class ReportSectionsSerializer(serializers.Serializer[Any]):
    """The keys of its pages in their order, with "headline" among them."""

    sections: serializers.ListField = serializers.ListField(child=serializers.CharField(max_length=32))


class ReportNarrativeSerializer(serializers.ModelSerializer[Narrative]):
    by = serializers.CharField(source="by.email", allow_null=True, read_only=True, default=None)

    class Meta:
        model = Narrative
        fields = ("page", "title", "so_what", "text", "at", "by", "version")
        read_only_fields = ("at", "version")


class ReportNarrativeWriteSerializer(serializers.Serializer[Any]):
    """`version` is the one that was read; null for the first text of a page."""

    page = serializers.CharField(max_length=32)
    title = serializers.CharField(required=False, allow_blank=True, default="", max_length=MOST["title"])
    so_what = serializers.CharField(required=False, allow_blank=True, default="", max_length=MOST["so_what"])
    text = serializers.CharField(required=False, allow_blank=True, default="", max_length=MOST["text"])
    version = serializers.IntegerField(required=False, allow_null=True, default=None, min_value=1)


class ReportApproveSerializer(serializers.Serializer[Any]):
    """`sha256` is the ETag of the payload that was read."""

    sha256 = serializers.CharField(max_length=64)
    note = serializers.CharField(required=False, allow_blank=True, default="", max_length=500)


class ReportApprovalSerializer(serializers.ModelSerializer[ReportApproval]):
    by = serializers.CharField(source="by.email")

    class Meta:
        model = ReportApproval
        fields = ("by", "sha256", "note", "at")


class ReportDiscussSerializer(serializers.Serializer[Any]):
    """`agreed` is needed where something that the report asks for is not decided."""

    agreed = serializers.CharField(required=False, allow_blank=True, default="", max_length=MOST_AGREED)


class ReportReasonSerializer(serializers.Serializer[Any]):
    reason = serializers.CharField(max_length=500)


class ReportHindranceSerializer(serializers.Serializer[Any]):
    """What has to be done before it can be published, where, and by whom."""

    lack = serializers.CharField(source="hindrance.lack")
    key = serializers.CharField(source="hindrance.key")
    words = serializers.CharField()
    path = serializers.CharField()
    owner = serializers.CharField()


class ReportMissingSerializer(serializers.Serializer[Any]):
    words = serializers.CharField()
    path = serializers.CharField()


class ReportOwingSerializer(serializers.Serializer[Any]):
    """What a report that is closing waits for, by who owes it."""

    owner = serializers.CharField()
    rows = ReportMissingSerializer(many=True)
