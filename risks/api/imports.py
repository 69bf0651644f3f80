"""Importing risks over the API: a dry run that names its plan, then the same request with that name."""

from __future__ import annotations

from typing import Any

from django.utils import timezone
from django.utils.translation import gettext as _
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import serializers
from rest_framework.parsers import BaseParser
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from relportal.core.exceptions import Invalid
from relportal.core.models import User
from relportal.core.permissions import require
from relportal.core.reading.problems import Problem, Severity, Unreadable
from relportal.core.xlsxexport import MEDIA_TYPE
from risks.actions.imports import apply_import, plan_import
from risks.queries.imports.plan import Plan, Verb
from risks.queries.imports.table import read

DRY = {"": True, "true": True, "1": True, "false": False, "0": False}


class _RawParser(BaseParser):
    """The body as bytes; one above the limit was refused before."""

    def parse(self, stream: Any, media_type: str | None = None, parser_context: Any = None) -> Any:
        return stream.read()


class CsvParser(_RawParser):
    media_type = "text/csv"


class WorkbookParser(_RawParser):
    media_type = MEDIA_TYPE


class ImportProblemSerializer(serializers.Serializer[Any]):
    line = serializers.IntegerField(help_text="From 1; 0 is the whole file.")
    column = serializers.CharField()
    severity = serializers.ChoiceField(choices=[one.value for one in Severity])
    text = serializers.CharField()


class ImportChangeSerializer(serializers.Serializer[Any]):
    field = serializers.CharField()
    before = serializers.CharField()
    after = serializers.CharField()


class ImportStepSerializer(serializers.Serializer[Any]):
    line = serializers.IntegerField()
    risk = serializers.CharField(source="short_id", help_text="RISK-12; empty for a new one.")
    title = serializers.CharField()
    verb = serializers.ChoiceField(choices=[Verb.CREATE.value, Verb.UPDATE.value])
    changes = ImportChangeSerializer(many=True)


class ImportPlanSerializer(serializers.Serializer[Any]):
    """`digest` names this plan: send the same file again with it and `dry_run=false` to carry the plan out."""

    applied = serializers.BooleanField()
    possible = serializers.BooleanField(help_text="No errors, and something would change.")
    digest = serializers.CharField()
    error_count = serializers.IntegerField()
    problems = ImportProblemSerializer(many=True, help_text="At most 200, errors first.")
    steps = ImportStepSerializer(many=True)


class RiskImport(APIView):
    """Risks from CSV or a workbook. A dry run, unless `dry_run=false` with the `digest` of the dry run that you looked at."""

    parser_classes = [CsvParser, WorkbookParser]  # noqa: RUF012 -- DRF's own name and type

    @extend_schema(
        operation_id="risk_import",
        request={"text/csv": OpenApiTypes.STR, MEDIA_TYPE: OpenApiTypes.BINARY},
        responses=ImportPlanSerializer,
        parameters=[
            OpenApiParameter("dry_run", bool, description="True unless said otherwise: nothing is written."),
            OpenApiParameter("digest", str, description="Of the plan to carry out."),
            OpenApiParameter("filename", str, description="Stands in the audit."),
        ],
    )
    def post(self, request: Request) -> Response:
        user = request.user
        if not isinstance(user, User):
            raise TypeError("this view needs an authenticated user")
        require(user, "risk.import")
        at, digest, dry = timezone.now(), request.query_params.get("digest", ""), _dry(request)
        # A request without a body is not parsed at all.
        body: Any = request.data
        name = request.query_params.get("filename", "").replace("\0", "")[:200] or _("a file sent to the API")
        try:
            table = read(body if isinstance(body, bytes) else b"")
        except Unreadable as error:
            raise Invalid({"body": str(error)}) from error
        plan = plan_import(user, table, filename=name, at=at)
        if not dry:
            if plan.errors:
                raise Invalid(
                    {"body": [_told(problem) for problem in plan.problems if problem.severity is Severity.ERROR]}
                )
            apply_import(user, plan, digest=digest, at=at)
        return Response(ImportPlanSerializer(_shown(plan, applied=not dry)).data)


def _dry(request: Request) -> bool:
    text = request.query_params.get("dry_run", "").lower()
    if text not in DRY:
        raise Invalid({"dry_run": _("Say true or false.")})
    if not DRY[text] and not request.query_params.get("digest"):
        raise Invalid({"digest": _("Give the digest of the dry run that you looked at.")})
    return DRY[text]


def _told(problem: Problem) -> str:
    words = _("Line %(line)s, %(column)s: %(text)s")
    return words % {"line": problem.line, "column": problem.column, "text": problem.text}


def _shown(plan: Plan, *, applied: bool) -> dict[str, Any]:
    return {
        "applied": applied,
        "possible": plan.possible,
        "digest": plan.digest,
        "error_count": plan.errors,
        "problems": plan.problems,
        "steps": [step for step in plan.steps if step.verb is not Verb.KEEP],
    }
