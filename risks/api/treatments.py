"""What is done about risks, over the API: planned, moved on, with its milestones."""

from __future__ import annotations

from typing import Any

import django_filters
from django.db import transaction
from django.db.models import QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from relportal.core import company
from relportal.core.drf.parameters import IF_MATCH
from relportal.core.drf.viewsets import RowViewSet
from relportal.core.exceptions import Missing
from relportal.core.models import User
from relportal.core.permissions import require
from risks.actions import milestones as stones
from risks.actions import treatments as acts
from risks.actions.standing import may_change
from risks.api.named import RISK, risk_named
from risks.domain.treatment_states import PENDING
from risks.models import Milestone, Risk, Strategy, Treatment, TreatmentState


class MilestoneSerializer(serializers.ModelSerializer[Milestone]):
    """`done_at` null: not reached."""

    class Meta:
        model = Milestone
        fields = ("id", "title", "due_on", "done_at")
        read_only_fields = fields


class TreatmentSerializer(serializers.ModelSerializer[Treatment]):
    """`effort_days` in person days, null where nobody has said."""

    risk = serializers.SerializerMethodField()
    strategy = serializers.ChoiceField(choices=Strategy.choices)
    state = serializers.ChoiceField(choices=TreatmentState.choices)
    owner = serializers.EmailField(source="owner.email", allow_null=True, default=None)
    milestones = MilestoneSerializer(many=True)

    class Meta:
        model = Treatment
        fields = (
            "id", "risk", "strategy", "title", "description", "expected_effect", "effort_days", "state", "owner", "due_on",
            "done_at", "created_at", "milestones", "version",
        )  # fmt: skip
        read_only_fields = fields

    def get_risk(self, row: Treatment) -> str:
        return f"RISK-{row.risk_id}"


class WriteTreatmentSerializer(serializers.Serializer[Any]):
    title = serializers.CharField(max_length=200)
    strategy = serializers.ChoiceField(choices=Strategy.choices, required=False)
    description = serializers.CharField(max_length=10_000, required=False, allow_blank=True)
    expected_effect = serializers.CharField(max_length=2000, required=False, allow_blank=True)
    effort_days = serializers.FloatField(required=False, allow_null=True, min_value=0, max_value=acts.MOST_DAYS)
    owner = serializers.SlugRelatedField[User](
        slug_field="email",
        queryset=User.objects.filter(is_active=True),
        required=False,
        allow_null=True,
        help_text="Left out of a new one: the owner of the risk.",
    )
    due_on = serializers.DateField(required=False, allow_null=True)


class PlanTreatmentSerializer(WriteTreatmentSerializer):
    risk = serializers.RegexField(RISK, help_text="Such as RISK-12.")


class MoveTreatmentSerializer(serializers.Serializer[Any]):
    state = serializers.ChoiceField(choices=TreatmentState.choices)
    reason = serializers.CharField(max_length=500, required=False, allow_blank=True, help_text="Asked for to drop it.")


class WriteMilestoneSerializer(serializers.Serializer[Any]):
    title = serializers.CharField(max_length=200)
    due_on = serializers.DateField()


class ChangeMilestoneSerializer(WriteMilestoneSerializer):
    done = serializers.BooleanField(required=False, help_text="Reached, or not after all.")


class TreatmentFilter(django_filters.FilterSet):
    risk = django_filters.NumberFilter("risk", help_text="The number of a risk.")
    state = django_filters.MultipleChoiceFilter(choices=TreatmentState.choices)
    strategy = django_filters.MultipleChoiceFilter(choices=Strategy.choices)
    owner = django_filters.CharFilter("owner__email")
    team = django_filters.CharFilter("risk__team__slug")
    overdue = django_filters.BooleanFilter(method="late")

    def late(self, rows: QuerySet[Treatment], _name: str, wanted: bool) -> QuerySet[Treatment]:  # noqa: FBT001
        late = {"state__in": list(PENDING), "due_on__lt": company.day(timezone.now())}
        return rows.filter(**late) if wanted else rows.exclude(**late)


class TreatmentViewSet(RowViewSet[Treatment]):
    """What is done about risks. Its owner and who may change the risk may change it."""

    serializer_class = TreatmentSerializer
    filterset_class = TreatmentFilter
    view_ability = "risk.view"
    lookup_value_regex = r"\d+"

    def get_queryset(self) -> QuerySet[Treatment]:
        rows = Treatment.objects.filter(risk__in=Risk.objects.visible_to(self.request.user))
        return rows.select_related("risk", "owner").prefetch_related("milestones").order_by("pk")

    @extend_schema(request=PlanTreatmentSerializer, responses={201: TreatmentSerializer})
    def create(self, request: Request) -> Response:
        """Plans something about a risk."""
        require(self.user, "risk.own")
        given = self.given(PlanTreatmentSerializer)
        risk = risk_named(self.user, given.pop("risk"))
        may_change(self.user, risk)
        row = acts.add_treatment(self.user, risk, acts.Planned(**given), at=self.at)
        return self.answer(row, status=201)

    @extend_schema(parameters=[IF_MATCH], request=WriteTreatmentSerializer, responses=TreatmentSerializer)
    def partial_update(self, request: Request, **_kwargs: Any) -> Response:
        row = self._mine()
        given = self.given(WriteTreatmentSerializer, partial=True)
        acts.edit_treatment(self.user, row, version=self.version(), at=self.at, **given)
        return self.answer(self.row())

    @extend_schema(request=MoveTreatmentSerializer, responses=TreatmentSerializer)
    @action(detail=True, methods=["post"])
    def state(self, request: Request, **_kwargs: Any) -> Response:
        """Moves it on. The rating of the risk stays: somebody rates again when it is in place."""
        row, given = self._mine(), self.given(MoveTreatmentSerializer)
        acts.move_treatment(self.user, row, given.pop("state"), at=self.at, **given)
        return self.answer(self.row())

    @extend_schema(request=WriteMilestoneSerializer, responses={201: MilestoneSerializer})
    @action(detail=True, methods=["post"])
    def milestones(self, request: Request, **_kwargs: Any) -> Response:
        """Adds a day on which one sees whether it gets anywhere."""
        row, given = self._mine(), self.given(WriteMilestoneSerializer)
        made = stones.add_milestone(self.user, row, at=self.at, **given)
        return Response(MilestoneSerializer(made).data, status=201)

    @extend_schema(methods=["patch"], request=ChangeMilestoneSerializer, responses=MilestoneSerializer)
    @extend_schema(methods=["delete"], responses={204: None})
    @action(detail=True, methods=["patch", "delete"], url_path=r"milestones/(?P<milestone>\d+)")
    def milestone(self, request: Request, pk: str, milestone: str) -> Response:
        of = self._mine()
        row = of.milestones.filter(pk=milestone).first()
        if row is None:
            raise Missing(_("This milestone is not there any more."))
        row.treatment = of
        if request.method == "DELETE":
            stones.remove_milestone(self.user, row, at=self.at)
            return Response(status=204)
        given = self.given(ChangeMilestoneSerializer, partial=True)
        done = given.pop("done", None)
        words: dict[str, Any] = {"title": row.title, "due_on": row.due_on} | given
        with transaction.atomic():
            row = stones.edit_milestone(self.user, row, at=self.at, **words)
            if done is not None:
                row = stones.tick_milestone(self.user, row, done=done, at=self.at)
        return Response(MilestoneSerializer(row).data)

    def _mine(self) -> Treatment:
        """Raises: NotAllowed, before anything is said of the body."""
        row = self.row()
        acts.may_treat(self.user, row)
        return row
