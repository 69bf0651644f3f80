"""One exception with everything that its page says: how it stands, its path, what was seen, and how it went on."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from django.utils.formats import date_format
from django.utils.translation import gettext as _

from relportal.core import company
from relportal.core.exceptions import Missing
from relportal.core.models import User
from relportal.core.permissions import allowed
from risks.models import Evidence, ExceptionKind, GovernanceException, RiskState, Signature, Verdict
from risks.queries.evidence import listed
from risks.queries.exceptions.policy import LevelWord, level_words
from risks.queries.exceptions.seen import sha256
from risks.queries.exceptions.signers import Signer, Turn, signers, turn
from risks.queries.exceptions.standing import Standing, ends_in, standing
from risks.queries.frozen_figures import Figure, kept


@dataclass(frozen=True, slots=True)
class StepLine:
    """`pending`: it is the next one. `intact` None: not decided; else whether what was seen still has its SHA-256."""

    signature: Signature
    pending: bool
    intact: bool | None

    @property
    def figures(self) -> tuple[Figure, ...]:
        """Empty for what was signed before they were kept."""
        return kept(self.signature.figures)

    @property
    def band(self) -> str:
        if self.signature.verdict == Verdict.REFUSED:
            return "breached"
        if self.signature.verdict == Verdict.APPROVED:
            return "healthy"
        return "at_risk" if self.pending else "no_data"


@dataclass(frozen=True, slots=True)
class ExceptionDetail:
    """`who` may decide the next step now; `turn` is what the viewer may do about it. `chain` holds this and what it renews
    and is renewed by, the oldest first. `raised` is the level that its risk has now, where that is above the one of the path.
    """

    one: GovernanceException
    standing: Standing
    claim: str
    level: LevelWord | None
    steps: tuple[StepLine, ...]
    who: tuple[Signer, ...]
    turn: Turn | None
    chain: tuple[GovernanceException, ...]
    raised: str
    evidence: tuple[Evidence, ...]
    may_renew: bool
    may_withdraw: bool
    may_end: bool
    may_attach: bool

    @property
    def waits(self) -> bool:
        return self.standing is Standing.WAITING


def visible(user: User, number: int) -> GovernanceException:
    """Raises: Missing."""
    rows = GovernanceException.objects.visible_to(user).select_related(
        "requester", "team", "service", "objective__service", "action", "renews", "risk__owner", "risk__current__level"
    )
    found = rows.filter(pk=number).first()
    if found is None:
        raise Missing(_("There is no such exception."))
    return found


def detail(user: User, one: GovernanceException, *, at: dt.datetime) -> ExceptionDetail:
    stands = standing(one, at=at)
    signatures = list(one.signatures.select_related("by", "on_behalf_of").order_by("position"))
    waits = stands is Standing.WAITING
    who = signers(one, signatures, at=at) if waits else ()
    words = level_words()
    own = one.requester_id == user.pk and allowed(user, "exception.request")
    ends = allowed(user, "exception.end", one)
    chain = _chain(one)
    renewed = any(each.renews_id == one.pk and standing(each, at=at) not in _AGAIN for each in chain)
    return ExceptionDetail(
        one,
        stands,
        claim(one, stands, signatures, at=at),
        words.get(one.level),
        _steps(signatures, waits=waits),
        who,
        turn(user, one, signatures, at=at) if waits and allowed(user, "exception.sign") else None,
        chain,
        _raised(one, words) if stands.is_live else "",
        tuple(listed(one)),
        may_renew=stands in _RENEWED and not renewed and allowed(user, "exception.request"),
        may_withdraw=waits and (own or ends),
        may_end=stands in {Standing.IN_FORCE, Standing.ENDING} and ends,
        may_attach=own or ends,
    )


_RENEWED = frozenset({Standing.IN_FORCE, Standing.ENDING, Standing.EXPIRED})
_AGAIN = frozenset({Standing.REFUSED, Standing.WITHDRAWN, Standing.LAPSED})
"""How a renewal stands that does not count: it may be asked for again."""


def claim(one: GovernanceException, stands: Standing, signatures: list[Signature], *, at: dt.datetime) -> str:
    """The title of its page: the answer first."""
    last = date_format(company.day(one.last_moment))
    if stands in {Standing.IN_FORCE, Standing.ENDING}:
        accepted = one.kind == ExceptionKind.RISK
        words = _("Accepted until %(day)s; %(ends)s") if accepted else _("Excepted until %(day)s; %(ends)s")
        return words % {"day": last, "ends": ends_in(one, at=at)}
    if stands is Standing.WAITING:
        step = next((each for each in signatures if not each.verdict), None)
        role = str(step.get_approver_display()) if step is not None else ""
        return _("Waits for a signature: %(role)s") % {"role": role}
    ended = date_format(company.day(one.ended_at)) if one.ended_at is not None else last
    return {
        Standing.EXPIRED: _expired(one) % {"day": last},
        Standing.LAPSED: _("Came to its end on %(day)s before everybody had signed") % {"day": last},
        Standing.REFUSED: _("Refused on %(day)s") % {"day": ended},
        Standing.WITHDRAWN: _("Withdrawn on %(day)s") % {"day": ended},
        Standing.ENDED: _("Ended early, on %(day)s") % {"day": ended},
    }[stands]


def _expired(one: GovernanceException) -> str:
    if one.risk is not None and one.kind == ExceptionKind.RISK and one.risk.state == RiskState.OPEN:
        return _("Expired after %(day)s: the risk is open again")
    return _("Expired after %(day)s")


def _steps(signatures: list[Signature], *, waits: bool) -> tuple[StepLine, ...]:
    first = next((each.position for each in signatures if not each.verdict), None) if waits else None
    return tuple(
        StepLine(each, each.position == first, sha256(each.seen) == each.sha256 if each.verdict else None)
        for each in signatures
    )


def _chain(one: GovernanceException) -> tuple[GovernanceException, ...]:
    """Walks back to the first and forward to all that renew any of these; a chain is as long as somebody has patience."""
    found = {one.pk: one}
    older = one
    while older.renews_id is not None and older.renews_id not in found:
        older = GovernanceException.objects.get(pk=older.renews_id)
        found[older.pk] = older
    edge = [one.pk]
    while edge:
        newer = [each for each in GovernanceException.objects.filter(renews__in=edge) if each.pk not in found]
        found |= {each.pk: each for each in newer}
        edge = [each.pk for each in newer]
    return tuple(sorted(found.values(), key=lambda each: (each.requested_at, each.pk)))


def _raised(one: GovernanceException, words: dict[str, LevelWord]) -> str:
    rating = one.risk.current if one.risk is not None else None
    if rating is None or rating.level.key == one.level:
        return ""
    asked = words.get(one.level)
    return rating.level.name if asked is None or rating.level.position > asked.position else ""
