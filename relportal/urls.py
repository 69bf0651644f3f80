"""All addresses of the portal."""

from django.urls import include, path

from relportal.core import oidc

urlpatterns = [
    path("", include("relportal.core.urls")),
    path("", include("slo.urls")),
    path("", include("incidents.urls")),
    path("", include("risks.urls")),
    path("", include("reports.urls")),
    # Before allauth's own, under its names.
    path("accounts/oidc/<slug:provider_id>/login/", oidc.login, name="openid_connect_login"),
    path("accounts/oidc/<slug:provider_id>/login/callback/", oidc.callback, name="openid_connect_callback"),
    path("accounts/", include("allauth.urls")),
    path("api/", include("relportal.api")),
]
handler400 = "relportal.core.views.errors.bad_request"
handler403 = "relportal.core.views.errors.permission_denied"
handler404 = "relportal.core.views.errors.page_not_found"
handler500 = "relportal.core.views.errors.server_error"
