"""Sources and indicators over the API: the same actions as the pages; a secret goes in and never comes out."""

from __future__ import annotations

from contextlib import suppress
from typing import Any

from django.db.models import QuerySet
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from relportal.core.drf.parameters import IF_MATCH
from relportal.core.drf.viewsets import RowViewSet
from relportal.core.models import Service, Team
from relportal.core.permissions import require
from slo.actions import indicators as indicator_actions
from slo.actions import sources as source_actions
from slo.models import Indicator, IndicatorState, Operator, Source, SourceState


class SourceHealthSerializer(serializers.ModelSerializer[SourceState]):
    class Meta:
        model = SourceState
        fields = (
            "watermark", "last_attempt_at", "last_success_at", "unavailable_since", "consecutive_failures", "last_error",
            "queries", "series", "samples", "bytes_read", "query_ms", "tick_ms",
        )  # fmt: skip
        read_only_fields = fields


class SourceSerializer(serializers.ModelSerializer[Source]):
    has_secret = serializers.SerializerMethodField()
    health = serializers.SerializerMethodField()

    class Meta:
        model = Source
        fields = ("slug", *source_actions.FIELDS, "has_secret", "version", "health")
        read_only_fields = fields

    def get_has_secret(self, row: Source) -> bool:
        return bool(row.secret)

    @extend_schema(responses=SourceHealthSerializer)
    def get_health(self, row: Source) -> dict[str, Any] | None:
        with suppress(SourceState.DoesNotExist):
            return dict(SourceHealthSerializer(row.state).data)
        return None


class SourceWriteSerializer(serializers.ModelSerializer[Source]):
    secret = serializers.CharField(
        required=False, allow_blank=True, max_length=4000, write_only=True, trim_whitespace=False
    )

    class Meta:
        model = Source
        fields: tuple[str, ...] = (*source_actions.FIELDS, "secret")
        # Names and constraints are the action's to check: it says what to do, in one place for pages and API.
        extra_kwargs = {"name": {"validators": []}, "url": {"allow_blank": True}}  # noqa: RUF012 (DRF's own form)


class SourceCreateSerializer(SourceWriteSerializer):
    class Meta(SourceWriteSerializer.Meta):
        fields = ("slug", *SourceWriteSerializer.Meta.fields)
        extra_kwargs = SourceWriteSerializer.Meta.extra_kwargs | {"slug": {"validators": []}}


class SourceViewSet(RowViewSet[Source]):
    """Where indicators are read from, with the health of each source."""

    lookup_field = "slug"
    serializer_class = SourceSerializer

    def get_queryset(self) -> QuerySet[Source]:
        return Source.objects.select_related("state").order_by("pk")

    @extend_schema(request=SourceCreateSerializer, responses={201: SourceSerializer})
    def create(self, request: Request) -> Response:
        require(self.user, "source.edit")
        given = self.given(SourceCreateSerializer)
        slug, secret = given.pop("slug"), given.pop("secret", "")
        fields = source_actions.SourceFields(**given)
        row = source_actions.create_source(self.user, slug=slug, fields=fields, secret=secret, at=self.at)
        return self.answer(row, status=201)

    @extend_schema(request=SourceWriteSerializer, responses=SourceSerializer, parameters=[IF_MATCH])
    def partial_update(self, request: Request, slug: str) -> Response:
        row = self.row()
        require(self.user, "source.edit", row)
        version, given = self.version(), self.given(SourceWriteSerializer, partial=True)
        secret = given.pop("secret", None)
        fields = source_actions.SourceFields(**{name: getattr(row, name) for name in source_actions.FIELDS} | given)
        return self.answer(
            source_actions.update_source(self.user, row, version=version, fields=fields, secret=secret, at=self.at)
        )

    @extend_schema(request=None, responses={204: None})
    def destroy(self, request: Request, slug: str) -> Response:
        """Only while no indicator reads from it."""
        source_actions.delete_source(self.user, self.row(), at=self.at)
        return Response(status=204)

    @extend_schema(request=None, responses={200: dict})
    @action(detail=True, methods=["post"])
    def test(self, request: Request, slug: str) -> Response:
        """Asks the source what it is."""
        build = source_actions.try_source(self.user, self.row())
        return Response({"product": build.product, "version": build.version})


