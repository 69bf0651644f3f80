"""How allauth behaves here: accounts are made by administrators, and identities link by issuer and subject only."""

from __future__ import annotations

from typing import Any

from allauth.account.adapter import DefaultAccountAdapter
from allauth.socialaccount.adapter import DefaultSocialAccountAdapter
from django.http import HttpRequest


class AccountAdapter(DefaultAccountAdapter):  # type: ignore[misc]
    def is_open_for_signup(self, request: HttpRequest) -> bool:
        return False


class SocialAccountAdapter(DefaultSocialAccountAdapter):  # type: ignore[misc]
    """A person who signs in by OIDC for the first time gets an account without any role: they see nothing until given one."""

    def is_open_for_signup(self, request: HttpRequest, sociallogin: Any) -> bool:
        return True
