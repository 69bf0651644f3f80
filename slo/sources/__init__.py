"""SLI sources: one module is one plug-in, under its own name as key; nothing else has to be edited for a new one."""

from __future__ import annotations

from relportal.core.registry import Registry
from slo.sources._base import SourcePlugin

SOURCES: Registry[SourcePlugin] = Registry("slo.sources")
