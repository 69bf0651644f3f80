"""The expectation for every route: who is admitted by GET and by POST. A route that is not here fails its test."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from tests.core.access import ANONYMOUS, PEOPLE

Who = frozenset[str] | None
"""Who is admitted; None where the method does not exist."""

ALL: Final = frozenset({ANONYMOUS, *PEOPLE})
SIGNED_IN: Final = frozenset(PEOPLE)
MEMBERS: Final = SIGNED_IN - {"outsider"}
WRITERS: Final = MEMBERS - {"auditor"}
STEWARDS: Final = frozenset({"lead", "admin"})
OVERSEERS: Final = STEWARDS | {"auditor"}
OWNERS: Final = STEWARDS | {"owner", "other owner"}
"""For what begins a thing of some team."""
OUR_OWNERS: Final = STEWARDS | {"owner"}
"""For what belongs to the team payments."""
ADMINS: Final = frozenset({"admin"})
TEAM_KEEPERS: Final = ADMINS | {"owner"}
"""For what only the team payments itself keeps, its views."""
PEOPLE_READERS: Final = ADMINS | {"auditor"}
RUNNERS: Final = OWNERS | {"responder"}
"""Who responds for some team runs every incident that they see."""
OUR_RUNNERS: Final = OUR_OWNERS | {"responder"}


@dataclass(frozen=True, slots=True)
class Expected:
    get: Who
    post: Who = None


def form(who: frozenset[str]) -> Expected:
    return Expected(who, who)


def act(who: frozenset[str]) -> Expected:
    return Expected(None, who)


READ: Final = Expected(MEMBERS)

PAGES: Final = {
    "core:healthz": form(ALL),
    "core:readyz": form(ALL),
    "core:metrics": form(ALL),
    "core:team-list": READ,
    "core:team-create": form(ADMINS),
    "core:team-detail": READ,
    "core:team-edit": form(ADMINS),
    "core:user-list": Expected(PEOPLE_READERS),
    "core:user-create": form(ADMINS),
    "core:user-detail": Expected(PEOPLE_READERS, ADMINS),
    "core:role-grant": act(ADMINS),
    "core:role-revoke": act(ADMINS),
    "core:user-deactivate": act(ADMINS),
    "core:user-reactivate": act(ADMINS),
    "core:user-password-link": act(ADMINS),
    "core:profile": Expected(SIGNED_IN),
    "core:preferences": act(SIGNED_IN),
    "core:notification-list": READ,
    "core:notifications-seen": act(MEMBERS),
    "core:notification": READ,
    "core:token-list": Expected(MEMBERS, WRITERS),
    "core:token-rotate": act(WRITERS),
    "core:token-revoke": act(WRITERS),
    "core:view-create": act(WRITERS),
    "core:view-restore": act(WRITERS),
    "core:view-rename": act(TEAM_KEEPERS),
    "core:view-delete": act(TEAM_KEEPERS),
    "core:audit": Expected(OVERSEERS),
    "core:history": Expected(OVERSEERS),
    "core:operations": Expected(OVERSEERS),
    "core:work-retry": act(STEWARDS),
    "core:search": READ,
    "core:shortlink": READ,
    "core:styleguide": Expected(ADMINS),
    "slo:overview": READ,
    "slo:service-list": READ,
    "slo:service-create": form(OWNERS),
    "slo:service-import": form(STEWARDS),
    "slo:service-import-confirm": act(STEWARDS),
    "slo:service-import-template": READ,
    "slo:service-export": READ,
    "slo:service-detail": READ,
    "slo:service-edit": form(OUR_OWNERS),
    "slo:service-retire": act(OUR_OWNERS),
    "slo:service-restore": act(OUR_OWNERS),
    "slo:services-bulk": act(OWNERS),
    "slo:services-bulk-undo": act(OWNERS),
    "slo:objectives-bulk": act(OWNERS),
    "slo:objectives-bulk-undo": act(OWNERS),
    "slo:journey-list": READ,
    "slo:journey-create": form(STEWARDS),
    "slo:journey-detail": READ,
    "slo:journey-edit": form(STEWARDS),
    "slo:journey-delete": act(STEWARDS),
    "slo:objective-list": READ,
    "slo:objective-detail": READ,
    "slo:objective-create": form(OWNERS),
    "slo:objective-edit": form(OUR_OWNERS),
    "slo:objective-retire": act(OUR_OWNERS),
    "slo:objective-restore": act(OUR_OWNERS),
    "slo:indicator-list": READ,
    "slo:indicator-detail": READ,
    "slo:indicator-create": form(OWNERS),
    "slo:indicator-edit": form(STEWARDS),
    "slo:indicator-delete": act(STEWARDS),
    "slo:backfill-create": act(STEWARDS),
    "slo:source-list": READ,
    "slo:source-detail": READ,
    "slo:source-create": form(STEWARDS),
    "slo:source-edit": form(STEWARDS),
    "slo:source-test": act(STEWARDS),
    "slo:source-delete": act(STEWARDS),
    "incidents:list": READ,
    "incidents:declare": form(WRITERS),
    "incidents:analytics": READ,
    "incidents:severities": Expected(MEMBERS, STEWARDS),
    "incidents:severity-edit": form(STEWARDS),
    "incidents:detail": READ,
    "incidents:live": READ,
    "incidents:line": act(RUNNERS),
    "incidents:state": act(RUNNERS),
    "incidents:severity": act(RUNNERS),
    "incidents:role": act(RUNNERS),
    "incidents:update": act(RUNNERS),
    "incidents:task": act(RUNNERS),
    "incidents:tick": act(RUNNERS),
    "incidents:segment-add": act(RUNNERS),
    "incidents:segment-end": act(RUNNERS),
    "incidents:segment": form(RUNNERS),
    "incidents:segment-remove": act(RUNNERS),
    "incidents:draft": act(RUNNERS),
    "incidents:entry": form(RUNNERS),
    "incidents:edit": form(RUNNERS),
    "incidents:times": form(RUNNERS),
    "incidents:privacy": form(RUNNERS),
    "incidents:merge": form(RUNNERS),
    "incidents:split": form(RUNNERS),
    "incidents:attachments": Expected(MEMBERS, RUNNERS),
    "incidents:attachment": READ,
    "incidents:attachment-remove": act(RUNNERS),
    "incidents:attachment-restore": act(RUNNERS),
    "incidents:alert-list": READ,
    "incidents:integration-list": Expected(OVERSEERS),
    "incidents:integration-create": form(STEWARDS),
    "incidents:integration": Expected(OVERSEERS),
    "incidents:integration-edit": form(STEWARDS),
    "incidents:integration-rotate": form(STEWARDS),
    "incidents:learning": READ,
    "incidents:postmortem-list": READ,
    "incidents:postmortem": READ,
    "incidents:postmortem-open": act(RUNNERS),
    "incidents:postmortem-describe": form(RUNNERS),
    "incidents:postmortem-move": act(RUNNERS),
    "incidents:postmortem-add": act(RUNNERS),
    "incidents:postmortem-section": form(RUNNERS),
    "incidents:postmortem-comment": act(MEMBERS),
    "incidents:postmortem-settle": act(RUNNERS),
    "incidents:action-list": READ,
    "incidents:action-board": READ,
    "incidents:action-figures": READ,
    "incidents:action-promise": form(RUNNERS),
    "incidents:action-detail": READ,
    "incidents:action-edit": form(OUR_RUNNERS),
    "incidents:action-move": act(RUNNERS),
    "incidents:action-defer": act(OUR_RUNNERS),
    "incidents:action-decide": act(OUR_OWNERS),
    "incidents:delivery": Expected(OVERSEERS),
    "incidents:delivery-replay": act(STEWARDS),
}

API: Final = {
    "api:reference": READ,
    "api:schema": READ,
    "api:api-root": READ,
    "api:service-import": act(STEWARDS),
    "api:service-list": Expected(MEMBERS, OWNERS),
    "api:service-export": READ,
    "api:service-detail": READ,
    "api:service-completeness": READ,
    "api:service-restore": act(OUR_OWNERS),
    "api:service-retire": act(OUR_OWNERS),
    "api:journey-list": Expected(MEMBERS, STEWARDS),
    "api:journey-detail": READ,
    "api:team-list": Expected(MEMBERS, ADMINS),
    "api:team-detail": READ,
    "api:saved-view-list": Expected(MEMBERS, WRITERS),
    "api:saved-view-detail": READ,
    "api:user-list": Expected(PEOPLE_READERS, ADMINS),
    "api:user-detail": Expected(PEOPLE_READERS),
    "api:user-deactivate": act(ADMINS),
    "api:user-reactivate": act(ADMINS),
    "api:user-role-grant": act(ADMINS),
    "api:user-role": Expected(None),
    "api:token-list": Expected(MEMBERS, WRITERS),
    "api:token-detail": READ,
    "api:token-rotate": act(WRITERS),
    "api:token-revoke": act(WRITERS),
    "api:work-item-list": Expected(OVERSEERS),
    "api:work-item-detail": Expected(OVERSEERS),
    "api:work-item-retry": act(STEWARDS),
    "api:audit-event-list": Expected(OVERSEERS),
    "api:audit-event-detail": Expected(OVERSEERS),
    "api:backfill-list": Expected(MEMBERS, OWNERS),
    "api:backfill-detail": READ,
    "api:backfill-cancel": act(STEWARDS),
    "api:indicator-counts": act(OWNERS),
    "api:source-list": Expected(MEMBERS, STEWARDS),
    "api:source-detail": READ,
    "api:source-test": act(STEWARDS),
    "api:indicator-list": Expected(MEMBERS, OWNERS),
    "api:indicator-detail": READ,
    "api:objective-list": Expected(MEMBERS, OWNERS),
    "api:objective-detail": READ,
    "api:objective-measurements": READ,
    "api:objective-restore": act(OUR_OWNERS),
    "api:objective-retire": act(OUR_OWNERS),
    "api:burn-alert-list": READ,
    "api:burn-alert-detail": READ,
    "api:incident-list": Expected(MEMBERS, WRITERS),
    "api:incident-detail": READ,
    "api:incident-state": act(RUNNERS),
    "api:incident-severity": act(RUNNERS),
    "api:incident-times": act(RUNNERS),
    "api:incident-roles": act(RUNNERS),
    "api:incident-timeline": Expected(MEMBERS, RUNNERS),
    "api:incident-updates": Expected(MEMBERS, RUNNERS),
    "api:incident-impact": Expected(MEMBERS, RUNNERS),
    "api:postmortem-list": Expected(MEMBERS, RUNNERS),
    "api:postmortem-detail": READ,
    "api:postmortem-sections": act(RUNNERS),
    "api:postmortem-comments": act(MEMBERS),
    "api:postmortem-state": act(RUNNERS),
    "api:action-list": Expected(MEMBERS, RUNNERS),
    "api:action-detail": READ,
    "api:action-state": act(RUNNERS),
    "api:action-defer": act(OUR_RUNNERS),
    "api:action-decide": act(OUR_OWNERS),
    "api:incident-attachments": Expected(MEMBERS, RUNNERS),
    "api:incident-attachment": READ,
    "api:integration-list": Expected(OVERSEERS, STEWARDS),
    "api:integration-detail": Expected(OVERSEERS),
    "api:integration-rotate": act(STEWARDS),
    "api:alert-list": READ,
    "api:alert-detail": READ,
    "api:delivery-list": Expected(OVERSEERS),
    "api:delivery-detail": Expected(OVERSEERS),
    "api:delivery-replay": act(STEWARDS),
    "api:deploy-list": Expected(MEMBERS, RUNNERS),
    "api:deploy-detail": READ,
}

# PATCH and DELETE of a row over the API.
API_ROWS: Final = {
    "api:team-detail": ADMINS,
    "api:user-detail": ADMINS,
    "api:user-role": ADMINS,
    "api:saved-view-detail": TEAM_KEEPERS,
    "api:service-detail": OUR_OWNERS,
    "api:journey-detail": STEWARDS,
    "api:source-detail": STEWARDS,
    "api:indicator-detail": STEWARDS,
    "api:objective-detail": OUR_OWNERS,
    "api:incident-detail": RUNNERS,
    "api:incident-attachment": RUNNERS,
    "api:integration-detail": STEWARDS,
    "api:action-detail": OUR_RUNNERS,
    "api:postmortem-detail": RUNNERS,
}

# Asks for a secret or a signature in place of a person; tested in tests/incidents/webhooks/test_intake.py.
BY_SECRET: Final = frozenset({"incidents:hook"})

# allauth's own addresses, which sign in and manage the viewer's own sign-in and nothing else; tested in test_sign_in.py.
SIGN_IN_PAGES: Final = frozenset(
    {
        "account_login",
        "account_logout",
        "account_inactive",
        "account_signup",
        "account_reauthenticate",
        "account_email",
        "account_email_verification_sent",
        "account_change_password",
        "account_set_password",
        "account_reset_password",
        "account_confirm_login_code",
        "account_confirm_email",
        "account_reset_password_from_key_done",
        "account_reset_password_from_key",
        "account_reset_password_done",
        "mfa_index",
        "mfa_authenticate",
        "mfa_reauthenticate",
        "mfa_activate_totp",
        "mfa_deactivate_totp",
        "mfa_view_recovery_codes",
        "mfa_generate_recovery_codes",
        "mfa_download_recovery_codes",
        "mfa_list_webauthn",
        "mfa_add_webauthn",
        "mfa_reauthenticate_webauthn",
        "mfa_remove_webauthn",
        "mfa_edit_webauthn",
        "mfa_login_webauthn",
        "socialaccount_login_cancelled",
        "socialaccount_login_error",
        "socialaccount_signup",
        "socialaccount_connections",
        "accounts/social/login/cancelled/",
        "accounts/social/login/error/",
        "accounts/social/signup/",
        "accounts/social/connections/",
        "openid_connect_login",
        "openid_connect_callback",
        "usersessions_list",
    }
)
