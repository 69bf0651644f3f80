"""The expectation for every route: who is admitted by GET and by POST. A route that is not here fails its test."""

from __future__ import annotations

from typing import Final

from tests.core.access_api import API, API_ROWS
from tests.core.access_governance import GOVERNANCE
from tests.core.access_operations import OPERATIONS
from tests.core.access_rights import Who

__all__ = ["API", "API_ROWS", "BY_SECRET", "ONES_OWN", "PAGES", "SIGN_IN_PAGES", "Who"]

PAGES: Final = OPERATIONS | GOVERNANCE

# What an auditor says as well: which e-mails to themselves they want.
ONES_OWN: Final = frozenset({"reports:schedule-wanted"})

# Asks for a secret or a signature in place of a person; tested in tests/incidents/webhooks/test_intake.py and
# tests/reports/actions/test_deliveries.py, and tests/reports/views/test_sharing.py.
BY_SECRET: Final = frozenset(
    {"incidents:hook", "reports:unsubscribe", "reports:share-open", "reports:share-report", "reports:share-file"}
)

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
