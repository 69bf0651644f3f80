"""Actions over the API: promised, moved on and put off by other tools, through the same actions as the pages."""

from __future__ import annotations

from typing import Any

import django_filters
from django.db.models import QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from incidents.actions import action_items as acts
from incidents.actions.deferrals import ask_deferral, decide_deferral, may_decide
from incidents.models import UNFINISHED, ActionItem, ActionKind, ActionPriority, ActionState, Deferral, Incident
from relportal.core import company
from relportal.core.drf.parameters import IF_MATCH
from relportal.core.drf.viewsets import RowViewSet
from relportal.core.exceptions import Conflict, Invalid
from relportal.core.models import Service, Team, User
from relportal.core.permissions import require


class DeferralSerializer(serializers.ModelSerializer[Deferral]):
    """`approved` null: nobody has decided yet."""

    asked_by = serializers.EmailField(source="asked_by.email", read_only=True)
    decided_by = serializers.EmailField(source="decided_by.email", read_only=True, allow_null=True, default=None)

    class Meta:
        model = Deferral
        fields = ("id", "until", "reason", "asked_by", "asked_at", "decided_by", "decided_at", "approved")


class ActionItemSerializer(serializers.ModelSerializer[ActionItem]):
    """`first_due_on` is what was promised first: closure is counted by it. `split_from` is the action of which it was a part."""

    id = serializers.CharField(source="short_id", read_only=True)
    split_from = serializers.CharField(source="split_from.short_id", read_only=True, allow_null=True, default=None)
    incident = serializers.SerializerMethodField(help_text="Null: of none, or of one that the caller may not see.")
    owner = serializers.EmailField(source="owner.email", read_only=True, allow_null=True, default=None)
    team = serializers.SlugRelatedField[Any](slug_field="slug", read_only=True, allow_null=True)
    service = serializers.SlugRelatedField[Service](slug_field="slug", read_only=True, allow_null=True)
    verified_by = serializers.EmailField(source="verified_by.email", read_only=True, allow_null=True, default=None)
    ticket_url = serializers.CharField(read_only=True, help_text="Empty: none is linked.")
    deferrals = DeferralSerializer(many=True, read_only=True)

    class Meta:
        model = ActionItem
        fields = (
            "id", "incident", "title", "description", "kind", "priority", "state", "owner", "team", "service", "due_on",
            "first_due_on", "split_from", "ticket_url", "verification", "outcome", "created_at", "done_at", "verified_at",
            "verified_by", "deferrals", "version",
        )  # fmt: skip
        read_only_fields = fields

    def get_incident(self, row: ActionItem) -> str | None:
        return f"INC-{row.incident_id}" if row.incident_id in self.context.get("seen", ()) else None


class WriteActionSerializer(serializers.Serializer[Any]):
    title = serializers.CharField(max_length=200)
    description = serializers.CharField(max_length=10_000, required=False, allow_blank=True)
    kind = serializers.ChoiceField(choices=ActionKind.choices, required=False)
    priority = serializers.ChoiceField(choices=ActionPriority.choices, required=False)
    owner = serializers.SlugRelatedField[User](
        slug_field="email", queryset=User.objects.filter(is_active=True), required=False, allow_null=True
    )
    team = serializers.SlugRelatedField[Team](
        slug_field="slug", queryset=Team.objects.all(), required=False, allow_null=True
    )
    service = serializers.SlugRelatedField[Service](
        slug_field="slug", queryset=Service.objects.all(), required=False, allow_null=True
    )
    due_on = serializers.DateField(required=False, help_text="Without it: as the severity of the incident asks.")
    ticket_url = serializers.URLField(max_length=500, required=False, allow_blank=True)
    verification = serializers.CharField(max_length=2000, required=False, allow_blank=True)


class PromiseSerializer(WriteActionSerializer):
    incident = serializers.RegexField(r"^(INC-)?[0-9]{1,9}$", required=False, help_text="Such as INC-12.")


class MoveActionSerializer(serializers.Serializer[Any]):
    state = serializers.ChoiceField(choices=ActionState.choices)
    outcome = serializers.CharField(max_length=2000, required=False, allow_blank=True, default="")


class SplitSerializer(serializers.Serializer[Any]):
    title = serializers.CharField(max_length=200)
    owner = serializers.SlugRelatedField[User](
        slug_field="email", queryset=User.objects.filter(is_active=True), required=False, allow_null=True, default=None
    )


class DeferSerializer(serializers.Serializer[Any]):
    until = serializers.DateField()
    reason = serializers.CharField(max_length=2000)


class DecideSerializer(serializers.Serializer[Any]):
    approved = serializers.BooleanField()


