"""What is frozen leads to incidents that may have become confidential since: in a report for nobody, in a pack for outsiders."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from functools import cached_property
from typing import Any, Final

from django.db.models import Q
from django.utils.translation import gettext as _

from incidents.models import ActionItem, Incident
from relportal.core.models import User
from reports.domain.payload import Payload, written
from reports.domain.reviews import Fact

_INCIDENTS: Final = re.compile(r"/incidents/(\d{1,18})/")
"""With whatever is below them, such as the postmortem."""
_MENTIONED: Final = re.compile(r"\bINC-(\d{1,18})\b")
_ACTIONS: Final = re.compile(r"/actions/(\d{1,18})/")


def confidential_in(payload: Payload) -> tuple[str, ...]:
    """Short ids of the private incidents to which it leads, themselves or by an action, or that its words mention.

    One statement.
    """
    text = written(payload).decode()
    words = "\n".join(f"{page.title}\n{page.so_what}\n{page.narrative}" for page in payload.pages)
    incidents, actions = _numbers(_INCIDENTS, text) | _numbers(_MENTIONED, words), _numbers(_ACTIONS, text)
    by_action = ActionItem.objects.filter(pk__in=actions).values("incident")
    rows = Incident.objects.filter(Q(pk__in=incidents) | Q(pk__in=by_action), is_private=True)
    return tuple(row.short_id for row in rows.order_by("pk"))


@dataclass(frozen=True)
class Hidden:
    """What `user` may not see of incidents and actions, read when it is first asked for. Two statements."""

    user: User

    @cached_property
    def incidents(self) -> frozenset[int]:
        seen = Incident.objects.visible_to(self.user).values("pk")
        rows = Incident.objects.filter(is_private=True).exclude(pk__in=seen)
        return frozenset(rows.values_list("pk", flat=True))

    @cached_property
    def actions(self) -> frozenset[int]:
        seen = ActionItem.objects.visible_to(self.user).values("pk")
        rows = ActionItem.objects.filter(incident__is_private=True).exclude(pk__in=seen)
        return frozenset(rows.values_list("pk", flat=True))

    def hides(self, url: str) -> bool:
        incidents, actions = _numbers(_INCIDENTS, url), _numbers(_ACTIONS, url)
        return bool((incidents and incidents & self.incidents) or (actions and actions & self.actions))


def masked(block: Mapping[str, Any], hidden: Hidden) -> dict[str, Any]:
    """A block of a pack, as it is stored. What is hidden keeps its line, so that the counts hold, and loses its name."""
    facts = [
        asdict(Fact(label=_("Confidential"))) if hidden.hides(each.get("url", "")) else each
        for each in block.get("facts", ())
    ]
    return {**block, "facts": facts}


def _numbers(path: re.Pattern[str], text: str) -> set[int]:
    return {int(each) for each in path.findall(text)}
