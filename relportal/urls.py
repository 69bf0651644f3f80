"""All addresses of the portal."""

from django.urls import include, path

urlpatterns = [
    path("", include("relportal.core.urls")),
    path("", include("slo.urls")),
    path("accounts/", include("allauth.urls")),
    path("api/", include("relportal.api")),
]
