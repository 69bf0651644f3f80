"""How a service is written over the wire."""

from __future__ import annotations

from typing import Any

from rest_framework import serializers

from relportal.core.actions.catalog import ServiceFields
from relportal.core.actions.catalog_parts import Edge, Link
from relportal.core.drf.nested import WholeRow
from relportal.core.models import Lifecycle, LinkKind, Service, Team, Tier
from slo.domain.bands import Band
from slo.queries.catalog_state import ServiceState
from slo.queries.catalog_words import advice


class LinkSerializer(WholeRow):
    kind = serializers.ChoiceField(choices=LinkKind.choices)
    url = serializers.URLField(max_length=500)
    label: Any = serializers.CharField(max_length=120, required=False, allow_blank=True, default="")
    verified_at = serializers.DateTimeField(
        read_only=True,
        allow_null=True,
        help_text="When its address was entered, or last confirmed to work; null: before that was kept.",
    )


class LinkConfirmationSerializer(serializers.Serializer[Any]):
    url = serializers.URLField(
        max_length=500, required=False, default="", help_text="That of the link that works; without it all of them do."
    )


class DependencySerializer(WholeRow):
    service = serializers.SlugRelatedField(
        slug_field="slug", queryset=Service.objects.all(), source="depends_on", help_text="Short name of the called."
    )
    hard = serializers.BooleanField(default=True, help_text="The caller cannot answer its users without it.")


class ObjectiveCountsSerializer(serializers.Serializer[Any]):
    total = serializers.IntegerField()
    breached = serializers.IntegerField()
    at_risk = serializers.IntegerField()
    no_data = serializers.IntegerField()
    healthy = serializers.IntegerField()


class MissingSerializer(serializers.Serializer[Any]):
    fact = serializers.CharField()
    label: Any = serializers.CharField()
    todo = serializers.CharField(help_text="What to do about it.")
    url = serializers.CharField(help_text="The form that mends it, below the portal's address.")
    weight = serializers.IntegerField()


class CompletenessSerializer(serializers.Serializer[Any]):
    score = serializers.FloatField(allow_null=True, help_text="0..1; null for a retired service.")
    missing = MissingSerializer(many=True)


class StateSerializer(serializers.Serializer[Any]):
    """No data is null, never 0; ratios are 0..1 and budgets are signed."""

    band = serializers.ChoiceField(choices=[band.value for band in Band], help_text="The worst of its objectives.")
    objectives = ObjectiveCountsSerializer(source="counts")
    remaining = serializers.FloatField(allow_null=True, help_text="Least budget left of its objectives.")
    burn_1h = serializers.FloatField(allow_null=True, help_text="Highest burn rate over the last hour.")
    firing = serializers.ChoiceField(choices=["", "ticket", "page"])
    watermark = serializers.DateTimeField(allow_null=True, help_text="The newest instant counted.")


class ServiceSerializer(serializers.Serializer[Service]):
    slug = serializers.SlugField()
    name = serializers.CharField()
    tier = serializers.ChoiceField(choices=Tier.choices)
    team = serializers.CharField(source="team.slug", default=None, allow_null=True)
    lifecycle = serializers.ChoiceField(choices=Lifecycle.choices)
    description = serializers.CharField()
    aliases = serializers.ListField(child=serializers.CharField())
    links = LinkSerializer(many=True)
    dependencies = DependencySerializer(many=True)
    dependents = serializers.SerializerMethodField()
    journeys = serializers.SerializerMethodField()
    state = serializers.SerializerMethodField()
    completeness = serializers.SerializerMethodField()
    version = serializers.IntegerField()
    url = serializers.CharField(source="get_absolute_url")

    def get_dependents(self, service: Service) -> list[str]:
        return sorted(edge.service.slug for edge in service.dependents.all())

    def get_journeys(self, service: Service) -> list[str]:
        return sorted(journey.slug for journey in service.journeys.all())

    def get_state(self, service: Service) -> StateSerializer:
        data: Any = StateSerializer(self.context["states"][service.pk]).data
        return data  # type: ignore[no-any-return]

    def get_completeness(self, service: Service) -> CompletenessSerializer:
        data: Any = advice_data(self.context["states"][service.pk])
        return data  # type: ignore[no-any-return]


def advice_data(state: ServiceState) -> dict[str, Any]:
    data: dict[str, Any] = dict(
        CompletenessSerializer({"score": state.completeness.score, "missing": advice(state)}).data
    )
    return data


class ServiceUpdateSerializer(serializers.Serializer[Service]):
    """What is not named stays; `links` and `dependencies` are replaced as a whole."""

    name = serializers.CharField(max_length=120)
    tier = serializers.ChoiceField(choices=Tier.choices)
    team = serializers.SlugRelatedField(slug_field="slug", queryset=Team.objects.all(), allow_null=True)
    lifecycle = serializers.ChoiceField(choices=Lifecycle.choices)
    description = serializers.CharField(allow_blank=True, max_length=4000)
    aliases = serializers.ListField(child=serializers.CharField(max_length=120), max_length=50)
    links = LinkSerializer(many=True)
    dependencies = DependencySerializer(many=True)

    def _given(self, name: str, default: Any) -> Any:
        current = default if self.instance is None else getattr(self.instance, name)
        return self.validated_data.get(name, current)

    def service_fields(self) -> ServiceFields:
        return ServiceFields(
            name=self._given("name", ""),
            tier=int(self._given("tier", Tier.THREE)),
            team=self._given("team", None),
            lifecycle=Lifecycle(self._given("lifecycle", Lifecycle.PRODUCTION)),
            description=self._given("description", ""),
            aliases=tuple(self._given("aliases", ())),
        )

    def given_links(self) -> tuple[Link, ...] | None:
        given = self.validated_data.get("links")
        return (
            None
            if given is None
            else tuple(Link(LinkKind(one["kind"]), one["url"], one.get("label", "")) for one in given)
        )

    def given_edges(self) -> tuple[Edge, ...] | None:
        given = self.validated_data.get("dependencies")
        return None if given is None else tuple(Edge(one["depends_on"], hard=one.get("hard", True)) for one in given)


class ServiceCreateSerializer(ServiceUpdateSerializer):
    slug = serializers.SlugField(max_length=80, help_text="Stands in addresses and never changes.")
    tier = serializers.ChoiceField(choices=Tier.choices, required=False)
    team = serializers.SlugRelatedField(slug_field="slug", queryset=Team.objects.all(), allow_null=True, required=False)
    lifecycle = serializers.ChoiceField(choices=Lifecycle.choices, required=False)
    description = serializers.CharField(allow_blank=True, max_length=4000, required=False)
    aliases = serializers.ListField(child=serializers.CharField(max_length=120), max_length=50, required=False)
    links = LinkSerializer(many=True, required=False)
    dependencies = DependencySerializer(many=True, required=False)
