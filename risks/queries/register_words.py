"""What the register comes to, as a sentence."""

from __future__ import annotations

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from risks.queries.register_rows import Tally


def claim(tally: Tally) -> str:
    """How much of the register stands above appetite."""
    if not tally.alive:
        return _("No risk is open")
    words = {"n": tally.above, "alive": tally.alive}
    if not tally.above:
        return (
            ngettext("The only risk is within appetite", "All %(alive)d risks are within appetite", tally.alive) % words
        )
    if tally.alive == 1:
        return _("The only risk stands above appetite")
    found = ngettext(
        "%(n)d of %(alive)d risks stands above appetite", "%(n)d of %(alive)d risks stand above appetite", tally.above
    )
    return found % words
