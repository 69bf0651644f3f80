"""What the portal proposes: the list, one of them with the risks that it may belong to, and how each rule does."""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any, Final

from django.db.models import Count, F, Q, QuerySet
from django.utils.translation import gettext as _

from relportal.core.exceptions import Missing
from relportal.core.models import Service, User, WorkItem
from relportal.core.permissions import allowed
from risks.domain.likeness import Described, nearest
from risks.domain.matrix import Step
from risks.models import Proposal, ProposalState, Risk, RiskService
from risks.queries.scale import current
from risks.rules import RULES

LOOK: Final = "risks.proposals"
"""The kind of work that looks; its one piece has the key "all"."""
PAGE_SIZE: Final = 50
SIMILAR: Final = 3
DECIDED: Final = "decided"
EVERYTHING: Final = "all"
DECISIONS: Final = (ProposalState.ACCEPTED, ProposalState.MERGED, ProposalState.DISMISSED)
RECENT: Final = 10


@dataclass(frozen=True, slots=True, kw_only=True)
class ProposalFilters:
    """Empty: not filtered by; without `states` those that wait. `states` may hold "decided" and "all"."""

    text: str = ""
    states: tuple[str, ...] = ()
    rules: tuple[str, ...] = ()
    teams: tuple[str, ...] = ()
    services: tuple[str, ...] = ()


class ProposalSort(StrEnum):
    RULE = "rule"
    TITLE = "title"
    TEAM = "team"
    FOUND = "found"


@dataclass(frozen=True, slots=True)
class ProposalOrder:
    sort: ProposalSort = ProposalSort.RULE
    descending: bool = False


@dataclass(frozen=True, slots=True)
class RuleWords:
    """`about` is empty for a rule whose plug-in is gone: what it found stays, and can be decided."""

    key: str
    title: str
    about: str

    @property
    def is_missing(self) -> bool:
        return not self.about


@dataclass(frozen=True, slots=True)
class Proof:
    label: str
    url: str


@dataclass(frozen=True, slots=True)
class ProposalRow:
    """`sentence` is empty where the rule that could say it is gone. `similar` are open risks that it may belong to, the likest
    first; `earlier` is the last decision on the same subject, for less evidence."""

    proposal: Proposal
    rule: RuleWords
    sentence: str
    services: tuple[Service, ...]
    proofs: tuple[Proof, ...]
    similar: tuple[Risk, ...]
    earlier: Proposal | None
    may_decide: bool


@dataclass(frozen=True, slots=True)
class LastLook:
    """`failed`: the title of a rule and what went wrong with it."""

    at: dt.datetime
    failed: tuple[tuple[RuleWords, str], ...]


@dataclass(frozen=True, slots=True)
class ProposalList:
    """`waiting` counts what waits for a decision, whatever is filtered by; `grouped`: the rows stand by their rule."""

    rows: tuple[ProposalRow, ...]
    total: int
    waiting: int
    page: int
    size: int | None
    grouped: bool


def rule_words(key: str) -> RuleWords:
    rule = RULES.get(key)
    if rule is None:
        return RuleWords(key, _("Missing plug-in “%(key)s”") % {"key": key}, "")
    return RuleWords(key, str(rule.title), str(rule.about))


def sentence_of(proposal: Proposal) -> str:
    """Empty where no rule can say it: its plug-in is gone, or it is of another release."""
    try:
        return RULES[proposal.rule].sentence(proposal.facts)
    except KeyError:
        return ""


def waiting_count(user: User) -> int:
    """For the tab: how much waits for a decision."""
    return Proposal.objects.visible_to(user).waiting().count()


def last_look() -> LastLook | None:
    """None before the first one."""
    item = WorkItem.objects.filter(kind=LOOK, key="all", last_run_at__isnull=False).first()
    if item is None or item.last_run_at is None:
        return None
    failed: Mapping[str, str] = (item.result or {}).get("failed", {})
    return LastLook(item.last_run_at, tuple((rule_words(key), error) for key, error in sorted(failed.items())))


