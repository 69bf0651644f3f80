"""Sign-in by API token: `Authorization: Bearer rp_<lookup>_<secret>`."""

from __future__ import annotations

import datetime as dt
from typing import Final

import structlog
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext as _
from rest_framework.authentication import BaseAuthentication
from rest_framework.exceptions import AuthenticationFailed
from rest_framework.request import Request

from relportal.core import tokens
from relportal.core.models import ApiToken, User

SEEN_EVERY: Final = dt.timedelta(minutes=1)


class TokenAuthentication(BaseAuthentication):
    """First of the authenticators, so that a missing sign-in answers 401 with the scheme to use."""

    def authenticate(self, request: Request) -> tuple[User, ApiToken] | None:
        scheme, _space, plain = request.headers.get("Authorization", "").partition(" ")
        if scheme.lower() != "bearer":
            return None
        at = timezone.now()
        token = _find(plain.strip())
        if token is None or token.revoked_at is not None or not token.user.is_active:
            raise AuthenticationFailed(_("This token is not valid: it is unknown, revoked, or its owner left."))
        if token.expires_at is not None and token.expires_at <= at:
            raise AuthenticationFailed(_("This token has expired. Rotate it on the page API tokens."))
        structlog.contextvars.bind_contextvars(token=token.lookup)
        _seen(token, at=at)
        return token.user, token

    def authenticate_header(self, request: Request) -> str:
        return 'Bearer realm="relportal"'


def _find(plain: str) -> ApiToken | None:
    lookup = tokens.lookup_of(plain)
    token = ApiToken.objects.select_related("user").filter(lookup=lookup).first() if lookup else None
    if token is None or not tokens.matches(plain, digest=token.digest, pepper=token.pepper):
        return None
    return token


def _seen(token: ApiToken, *, at: dt.datetime) -> None:
    """Writes at most once a minute and token: a busy client must not cost a write per request."""
    if token.last_used_at is None or at - token.last_used_at >= SEEN_EVERY:
        old = Q(last_used_at__isnull=True) | Q(last_used_at__lte=at - SEEN_EVERY)
        ApiToken.objects.filter(old, pk=token.pk).update(last_used_at=at)
