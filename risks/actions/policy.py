"""Who signs what: the rows of the policy, changed as a whole, so that no row that is kept can be one that never decides."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import zip_longest
from typing import Final

from django.db import transaction
from django.utils.translation import gettext as _

from relportal.core import audit
from relportal.core.exceptions import Invalid, Stale
from relportal.core.models.catalog import Tier
from relportal.core.permissions import Actor, require
from relportal.core.rows import clean_alone
from risks.domain.policy import Case, Row, lint
from risks.models import Approver, ExceptionKind, PolicyRow
from risks.queries.exceptions.policy import Policy, as_row, level_keys, possible

MOST_ROWS: Final = 60
LONGEST_DAYS: Final = 1096


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """A row as it is written; empty conditions fit everything."""

    kind: str = ""
    tiers: tuple[int, ...] = ()
    levels: tuple[str, ...] = ()
    approvers: tuple[str, ...] = ()
    max_days: int = 0

    def row(self) -> Row:
        return Row(
            kind=self.kind,
            tiers=frozenset(self.tiers),
            levels=frozenset(self.levels),
            approvers=self.approvers,
            max_days=self.max_days,
        )


def edit_policy(
    actor: Actor, lines: Sequence[Line], *, version: int | None, at: dt.datetime, reason: str = ""
) -> PolicyRow:
    """Replaces all rows by `lines` in their order, and gives the first. Requests that wait keep their path.

    Raises: NotAllowed; Stale; Invalid with the key of a row (its number from 1, and maybe a field of it: "2.approvers").
    """
    require(actor, "risk.settings")
    with transaction.atomic():
        rows = list(PolicyRow.objects.select_for_update().order_by("position"))
        before = Policy(tuple(rows), max((row.version for row in rows), default=0))
        if version is not None and version != before.version:
            raise Stale(
                _("Somebody else has changed the policy after you opened it. Compare, and save again."), current=before
            )
        check(lines)
        changes = _changes(rows, lines)
        if changes:
            _write(rows, lines, version=before.version + 1)
        first = PolicyRow.objects.earliest("position")
        if changes:
            audit.record(actor, "policy.edit", first, at=at, key="policy", reason=reason, changes=changes)
    return first


def check(lines: Sequence[Line]) -> None:
    """Raises: Invalid for a row that is wrong by itself, that never decides, and for cases that nobody would sign."""
    if not 0 < len(lines) <= MOST_ROWS:
        raise Invalid(_("A policy has 1 to %(n)d rows.") % {"n": MOST_ROWS})
    levels = level_keys()
    errors: dict[str, list[str]] = {}
    for number, line in enumerate(lines, 1):
        for field, sentence in _errors(line, levels).items():
            errors.setdefault(f"{number}.{field}", []).append(sentence)
    if errors:
        raise Invalid(errors)
    found = lint([line.row() for line in lines], possible())
    for number, takers in found.dead.items():
        errors[str(number + 1)] = [never(takers)]
    if found.gaps:
        errors[""] = [
            _("Nobody would sign: %(case)s. End with a row that fits everything.") % {"case": _words(found.gaps[0])}
        ]
    if errors:
        raise Invalid(errors)


def never(takers: Sequence[int]) -> str:
    """Why a row can never decide; `takers` are the indices of those that take its cases."""
    if not takers:
        return _("This row never decides: there is no such case.")
    rows = ", ".join(str(taker + 1) for taker in takers)
    return _("This row never decides: each of its cases is taken by row %(rows)s above it.") % {"rows": rows}


def _errors(line: Line, levels: set[str]) -> dict[str, str]:
    errors = {}
    if line.kind and line.kind not in ExceptionKind.values:
        errors["kind"] = _("There is no such kind.")
    if set(line.tiers) - set(Tier.values):
        errors["tiers"] = _("There is no such tier.")
    if unknown := set(line.levels) - levels:
        errors["levels"] = _("The scale has no level “%(level)s”.") % {"level": min(unknown)}
    if not line.approvers:
        errors["approvers"] = _("Say who signs: without a signature nothing is in force.")
    elif set(line.approvers) - set(Approver.values):
        errors["approvers"] = _("There is no such approver.")
    elif len(set(line.approvers)) < len(line.approvers):
        errors["approvers"] = _("Each signs once: the same role stands here twice.")
    if not 1 <= line.max_days <= LONGEST_DAYS:
        errors["max_days"] = _("An exception lasts 1 to 1,096 days.")
    return errors


def _words(case: Case) -> str:
    parts = [str(ExceptionKind(case.kind).label)]
    if case.tier is not None:
        parts.append(str(Tier(case.tier).label))
    if case.level:
        parts.append(case.level)
    return ", ".join(parts)


def _changes(rows: Sequence[PolicyRow], lines: Sequence[Line]) -> dict[str, audit.Change]:
    pairs = zip_longest((_said(as_row(row)) for row in rows), (_said(line.row()) for line in lines))
    return {f"row {number}": pair for number, pair in enumerate(pairs, 1) if pair[0] != pair[1]}


def _said(row: Row) -> str:
    conditions = [row.kind or "any kind", *(f"tier {tier}" for tier in sorted(row.tiers)), *sorted(row.levels)]
    return f"{', '.join(conditions)}: {' > '.join(row.approvers)}, {row.max_days} d"


def _write(rows: list[PolicyRow], lines: Sequence[Line], *, version: int) -> None:
    for row in rows[len(lines) :]:
        row.delete()
    for number, line in enumerate(lines, 1):
        row = rows[number - 1] if number <= len(rows) else PolicyRow()
        row.position, row.version = number, version
        row.kind, row.tiers, row.levels = line.kind, sorted(line.tiers), list(line.levels)
        row.approvers, row.max_days = list(line.approvers), line.max_days
        clean_alone(row)
        row.save()
