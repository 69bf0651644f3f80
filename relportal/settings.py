"""Django settings, all from the environment: docs/settings.md lists every variable."""

from __future__ import annotations

import ipaddress
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from csp.constants import NONE, SELF

from relportal.env import env, keyring
from relportal.logs import logging_config

BASE_DIR = Path(__file__).resolve().parent.parent

DEBUG: bool = env.bool("DEBUG", default=False)
DEMO: bool = env.bool("DEMO", default=False)
SECRET_KEY: str = env.str("SECRET_KEY", default="insecure-for-debug-only" if DEBUG else "")
ALLOWED_HOSTS: list[str] = env.list("ALLOWED_HOSTS", default=["127.0.0.1", "localhost"])
BASE_URL: str = env.str("BASE_URL", default="http://127.0.0.1:8000").rstrip("/")
CSRF_TRUSTED_ORIGINS = [BASE_URL]
COMPANY_NAME: str = env.str("COMPANY_NAME", default="") or "relportal"
COMPANY_TIME_ZONE: str = env.str("COMPANY_TIME_ZONE", default="UTC")

INSTALLED_APPS = [
    "relportal.core",
    "slo",
    "incidents",
    "risks",
    "reports",
    *(["relportal.demo"] if DEMO else []),
    "django.contrib.admin",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.humanize",
    "whitenoise.runserver_nostatic",
    "django.contrib.staticfiles",
    "allauth",
    "allauth.account",
    "allauth.mfa",
    "allauth.socialaccount",
    "allauth.socialaccount.providers.openid_connect",
    "allauth.usersessions",
    "csp",
    "django_cotton.apps.SimpleAppConfig",
    "django_filters",
    "django_htmx",
    "django_structlog",
    "django_tables2",
    "drf_spectacular",
    "pgtrigger",
    "pghistory",
    "rest_framework",
    "template_partials.apps.SimpleAppConfig",
]

MIDDLEWARE = [
    "relportal.core.middleware.MeasureRequests",
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "django.middleware.gzip.GZipMiddleware",
    "django_structlog.middlewares.RequestMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.auth.middleware.LoginRequiredMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "csp.middleware.CSPMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "allauth.usersessions.middleware.UserSessionsMiddleware",
    "relportal.core.middleware.RefuseNul",
    "relportal.core.middleware.BodyLimits",
    "relportal.core.middleware.RowHistory",
    "relportal.core.middleware.ViewerSettings",
    "relportal.core.middleware.DomainErrors",
]

ROOT_URLCONF = "relportal.urls"
WSGI_APPLICATION = "relportal.wsgi.application"

_TEMPLATE_LOADERS: list[Any] = [
    "django_cotton.cotton_loader.Loader",
    "django.template.loaders.filesystem.Loader",
    "django.template.loaders.app_directories.Loader",
]
if not DEBUG:
    _TEMPLATE_LOADERS = [("django.template.loaders.cached.Loader", _TEMPLATE_LOADERS)]

TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
        "OPTIONS": {
            "loaders": [("template_partials.loader.Loader", _TEMPLATE_LOADERS)],
            "builtins": [
                "django_cotton.templatetags.cotton",
                "template_partials.templatetags.partials",
                "django.templatetags.i18n",
                "django.templatetags.static",
            ],
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "relportal.core.context.ui",
            ],
        },
    }
]
COTTON_DIR = "cotton"
FORM_RENDERER = "django.forms.renderers.DjangoTemplates"

DATABASES = {"default": env.db_url("DATABASE_URL", default="postgres://relportal@127.0.0.1:5432/relportal")}
DATABASES["default"].update(
    CONN_MAX_AGE=60,
    CONN_HEALTH_CHECKS=True,
    TEST={"NAME": env.str("TEST_DATABASE_NAME", default="test_relportal")},
)
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

REDIS_URL: str = env.str("REDIS_URL", default="redis://127.0.0.1:6379/0")
CELERY_BROKER_URL = REDIS_URL
# Publishing to a frozen broker blocks for 45 s and a lost task comes back after 105 s without these (measured).
CELERY_BROKER_TRANSPORT_OPTIONS: dict[str, Any] = {
    "visibility_timeout": 600,
    "unacked_restore_interval": 5,
    "unacked_restore_throttle": 1,
    "socket_timeout": 5,
    "socket_connect_timeout": 2,
}
if sentinel := env.str("REDIS_SENTINEL_MASTER", default=""):
    CELERY_BROKER_TRANSPORT_OPTIONS["master_name"] = sentinel
