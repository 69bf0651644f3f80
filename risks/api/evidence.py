"""The files of a risk or an exception over the API."""

from __future__ import annotations

from typing import Any

from django.http.response import HttpResponseBase
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.decorators import action
from rest_framework.parsers import MultiPartParser
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.reverse import reverse

from relportal.core.downloads import stored_file
from relportal.core.drf.files import GIVEN, FileSerializer, sent
from relportal.core.drf.viewsets import RowViewSet
from relportal.core.permissions import require
from risks.actions.evidence import attach, may_attach, remove_evidence
from risks.models import Evidence, GovernanceException, Risk
from risks.queries.evidence import Holder, found, listed


class ProofSerializer(serializers.ModelSerializer[Evidence]):
    """`media_type` is told from the content; `url` gives the content itself."""

    by = serializers.EmailField(source="by.email", allow_null=True, default=None)
    url = serializers.SerializerMethodField()

    class Meta:
        model = Evidence
        fields = ("id", "name", "media_type", "size", "sha256", "by", "at", "url")
        read_only_fields = fields

    def get_url(self, row: Evidence) -> str:
        kind, holder = ("risk", row.risk_id) if row.risk_id is not None else ("exception", row.exception_id)
        kwargs = {"pk": holder, "evidence": row.pk}
        return str(reverse(f"api:{kind}-evidence-file", kwargs=kwargs, request=self.context["request"]))


def _files(view: RowViewSet[Any], request: Request) -> Response:
    holder: Holder = view.row()
    context = view.get_serializer_context()
    if request.method == "GET":
        require(view.user, "risk.view")
        return Response(ProofSerializer(listed(holder), many=True, context=context).data)
    may_attach(view.user, holder)
    file = view.given(FileSerializer)["file"]
    made = attach(view.user, holder, name=str(file.name), content=sent(file), at=view.at)
    return Response(ProofSerializer(made, context=context).data, status=201)


def _file(view: RowViewSet[Any], request: Request, number: str) -> HttpResponseBase:
    holder: Holder = view.row()
    if request.method == "DELETE":
        may_attach(view.user, holder)
        remove_evidence(view.user, holder, found(holder, int(number)), at=view.at)
        return Response(status=204)
    require(view.user, "risk.view")
    row = found(holder, int(number))
    return stored_file(
        request, lambda: bytes(row.content), name=row.name, media_type=row.media_type, sha256=row.sha256, inline=False
    )


LIST: Any = {"detail": True, "methods": ["get", "post"], "parser_classes": [MultiPartParser]}
ONE: Any = {"detail": True, "methods": ["get", "delete"], "url_path": r"evidence/(?P<evidence>\d+)"}
PLAIN: Any = {"filterset_class": None, "pagination_class": None}
read_them = extend_schema(methods=["get"], responses=ProofSerializer(many=True))
send_one = extend_schema(
    methods=["post"], request={"multipart/form-data": FileSerializer}, responses={201: ProofSerializer}
)
read_one = extend_schema(methods=["get"], responses=GIVEN)
remove_one = extend_schema(methods=["delete"], responses={204: None})


class RiskEvidence(RowViewSet[Risk]):
    """What the viewset of risks has for their files."""

    @read_them
    @send_one
    @action(**LIST, **PLAIN)
    def evidence(self, request: Request, pk: str) -> Response:
        """Its files, oldest first; posting attaches one, decided by its content. The same content is attached once."""
        return _files(self, request)

    @read_one
    @remove_one
    @action(**ONE, **PLAIN)
    def evidence_file(self, request: Request, pk: str, evidence: str) -> HttpResponseBase:
        """The content; deleting takes it away, and for a day it can be brought back on the page."""
        return _file(self, request, evidence)


class ExceptionEvidence(RowViewSet[GovernanceException]):
    """What the viewset of exceptions has for their files."""

    @read_them
    @send_one
    @action(**LIST, **PLAIN)
    def evidence(self, request: Request, pk: str) -> Response:
        """Its files, oldest first; posting attaches one, decided by its content. The same content is attached once."""
        return _files(self, request)

    @read_one
    @remove_one
    @action(**ONE, **PLAIN)
    def evidence_file(self, request: Request, pk: str, evidence: str) -> HttpResponseBase:
        """The content; what somebody had before them when they signed cannot be deleted."""
        return _file(self, request, evidence)
