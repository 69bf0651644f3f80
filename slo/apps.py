from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class SloConfig(AppConfig):
    name = "slo"
    verbose_name = _("Service levels")

    def ready(self) -> None:
        from relportal.core import saved
        from slo import receivers  # noqa: F401 - connects the receivers when the models are there
        from slo.queries import catalog_search, objective_search

        catalog_search.offer()
        objective_search.offer()
        saved.provide("services", "slo:service-list")
        saved.provide("objectives", "slo:objective-list")
