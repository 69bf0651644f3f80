"""Says, once a change is committed, that the portfolio is no longer what was simulated."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from functools import partial

from django.db import transaction
from django.db.models import Model

from risks.models import Risk, Unit
from risks.signals import portfolio_outdated


def outdate(sender: type[Model], units: Sequence[Unit], *, at: dt.datetime) -> None:
    """To be called in the transaction of the change; nothing to say of no units."""
    if units:
        transaction.on_commit(partial(_announce, sender, tuple(units), at), robust=True)


def outdate_risk(risk: Risk, *, at: dt.datetime) -> None:
    """A risk that can happen again, or no longer: the units in which it is estimated."""
    units = [unit for unit, held in ((Unit.MONEY, risk.money_id), (Unit.MINUTES, risk.minutes_id)) if held is not None]
    outdate(Risk, units, at=at)


def _announce(sender: type[Model], units: tuple[Unit, ...], at: dt.datetime) -> None:
    portfolio_outdated.send(sender, units=units, at=at)
