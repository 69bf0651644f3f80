"""Says, once a change is committed, that figures are no longer what was computed."""

from __future__ import annotations

import datetime as dt
from functools import partial

from django.db import transaction
from django.db.models import Model

from reports.signals import figures_outdated, levels_outdated


def outdate(sender: type[Model], *, at: dt.datetime) -> None:
    """To be called in the transaction of the change."""
    transaction.on_commit(partial(figures_outdated.send, sender, at=at), robust=True)


def outdate_levels(sender: type[Model], *, at: dt.datetime) -> None:
    """As `outdate`, of what services are judged by."""
    transaction.on_commit(partial(levels_outdated.send, sender, at=at), robust=True)
