"""Importing services over the API: a dry run that names its plan, then the same request with that name."""

from __future__ import annotations

from typing import Any

from django.utils import timezone
from django.utils.translation import gettext as _
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import serializers
from rest_framework.exceptions import UnsupportedMediaType
from rest_framework.parsers import BaseParser
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from relportal.core.exceptions import Invalid
from relportal.core.permissions import require
from relportal.core.reading.problems import Problem, Severity, Unreadable
from slo.actions.imports import Format, Plan, Verb, apply_import, plan_import
from slo.catalog_import.backstage import TIER_ANNOTATION

FORMATS = {"text/csv": Format.CSV, "application/yaml": Format.BACKSTAGE, "text/yaml": Format.BACKSTAGE}


class _RawParser(BaseParser):
    """The body as bytes; one above the limit was refused before."""

    def parse(self, stream: Any, media_type: str | None = None, parser_context: Any = None) -> Any:
        return stream.read()


class CsvParser(_RawParser):
    media_type = "text/csv"


class YamlParser(_RawParser):
    media_type = "application/yaml"


class TextYamlParser(_RawParser):
    media_type = "text/yaml"


class ProblemSerializer(serializers.Serializer[Any]):
    line = serializers.IntegerField(help_text="From 1; 0 is the whole file.")
    column = serializers.CharField()
    severity = serializers.ChoiceField(choices=[one.value for one in Severity])
    text = serializers.CharField()


class ChangeSerializer(serializers.Serializer[Any]):
    field = serializers.CharField()
    before = serializers.CharField()
    after = serializers.CharField()


class PlanStepSerializer(serializers.Serializer[Any]):
    line = serializers.IntegerField(source="entry.line")
    slug = serializers.CharField(source="entry.slug")
    verb = serializers.ChoiceField(choices=[verb.value for verb in Verb])
    changes = ChangeSerializer(many=True)


class PlanSerializer(serializers.Serializer[Any]):
    """`digest` names this plan: send the same file again with it to carry the plan out."""

    applied = serializers.BooleanField()
    possible = serializers.BooleanField(help_text="No errors, and something would change.")
    digest = serializers.CharField()
    problems = ProblemSerializer(many=True)
    steps = PlanStepSerializer(many=True)


class ServiceImport(APIView):
    """Services from CSV or Backstage YAML."""

    parser_classes = [CsvParser, YamlParser, TextYamlParser]  # noqa: RUF012 -- DRF's own name and type

    @extend_schema(
        operation_id="services_import",
        request={"text/csv": OpenApiTypes.STR, "application/yaml": OpenApiTypes.STR},
        responses=PlanSerializer,
        parameters=[
            OpenApiParameter("digest", str, description="Of the plan to carry out; without it nothing is written."),
            OpenApiParameter("tier_annotation", str, description="Backstage: the annotation that holds the tier."),
            OpenApiParameter("filename", str, description="Stands in the audit."),
        ],
    )
    def post(self, request: Request) -> Response:
        user: Any = request.user
        require(user, "service.import")
        media_type = (request.content_type or "").partition(";")[0].strip()
        if media_type not in FORMATS:
            raise UnsupportedMediaType(media_type)
        plan = _plan(request, user, FORMATS[media_type])
        digest = request.query_params.get("digest", "")
        if digest and plan.errors:
            raise Invalid({"body": [_told(problem) for problem in plan.errors]})
        if digest:
            apply_import(user, plan, digest=digest, at=timezone.now())
        return Response(PlanSerializer(_shown(plan, applied=bool(digest))).data)


def _plan(request: Request, user: Any, file_format: Format) -> Plan:
    # A request without a body is not parsed at all.
    body: Any = request.data
    content = body if isinstance(body, bytes) else b""
    try:
        return plan_import(
            user,
            content,
            filename=request.query_params.get("filename", "")[:200] or _("a file sent to the API"),
            file_format=file_format,
            tier_annotation=request.query_params.get("tier_annotation", TIER_ANNOTATION),
        )
    except Unreadable as error:
        raise Invalid({"body": str(error)}) from error


def _told(problem: Problem) -> str:
    return _("Line %(line)s, %(column)s: %(text)s") % {
        "line": problem.line,
        "column": problem.column,
        "text": problem.text,
    }


def _shown(plan: Plan, *, applied: bool) -> dict[str, Any]:
    steps = [step for step in plan.steps if step.verb is not Verb.KEEP]
    return {
        "applied": applied,
        "possible": plan.possible,
        "digest": plan.digest,
        "problems": plan.problems,
        "steps": steps,
    }
