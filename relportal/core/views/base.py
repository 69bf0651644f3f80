"""What the views of core share."""

from __future__ import annotations

from django.http import HttpRequest

from relportal.core.models import User


def viewer(request: HttpRequest) -> User:
    """The signed-in user; the login middleware lets nobody else through."""
    if not isinstance(request.user, User):
        raise TypeError("this view needs LoginRequiredMiddleware")
    return request.user
