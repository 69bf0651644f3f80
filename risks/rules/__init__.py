"""Rules that propose risks: one module is one rule, under its own name as key; nothing else has to be edited for a new one."""

from __future__ import annotations

from relportal.core.registry import Registry
from risks.rules._base import Rule

RULES: Registry[Rule] = Registry("risks.rules")
