"""Proposals over the API: read, and decided by other tools through the same actions as the pages."""

from __future__ import annotations

from typing import Any

import django_filters
from django.db.models import QuerySet
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from relportal.core.drf.viewsets import RowViewSet
from relportal.core.permissions import require
from risks.actions import proposals as acts
from risks.api.named import RISK, risk_named
from risks.models import Proposal, ProposalState
from risks.queries.proposals import sentence_of


class EvidenceSerializer(serializers.Serializer[Any]):
    """`kind` is incident, objective, action, service or exception, `id` its number; `url` its page."""

    kind = serializers.CharField()
    id = serializers.IntegerField()
    name = serializers.CharField(source="label")
    url = serializers.CharField()


class ProposalSerializer(serializers.ModelSerializer[Proposal]):
    """A risk that the portal proposes. `sentence` is what was found, in the reader's language: empty where the rule is gone."""

    category = serializers.CharField(source="category.slug", allow_null=True, default=None)
    team = serializers.CharField(source="team.slug", allow_null=True, default=None)
    services = serializers.SlugRelatedField[Any](slug_field="slug", many=True, read_only=True)
    evidence = EvidenceSerializer(many=True, read_only=True)
    sentence = serializers.SerializerMethodField()
    risk = serializers.CharField(source="risk.short_id", allow_null=True, default=None, help_text="Such as RISK-12.")
    decided_by = serializers.EmailField(source="decided_by.email", allow_null=True, default=None)

    class Meta:
        model = Proposal
        fields = (
            "id", "rule", "title", "sentence", "cause", "event", "consequence", "category", "team", "services", "evidence",
            "state", "risk", "reason", "found_at", "seen_at", "decided_at", "decided_by", "version",
        )  # fmt: skip
        read_only_fields = fields

    def get_sentence(self, row: Proposal) -> str:
        return sentence_of(row)


class MergeProposalSerializer(serializers.Serializer[Any]):
    risk = serializers.RegexField(RISK, help_text="Such as RISK-12.")


class DismissProposalSerializer(serializers.Serializer[Any]):
    reason = serializers.CharField(max_length=2000)


class ProposalFilter(django_filters.FilterSet):
    state = django_filters.MultipleChoiceFilter(choices=ProposalState.choices)
    rule = django_filters.CharFilter("rule")
    team = django_filters.CharFilter("team__slug")
    service = django_filters.CharFilter(method="filter_service")

    def filter_service(self, rows: QuerySet[Proposal], _name: str, slug: str) -> QuerySet[Proposal]:
        return rows.filter(pk__in=Proposal.objects.filter(services__slug=slug).values("pk"))


class ProposalViewSet(RowViewSet[Proposal]):
    """Risks that the portal proposes from what it knows. Of two who decide at once, the second is answered 409."""

    serializer_class = ProposalSerializer
    filterset_class = ProposalFilter
    view_ability = "risk.view"
    lookup_value_regex = r"\d+"

    def get_queryset(self) -> QuerySet[Proposal]:
        user: Any = self.request.user
        rows = Proposal.objects.visible_to(user).select_related("category", "team", "risk", "decided_by")
        return rows.prefetch_related("services").order_by("pk")

    @extend_schema(request=None, responses=ProposalSerializer)
    @action(detail=True, methods=["post"])
    def accept(self, request: Request, **_kwargs: Any) -> Response:
        """It becomes a risk as it stands, with its evidence linked; `risk` says which."""
        row = self._mine()
        acts.accept(self.user, row, at=self.at)
        return self.answer(self.row())

    @extend_schema(request=MergeProposalSerializer, responses=ProposalSerializer)
    @action(detail=True, methods=["post"])
    def merge(self, request: Request, **_kwargs: Any) -> Response:
        """Its evidence is linked to a risk that is written down already."""
        row, given = self._mine(), self.given(MergeProposalSerializer)
        acts.merge(self.user, row, risk_named(self.user, given["risk"]), at=self.at)
        return self.answer(self.row())

    @extend_schema(request=DismissProposalSerializer, responses=ProposalSerializer)
    @action(detail=True, methods=["post"])
    def dismiss(self, request: Request, **_kwargs: Any) -> Response:
        """It is no risk; it does not come back for the same evidence."""
        row, given = self._mine(), self.given(DismissProposalSerializer)
        acts.dismiss(self.user, [row], reason=given["reason"], at=self.at)
        return self.answer(self.row())

    def _mine(self) -> Proposal:
        """Raises: NotAllowed, before anything is said of the body."""
        require(self.user, "proposal.decide")
        row = self.row()
        require(self.user, "proposal.decide", row)
        return row
