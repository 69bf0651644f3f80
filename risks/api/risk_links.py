"""What a risk is linked to, over the API."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext as _
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from relportal.core.drf.viewsets import RowViewSet
from relportal.core.exceptions import Invalid, Missing
from relportal.core.permissions import require
from risks.actions.links import link, unlink
from risks.actions.standing import may_change
from risks.models import Relation, Risk, RiskLink
from risks.queries.cost import links
from risks.queries.linkable import named


class RiskLinkSerializer(serializers.ModelSerializer[RiskLink]):
    """`what` is the id of an incident, an objective or an action."""

    what = serializers.SerializerMethodField(help_text="Such as INC-12, SLO-3 or ACT-7.")
    relation = serializers.ChoiceField(choices=Relation.choices)
    by = serializers.EmailField(source="by.email", allow_null=True, default=None)

    class Meta:
        model = RiskLink
        fields = ("id", "what", "relation", "note", "at", "by")
        read_only_fields = fields

    def get_what(self, row: RiskLink) -> str:
        of = row.incident or row.objective or row.action
        return of.short_id if of is not None else ""


class LinkRiskSerializer(serializers.Serializer[Any]):
    what = serializers.RegexField(r"^(INC|SLO|ACT)-[0-9]{1,9}$", help_text="Such as INC-12, SLO-3 or ACT-7.")
    relation = serializers.ChoiceField(choices=Relation.choices, required=False)
    note = serializers.CharField(max_length=300, required=False, allow_blank=True)


class RiskLinks(RowViewSet[Risk]):
    """What the viewset of risks has for their links."""

    @extend_schema(methods=["get"], responses=RiskLinkSerializer(many=True))
    @extend_schema(methods=["post"], request=LinkRiskSerializer, responses={201: RiskLinkSerializer})
    @action(detail=True, methods=["get", "post"], filterset_class=None, pagination_class=None)
    def links(self, request: Request, pk: str) -> Response:
        """Incidents, objectives and actions that it is linked to, as far as you may see them; posting links one more."""
        row = self.row()
        if request.method == "GET":
            require(self.user, "risk.view")
            return Response(RiskLinkSerializer(self._links(row), many=True).data)
        may_change(self.user, row)
        given = self.given(LinkRiskSerializer)
        found = named(self.user, given.pop("what"))
        if not found.is_found:
            raise Invalid({"what": _("There is no such one. Enter an id such as INC-12, SLO-3 or ACT-7.")})
        given |= {"incident": found.incident, "objective": found.objective, "action": found.action}
        made = link(self.user, row, at=self.at, **given)
        return Response(RiskLinkSerializer(made).data, status=201)

    @extend_schema(responses={204: None})
    @action(
        detail=True, methods=["delete"], url_path=r"links/(?P<link>\d+)", filterset_class=None, pagination_class=None
    )
    def link(self, request: Request, pk: str, link: str) -> Response:
        row = self.row()
        may_change(self.user, row)
        found = next((one for one in self._links(row) if one.pk == int(link)), None)
        if found is None:
            raise Missing(_("This is not linked any more."))
        unlink(self.user, found, at=self.at)
        return Response(status=204)

    def _links(self, row: Risk) -> list[RiskLink]:
        """The newest first; what the caller may not see is not in it."""
        seen = links(self.user, row, at=self.at)
        found = [one.link for one in seen.incidents]
        found += [one.link for one in seen.objectives]
        found += [one.link for one in seen.actions]
        return sorted(found, key=lambda one: (one.at, one.pk), reverse=True)