CACHES = {
    "default": {
        # In PostgreSQL, so that the rate limits of sign-in hold across processes and the loss of Redis lifts none.
        "BACKEND": "django.core.cache.backends.db.DatabaseCache",
        "LOCATION": "portal_cache",
    },
    # Of one process: for what may be forgotten and is asked on every request.
    "local": {
        "BACKEND": "django.core.cache.backends.locmem.LocMemCache",
        "LOCATION": "relportal",
    },
}

AUTH_USER_MODEL = "core.User"
# (what the person is, e-mail address, password), offered on the sign-in page of the demo alone.
DEMO_LOGINS: list[tuple[str, str, str]] = []
if DEMO:
    from relportal.demo import people

    DEMO_LOGINS = [(person.login, person.email, people.PASSWORD) for person in people.logins()]
AUTHENTICATION_BACKENDS = ["allauth.account.auth_backends.AuthenticationBackend"]
PASSWORD_HASHERS = ["django.contrib.auth.hashers.Argon2PasswordHasher"]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": f"django.contrib.auth.password_validation.{name}"}
    for name in (
        "UserAttributeSimilarityValidator",
        "MinimumLengthValidator",
        "CommonPasswordValidator",
        "NumericPasswordValidator",
    )
]
LOGIN_URL = "account_login"
LOGIN_REDIRECT_URL = "slo:overview"
ACCOUNT_ADAPTER = "relportal.core.accounts.AccountAdapter"
MFA_ADAPTER = "relportal.core.accounts.SecondFactorAdapter"
SOCIALACCOUNT_ADAPTER = "relportal.core.accounts.SocialAccountAdapter"
ACCOUNT_LOGIN_METHODS = {"email"}
ACCOUNT_SIGNUP_FIELDS = ["email*", "password1*", "password2*"]
ACCOUNT_USER_MODEL_USERNAME_FIELD = None
ACCOUNT_EMAIL_VERIFICATION = "none"
ACCOUNT_SESSION_REMEMBER = True
ACCOUNT_PREVENT_ENUMERATION = True
ACCOUNT_EMAIL_UNKNOWN_ACCOUNTS = False
ACCOUNT_CHANGE_EMAIL = False
ACCOUNT_LOGOUT_ON_PASSWORD_CHANGE = False
ACCOUNT_RATE_LIMITS = {
    "login": "30/m/ip",
    "login_failed": "10/m/ip,5/5m/key",
    "reset_password": "20/m/ip,5/m/key",
    "reset_password_from_key": "20/m/ip",
    "change_password": "5/m/user",
    "reauthenticate": "10/m/user",
    "signup": "20/m/ip",
}
SOCIALACCOUNT_EMAIL_AUTHENTICATION = False
SOCIALACCOUNT_ONLY = False
SOCIALACCOUNT_STORE_TOKENS = False
SOCIALACCOUNT_PROVIDERS: dict[str, Any] = {}
OIDC_ORIGINS: list[str] = []
if issuer := env.str("OIDC_ISSUER", default=""):
    OIDC_ORIGINS = ["{0.scheme}://{0.netloc}".format(urlsplit(issuer)), *env.list("OIDC_LOGIN_ORIGINS", default=[])]
    SOCIALACCOUNT_PROVIDERS["openid_connect"] = {
        "OAUTH_PKCE_ENABLED": True,
        "APPS": [
            {
                "provider_id": "oidc",
                "name": env.str("OIDC_NAME", default="Single sign-on"),
                "client_id": env.str("OIDC_CLIENT_ID", default=""),
                "secret": env.str("OIDC_CLIENT_SECRET", default=""),
                "settings": {"server_url": issuer},
            }
        ],
    }
ALLAUTH_TRUSTED_PROXY_COUNT: int = env.int("TRUSTED_PROXIES", default=0)
MFA_SUPPORTED_TYPES = ["totp", "webauthn", "recovery_codes"]
MFA_PASSKEY_LOGIN_ENABLED = True
MFA_WEBAUTHN_ALLOW_INSECURE_ORIGIN = DEBUG or DEMO
USERSESSIONS_TRACK_ACTIVITY = False

