"""The files of an incident over the API."""

from __future__ import annotations

from django.http.response import HttpResponseBase
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.decorators import action
from rest_framework.parsers import MultiPartParser
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.reverse import reverse

from incidents.actions.attachments import attach, remove_attachment
from incidents.models import Attachment, Incident
from incidents.queries.attachments import found, listed
from relportal.core.downloads import stored_file
from relportal.core.drf.files import GIVEN, FileSerializer, sent
from relportal.core.drf.viewsets import RowViewSet
from relportal.core.permissions import require


class AttachmentSerializer(serializers.ModelSerializer[Attachment]):
    """`media_type` is told from the content; `url` gives the content itself."""

    by = serializers.CharField(source="by.email", read_only=True, allow_null=True, default=None)
    url = serializers.SerializerMethodField()

    class Meta:
        model = Attachment
        fields = ("id", "name", "media_type", "size", "sha256", "by", "at", "url")
        read_only_fields = fields

    def get_url(self, row: Attachment) -> str:
        kwargs = {"pk": row.incident_id, "attachment": row.pk}
        return str(reverse("api:incident-attachment", kwargs=kwargs, request=self.context["request"]))


class IncidentFiles(RowViewSet[Incident]):
    """What the viewset of incidents has for their files."""

    @extend_schema(methods=["get"], responses=AttachmentSerializer(many=True))
    @extend_schema(
        methods=["post"], request={"multipart/form-data": FileSerializer}, responses={201: AttachmentSerializer}
    )
    @action(
        detail=True,
        methods=["get", "post"],
        filterset_class=None,
        pagination_class=None,
        parser_classes=[MultiPartParser],
    )
    def attachments(self, request: Request, pk: str) -> Response:
        """Its files, oldest first; posting attaches one, decided by its content. The same content is attached once."""
        context = self.get_serializer_context()
        if request.method == "GET":
            require(self.user, "incident.view")
            return Response(AttachmentSerializer(listed(self.row().pk), many=True, context=context).data)
        row = self.row()
        require(self.user, "incident.run")
        file = self.given(FileSerializer)["file"]
        made = attach(self.user, row, name=str(file.name), content=sent(file), at=self.at)
        return Response(AttachmentSerializer(made, context=context).data, status=201)

    @extend_schema(methods=["get"], responses=GIVEN)
    @extend_schema(methods=["delete"], responses={204: None})
    @action(
        detail=True,
        methods=["get", "delete"],
        url_path=r"attachments/(?P<attachment>\d+)",
        filterset_class=None,
        pagination_class=None,
    )
    def attachment(self, request: Request, pk: str, attachment: str) -> HttpResponseBase:
        """The content; deleting takes it away, and for a day it can be brought back on the page."""
        require(self.user, "incident.view" if request.method == "GET" else "incident.run")
        row = found(self.row().pk, int(attachment))
        if request.method == "DELETE":
            remove_attachment(self.user, row, at=self.at)
            return Response(status=204)
        return stored_file(
            request,
            lambda: bytes(row.content),
            name=row.name,
            media_type=row.media_type,
            sha256=row.sha256,
            inline=False,
        )
