"""Uses of runbooks over the API: told by tools that run them, with a token."""

from __future__ import annotations

from typing import Any

import django_filters
from django.db.models import QuerySet
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from incidents.actions.runbooks import ToldRun, record_run
from incidents.models import Alert, Incident, RunbookRun, RunOutcome
from incidents.queries.alerts import alerts_visible_to
from incidents.queries.runbooks import runs_visible_to
from incidents.webhooks._base import EARLIEST
from relportal.core.drf.instants import InstantFilter
from relportal.core.drf.viewsets import RowViewSet
from relportal.core.models import LinkKind, Service, ServiceLink
from relportal.core.permissions import require


class RunbookRunSerializer(serializers.ModelSerializer[RunbookRun]):
    """`runbook` is the address of the link, null where the service links none, or that link is gone. `source` is the tool that
    ran it, empty where a person (`by`) said so. `outcome` "used": nobody has said yet whether it helped."""

    service = serializers.SlugRelatedField[Service](slug_field="slug", read_only=True)
    runbook = serializers.URLField(source="link.url", read_only=True, allow_null=True, default=None)
    alert = serializers.PrimaryKeyRelatedField[Alert](read_only=True, allow_null=True)
    incident = serializers.CharField(source="incident.short_id", read_only=True, allow_null=True, default=None)
    by = serializers.CharField(source="by.email", read_only=True, allow_null=True, default=None)

    class Meta:
        model = RunbookRun
        fields = (
            "id", "service", "runbook", "alert", "incident", "started_at", "ended_at", "outcome", "by", "source", "external_id",
            "note", "recorded_at",
        )  # fmt: skip
        read_only_fields = fields


class RecordRunSerializer(serializers.Serializer[Any]):
    """`source` and `external_id` make it one run of the service however often it is told; told again, an outcome, an end or a
    note is taken over. Without `started_at` it starts when it ends, or else as of now."""

    service = serializers.CharField(max_length=120, help_text="Short name of the service.")
    runbook = serializers.URLField(
        max_length=500, required=False, allow_blank=True, default="",
        help_text="Address of the runbook, as the service links it; may be left out where it links only one.",
    )  # fmt: skip
    alert = serializers.IntegerField(required=False, allow_null=True, default=None, min_value=1, max_value=2**63 - 1)
    incident = serializers.RegexField(
        r"^(INC-)?[0-9]{1,9}$", required=False, allow_blank=True, default="", help_text="Such as INC-12."
    )
    outcome = serializers.ChoiceField(choices=RunOutcome.choices, default=RunOutcome.USED.value)
    source: Any = serializers.CharField(
        max_length=60, default="API", help_text="The tool that ran it, such as Rundeck."
    )
    external_id = serializers.CharField(max_length=128, help_text="The tool's own id of the run.")
    note = serializers.CharField(max_length=500, required=False, allow_blank=True, default="")
    started_at = serializers.DateTimeField(required=False, allow_null=True, default=None)
    ended_at = serializers.DateTimeField(required=False, allow_null=True, default=None)

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        for name in ("started_at", "ended_at"):
            if attrs[name] and attrs[name] < EARLIEST:
                raise serializers.ValidationError({name: "This is before the year 2000. Check the date."})
        if attrs["started_at"] and attrs["ended_at"] and attrs["ended_at"] < attrs["started_at"]:
            raise serializers.ValidationError({"ended_at": "It ends before it starts."})
        return attrs


class RunbookRunFilter(django_filters.FilterSet):
    service = django_filters.CharFilter("service__slug")
    team = django_filters.CharFilter("service__team__slug")
    outcome = django_filters.ChoiceFilter(choices=RunOutcome.choices)
    source = django_filters.CharFilter("source")
    external_id = django_filters.CharFilter("external_id")
    alert = django_filters.NumberFilter("alert")
    incident = django_filters.NumberFilter("incident", help_text="Its number.")
    since = InstantFilter("started_at", lookup_expr="gte")
    until = InstantFilter("started_at", lookup_expr="lt")


class RunbookRunViewSet(RowViewSet[RunbookRun]):
    """Uses of runbooks. Those within a private incident are there for whoever sees that."""

    push = True
    serializer_class = RunbookRunSerializer
    filterset_class = RunbookRunFilter
    view_ability = "incident.view"
    lookup_value_regex = r"\d+"

    def get_queryset(self) -> QuerySet[RunbookRun]:
        return runs_visible_to(self.request.user).order_by("pk")

    @extend_schema(request=RecordRunSerializer, responses={201: RunbookRunSerializer, 200: RunbookRunSerializer})
    def create(self, request: Request) -> Response:
        """Records a run (201), or what became of one that was told before (200)."""
        require(self.user, "incident.run")
        given = self.given(RecordRunSerializer)
        service = self._service(given["service"])
        told = ToldRun(
            started=given["started_at"] or given["ended_at"] or self.at,
            ended=given["ended_at"],
            link=self._runbook(service, given["runbook"]),
            alert=self._alert(given["alert"]),
            incident=self._incident(given["incident"]),
            **{name: given[name] for name in ("outcome", "source", "external_id", "note")},
        )
        row, made = record_run(self.user, service, told, at=self.at)
        return self.answer(row, status=201 if made else 200)

    def _service(self, slug: str) -> Service:
        found = Service.objects.visible_to(self.request.user).select_related("team").filter(slug=slug).first()
        if found is None:
            raise serializers.ValidationError({"service": f"There is no service {slug[:80]}."})
        return found

    def _runbook(self, service: Service, url: str) -> ServiceLink | None:
        if not url:
            return None
        found = ServiceLink.objects.filter(service=service, kind=LinkKind.RUNBOOK, url=url).first()
        if found is None:
            raise serializers.ValidationError(
                {
                    "runbook": f"{service.slug} links no runbook of this address. Leave it out, or link it in the catalog."
                }
            )
        return found

    def _alert(self, pk: int | None) -> Alert | None:
        if pk is None:
            return None
        found = alerts_visible_to(self.request.user).select_related("service").filter(pk=pk).first()
        if found is None:
            raise serializers.ValidationError({"alert": "There is no such alert. Send its id of /api/v1/alerts/."})
        return found

    def _incident(self, text: str) -> Incident | None:
        """What was merged leads to where it went on."""
        if not text:
            return None
        rows = Incident.objects.visible_to(self.user)
        found = rows.select_related("merged_into").filter(pk=int(text.removeprefix("INC-"))).first()
        while found is not None and found.merged_into_id is not None:
            found = rows.select_related("merged_into").filter(pk=found.merged_into_id).first()
        if found is None:
            raise serializers.ValidationError({"incident": "There is no such incident. Send an id such as INC-12."})
        return found
