"""API tokens: their secret is given out once, by `issue_token` and `rotate_token`, and never again."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection
from dataclasses import dataclass

from django.conf import settings
from django.db import transaction
from django.utils.translation import gettext as _

from relportal.core import audit, tokens
from relportal.core.exceptions import Conflict, Invalid, Missing, Unavailable
from relportal.core.models import ApiToken, User
from relportal.core.permissions import require


@dataclass(frozen=True, slots=True)
class Issued:
    """`plain` is to be shown now; it is stored nowhere."""

    token: ApiToken
    plain: str


def issue_token(
    actor: User,
    *,
    name: str,
    scopes: Collection[ApiToken.Scope],
    expires_at: dt.datetime | None,
    at: dt.datetime,
    through: ApiToken | None = None,
) -> Issued:
    """For `actor` themselves: nobody can act in someone else's name.

    `through` is the token that asks, None for a session; what it makes reaches no further and lives no longer.
    Raises: NotAllowed; Unavailable without a pepper; Invalid, by field.
    """
    require(actor, "token.edit")
    _check_ready()
    if not scopes:
        raise Invalid({"scopes": _("Choose at least one scope.")})
    if not name.strip():
        raise Invalid({"name": _("Give it a name that says who uses it.")})
    if expires_at is not None and expires_at <= at:
        raise Invalid({"expires_at": _("This lies in the past.")})
    _check_reach(through, scopes=scopes, expires_at=expires_at)
    new = tokens.new_token()
    with transaction.atomic():
        token = ApiToken.objects.create(
            user=actor,
            name=name.strip(),
            lookup=new.lookup,
            digest=new.digest,
            pepper=new.pepper,
            scopes=sorted(scope.value for scope in scopes),
            created_at=at,
            expires_at=expires_at,
        )
        changes = {"scopes": (None, token.scopes), "expires_at": (None, expires_at)}
        audit.record(actor, "token.issue", token, at=at, key=token.lookup, changes=changes)
    return Issued(token, new.plain)


def rotate_token(
    actor: User,
    token: ApiToken,
    *,
    expires_at: dt.datetime | None,
    at: dt.datetime,
    through: ApiToken | None = None,
) -> Issued:
    """A new secret and a new end for the same token; the old secret ends at once. `through` as for `issue_token`.

    Raises: NotAllowed; Unavailable; Missing for someone else's; Conflict when it is revoked; Invalid, by field.
    """
    require(actor, "token.edit")
    _check_ready()
    with transaction.atomic():
        row = _locked(token)
        if row.user_id != actor.pk:
            raise Missing(_("You have no such token."))
        if row.revoked_at is not None:
            raise Conflict(_("This token is revoked: create a new one."))
        if expires_at is not None and expires_at <= at:
            raise Invalid({"expires_at": _("This lies in the past.")})
        _check_reach(through, scopes=row.scopes, expires_at=expires_at)
        new, old = tokens.new_token(), row.lookup
        row.lookup, row.digest, row.pepper = new.lookup, new.digest, new.pepper
        row.expires_at, row.last_used_at = expires_at, None
        row.save(update_fields=["lookup", "digest", "pepper", "expires_at", "last_used_at"])
        audit.record(actor, "token.rotate", row, at=at, key=row.lookup, changes={"lookup": (old, row.lookup)})
    return Issued(row, new.plain)


def revoke_token(actor: User, token: ApiToken, *, at: dt.datetime, reason: str = "") -> ApiToken:
    """By its owner, or by an administrator. Raises: NotAllowed; Conflict when it is revoked already."""
    with transaction.atomic():
        row = _locked(token)
        require(actor, "token.edit" if row.user_id == actor.pk else "user.edit")
        if row.revoked_at is not None:
            raise Conflict(_("This token is revoked already."))
        row.revoked_at = at
        row.save(update_fields=["revoked_at"])
        audit.record(actor, "token.revoke", row, at=at, key=row.lookup, reason=reason)
    return row


def _check_ready() -> None:
    if not settings.TOKEN_PEPPERS:
        raise Unavailable(_("No token can be made here until the operator of the portal has set TOKEN_PEPPERS."))


def _check_reach(through: ApiToken | None, *, scopes: Collection[str], expires_at: dt.datetime | None) -> None:
    """A token that leaked must not turn itself into one that can do more, or that stays."""
    if through is None:
        return
    if not set(scopes) <= set(through.scopes):
        raise Invalid({"scopes": _("The token that asks has not got these scopes itself.")})
    if through.expires_at is not None and (expires_at is None or expires_at > through.expires_at):
        raise Invalid({"expires_at": _("This is after the end of the token that asks.")})


def _locked(token: ApiToken) -> ApiToken:
    row = ApiToken.objects.select_for_update(of=("self",)).select_related("user").filter(pk=token.pk).first()
    if row is None:
        raise Missing(_("This token is not there any more."))
    return row
