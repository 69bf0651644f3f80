"""Tools that send alerts and deploys: one module is one plug-in, under its own name as key; nothing else has to be edited."""

from __future__ import annotations

from incidents.webhooks._base import Hook
from relportal.core.registry import Registry

HOOKS: Registry[Hook] = Registry("incidents.webhooks")
