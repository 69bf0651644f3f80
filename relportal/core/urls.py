from django.urls import path

from relportal.core.views import audit, find, operations, probes, profile, saved, teams, users

app_name = "core"
urlpatterns = [
    path("healthz", probes.healthz, name="healthz"),
    path("readyz", probes.readyz, name="readyz"),
    path("metrics", probes.metrics, name="metrics"),
    path("teams/", teams.team_list, name="team-list"),
    path("teams/new/", teams.team_create, name="team-create"),
    path("teams/<slug:slug>/", teams.team_detail, name="team-detail"),
    path("teams/<slug:slug>/edit/", teams.team_edit, name="team-edit"),
    path("users/", users.user_list, name="user-list"),
    path("users/new/", users.user_create, name="user-create"),
    path("users/<int:pk>/", users.user_detail, name="user-detail"),
    path("users/<int:pk>/roles/", users.role_grant, name="role-grant"),
    path("users/<int:pk>/roles/<int:membership>/revoke/", users.role_revoke, name="role-revoke"),
    path("users/<int:pk>/deactivate/", users.user_deactivate, name="user-deactivate"),
    path("users/<int:pk>/reactivate/", users.user_reactivate, name="user-reactivate"),
    path("users/<int:pk>/password-link/", users.password_link, name="user-password-link"),
    path("profile/", profile.profile, name="profile"),
    path("preferences/", profile.preferences, name="preferences"),
    path("tokens/", profile.token_list, name="token-list"),
    path("tokens/<int:pk>/rotate/", profile.token_rotate, name="token-rotate"),
    path("tokens/<int:pk>/revoke/", profile.token_revoke, name="token-revoke"),
    path("views/", saved.view_create, name="view-create"),
    path("views/restore/", saved.view_restore, name="view-restore"),
    path("views/<int:pk>/rename/", saved.view_rename, name="view-rename"),
    path("views/<int:pk>/delete/", saved.view_delete, name="view-delete"),
    path("audit/", audit.audit_list, name="audit"),
    path("audit/history/<slug:kind>/<str:key>/", audit.history, name="history"),
    path("operations/", operations.operations_page, name="operations"),
    path("operations/<int:pk>/retry/", operations.work_retry, name="work-retry"),
    path("search/", find.search, name="search"),
    path("r/<str:short_id>/", find.shortlink, name="shortlink"),
    path("styleguide/", find.style_guide, name="styleguide"),
]
