"""Default deny for the API: signed in, with at least one role, and within the token's scopes."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext as _
from rest_framework.permissions import SAFE_METHODS, BasePermission
from rest_framework.request import Request

from relportal.core.models import ApiToken, User


class ScopedAccess(BasePermission):
    """A view says `push = True` where a token of scope `push` may write; `write` may write everywhere, reading needs `read`.

    A session has every scope; what the person may do is decided by `permissions.require` in the action all the same.
    """

    def has_permission(self, request: Request, view: Any) -> bool:
        user = request.user
        if not isinstance(user, User) or not user.is_active:
            return False
        if not user.roles:
            self.message = _("You have no role here yet. Ask an administrator for one.")
            return False
        token = request.auth
        if not isinstance(token, ApiToken):
            return True
        needed = needed_scopes(request.method or "", push=bool(getattr(view, "push", False)))
        if needed.isdisjoint(token.scopes):
            self.message = _("This token lacks the scope for it: %(scopes)s.") % {"scopes": ", ".join(sorted(needed))}
            return False
        return True


def needed_scopes(method: str, *, push: bool) -> frozenset[str]:
    """The scopes of which a token needs one."""
    scope = ApiToken.Scope
    if method in SAFE_METHODS:
        return frozenset({scope.READ.value})
    return frozenset({scope.WRITE.value, scope.PUSH.value} if push else {scope.WRITE.value})
