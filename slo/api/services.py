"""Services over the API: the same queries and actions as the pages."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.db.models import Prefetch, QuerySet
from django.http.response import HttpResponseBase
from django.utils import timezone
from django.utils.translation import gettext as _
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, extend_schema, extend_schema_view
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.viewsets import GenericViewSet

from relportal.core.actions.catalog import create_service, restore_service, retire_service, update_service
from relportal.core.csvexport import csv_response
from relportal.core.drf.etags import etag, expected_version
from relportal.core.exceptions import Invalid, Missing
from relportal.core.models import Dependency, Service, User
from relportal.core.permissions import require
from slo.api.service_serializers import (
    CompletenessSerializer,
    ServiceCreateSerializer,
    ServiceSerializer,
    ServiceUpdateSerializer,
    advice_data,
)
from slo.catalog_import.csv_file import COLUMNS
from slo.forms import service_filters
from slo.queries.catalog import matching_ids, service_states
from slo.queries.catalog_export import catalog_rows

LIST_PARAMETERS = [
    OpenApiParameter("q", str, description="Words that all occur in the name, short name, aliases or team."),
    OpenApiParameter("tier", str, description="1 to 4; several with commas, as in every filter."),
    OpenApiParameter("team", str, description="Short names of teams."),
    OpenApiParameter("lifecycle", str, description="Without it, all but retired."),
    OpenApiParameter("band", str, description="breached, at_risk, healthy, no_data; firing; none (no objective)."),
    OpenApiParameter("journey", str, description="Short name of a journey."),
    OpenApiParameter("below", int, description="Completeness below this many percent."),
]
IF_MATCH = OpenApiParameter(
    "If-Match", str, OpenApiParameter.HEADER, required=True, description="The ETag that was read, or *."
)


def api_user(request: Request) -> User:
    """The signed-in user; default deny lets nobody else through."""
    if not isinstance(request.user, User):
        raise TypeError("this view needs an authenticated user")
    return request.user


@extend_schema_view(list=extend_schema(parameters=LIST_PARAMETERS))
class ServiceViewSet(GenericViewSet[Service]):
    """Services with their state: worst band, least budget left, burn, completeness."""

    lookup_field = "slug"
    serializer_class = ServiceSerializer
    ordering = "pk"

    def get_queryset(self) -> QuerySet[Service]:
        edges = Prefetch("dependencies", Dependency.objects.select_related("depends_on"))
        callers = Prefetch("dependents", Dependency.objects.select_related("service"))
        services = Service.objects.visible_to(self.request.user).select_related("team")
        return services.prefetch_related("links", "journeys", edges, callers).order_by("pk")

    def list(self, request: Request) -> Response:
        require(api_user(request), "catalog.view")
        asked = service_filters.read(request.query_params)
        if asked.wrong:
            raise Invalid({"query": asked.wrong})
        wanted = matching_ids(api_user(request), filters=asked.filters)
        page = self.paginate_queryset(self.get_queryset().filter(pk__in=wanted)) or []
        return self.get_paginated_response(self._shown(page))

    def retrieve(self, request: Request, slug: str) -> Response:
        require(api_user(request), "catalog.view")
        service = self._service(slug)
        return Response(self._shown([service])[0], headers=etag(service))

    @extend_schema(request=ServiceCreateSerializer, responses={201: ServiceSerializer})
    def create(self, request: Request) -> Response:
        require(api_user(request), "service.create")
        given = ServiceCreateSerializer(data=request.data)
        given.is_valid(raise_exception=True)
        service = create_service(
            api_user(request),
            slug=given.validated_data["slug"],
            fields=given.service_fields(),
            links=given.given_links() or (),
            dependencies=given.given_edges() or (),
            at=timezone.now(),
        )
        made = self._service(service.slug)
        return Response(self._shown([made])[0], status=201, headers=etag(made))

    @extend_schema(request=ServiceUpdateSerializer, parameters=[IF_MATCH])
    def partial_update(self, request: Request, slug: str) -> Response:
        service = self._service(slug)
        require(api_user(request), "service.edit", service)
        version = expected_version(request)
        given = ServiceUpdateSerializer(service, data=request.data, partial=True)
        given.is_valid(raise_exception=True)
        update_service(
            api_user(request),
            service,
            version=version,
            fields=given.service_fields(),
            links=given.given_links(),
            dependencies=given.given_edges(),
            at=timezone.now(),
        )
        return self.retrieve(request, slug)

    @extend_schema(request=None, responses=ServiceSerializer)
    @action(detail=True, methods=["post"])
    def retire(self, request: Request, slug: str) -> Response:
        """Takes the service out of the lists; its objectives and its history stay."""
        retire_service(api_user(request), self._service(slug), at=timezone.now())
        return self.retrieve(request, slug)

    @extend_schema(request=None, responses=ServiceSerializer)
    @action(detail=True, methods=["post"])
    def restore(self, request: Request, slug: str) -> Response:
        """Undoes a retirement."""
        restore_service(api_user(request), self._service(slug), at=timezone.now())
        return self.retrieve(request, slug)

    @extend_schema(responses=CompletenessSerializer)
    @action(detail=True, methods=["get"])
    def completeness(self, request: Request, slug: str) -> Response:
        """What is missing of the service, weightiest first, with what to do about it."""
        require(api_user(request), "catalog.view")
        service = self._service(slug)
        return Response(advice_data(service_states([service.pk])[service.pk]))

    @extend_schema(responses={(200, "text/csv"): OpenApiTypes.STR})
    @action(detail=False, methods=["get"], pagination_class=None)
    def export(self, request: Request) -> HttpResponseBase:
        """The whole catalog as the CSV that imports again."""
        user = api_user(request)
        require(user, "catalog.view")
        return csv_response("catalog.csv", COLUMNS, catalog_rows(user), bom=False)

    def _service(self, slug: str) -> Service:
        service = self.get_queryset().filter(slug=slug).first()
        if service is None:
            raise Missing(_("There is no service %(slug)s.") % {"slug": slug})
        return service

    def _shown(self, services: Sequence[Service]) -> Any:
        states = service_states(service.pk for service in services)
        context = {**self.get_serializer_context(), "states": states}
        rows: Any = services
        return ServiceSerializer(rows, many=True, context=context).data
