"""OpenID Connect, stricter than allauth's own: every ID token's signature is checked, and an identity is issuer and subject.

allauth skips the signature of a token that came over TLS, which the standard allows, and knows an identity by the name of the
configured provider: pointing OIDC_ISSUER at another provider would hand its subjects the accounts of the old one's.
"""

from __future__ import annotations

import hashlib
from typing import Any, Final

from allauth.socialaccount.internal import jwtkit
from allauth.socialaccount.models import SocialApp
from allauth.socialaccount.providers.oauth2.client import OAuth2Error
from allauth.socialaccount.providers.oauth2.views import OAuth2CallbackView, OAuth2LoginView
from allauth.socialaccount.providers.openid_connect.views import OpenIDConnectOAuth2Adapter
from django.contrib.auth.decorators import login_not_required
from django.http import Http404, HttpRequest, HttpResponse

UID_LENGTH: Final = 191


class StrictAdapter(OpenIDConnectOAuth2Adapter):  # type: ignore[misc]
    def complete_login(self, request: HttpRequest, app: Any, token: Any, **kwargs: Any) -> Any:
        login = super().complete_login(request, app, token, **kwargs)
        data = login.account.extra_data
        claims = data.get("id_token")
        if not claims:
            raise OAuth2Error("no id_token")
        # OpenID Connect Core 5.3.2: userinfo about someone else must not be used.
        if data.get("userinfo", claims).get("sub") != claims["sub"]:
            raise OAuth2Error("userinfo and id_token disagree")
        login.account.uid = identity(claims["iss"], claims["sub"])
        return login

    def _decode_id_token(self, app: Any, id_token: str) -> dict[str, Any]:
        decoded: dict[str, Any] = jwtkit.verify_and_decode(
            credential=id_token,
            keys_url=self.openid_config["jwks_uri"],
            issuer=self.openid_config["issuer"],
            audience=app.client_id,
            lookup_kid=jwtkit.lookup_kid_jwk,
        )
        return decoded


def identity(issuer: str, subject: str) -> str:
    """What stands for a person of a provider; readable where it fits."""
    plain = f"{issuer}#{subject}"
    return plain if len(plain) <= UID_LENGTH else hashlib.sha256(plain.encode()).hexdigest()


@login_not_required
def login(request: HttpRequest, provider_id: str) -> HttpResponse:
    return _answer(OAuth2LoginView, request, provider_id)


@login_not_required
def callback(request: HttpRequest, provider_id: str) -> HttpResponse:
    return _answer(OAuth2CallbackView, request, provider_id)


def _answer(view: Any, request: HttpRequest, provider_id: str) -> HttpResponse:
    try:
        response: HttpResponse = view.adapter_view(StrictAdapter(request, provider_id))(request)
    except SocialApp.DoesNotExist as error:
        raise Http404 from error
    return response