FIELD_KEYS = keyring(env.str("FIELD_KEYS", default=""))
TOKEN_PEPPERS = keyring(env.str("TOKEN_PEPPERS", default=""))
OUTBOUND_ALLOWED_NETWORKS = [ipaddress.ip_network(text) for text in env.list("OUTBOUND_ALLOWED_NETWORKS", default=[])]
DELIVERY_RETENTION_DAYS: int = env.int("DELIVERY_RETENTION_DAYS", default=90)
METRICS_NETWORKS = [
    ipaddress.ip_network(text) for text in env.list("METRICS_NETWORKS", default=["127.0.0.0/8", "::1/128"])
]

SECURE_COOKIES: bool = env.bool("SECURE_COOKIES", default=not DEBUG)
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = SECURE_COOKIES
SESSION_COOKIE_NAME = "__Host-session" if SECURE_COOKIES else "session"
CSRF_COOKIE_NAME = "__Host-csrf" if SECURE_COOKIES else "csrf"
SESSION_COOKIE_HTTPONLY = CSRF_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = CSRF_COOKIE_SAMESITE = "Lax"
SESSION_COOKIE_AGE = 14 * 24 * 3600
SECURE_SSL_REDIRECT = SECURE_COOKIES
SECURE_REDIRECT_EXEMPT = [r"^healthz$", r"^readyz$", r"^metrics$"]
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
SECURE_HSTS_SECONDS = 365 * 24 * 3600 if SECURE_COOKIES else 0
SECURE_HSTS_INCLUDE_SUBDOMAINS = SECURE_HSTS_PRELOAD = SECURE_COOKIES
SECURE_REFERRER_POLICY = "same-origin"
X_FRAME_OPTIONS = "DENY"
# The hash is of the empty style element that Plotly adds; everything else is served from files.
PLOTLY_EMPTY_STYLE = "'sha256-47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU='"
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [NONE],
        "script-src": [SELF],
        "style-src": [SELF, PLOTLY_EMPTY_STYLE],
        "img-src": [SELF, "data:", "blob:"],
        "font-src": [SELF],
        "connect-src": [SELF],
        # A browser follows a form's redirect to the identity provider only where it is named.
        "form-action": [SELF, *OIDC_ORIGINS],
        "frame-ancestors": [NONE],
        "base-uri": [NONE],
        "manifest-src": [SELF],
    }
}
DATA_UPLOAD_MAX_MEMORY_SIZE = 5 * 1024 * 1024
DATA_UPLOAD_MAX_NUMBER_FIELDS = 5000
# Of the files of a form together, and of a body sent to the API.
MAX_UPLOAD_BYTES = 5 * 1024 * 1024
FILE_UPLOAD_HANDLERS = ["relportal.core.uploads.BoundedUpload"]

LANGUAGE_CODE = "en-gb"
USE_I18N = USE_TZ = True
TIME_ZONE = "UTC"

STATIC_URL = "static/"
STATIC_ROOT = BASE_DIR / "var" / "static"
STATICFILES_DIRS = [BASE_DIR / "static"]
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {
        "BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"
        if DEBUG
        else "whitenoise.storage.CompressedManifestStaticFilesStorage"
    },
}

vars().update(env.email_url("EMAIL_URL", default="consolemail://"))
DEFAULT_FROM_EMAIL: str = env.str("DEFAULT_FROM_EMAIL", default="relportal@localhost")

