from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class IncidentsConfig(AppConfig):
    name = "incidents"
    verbose_name = _("Incidents")

    def ready(self) -> None:
        from incidents import panels, receivers  # noqa: F401 - registers its panels, connects its receivers
        from incidents.actions.rotation import rotate_integration_keys
        from incidents.queries import search
        from relportal.core import saved
        from slo.actions.rotation import ROTATORS

        search.offer()
        saved.provide("alerts", "incidents:alert-list")
        saved.provide("deploys", "incidents:deploy-list")
        saved.provide("postmortems", "incidents:postmortem-list")
        saved.provide("actions", "incidents:action-list")
        if rotate_integration_keys not in ROTATORS:
            ROTATORS.append(rotate_integration_keys)
