"""Undo rather than confirm: the message of a change offers to take it back.

What has to be known for that travels signed in the message, and goes through an action that asks for permission again.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any, Final

from django.contrib import messages
from django.contrib.messages.storage.base import Message
from django.core import signing
from django.http import HttpRequest
from django.utils.translation import gettext as _

from relportal.core.exceptions import Conflict

# Who comes back to it tomorrow undoes something else than what they see.
LIFE_S: Final = 3600
_TAG: Final = "undo:"
_SALT: Final = "relportal.undo"


@dataclass(frozen=True, slots=True)
class Undo:
    """`token` is posted to `url`."""

    url: str
    token: str


def offer(request: HttpRequest, text: str, *, url: str, state: Any) -> None:
    """`state` (JSON) is what the view at `url` gets back from `taken`; only this person can send it."""
    token = signing.dumps({"of": request.user.pk, "state": state}, salt=_SALT + url, compress=True)
    messages.success(request, text, extra_tags=_TAG + json.dumps([url, token]))


def of(message: Message) -> Undo | None:
    tags = str(message.extra_tags or "")
    return Undo(*json.loads(tags.removeprefix(_TAG))) if tags.startswith(_TAG) else None


def taken(request: HttpRequest) -> Any:
    """The state that was offered for this address to this person. Raises: Conflict."""
    try:
        given = signing.loads(request.POST.get("token", ""), salt=_SALT + request.path, max_age=LIFE_S)
    except signing.BadSignature as error:
        raise Conflict(_("This can no longer be undone here: an hour has passed.")) from error
    if given["of"] != request.user.pk:
        raise Conflict(_("This can no longer be undone here: an hour has passed."))
    return given["state"]
