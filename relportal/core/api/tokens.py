"""API tokens over the API: one's own, and for administrators and auditors everyone's, without the secrets."""

from __future__ import annotations

from typing import Any, ClassVar, Final

from django.db.models import QuerySet
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from relportal.core.actions.tokens import Issued, issue_token, revoke_token, rotate_token
from relportal.core.drf.parameters import filtered_by
from relportal.core.drf.viewsets import RowViewSet
from relportal.core.exceptions import Invalid
from relportal.core.filters import Reader
from relportal.core.models import ApiToken, User
from relportal.core.permissions import allowed, require

FILTERS: Final = {
    "user": "Ids of people, several with commas. Without it one's own; others' are for administrators and auditors.",
    "revoked": "true or false; both without it.",
}
REVOKED: Final = {"true": False, "false": True}
DIGITS: Final = 18


class ApiTokenSerializer(serializers.ModelSerializer[ApiToken]):
    scopes = serializers.ListField(child=serializers.ChoiceField(choices=ApiToken.Scope.choices))

    class Meta:
        model = ApiToken
        fields: ClassVar[tuple[str, ...]] = (
            "id", "user", "name", "lookup", "scopes", "created_at", "expires_at", "last_used_at", "revoked_at",
        )  # fmt: skip
        read_only_fields = fields
        extra_kwargs: ClassVar = {
            "lookup": {"help_text": "The part of the token that is no secret: rp_<lookup>_…"},
            "last_used_at": {"help_text": "To the minute."},
        }


class IssuedTokenSerializer(ApiTokenSerializer):
    token = serializers.CharField(help_text="The whole token, in this answer only: keep it now.")

    class Meta(ApiTokenSerializer.Meta):
        fields = (*ApiTokenSerializer.Meta.fields, "token")
        read_only_fields = fields


class TokenRotateSerializer(serializers.Serializer[Any]):
    expires_at = serializers.DateTimeField(allow_null=True, help_text="Null for a token that does not end by itself.")


class TokenCreateSerializer(TokenRotateSerializer):
    name = serializers.CharField(max_length=80, help_text="Who or what uses it, such as “deploy pipeline”.")
    scopes = serializers.ListField(child=serializers.ChoiceField(choices=ApiToken.Scope.choices), min_length=1)


@filtered_by(FILTERS)
class TokenViewSet(RowViewSet[ApiToken]):
    """API tokens. What is asked for with a token reaches no further than that token, and lives no longer."""

    serializer_class = ApiTokenSerializer
    lookup_value_regex = r"\d+"

    def get_queryset(self) -> QuerySet[ApiToken]:
        user = self.request.user
        if not isinstance(user, User):
            return ApiToken.objects.none()
        rows = ApiToken.objects.order_by("pk")
        visible = rows if allowed(user, "user.view") else rows.filter(user=user)
        if self.action != "list":
            return visible
        reader = Reader(self.request.query_params)
        owners = reader.several("user", _id) or (user.pk,)
        revoked = reader.several("revoked", _is_null)
        if reader.wrong:
            raise Invalid({"query": reader.wrong})
        found = visible.filter(user__in=owners)
        return found.filter(revoked_at__isnull=revoked[0]) if len(set(revoked)) == 1 else found

    @extend_schema(request=TokenCreateSerializer, responses={201: IssuedTokenSerializer})
    def create(self, request: Request) -> Response:
        """A token of one's own; its secret is in this answer and in no later one."""
        require(self.user, "token.edit")
        given = self.given(TokenCreateSerializer)
        scopes = {ApiToken.Scope(scope) for scope in given.pop("scopes")}
        return _shown(issue_token(self.user, **given, scopes=scopes, at=self.at, through=self._through), status=201)

    @extend_schema(request=TokenRotateSerializer, responses=IssuedTokenSerializer)
    @action(detail=True, methods=["post"])
    def rotate(self, request: Request, pk: str) -> Response:
        """A new secret for one of one's own tokens; the old one ends at once, also when it is the one that asks."""
        require(self.user, "token.edit")
        given, row = self.given(TokenRotateSerializer), self.row()
        return _shown(rotate_token(self.user, row, **given, at=self.at, through=self._through))

    @extend_schema(request=None, responses=ApiTokenSerializer)
    @action(detail=True, methods=["post"])
    def revoke(self, request: Request, pk: str) -> Response:
        """Whoever uses it is refused from now on. By its owner, or by an administrator."""
        require(self.user, "token.edit")
        return self.answer(revoke_token(self.user, self.row(), at=self.at))

    @property
    def _through(self) -> ApiToken | None:
        return self.request.auth if isinstance(self.request.auth, ApiToken) else None


def _shown(issued: Issued, *, status: int = 200) -> Response:
    issued.token.token = issued.plain  # type: ignore[attr-defined]  # for the one answer that shows it
    headers = {"Cache-Control": "no-store"}
    return Response(IssuedTokenSerializer(issued.token).data, status=status, headers=headers)


def _id(text: str) -> int:
    """Raises: ValueError for what is no id of the database."""
    if not (text.isascii() and text.isdigit() and len(text) <= DIGITS):
        raise ValueError(text)
    return int(text)


def _is_null(text: str) -> bool:
    """Whether `revoked_at` is to be null. Raises: ValueError."""
    if text not in REVOKED:
        raise ValueError(text)
    return REVOKED[text]
