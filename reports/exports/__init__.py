"""What a published report is given out as: one file is one format, a pure function of the payload to bytes."""

from __future__ import annotations

from typing import Final

from relportal.core.registry import Registry
from reports.exports._base import Format

FORMATS: Final[Registry[Format]] = Registry("reports.exports")
