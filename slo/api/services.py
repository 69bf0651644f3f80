"""Services over the API: the same queries and actions as the pages."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final

from django.db.models import Prefetch, QuerySet
from django.http.response import HttpResponseBase
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import extend_schema
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from relportal.core.actions.catalog import (
    confirm_links,
    create_service,
    restore_service,
    retire_service,
    update_service,
)
from relportal.core.csvexport import csv_response
from relportal.core.drf.etags import etag
from relportal.core.drf.parameters import IF_MATCH, filtered_by
from relportal.core.drf.viewsets import RowViewSet
from relportal.core.exceptions import Invalid
from relportal.core.models import Dependency, Service
from relportal.core.permissions import require
from slo.api.service_serializers import (
    CompletenessSerializer,
    LinkConfirmationSerializer,
    ServiceCreateSerializer,
    ServiceSerializer,
    ServiceUpdateSerializer,
    advice_data,
)
from slo.catalog_import.csv_file import COLUMNS
from slo.forms import service_filters
from slo.queries.catalog import matching_ids, service_states
from slo.queries.catalog_export import catalog_rows

FILTERS: Final = {
    "q": "Words that all occur in the name, short name, aliases or team.",
    "tier": "1 to 4; several with commas, as in every filter.",
    "team": "Short names of teams.",
    "lifecycle": "Without it, all but retired.",
    "band": "breached, at_risk, healthy, no_data; firing; none (no objective).",
    "journey": "Short name of a journey.",
    "below": "Completeness below this many percent.",
}


@filtered_by(FILTERS, numbers=frozenset({"below"}))
class ServiceViewSet(RowViewSet[Service]):
    """Services with their state: worst band, least budget left, burn, completeness."""

    lookup_field = "slug"
    serializer_class = ServiceSerializer

    def get_queryset(self) -> QuerySet[Service]:
        edges = Prefetch("dependencies", Dependency.objects.select_related("depends_on"))
        callers = Prefetch("dependents", Dependency.objects.select_related("service"))
        services = Service.objects.visible_to(self.request.user).select_related("team")
        return services.prefetch_related("links", "journeys", edges, callers).order_by("pk")

    def list(self, request: Request) -> Response:
        require(self.user, "catalog.view")
        asked = service_filters.read(request.query_params)
        if asked.wrong:
            raise Invalid({"query": asked.wrong})
        wanted = matching_ids(self.user, filters=asked.filters)
        page = self.paginate_queryset(self.get_queryset().filter(pk__in=wanted)) or []
        return self.get_paginated_response(self._shown(page))

    def answer(self, row: Service, *, status: int = 200) -> Response:
        return Response(self._shown([row])[0], status=status, headers=etag(row))

    @extend_schema(request=ServiceCreateSerializer, responses={201: ServiceSerializer})
    def create(self, request: Request) -> Response:
        require(self.user, "service.create")
        given = ServiceCreateSerializer(data=request.data)
        given.is_valid(raise_exception=True)
        service = create_service(
            self.user,
            slug=given.validated_data["slug"],
            fields=given.service_fields(),
            links=given.given_links() or (),
            dependencies=given.given_edges() or (),
            at=self.at,
        )
        return self.answer(self.get_queryset().get(pk=service.pk), status=201)

    @extend_schema(request=ServiceUpdateSerializer, parameters=[IF_MATCH])
    def partial_update(self, request: Request, slug: str) -> Response:
        service = self.row()
        require(self.user, "service.edit", service)
        version = self.version()
        given = ServiceUpdateSerializer(service, data=request.data, partial=True)
        given.is_valid(raise_exception=True)
        update_service(
            self.user,
            service,
            version=version,
            fields=given.service_fields(),
            links=given.given_links(),
            dependencies=given.given_edges(),
            at=self.at,
        )
        return self.answer(self.row())

    @extend_schema(request=LinkConfirmationSerializer, responses=ServiceSerializer)
    @action(detail=True, methods=["post"], url_path="confirm-links")
    def confirm_links(self, request: Request, slug: str) -> Response:
        """Says that links of the service were seen to work; what nobody confirms for 180 days counts as missing in KPI 17."""
        service = self.row()
        require(self.user, "service.edit", service)
        given = LinkConfirmationSerializer(data=request.data)
        given.is_valid(raise_exception=True)
        confirm_links(self.user, service, url=given.validated_data["url"], at=self.at)
        return self.answer(self.row())

    @extend_schema(request=None, responses=ServiceSerializer)
    @action(detail=True, methods=["post"])
    def retire(self, request: Request, slug: str) -> Response:
        """Takes the service out of the lists; its objectives and its history stay."""
        retire_service(self.user, self.row(), at=self.at)
        return self.answer(self.row())

    @extend_schema(request=None, responses=ServiceSerializer)
    @action(detail=True, methods=["post"])
    def restore(self, request: Request, slug: str) -> Response:
        """Undoes a retirement."""
        restore_service(self.user, self.row(), at=self.at)
        return self.answer(self.row())

    @extend_schema(responses=CompletenessSerializer)
    @action(detail=True, methods=["get"])
    def completeness(self, request: Request, slug: str) -> Response:
        """What is missing of the service, weightiest first, with what to do about it."""
        require(self.user, "catalog.view")
        service = self.row()
        return Response(advice_data(service_states([service.pk])[service.pk]))

    @extend_schema(responses={(200, "text/csv"): OpenApiTypes.STR})
    @action(detail=False, methods=["get"], pagination_class=None)
    def export(self, request: Request) -> HttpResponseBase:
        """The whole catalog as the CSV that imports again."""
        user = self.user
        require(user, "catalog.view")
        return csv_response("catalog.csv", COLUMNS, catalog_rows(user), bom=False)

    def _shown(self, services: Sequence[Service]) -> Any:
        states = service_states(service.pk for service in services)
        context = {**self.get_serializer_context(), "states": states}
        rows: Any = services
        return ServiceSerializer(rows, many=True, context=context).data
