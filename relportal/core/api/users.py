"""People and their roles over the API: administrators write here, auditors read."""

from __future__ import annotations

from typing import Any, ClassVar, Final

from django.db.models import QuerySet
from django.utils.translation import gettext as _
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import serializers
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from relportal.core.actions import accounts
from relportal.core.actions.accounts import Grant, UserFields
from relportal.core.drf.parameters import IF_MATCH, filtered_by
from relportal.core.drf.viewsets import RowViewSet
from relportal.core.exceptions import Invalid, Missing
from relportal.core.models import Membership, Role, Team, User
from relportal.core.permissions import allowed, require
from relportal.core.queries.people import PeopleFilters, people

FILTERS: Final = {
    "q": "Part of the name or e-mail address.",
    "role": "viewer, responder, service_owner, reliability_lead, executive, auditor, admin; several with commas.",
    "team": "Short names of teams in which the person holds a role; with role, that role.",
    "state": "active (without it) or inactive; both with a comma.",
}
# The database's integer.
MOST_ID: Final = 2**63 - 1


class MembershipSerializer(serializers.ModelSerializer[Membership]):
    role = serializers.ChoiceField(choices=Role.choices)
    team = serializers.SlugRelatedField[Team](
        slug_field="slug", read_only=True, allow_null=True, help_text="Null for a role of the whole company."
    )

    class Meta:
        model = Membership
        fields = ("id", "role", "team")


class UserSerializer(serializers.ModelSerializer[User]):
    roles = MembershipSerializer(source="memberships", many=True, read_only=True)

    class Meta:
        model = User
        fields = (
            "id",
            "email",
            "display_name",
            "time_zone",
            "is_active",
            "is_superuser",
            "last_login",
            "roles",
            "version",
        )
        read_only_fields = fields


class GrantSerializer(serializers.Serializer[Any]):
    role = serializers.ChoiceField(choices=Role.choices)
    team = serializers.SlugRelatedField(
        slug_field="slug",
        queryset=Team.objects.all(),
        required=False,
        allow_null=True,
        help_text="For service_owner and responder, which are held in a team; null for the others.",
    )


class UserUpdateSerializer(serializers.Serializer[Any]):
    """What is not named stays."""

    email = serializers.EmailField(max_length=254)
    display_name = serializers.CharField(max_length=120)
    time_zone = serializers.CharField(
        max_length=64, allow_blank=True, required=False, help_text="Europe/Berlin; empty for the company's."
    )


class UserCreateSerializer(UserUpdateSerializer):
    roles = GrantSerializer(many=True, required=False)


@filtered_by(FILTERS)
class UserViewSet(RowViewSet[User]):
    """People with their roles. Nobody is deleted: who leaves is deactivated and stays in the audit."""

    view_ability: ClassVar[str] = "user.view"
    serializer_class = UserSerializer
    lookup_value_regex = r"\d+"

    def get_queryset(self) -> QuerySet[User]:
        user = self.request.user
        if not (isinstance(user, User) and allowed(user, self.view_ability)):
            return User.objects.none()
        if self.action != "list":
            return User.objects.prefetch_related("memberships__team")
        filters = PeopleFilters.read(self.request.query_params)
        if filters.wrong:
            raise Invalid({"query": filters.wrong})
        return people(filters)

    @extend_schema(request=UserCreateSerializer, responses={201: UserSerializer})
    def create(self, request: Request) -> Response:
        """Without a password: an administrator gives out a link for it on the person's page, or they sign in by OIDC."""
        require(self.user, "user.edit")
        given = self.given(UserCreateSerializer)
        grants = [_grant(one) for one in given.pop("roles", ())]
        return self.answer(
            accounts.create_user(self.user, fields=UserFields(**given), grants=grants, at=self.at), status=201
        )

    @extend_schema(request=UserUpdateSerializer, parameters=[IF_MATCH])
    def partial_update(self, request: Request, pk: str) -> Response:
        require(self.user, "user.edit")
        row, version = self.row(), self.version()
        before = {"email": row.email, "display_name": row.display_name, "time_zone": row.time_zone}
        fields = UserFields(**(before | self.given(UserUpdateSerializer, partial=True)))
        return self.answer(accounts.update_user(self.user, row, version=version, fields=fields, at=self.at))

    @extend_schema(request=None, responses=UserSerializer)
    @action(detail=True, methods=["post"])
    def deactivate(self, request: Request, pk: str) -> Response:
        """Ends every session and token of the person at once."""
        require(self.user, "user.edit")
        accounts.deactivate_user(self.user, self.row(), at=self.at)
        return self.answer(self.row())

    @extend_schema(request=None, responses=UserSerializer)
    @action(detail=True, methods=["post"])
    def reactivate(self, request: Request, pk: str) -> Response:
        """Lets the person sign in again, with the roles that they held."""
        require(self.user, "user.edit")
        accounts.reactivate_user(self.user, self.row(), at=self.at)
        return self.answer(self.row())

    @extend_schema(request=GrantSerializer, responses={201: MembershipSerializer})
    @action(detail=True, methods=["post"], url_path="roles", url_name="role-grant")
    def grant(self, request: Request, pk: str) -> Response:
        """Gives the person a role."""
        require(self.user, "user.edit")
        held = accounts.grant_role(self.user, self.row(), grant=_grant(self.given(GrantSerializer)), at=self.at)
        return Response(MembershipSerializer(held).data, status=201)

    @extend_schema(
        parameters=[OpenApiParameter("membership", int, OpenApiParameter.PATH, description="The id of the held role.")],
        responses={204: None},
    )
    @action(detail=True, methods=["delete"], url_path=r"roles/(?P<membership>\d+)", url_name="role")
    def revoke(self, request: Request, pk: str, membership: str) -> Response:
        """Takes a role away; refused for the last administrator."""
        require(self.user, "user.edit")
        rows = Membership.objects.filter(user=self.row())
        held = rows.filter(pk=membership).first() if int(membership) <= MOST_ID else None
        if held is None:
            raise Missing(_("This person does not hold that role any more."))
        accounts.revoke_role(self.user, held, at=self.at)
        return Response(status=204)


def _grant(given: dict[str, Any]) -> Grant:
    return Grant(Role(given["role"]), given.get("team"))
