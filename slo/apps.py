from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class SloConfig(AppConfig):
    name = "slo"
    verbose_name = _("Service levels")
