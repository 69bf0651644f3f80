from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class RisksConfig(AppConfig):
    name = "risks"
    verbose_name = _("Risks")

    def ready(self) -> None:
        from relportal.core import saved
        from risks import receivers  # noqa: F401 - connects its receivers

        saved.provide("proposals", "risks:proposals")
