"""The register of Perronova: what its people wrote down in a year, by the part of the company."""

from __future__ import annotations

from typing import Final

from relportal.demo.register import booking, channels, payments, platform, supply
from relportal.demo.register.parts import DemoRisk

MATERIALISED: Final = channels.MATERIALISED
REGISTER: Final[tuple[DemoRisk, ...]] = tuple(
    sorted(
        (*payments.RISKS, *booking.RISKS, *supply.RISKS, *channels.RISKS, *platform.RISKS),
        key=lambda one: one.written,
    )
)
"""In the order in which they were written down."""