class MappedService(serializers.Serializer[Any]):
    label = serializers.CharField(max_length=200, source="label_value")  # type: ignore[assignment]  # a field of this name is meant
    service = serializers.SlugRelatedField(slug_field="slug", queryset=Service.objects.all())


class CollectionSerializer(serializers.ModelSerializer[IndicatorState]):
    class Meta:
        model = IndicatorState
        fields = ("watermark", "generation", "error", "error_since", "raw_series", "unmapped", "problems")
        read_only_fields = fields


class IndicatorSerializer(serializers.ModelSerializer[Indicator]):
    # A field of that name hides an attribute which only nested fields have.
    source = serializers.SlugRelatedField[Source](slug_field="slug", read_only=True)  # type: ignore[assignment]
    team = serializers.SlugRelatedField[Team](slug_field="slug", read_only=True, allow_null=True)
    operator = serializers.ChoiceField(choices=Operator.choices, allow_blank=True, read_only=True)
    services = MappedService(source="mappings", many=True, read_only=True)
    collection = serializers.SerializerMethodField()

    class Meta:
        model = Indicator
        fields = ("slug", *indicator_actions.FIELDS, "generation", "version", "services", "collection")
        read_only_fields = fields

    @extend_schema(responses=CollectionSerializer)
    def get_collection(self, row: Indicator) -> dict[str, Any] | None:
        with suppress(IndicatorState.DoesNotExist):
            return dict(CollectionSerializer(row.state).data)
        return None


class IndicatorWriteSerializer(serializers.ModelSerializer[Indicator]):
    source = serializers.SlugRelatedField(slug_field="slug", queryset=Source.objects.all())  # type: ignore[assignment]
    team = serializers.SlugRelatedField(slug_field="slug", queryset=Team.objects.all(), allow_null=True, required=False)
    services = MappedService(many=True, required=False)

    class Meta:
        model = Indicator
        fields: tuple[str, ...] = (*indicator_actions.FIELDS, "services")
        extra_kwargs = {"name": {"validators": []}, "service_label": {"required": False}}  # noqa: RUF012 (DRF's own form)


class IndicatorCreateSerializer(IndicatorWriteSerializer):
    class Meta(IndicatorWriteSerializer.Meta):
        fields = ("slug", *IndicatorWriteSerializer.Meta.fields)
        extra_kwargs = IndicatorWriteSerializer.Meta.extra_kwargs | {"slug": {"validators": []}}


class IndicatorViewSet(RowViewSet[Indicator]):
    """What is measured: one query for many services."""

    lookup_field = "slug"
    serializer_class = IndicatorSerializer

    def get_queryset(self) -> QuerySet[Indicator]:
        rows = Indicator.objects.select_related("source", "team", "state").prefetch_related("mappings__service")
        return rows.order_by("pk")

    @extend_schema(request=IndicatorCreateSerializer, responses={201: IndicatorSerializer})
    def create(self, request: Request) -> Response:
        require(self.user, "indicator.edit")
        given = self.given(IndicatorCreateSerializer)
        slug, services = given.pop("slug"), _services(given.pop("services", []))
        fields = indicator_actions.IndicatorFields(**given)
        row = indicator_actions.create_indicator(self.user, slug=slug, fields=fields, services=services, at=self.at)
        return self.answer(row, status=201)

    @extend_schema(request=IndicatorWriteSerializer, responses=IndicatorSerializer, parameters=[IF_MATCH])
    def partial_update(self, request: Request, slug: str) -> Response:
        """A changed query begins a new generation; the counts so far stay readable. `services` replaces all of them."""
        row = self.row()
        require(self.user, "indicator.edit", row)
        version, given = self.version(), self.given(IndicatorWriteSerializer, partial=True)
        services = _services(given.pop("services")) if "services" in given else None
        values = {name: getattr(row, name) for name in indicator_actions.FIELDS} | given
        fields = indicator_actions.IndicatorFields(**values)
        indicator_actions.update_indicator(
            self.user, row, version=version, fields=fields, services=services, at=self.at
        )
        return self.answer(self.row())

    @extend_schema(request=None, responses={204: None})
    def destroy(self, request: Request, slug: str) -> Response:
        """Only while no objective stands on it."""
        indicator_actions.delete_indicator(self.user, self.row(), at=self.at)
        return Response(status=204)


def _services(given: list[dict[str, Any]]) -> dict[str, Service]:
    return {one["label_value"]: one["service"] for one in given}
