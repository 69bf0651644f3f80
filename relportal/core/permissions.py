"""Who may do what: one table, one function, default deny.

An ability is held through roles. A role of a team counts only for objects of that team; a user with the auditor role reads
everything with its history and writes nothing, whatever else they hold.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final

from django.contrib.auth.models import AnonymousUser
from django.db.models import Q, QuerySet
from django.utils.translation import gettext as _

from relportal.core.exceptions import NotAllowed
from relportal.core.models import Membership, Role, User

EVERYONE: Final = frozenset(Role)
STEWARDS: Final = frozenset({Role.RELIABILITY_LEAD, Role.ADMIN})
ADMINS: Final = frozenset({Role.ADMIN})
NOBODY: Final[frozenset[Role]] = frozenset()


@dataclass(frozen=True, slots=True)
class Rule:
    """`company` roles hold everywhere, `team` roles only for objects of their team; `writes` is denied to auditors."""

    company: frozenset[Role]
    team: frozenset[Role] = NOBODY
    writes: bool = True


OWNERS: Final = frozenset({Role.SERVICE_OWNER, Role.DIRECTOR})
RESPONDERS: Final = OWNERS | {Role.RESPONDER}
DECIDERS: Final = STEWARDS | {Role.EXECUTIVE}

ABILITIES: Final[dict[str, Rule]] = {
    "catalog.view": Rule(EVERYONE, EVERYONE, writes=False),
    "service.create": Rule(STEWARDS, OWNERS),
    "service.edit": Rule(STEWARDS, OWNERS),
    "service.import": Rule(STEWARDS),
    "journey.edit": Rule(STEWARDS),
    "team.edit": Rule(ADMINS),
    "user.edit": Rule(ADMINS),
    "token.edit": Rule(EVERYONE, EVERYONE),
    # A view of one's own; those of a team are their owners' to keep.
    "view.edit": Rule(EVERYONE, EVERYONE),
    "team_view.edit": Rule(ADMINS, OWNERS),
    "source.edit": Rule(STEWARDS),
    "indicator.edit": Rule(STEWARDS, OWNERS),
    "objective.edit": Rule(STEWARDS, OWNERS),
    "maintenance.declare": Rule(STEWARDS, RESPONDERS),
    "measurement.push": Rule(STEWARDS, OWNERS),
    "backfill.request": Rule(STEWARDS, OWNERS),
    "incident.view": Rule(EVERYONE, EVERYONE, writes=False),
    "incident.declare": Rule(EVERYONE, EVERYONE),
    # Asked without an object: whoever responds for some team may help in every incident that they see.
    "incident.run": Rule(STEWARDS, RESPONDERS),
    "incident.settings": Rule(STEWARDS),
    "postmortem.edit": Rule(STEWARDS, RESPONDERS),
    "postmortem.approve": Rule(STEWARDS, OWNERS),
    "action.edit": Rule(STEWARDS, RESPONDERS),
    "action.defer": Rule(STEWARDS, OWNERS),
    # Raw deliveries may hold what only those who connect tools should read.
    "integration.view": Rule(STEWARDS | {Role.AUDITOR}, writes=False),
    "integration.edit": Rule(STEWARDS),
    "deploy.record": Rule(STEWARDS, RESPONDERS),
    "risk.view": Rule(EVERYONE, EVERYONE, writes=False),
    "risk.edit": Rule(STEWARDS, RESPONDERS),
    # What the owner of a risk does with it, whichever role they have.
    "risk.own": Rule(EVERYONE, EVERYONE),
    "risk.close": Rule(STEWARDS, OWNERS),
    "risk.import": Rule(STEWARDS),
    # The scale, the tolerance, what a minute is worth, and who signs what.
    "risk.settings": Rule(STEWARDS),
    "proposal.decide": Rule(STEWARDS, OWNERS),
    # Asked without an object: whoever works for some team may ask; who signs is the policy's to say.
    "exception.request": Rule(STEWARDS, RESPONDERS),
    # An administrator keeps the portal and signs nothing.
    "exception.sign": Rule(frozenset({Role.RELIABILITY_LEAD, Role.EXECUTIVE}), OWNERS),
    "exception.end": Rule(STEWARDS, OWNERS),
    # What services promise after a disaster, and the tests of it: by those who answer for them.
    "recovery.record": Rule(STEWARDS, OWNERS),
    # An administrator keeps the portal and approves nothing.
    "recovery.approve": Rule(frozenset({Role.RELIABILITY_LEAD, Role.EXECUTIVE}), OWNERS),
    "report.view": Rule(EVERYONE, EVERYONE, writes=False),
    # Of one's own team; those of the company are its stewards' to enter and explain.
    "kpi.enter": Rule(STEWARDS, OWNERS),
    "kpi.comment": Rule(STEWARDS, OWNERS),
    "kpi.target": Rule(STEWARDS),
    # Of one's own team; those of the company are its stewards' to write.
    "report.write": Rule(STEWARDS, OWNERS),
    "report.comment": Rule(EVERYONE, EVERYONE),
    # An administrator keeps the portal and approves nothing.
    "report.approve": Rule(frozenset({Role.RELIABILITY_LEAD, Role.EXECUTIVE}), frozenset({Role.DIRECTOR})),
    "report.publish": Rule(STEWARDS, frozenset({Role.DIRECTOR})),
    "ladder.edit": Rule(STEWARDS),
    # What no tool tells of a service, by those who answer for it.
    "ladder.attest": Rule(STEWARDS, OWNERS),
    "readiness.edit": Rule(STEWARDS, RESPONDERS),
    # An administrator keeps the portal and decides on no launch.
    "readiness.decide": Rule(frozenset({Role.RELIABILITY_LEAD, Role.EXECUTIVE}), frozenset({Role.DIRECTOR})),
    "readiness.template": Rule(STEWARDS),
    # Those of a team are their owners'; those of the company its stewards'.
    "initiative.edit": Rule(STEWARDS, OWNERS),
    "report.schedule": Rule(STEWARDS, OWNERS),
    # To show a published report to people without an account.
    "report.share": Rule(STEWARDS | {Role.EXECUTIVE}, frozenset({Role.DIRECTOR})),
    # Which of the e-mails that name oneself one wants: an auditor, who is sent them as well, stops them as well.
    "report.subscribe": Rule(EVERYONE, EVERYONE, writes=False),
    "ask.edit": Rule(DECIDERS, OWNERS),
    # What the decider does with an ask, whichever role they have.
    "ask.decide": Rule(EVERYONE, EVERYONE),
    "decision.record": Rule(DECIDERS, OWNERS),
    # Writing down what somebody has decided elsewhere.
    "decision.for_others": Rule(STEWARDS),
    "ritual.edit": Rule(STEWARDS, OWNERS),
    # Without a team it is the company's: whoever responds for some team may lead it.
    "review.run": Rule(STEWARDS, RESPONDERS),
    "audit.view": Rule(STEWARDS | {Role.AUDITOR}, writes=False),
    "work.view": Rule(STEWARDS | {Role.AUDITOR}, writes=False),
    "work.retry": Rule(STEWARDS),
    "user.view": Rule(ADMINS | {Role.AUDITOR}, writes=False),
    "styleguide.view": Rule(ADMINS, writes=False),
}


class System:
    """The portal itself, as the actor of scheduled work; it may do everything and is named so in the audit."""

    display_name = "relportal"

    def __str__(self) -> str:
        return self.display_name


SYSTEM: Final = System()
Actor = User | AnonymousUser | System


def team_of(obj: Any) -> int | None:
    """The id of the team that an object belongs to: its own, or its service's."""
    team_id = getattr(obj, "team_id", None)
    if team_id is not None:
        return int(team_id)
    service = getattr(obj, "service", None)
    return None if service is None else team_of(service)


