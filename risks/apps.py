from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class RisksConfig(AppConfig):
    name = "risks"
    verbose_name = _("Risks")

    def ready(self) -> None:
        from incidents.actions.reminders import PAUSES
        from relportal.core import money, saved
        from risks import panels, receivers  # noqa: F401 - registers its panels, connects its receivers
        from risks.actions.exception_reminders import excused
        from risks.queries import search as register
        from risks.queries.exceptions import search as exceptions
        from risks.queries.minute_worth import minute_worth
        from risks.queries.recovery import search as recovery

        # The register.
        register.offer()
        saved.provide("risks", "risks:list")
        # What a customer minute is worth.
        money.provide(minute_worth)
        # Exceptions.
        exceptions.offer()
        saved.provide("exceptions", "risks:exception-list")
        saved.provide("signed", "risks:signed")
        if excused not in PAUSES:
            PAUSES.append(excused)
        # Recovery.
        recovery.offer()
        saved.provide("recovery", "risks:recovery-list")
        # Proposals.
        saved.provide("proposals", "risks:proposals")
