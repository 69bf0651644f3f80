"""What no tool tells the portal yet: people attest it, each for a while."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from django.utils.translation import gettext_lazy as _

from reports.facts._base import Fact, Readings, World, attest

YEAR: Final = 365
HALF: Final = 183


class ByHand:
    """Has no readings of its own: attestations fill in what is unknown."""

    key = "by_hand"
    facts = (
        Fact(
            key="backup_job",
            title=_("Backup job runs and is watched"),
            connect=_("No backup tool is connected: attest what you have seen."),
            where=attest,
            by_hand=HALF,
        ),
        Fact(
            key="objective_agreed",
            title=_("Objective agreed by product and owner"),
            connect=_("Agreements are not recorded here: attest the one that was made."),
            where=attest,
            by_hand=YEAR,
        ),
        Fact(
            key="fallbacks",
            title=_("Fallbacks of its dependencies are tested"),
            connect=_("Tests of fallbacks are not recorded: attest the last one."),
            where=attest,
            by_hand=YEAR,
        ),
    )

    def read(self, world: World) -> Mapping[str, Readings]:
        _unused = world
        return {}


PLUGIN = ByHand()
