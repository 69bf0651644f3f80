from django.apps import AppConfig


class CoreConfig(AppConfig):
    name = "relportal.core"
    label = "core"
    verbose_name = "Core"
