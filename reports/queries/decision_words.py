"""Asks and decisions in words."""

from __future__ import annotations

from typing import Final

from django.utils.translation import gettext_lazy as _

from reports.domain.asks import FollowUp
from reports.queries.asks import AskStanding
from reports.queries.decision_log import Origin

STANDINGS: Final = {
    AskStanding.OVERDUE: _("Overdue"),
    AskStanding.SOON: _("Wanted soon"),
    AskStanding.LATER: _("Wants a decision"),
    AskStanding.DECIDED: _("Decided"),
    AskStanding.WITHDRAWN: _("Withdrawn"),
    AskStanding.LAPSED: _("Lapsed"),
}
FOLLOW_UPS: Final = {
    FollowUp.NONE: _("Not followed up"),
    FollowUp.OPEN: _("Outcome to come"),
    FollowUp.OVERDUE: _("Outcome overdue"),
    FollowUp.WORKED: _("It worked"),
    FollowUp.DID_NOT: _("It did not work"),
    FollowUp.SUPERSEDED: _("Superseded"),
}
FOLLOW_UP_BANDS: Final = {
    FollowUp.OVERDUE: "at_risk",
    FollowUp.WORKED: "healthy",
    FollowUp.DID_NOT: "breached",
}
ORIGINS: Final = {
    Origin.ASK: _("Asked for"),
    Origin.REVIEW: _("In a review"),
    Origin.ALONE: _("On its own"),
    Origin.EXCEPTION: _("Exception"),
}