def allowed(user: Actor, ability: str, obj: Any = None) -> bool:
    """Whether `user` has `ability`, for `obj` when the ability is one of a team.

    Without `obj` the answer for a team role is whether it holds for some team, which is what shows or hides a button.
    An unknown ability is a KeyError: a typo must not read as "nobody".
    """
    rule = ABILITIES[ability]
    if isinstance(user, System):
        return True
    if not isinstance(user, User) or not user.is_active:
        return False
    roles = user.roles
    if rule.writes and (Role.AUDITOR, None) in roles:
        return False
    if any((role, None) in roles for role in rule.company):
        return True
    if obj is None or not rule.writes:
        return any(role in rule.team for role, _team in roles)
    team_id = team_of(obj)
    return team_id is not None and any((role, team_id) in roles for role in rule.team)


def require(user: Actor, ability: str, obj: Any = None) -> None:
    """Raises: NotAllowed, with a sentence that says which ability is missing."""
    if not allowed(user, ability, obj):
        raise NotAllowed(
            _("You are not allowed to do this (%(ability)s). Ask an administrator for a role that has it.")
            % {"ability": ability},
            ability=ability,
        )


def able(ability: str) -> QuerySet[User]:
    """Everyone who has `ability` for some object, as `allowed` without one: to choose a person from, in one statement."""
    rule = ABILITIES[ability]
    company, team = [role.value for role in rule.company], [role.value for role in rule.team]
    held = Membership.objects.filter(Q(role__in=company, team=None) | Q(role__in=team))
    found = Q(pk__in=held.values("user"))
    if Role.ADMIN in rule.company:
        found |= Q(is_superuser=True)
    people = User.objects.filter(found, is_active=True)
    if rule.writes:
        auditors = Membership.objects.filter(role=Role.AUDITOR, team=None)
        people = people.exclude(pk__in=auditors.values("user"))
    return people