def found(user: User, filters: ProposalFilters) -> QuerySet[Proposal]:
    rows = Proposal.objects.visible_to(user)
    for word in filters.text.split():
        said = Q(title__icontains=word) | Q(cause__icontains=word) | Q(services__name__icontains=word)
        rows = rows.filter(pk__in=Proposal.objects.filter(said).values("pk"))
    rows = rows.filter(_states(filters.states))
    if filters.rules:
        rows = rows.filter(rule__in=filters.rules)
    if filters.teams:
        rows = rows.filter(team__slug__in=filters.teams)
    if filters.services:
        rows = rows.filter(pk__in=Proposal.objects.filter(services__slug__in=filters.services).values("pk"))
    return rows


def _states(states: Iterable[str]) -> Q:
    wanted = set(states) or {ProposalState.OPEN.value}
    if EVERYTHING in wanted:
        return Q()
    if DECIDED in wanted:
        wanted |= {state.value for state in DECISIONS}
    return Q(state__in=wanted)


def proposal_rows(
    user: User,
    *,
    filters: ProposalFilters,
    order: ProposalOrder,
    at: dt.datetime,  # noqa: ARG001 - every list is asked alike
    page: int = 1,
    size: int | None = PAGE_SIZE,
) -> ProposalList:
    """One page; `size` None: everything, for a CSV."""
    matching = found(user, filters)
    total = matching.count()
    page = max(1, min(page, -(-total // size))) if size and total else 1
    ordered = _with_words(matching).order_by(*_ordering(order))
    chosen = list(ordered[(page - 1) * size : page * size] if size else ordered)
    grouped = order.sort is ProposalSort.RULE
    return ProposalList(rows_of(user, chosen), total, waiting_count(user), page, size, grouped)


def _with_words(rows: QuerySet[Proposal]) -> QuerySet[Proposal]:
    return rows.select_related("category", "team", "decided_by", "risk").prefetch_related("services")


def _ordering(order: ProposalOrder) -> tuple[Any, ...]:
    column = {
        ProposalSort.RULE: F("rule"),
        ProposalSort.TITLE: F("title"),
        ProposalSort.TEAM: F("team__name"),
        ProposalSort.FOUND: F("found_at"),
    }[order.sort]
    first = column.desc(nulls_last=True) if order.descending else column.asc(nulls_last=True)
    return (first, F("found_at").desc(), F("pk").desc())


def rows_of(user: User, proposals: Sequence[Proposal]) -> tuple[ProposalRow, ...]:
    """With what each may belong to, for all of them in three statements."""
    services = {row.pk: tuple(sorted(row.services.all(), key=lambda one: (one.tier, one.name))) for row in proposals}
    waiting = [row for row in proposals if row.is_waiting]
    earlier = _earlier(user, waiting)
    similar = _Similar.of({one.pk for row in waiting for one in services[row.pk]}, waiting, earlier)
    words = {key: rule_words(key) for key in {row.rule for row in proposals}}
    return tuple(
        ProposalRow(
            proposal=row,
            rule=words[row.rule],
            sentence=sentence_of(row),
            services=services[row.pk],
            proofs=tuple(Proof(str(one["label"]), str(one["url"])) for one in row.evidence),
            similar=similar.to(row, services[row.pk], earlier.get(row.pk)) if row.is_waiting else (),
            earlier=earlier.get(row.pk),
            may_decide=row.is_waiting and allowed(user, "proposal.decide", row),
        )
        for row in proposals
    )


def _earlier(user: User, proposals: Sequence[Proposal]) -> dict[int, Proposal]:
    """The last decision on the subject of each."""
    if not proposals:
        return {}
    decided = Proposal.objects.visible_to(user).filter(state__in=DECISIONS, rule__in={row.rule for row in proposals})
    mine = Q()
    for row in proposals:
        mine |= Q(rule=row.rule, evidence_key__startswith=f"{row.subject}:")
    by_subject = {
        (row.rule, row.subject): row
        for row in decided.filter(mine).select_related("risk", "decided_by").order_by("decided_at")
    }
    return {row.pk: held for row in proposals if (held := by_subject.get((row.rule, row.subject))) is not None}


@dataclass(frozen=True, slots=True)
class _Similar:
    """Open risks of the services of a page, by service, and those that proposals name themselves."""

    risks: dict[int, Risk]
    described: dict[int, Described] = field(default_factory=dict)
    by_service: dict[int, set[int]] = field(default_factory=dict)

    @classmethod
    def of(cls, services: set[int], proposals: Sequence[Proposal], earlier: Mapping[int, Proposal]) -> _Similar:
        named = {int(row.facts["risk"]) for row in proposals if row.facts.get("risk")}
        named |= {row.risk_id for row in earlier.values() if row.risk_id is not None}
        if not services and not named:
            return cls({})
        near = RiskService.objects.filter(service__in=services).values("risk")
        rows = Risk.objects.alive().filter(Q(pk__in=near) | Q(pk__in=named)).select_related("category")
        risks = {row.pk: row for row in rows}
        held: dict[int, set[int]] = defaultdict(set)
        by_service: dict[int, set[int]] = defaultdict(set)
        for risk, service in RiskService.objects.filter(risk__in=risks).values_list("risk_id", "service_id"):
            held[risk].add(service)
            by_service[service].add(risk)
        described = {pk: _described(row, frozenset(held[pk])) for pk, row in risks.items()}
        return cls(risks, described, dict(by_service))

    def to(self, row: Proposal, services: Sequence[Service], earlier: Proposal | None) -> tuple[Risk, ...]:
        """What it plainly belongs to, then the likest of those that share a service."""
        mine = frozenset(one.pk for one in services)
        near = {pk for each in mine for pk in self.by_service.get(each, ())}
        named = [row.facts.get("risk"), earlier.risk_id if earlier is not None else None]
        likest = nearest(_described(row, mine), [self.described[pk] for pk in near], most=SIMILAR)
        keys = [pk for pk in named if pk in self.risks] + [one.key for one in likest]
        return tuple(self.risks[pk] for pk in dict.fromkeys(keys))[:SIMILAR]


def _described(row: Proposal | Risk, services: frozenset[int]) -> Described:
    return Described(row.pk, row.title, services, str(row.category_id or ""))


def visible(user: User, number: int) -> Proposal:
    """Raises: Missing, also for one that shows what the viewer may not see."""
    row = _with_words(Proposal.objects.visible_to(user)).filter(pk=number).first()
    if row is None:
        raise Missing(_("There is no such proposal."))
    return row


def spoken_for(proposal: Proposal) -> Step | None:
    """The likelihood that its evidence speaks for, by the scale in force; None where it says nothing of how often."""
    rate = proposal.facts.get("per_year")
    return None if rate is None else current().scale.likelihood_of(float(rate))


@dataclass(frozen=True, slots=True)
class RuleRecord:
    """What came of what a rule found; `error` is why it could not look the last time."""

    words: RuleWords
    counts: Mapping[ProposalState, int]
    error: str
    recent: tuple[Proposal, ...]

    @property
    def decided(self) -> int:
        return sum(self.counts[state] for state in DECISIONS)

    @property
    def taken(self) -> int:
        """How many became a risk or joined one."""
        return self.counts[ProposalState.ACCEPTED] + self.counts[ProposalState.MERGED]

    @property
    def share(self) -> float | None:
        return self.taken / self.decided if self.decided else None


def rule_record(user: User, key: str) -> RuleRecord:
    """Raises: Missing for a rule that never was."""
    rows = Proposal.objects.visible_to(user).filter(rule=key)
    counted = {ProposalState(state): n for state, n in rows.values_list("state").annotate(n=Count("pk")).order_by()}
    if key not in RULES and not counted:
        raise Missing(_("There is no such rule."))
    counts = {state: counted.get(state, 0) for state in ProposalState}
    look = last_look()
    errors = {words.key: error for words, error in look.failed} if look is not None else {}
    recent = rows.filter(state__in=DECISIONS).select_related("risk", "decided_by").order_by("-decided_at")[:RECENT]
    return RuleRecord(
        words=rule_words(key),
        counts=counts,
        error=errors.get(key, ""),
        recent=tuple(recent),
    )
