"""What no tool tells the portal yet: people attest it, each for a while."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from django.utils.translation import gettext_lazy as _

from reports.domain.ladder import FactKind
from reports.domain.values import Better
from reports.facts._base import Fact, Readings, World, attest

YEAR: Final = 365
HALF: Final = 183
LONG: Final = 3 * YEAR


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
            key="restore_test",
            title=_("Days since a restore was tested"),
            connect=_("No recovery tests are recorded: attest the last restore whose data was checked."),
            kind=FactKind.DAYS,
            better=Better.DOWN,
            where=attest,
            by_hand=LONG,
        ),
        Fact(
            key="dr_test",
            title=_("Last recovery test met its objectives"),
            connect=_("No recovery tests are recorded: attest the last one."),
            where=attest,
            by_hand=YEAR,
        ),
        Fact(
            key="game_day",
            title=_("Days since a game day"),
            connect=_("Game days are not recorded: attest the last one."),
            kind=FactKind.DAYS,
            better=Better.DOWN,
            where=attest,
            by_hand=LONG,
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
