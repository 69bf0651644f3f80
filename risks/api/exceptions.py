"""Exceptions over the API: asked for, signed, refused, withdrawn, ended and renewed by the actions of the pages."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final

import django_filters
from django.db.models import QuerySet
from django.utils.translation import gettext as _
from drf_spectacular.utils import extend_schema
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from relportal.core.drf.parameters import filtered_by
from relportal.core.exceptions import Conflict, Invalid
from relportal.core.models import User
from relportal.core.permissions import require
from risks.actions import exceptions as acts
from risks.actions.exception_ends import end_early, may_withdraw, withdraw
from risks.actions.signatures import Decision, refuse, sign
from risks.api.evidence import ExceptionEvidence
from risks.api.exception_serializers import (
    DecideExceptionSerializer,
    EndExceptionSerializer,
    ExceptionSerializer,
    RequestExceptionSerializer,
    SignatureSerializer,
    TermsSerializer,
    ToSign,
    ToSignSerializer,
    WithdrawExceptionSerializer,
)
from risks.api.named import subject_named
from risks.forms.exception_lists import read
from risks.models import GovernanceException
from risks.queries.exceptions.listing import found
from risks.queries.exceptions.seen import sha256, shown
from risks.queries.exceptions.signers import awaiting, signers, turn
from risks.queries.exceptions.standing import Standing, standing
from risks.queries.exceptions.subject import subject_of

FILTERS: Final = {
    "q": "Words that all occur in the title, the reason or the requester, or an id; several with commas, as in every filter.",
    "state": "waiting, in_force, ending, expired, ended, lapsed, refused, withdrawn; live: waiting or in force.",
    "kind": "risk, readiness, policy, slo, action, standard, dr.",
    "tier": "1 to 4; none.",
    "level": "Keys of levels.",
    "team": "Short names of teams.",
    "service": "Short names of services.",
    "ends": "What is in force and ends within so many days.",
    "renewed": "1: renewed; 2: more than once.",
    "whose": "waits: for your signature; asked: by you.",
}
TERMS: Final = ("title", "reason", "scope", "controls", "expires_at")


def _by_day(act: Callable[[], GovernanceException]) -> GovernanceException:
    """The action speaks of the instant of the end, a body of a day."""
    try:
        return act()
    except Invalid as error:
        errors = {("ends_on" if name == "expires_at" else name): texts for name, texts in error.errors.items()}
        raise Invalid(errors) from error


class ExceptionFilter(django_filters.FilterSet):
    risk = django_filters.NumberFilter("risk", help_text="The number of a risk.")
    objective = django_filters.NumberFilter("objective", help_text="The number of an objective.")
    action = django_filters.NumberFilter("action", help_text="The number of an action.")


@filtered_by(FILTERS)
class ExceptionViewSet(ExceptionEvidence):
    """Rules that are not kept until a day, with who signed for it. What is signed never changes: longer is a new request."""

    serializer_class = ExceptionSerializer
    filterset_class = ExceptionFilter
    view_ability = "risk.view"
    lookup_value_regex = r"\d+"

    def get_queryset(self) -> QuerySet[GovernanceException]:
        rows = GovernanceException.objects.visible_to(self.request.user)
        known = rows.select_related("requester", "team", "service", "risk__team", "objective", "action")
        return known.prefetch_related("signatures__by", "signatures__on_behalf_of").order_by("pk")

    def get_serializer_context(self) -> dict[str, Any]:
        return dict(super().get_serializer_context()) | {"at": self.at}

    def list(self, request: Request) -> Response:
        require(self.user, self.view_ability)
        asked = read(request.query_params)
        if asked.wrong:
            raise Invalid({"query": asked.wrong})
        wanted = found(self.user, asked.filters, mine=awaiting(self.user, at=self.at), at=self.at)
        rows = self.filter_queryset(self.get_queryset().filter(pk__in=wanted.values("pk")))
        return self.get_paginated_response(self.get_serializer(self.paginate_queryset(rows), many=True).data)

    @extend_schema(request=RequestExceptionSerializer, responses={201: ExceptionSerializer})
    def create(self, request: Request) -> Response:
        """Asks for one; its first approvers are told. The policy says who signs, and how long it may last."""
        require(self.user, "exception.request")
        given = self.given(RequestExceptionSerializer)
        subject = subject_named(self.user, given)
        words = {name: given[name] for name in TERMS if name in given}
        asked = acts.Asked(kind=given["kind"], subject=subject, **words)
        return self._anew(_by_day(lambda: acts.request(self.user, asked, at=self.at)), status=201)

    @extend_schema(request=TermsSerializer, responses={201: ExceptionSerializer})
    @action(detail=True, methods=["post"])
    def renew(self, request: Request, **_kwargs: Any) -> Response:
        """Asks for the same for longer, which is a new request. What is not given is as in the old one, but the reason."""
        require(self.user, "exception.request")
        old, given = self.row(), self.given(TermsSerializer)
        words = {"title": old.title, "scope": old.scope, "controls": old.controls} | given
        asked = acts.Asked(kind=old.kind, subject=subject_of(old), **words)
        return self._anew(_by_day(lambda: acts.renew(self.user, old, asked, at=self.at)), status=201)

    @extend_schema(responses=ToSignSerializer)
    @action(detail=True, filterset_class=None, pagination_class=None, url_path="to-sign")
    def to_sign(self, request: Request, **_kwargs: Any) -> Response:
        """What whoever decides the next step has to read, with its SHA-256 to send back. 409 where nothing waits."""
        require(self.user, "risk.view")
        row = self.row()
        if standing(row, at=self.at) is not Standing.WAITING:
            raise Conflict(_("%(exception)s does not wait any more.") % {"exception": row.short_id})
        signatures = list(row.signatures.order_by("position"))
        seen = shown(row)
        now = turn(self.user, row, signatures, at=self.at)
        sheet = ToSign(now, signers(row, signatures, at=self.at), seen, sha256(seen))
        return Response(ToSignSerializer(sheet).data)

    @extend_schema(responses=SignatureSerializer(many=True))
    @action(detail=True, filterset_class=None, pagination_class=None)
    def signatures(self, request: Request, **_kwargs: Any) -> Response:
        """Its decided steps, each with what was seen."""
        require(self.user, "risk.view")
        decided = self.row().signatures.exclude(verdict="").select_related("by", "on_behalf_of").order_by("position")
        return Response(SignatureSerializer(decided, many=True).data)

    @extend_schema(request=DecideExceptionSerializer, responses=ExceptionSerializer)
    @action(detail=True, methods=["post"])
    def sign(self, request: Request, **_kwargs: Any) -> Response:
        """Signs the next step; the last one puts it in force. Of two who decide at once, the second is answered 409."""
        require(self.user, "exception.sign")
        row, given = self.row(), self._decision()
        return self._anew(sign(self.user, row, given, at=self.at))

    @extend_schema(request=DecideExceptionSerializer, responses=ExceptionSerializer)
    @action(detail=True, methods=["post"])
    def refuse(self, request: Request, **_kwargs: Any) -> Response:
        """Ends the request, whichever step it is; `comment` says why."""
        require(self.user, "exception.sign")
        row, given = self.row(), self._decision()
        return self._anew(refuse(self.user, row, given, at=self.at))

    @extend_schema(request=WithdrawExceptionSerializer, responses=ExceptionSerializer)
    @action(detail=True, methods=["post"])
    def withdraw(self, request: Request, **_kwargs: Any) -> Response:
        """Whoever asked for it takes it back, as long as it waits."""
        row = self.row()
        if not may_withdraw(self.user, row):
            require(self.user, "exception.end", row)
        given = self.given(WithdrawExceptionSerializer)
        return self._anew(withdraw(self.user, row, reason=given.get("reason", ""), at=self.at))

    @extend_schema(request=EndExceptionSerializer, responses=ExceptionSerializer)
    @action(detail=True, methods=["post"])
    def end(self, request: Request, **_kwargs: Any) -> Response:
        """Ends what is in force before its day, as if that had come: a risk is open again."""
        row = self.row()
        require(self.user, "exception.end", row)
        given = self.given(EndExceptionSerializer)
        return self._anew(end_early(self.user, row, reason=given["reason"], at=self.at))

    def _decision(self) -> Decision:
        given = self.given(DecideExceptionSerializer)
        email = given.pop("on_behalf_of", None)
        behalf = User.objects.filter(email__iexact=email).first() if email else None
        if email and behalf is None:
            raise Invalid({"on_behalf_of": _("Nobody has this address.")})
        return Decision(on_behalf_of=behalf, **given)

    def _anew(self, row: GovernanceException, *, status: int = 200) -> Response:
        """As it stands after the act, read with all that the answer shows."""
        self.kwargs["pk"] = row.pk
        return self.answer(self.row(), status=status)