REST_FRAMEWORK = {
    "DEFAULT_AUTHENTICATION_CLASSES": [
        "relportal.core.drf.authentication.TokenAuthentication",
        "rest_framework.authentication.SessionAuthentication",
    ],
    "DEFAULT_PERMISSION_CLASSES": ["relportal.core.drf.access.ScopedAccess"],
    "DEFAULT_SCHEMA_CLASS": "drf_spectacular.openapi.AutoSchema",
    "DEFAULT_PAGINATION_CLASS": "relportal.core.drf.pages.Cursor",
    "DEFAULT_FILTER_BACKENDS": ["django_filters.rest_framework.DjangoFilterBackend"],
    "DEFAULT_RENDERER_CLASSES": ["rest_framework.renderers.JSONRenderer"],
    "DEFAULT_PARSER_CLASSES": ["rest_framework.parsers.JSONParser"],
    "DEFAULT_THROTTLE_CLASSES": ["relportal.core.drf.throttling.LocalThrottle"],
    "DEFAULT_THROTTLE_RATES": {"user": "1200/min"},
    "EXCEPTION_HANDLER": "relportal.core.drf.problems.problem_response",
    "PAGE_SIZE": 50,
}
SPECTACULAR_SETTINGS = {
    "TITLE": "relportal",
    "DESCRIPTION": "Service and SLO catalog, error budgets and burn rates.",
    "VERSION": "1",
    "OAS_VERSION": "3.1.0",
    "SCHEMA_PATH_PREFIX": r"/api/v1",
    "SERVE_INCLUDE_SCHEMA": False,
    "SERVE_PERMISSIONS": ["relportal.core.drf.access.ScopedAccess"],
    "COMPONENT_SPLIT_REQUEST": True,
    "POSTPROCESSING_HOOKS": [
        "drf_spectacular.hooks.postprocess_schema_enums",
        "relportal.core.drf.schema.document_problems",
    ],
    # Names for choices that several components call by one word.
    "ENUM_NAME_OVERRIDES": {
        "IndicatorKindEnum": "slo.models.IndicatorKind",
        "LinkKindEnum": "relportal.core.models.LinkKind",
        "AlertSeverityEnum": "slo.models.AlertSeverity",
        "IncidentKindEnum": "incidents.models.Kind",
        "IncidentStateEnum": "incidents.models.State",
        "IncidentRoleEnum": "incidents.models.IncidentRole",
        "DeployStateEnum": "incidents.models.DeployState",
        "ActionStateEnum": "incidents.models.ActionState",
        "ActionKindEnum": "incidents.models.ActionKind",
        "PostmortemStateEnum": "incidents.models.PostmortemState",
        "SectionKindEnum": "incidents.models.SectionKind",
        "ProblemSeverityEnum": ["error", "note"],
        "EstimateSourceEnum": "risks.models.EstimateSource",
        "ApproverEnum": "risks.models.Approver",
        "ExceptionKindEnum": "risks.models.ExceptionKind",
        "ExceptionStateEnum": "risks.queries.exceptions.standing.Standing",
        "SignatureVerdictEnum": "risks.models.Verdict",
        "AskOptionKeyEnum": ["1", "2", "3", "4", "nothing"],
        "InvestmentStateEnum": "reports.models.InvestmentState",
        "AskStateEnum": "reports.models.AskState",
        "InitiativeStateEnum": "reports.domain.initiatives.State",
        "VersionStateEnum": "risks.models.MatrixState",
        "ReviewStateEnum": "reports.models.ReviewState",
        "RitualKindEnum": "reports.models.RitualKind",
        "RitualCadenceEnum": "reports.models.reviews.Cadence",
        "ScheduleCadenceEnum": "reports.models.delivery.CADENCES",
        "MailingStateEnum": "reports.models.MailingState",
        "DecisionVerdictEnum": "reports.models.Verdict",
        "ReadinessKindEnum": "reports.models.ReviewKind",
        "ReadinessStateEnum": "reports.models.ReadinessState",
        "ReadinessVerdictEnum": "reports.models.ReadinessVerdict",
        "ReadinessResultEnum": ["pass", "fail", "unknown", "not_applicable", "exempt"],
        "ReadinessAnswerEnum": ["pass", "fail", "not_applicable", "unknown"],
        "RatingKindEnum": "risks.models.RatingKind",
        "RiskStateEnum": "risks.models.RiskState",
        "TreatmentStateEnum": "risks.models.TreatmentState",
        "RecoveryKindEnum": "risks.models.RecoveryKind",
        "RecoveryVerdictEnum": "risks.models.RecoveryVerdict",
        "RoleEnum": "relportal.core.models.Role",
    },
}

LOGGING = logging_config(console=DEBUG or env.str("LOG_FORMAT", default="json") == "console")
LOGGING_CONFIG = "logging.config.dictConfig"
DJANGO_STRUCTLOG_CELERY_ENABLED = True
SILENCED_SYSTEM_CHECKS: list[str] = []