class ActionFilter(django_filters.FilterSet):
    state = django_filters.MultipleChoiceFilter(choices=ActionState.choices)
    team = django_filters.CharFilter("team__slug")
    service = django_filters.CharFilter("service__slug")
    owner = django_filters.CharFilter("owner__email")
    incident = django_filters.NumberFilter("incident", help_text="The number of an incident.")
    overdue = django_filters.BooleanFilter(method="filter_overdue")

    def filter_overdue(self, rows: QuerySet[ActionItem], _name: str, wanted: bool) -> QuerySet[ActionItem]:  # noqa: FBT001
        late = {"state__in": UNFINISHED, "due_on__lt": company.day(timezone.now())}
        return rows.filter(**late) if wanted else rows.exclude(**late)


class ActionViewSet(RowViewSet[ActionItem]):
    """What was promised after incidents."""

    serializer_class = ActionItemSerializer
    filterset_class = ActionFilter
    view_ability = "incident.view"
    lookup_value_regex = r"\d+"

    def get_queryset(self) -> QuerySet[ActionItem]:
        rows = ActionItem.objects.visible_to(self.request.user)
        words = rows.select_related("owner", "team", "service", "verified_by", "split_from")
        return words.prefetch_related("deferrals__asked_by", "deferrals__decided_by").order_by("pk")

    def get_serializer_context(self) -> dict[str, Any]:
        context = dict(super().get_serializer_context())
        if not getattr(self, "swagger_fake_view", False):
            context["seen"] = _Seen(self.request.user)
        return context

    @extend_schema(request=PromiseSerializer, responses={201: ActionItemSerializer})
    def create(self, request: Request) -> Response:
        """Promises something; without a date it is due as the severity of the incident asks."""
        require(self.user, "action.edit")
        given = self.given(PromiseSerializer)
        text = given.pop("incident", "").removeprefix("INC-")
        incident = (
            Incident.objects.visible_to(self.user).select_related("severity", "team").filter(pk=text or 0).first()
        )
        if text and incident is None:
            raise Invalid({"incident": _("There is no such incident. Enter an id such as INC-12.")})
        row = acts.promise(self.user, acts.Promised(**given, incident=incident), at=self.at)
        return self.answer(row, status=201)

    @extend_schema(parameters=[IF_MATCH], request=WriteActionSerializer, responses=ActionItemSerializer)
    def partial_update(self, request: Request, **_kwargs: Any) -> Response:
        row = self.row()
        acts.may_change(self.user, row)
        given = self.given(WriteActionSerializer, partial=True)
        return self.answer(acts.edit(self.user, row, version=self.version(), at=self.at, **given))

    @extend_schema(request=MoveActionSerializer, responses=ActionItemSerializer)
    @action(detail=True, methods=["post"])
    def state(self, request: Request, **_kwargs: Any) -> Response:
        """Moves it on. Dropping needs an outcome that says why; someone else than the owner verifies."""
        require(self.user, "action.edit")
        row, given = self.row(), self.given(MoveActionSerializer)
        return self.answer(acts.move(self.user, row, given["state"], outcome=given["outcome"], at=self.at))

    @extend_schema(request=SplitSerializer, responses={201: ActionItemSerializer})
    @action(detail=True, methods=["post"])
    def split(self, request: Request, **_kwargs: Any) -> Response:
        """Makes a part of it an action of its own, due when the whole is. 409 when it is not open."""
        row = self.row()
        acts.may_change(self.user, row)
        return self.answer(acts.split(self.user, row, at=self.at, **self.given(SplitSerializer)), status=201)

    @extend_schema(request=DeferSerializer, responses={201: DeferralSerializer})
    @action(detail=True, methods=["post"])
    def defer(self, request: Request, **_kwargs: Any) -> Response:
        """Asks for a later date; someone else decides."""
        row = self.row()
        acts.may_change(self.user, row)
        given = self.given(DeferSerializer)
        wish = ask_deferral(self.user, row, until=given["until"], reason=given["reason"], at=self.at)
        return Response(DeferralSerializer(wish).data, status=201)

    @extend_schema(request=DecideSerializer, responses=DeferralSerializer)
    @action(detail=True, methods=["post"])
    def decide(self, request: Request, **_kwargs: Any) -> Response:
        """Decides the wish that waits. 409 when none does."""
        row = self.row()
        may_decide(self.user, row)
        given = self.given(DecideSerializer)
        wish = row.deferrals.filter(approved=None).first()
        if wish is None:
            raise Conflict(_("No wish to put this off waits."))
        decided = decide_deferral(self.user, wish, approved=given["approved"], at=self.at)
        return Response(DeferralSerializer(decided).data)


class _Seen:
    """Which incidents the caller may see, asked once for all rows of an answer."""

    def __init__(self, user: Any) -> None:
        self._user = user
        self._numbers: set[int] | None = None

    def __contains__(self, number: object) -> bool:
        if self._numbers is None:
            self._numbers = set(Incident.objects.visible_to(self._user).values_list("pk", flat=True))
        return number in self._numbers
