"""Recovery over the API: what services promise, kept row by row, and the tests that showed what they do."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import django_filters
from django.db.models import QuerySet
from django.utils.translation import gettext as _
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from incidents.models import ActionItem
from relportal.core.drf.instants import InstantFilter
from relportal.core.drf.nested import WholeRow
from relportal.core.drf.parameters import IF_MATCH
from relportal.core.drf.viewsets import RowViewSet
from relportal.core.exceptions import Invalid
from relportal.core.models import Service
from relportal.core.permissions import require
from risks.actions import recovery as acts
from risks.models import (
    Environment,
    RecoveryEvidence,
    RecoveryKind,
    RecoveryObjective,
    RecoveryResult,
    RecoveryTest,
    RecoveryVerdict,
)
from risks.models.recovery import EVERY_DAYS, LONGEST_S

SERVICES = Service.objects.all()
ACTION = r"^(ACT-)?[0-9]{1,9}$"


class RecoveryObjectiveSerializer(serializers.ModelSerializer[RecoveryObjective]):
    """Seconds. `rpo_s` null: the service keeps no data."""

    service = serializers.SlugRelatedField[Service](slug_field="slug", read_only=True)
    set_by = serializers.EmailField(source="set_by.email", allow_null=True, default=None)

    class Meta:
        model = RecoveryObjective
        fields = (
            "id", "service", "rto_s", "rpo_s", "every_days", "plan_version", "effective_from", "reason", "set_at", "set_by",
        )  # fmt: skip
        read_only_fields = fields


class SetRecoveryObjectiveSerializer(serializers.Serializer[Any]):
    service = serializers.SlugRelatedField[Service](slug_field="slug", queryset=SERVICES)
    rto_s = serializers.IntegerField(min_value=1, max_value=LONGEST_S)
    rpo_s = serializers.IntegerField(
        min_value=0, max_value=LONGEST_S, allow_null=True, help_text="null: the service keeps no data."
    )
    every_days = serializers.IntegerField(
        min_value=1, max_value=3 * EVERY_DAYS, required=False, help_text=f"A test that is older is stale; {EVERY_DAYS}."
    )
    plan_version = serializers.CharField(max_length=60, required=False, allow_blank=True)
    effective_from = serializers.DateField(help_text="Not before the one that it follows.")
    reason = serializers.CharField(max_length=500)


class RecoveryResultSerializer(serializers.ModelSerializer[RecoveryResult]):
    """One service in a test. Measured seconds, null: not measured; the objective of that day, null: it had none."""

    service = serializers.SlugRelatedField[Service](slug_field="slug", read_only=True)
    rto_objective_s = serializers.IntegerField(source="objective.rto_s", allow_null=True, default=None)
    rpo_objective_s = serializers.IntegerField(source="objective.rpo_s", allow_null=True, default=None)
    verdict = serializers.ChoiceField(choices=RecoveryVerdict.choices)

    class Meta:
        model = RecoveryResult
        fields = (
            "service", "tier", "last_good_at", "restored_at", "usable_at", "verified_at", "broken_off", "records_lost",
            "rto_s", "rto_impact_s", "rpo_s", "rto_objective_s", "rpo_objective_s", "verdict",
        )  # fmt: skip
        read_only_fields = fields


class RecoveryEvidenceSerializer(serializers.ModelSerializer[RecoveryEvidence]):
    class Meta:
        model = RecoveryEvidence
        fields = ("title", "url", "sha256")
        read_only_fields = fields


class RecoveryTestSerializer(serializers.ModelSerializer[RecoveryTest]):
    """`actions` are those that the caller may see."""

    results = RecoveryResultSerializer(many=True)
    evidence = RecoveryEvidenceSerializer(many=True)
    actions = serializers.SerializerMethodField()
    verdict = serializers.ChoiceField(choices=RecoveryVerdict.choices)
    recorded_by = serializers.EmailField(source="recorded_by.email", allow_null=True, default=None)
    approved_by = serializers.EmailField(source="approved_by.email", allow_null=True, default=None)
    voided_by = serializers.EmailField(source="voided_by.email", allow_null=True, default=None)

    class Meta:
        model = RecoveryTest
        fields = (
            "id", "short_id", *acts.TERMS, "verdict", "results", "evidence", "actions", "recorded_at", "recorded_by",
            "approved_at", "approved_by", "voided_at", "voided_by", "void_reason", "version",
        )  # fmt: skip
        read_only_fields = fields

    def get_actions(self, row: RecoveryTest) -> list[str]:
        seen = self.context["seen"]
        return [one.short_id for one in row.actions.all() if one.pk in seen]


class RecoveredSerializer(WholeRow):
    service = serializers.SlugRelatedField[Service](slug_field="slug", queryset=SERVICES)
    last_good_at = serializers.DateTimeField(
        required=False, allow_null=True, help_text="The newest data that was there again."
    )
    restored_at = serializers.DateTimeField(required=False, allow_null=True)
    usable_at = serializers.DateTimeField(required=False, allow_null=True)
    verified_at = serializers.DateTimeField(required=False, allow_null=True)
    broken_off = serializers.BooleanField(required=False, help_text="It did not recover in this test.")
    records_lost = serializers.IntegerField(required=False, allow_null=True, min_value=0, max_value=2**31 - 1)


class ProofSerializer(WholeRow):
    title = serializers.CharField(max_length=200)
    url = serializers.URLField(max_length=500)
    sha256 = serializers.RegexField(r"^[0-9a-f]{64}$", required=False)


class RecordRecoveryTestSerializer(serializers.Serializer[Any]):
    kind = serializers.ChoiceField(choices=RecoveryKind.choices, help_text="A tabletop never meets an objective.")
    environment = serializers.ChoiceField(choices=Environment.choices)
    scenario = serializers.CharField(max_length=300)
    plan_version = serializers.CharField(max_length=60, required=False, allow_blank=True)
    held_at = serializers.DateTimeField()
    failed_at = serializers.DateTimeField(
        required=False, allow_null=True, help_text="The loss of data counts up to here."
    )
    declared_at = serializers.DateTimeField(
        required=False, allow_null=True, help_text="The time of recovery counts from here."
    )
    decided_at = serializers.DateTimeField(required=False, allow_null=True)
    people = serializers.CharField(max_length=500, required=False, allow_blank=True)
    deviations = serializers.CharField(max_length=4000, required=False, allow_blank=True)
    results = RecoveredSerializer(many=True, help_text="A service each, at least one.")
    evidence = ProofSerializer(many=True, required=False)
    actions = serializers.ListField(
        child=serializers.RegexField(ACTION), required=False, max_length=100, help_text="Such as ACT-12."
    )


class VoidRecoveryTestSerializer(serializers.Serializer[Any]):
    reason = serializers.CharField(max_length=500)


class RecoveryObjectiveFilter(django_filters.FilterSet):
    service = django_filters.CharFilter("service__slug")
    team = django_filters.CharFilter("service__team__slug")
    tier = django_filters.NumberFilter("service__tier")


class RecoveryTestFilter(django_filters.FilterSet):
    service = django_filters.CharFilter("results__service__slug", distinct=True)
    kind = django_filters.ChoiceFilter(choices=RecoveryKind.choices)
    verdict = django_filters.ChoiceFilter(choices=RecoveryVerdict.choices)
    void = django_filters.BooleanFilter("voided_at", lookup_expr="isnull", exclude=True)
    after = InstantFilter("held_at", lookup_expr="gte", help_text="Held at this instant or later.")
    before = InstantFilter("held_at", lookup_expr="lt", help_text="Held before this.")


class RecoveryObjectiveViewSet(RowViewSet[RecoveryObjective]):
    """Nothing is changed or deleted: what is promised from a day on is one more row."""

    serializer_class = RecoveryObjectiveSerializer
    queryset = RecoveryObjective.objects.none()
    filterset_class = RecoveryObjectiveFilter
    view_ability = "risk.view"
    lookup_value_regex = r"\d+"

    def get_queryset(self) -> QuerySet[RecoveryObjective]:
        return RecoveryObjective.objects.visible_to(self.user).select_related("service", "set_by").order_by("pk")

    @extend_schema(request=SetRecoveryObjectiveSerializer, responses={201: RecoveryObjectiveSerializer})
    def create(self, request: Request) -> Response:
        require(self.user, "recovery.record")
        given = self.given(SetRecoveryObjectiveSerializer)
        service = given.pop("service")
        made = acts.promise(self.user, service, acts.Promised(**given), at=self.at)
        return self.answer(self.get_queryset().get(pk=made.pk), status=201)


class RecoveryTestViewSet(RowViewSet[RecoveryTest]):
    """Judged against the objective that each service had on the day. Nothing is deleted: what does not count is voided."""

    serializer_class = RecoveryTestSerializer
    queryset = RecoveryTest.objects.none()
    filterset_class = RecoveryTestFilter
    view_ability = "risk.view"
    lookup_value_regex = r"\d+"

    def get_queryset(self) -> QuerySet[RecoveryTest]:
        rows = RecoveryTest.objects.visible_to(self.user).select_related("recorded_by", "approved_by", "voided_by")
        return rows.prefetch_related("results__service", "results__objective", "evidence", "actions").order_by("pk")

    def get_serializer_context(self) -> dict[str, Any]:
        context = dict(super().get_serializer_context())
        if getattr(self, "swagger_fake_view", False):
            return context
        linked = ActionItem.objects.visible_to(self.user).filter(recovery_tests__isnull=False)
        return context | {"seen": set(linked.values_list("pk", flat=True))}

    @extend_schema(request=RecordRecoveryTestSerializer, responses={201: RecoveryTestSerializer})
    def create(self, request: Request) -> Response:
        require(self.user, "recovery.record")
        held = acts.Held(**self._held(partial=False))
        return self._anew(acts.record(self.user, held, at=self.at), status=201)

    @extend_schema(request=RecordRecoveryTestSerializer, parameters=[IF_MATCH], responses=RecoveryTestSerializer)
    def partial_update(self, request: Request, pk: str) -> Response:
        """What is not given stays, and a list that is given replaces the old one. 409 once it is approved. Demands If-Match."""
        row = self._of_mine("recovery.record")
        version = self.version()
        held = replace(acts.held(row), **self._held(partial=True))
        return self._anew(acts.change(self.user, row, held, at=self.at, version=version))

    @extend_schema(request=None, parameters=[IF_MATCH], responses=RecoveryTestSerializer)
    @action(detail=True, methods=["post"])
    def approve(self, request: Request, **_kwargs: Any) -> Response:
        """By somebody else than who recorded it; from then on it stays as it is. Demands If-Match."""
        row = self._of_mine("recovery.approve")
        return self._anew(acts.approve(self.user, row, at=self.at, version=self.version()))

    @extend_schema(request=VoidRecoveryTestSerializer, parameters=[IF_MATCH], responses=RecoveryTestSerializer)
    @action(detail=True, methods=["post"])
    def void(self, request: Request, **_kwargs: Any) -> Response:
        """It stays readable and counts for nothing. Demands If-Match."""
        row = self._of_mine("recovery.record")
        reason = self.given(VoidRecoveryTestSerializer)["reason"]
        return self._anew(acts.void(self.user, row, reason=reason, at=self.at, version=self.version()))

    def _of_mine(self, ability: str) -> RecoveryTest:
        """Raises: NotAllowed, before what was sent is looked at; Missing."""
        require(self.user, ability)
        row = self.row()
        acts.require_of(self.user, row, ability)
        return row

    def _held(self, *, partial: bool) -> dict[str, Any]:
        given = self.given(RecordRecoveryTestSerializer, partial=partial)
        rows = {"results": acts.Recovered, "evidence": acts.Proof}
        given |= {name: [row(**one) for one in given[name]] for name, row in rows.items() if name in given}
        return given | ({"actions": self._actions(given["actions"])} if "actions" in given else {})

    def _anew(self, row: RecoveryTest, *, status: int = 200) -> Response:
        return self.answer(self.get_queryset().get(pk=row.pk), status=status)

    def _actions(self, ids: Any) -> list[ActionItem]:
        """Raises: Invalid at `actions`."""
        numbers = {int(one.upper().removeprefix("ACT-")) for one in ids}
        found = list(ActionItem.objects.visible_to(self.user).filter(pk__in=numbers))
        if len(found) < len(numbers):
            raise Invalid({"actions": [_("One of these is no action that you see. Enter ids such as ACT-12.")]})
        return found
