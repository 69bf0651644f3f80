"""What a signer has before them, as it is kept with the signature: text, rating, money and minutes, and who signed before.

All of it is text, so that what the database gives back has the same SHA-256 as what was put in.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import json
from typing import Any

from risks.models import Evidence, GovernanceException, Risk, RiskEstimate, RiskRating, Signature

Shown = dict[str, Any]


def shown(exception: GovernanceException) -> Shown:
    """As it stands now. Five statements; the same as long as nothing of it changes."""
    signed = exception.signatures.exclude(verdict="").select_related("by", "on_behalf_of").order_by("position")
    files = Evidence.objects.filter(exception=exception, removed_at=None).order_by("at", "pk")
    return {
        "request": _request(exception),
        "risk": _risk(exception.risk_id),
        "evidence": [{"name": name, "sha256": digest} for name, digest in files.values_list("name", "sha256")],
        "signed": [_signature(one) for one in signed],
    }


def sha256(what: Shown) -> str:
    text = json.dumps(what, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    return hashlib.sha256(text.encode()).hexdigest()


def _request(one: GovernanceException) -> Shown:
    return {
        "id": one.short_id,
        "kind": one.kind,
        "title": one.title,
        "scope": one.scope,
        "reason": one.reason,
        "controls": one.controls,
        "subject": next(
            (row.short_id for row in (one.risk, one.objective, one.action) if row is not None), one.subject_key
        ),
        "service": one.service.name if one.service is not None else "",
        "tier": "" if one.tier is None else str(one.tier),
        "level": one.level,
        "requester": str(one.requester),
        "expires_at": _instant(one.expires_at),
        "renews": f"EXC-{one.renews_id}" if one.renews_id is not None else "",
        "renewal": str(one.renewal),
    }


def _risk(number: int | None) -> Shown | None:
    """Read anew: what the caller holds may be older than a rating that somebody has just made."""
    if number is None:
        return None
    rated = ("current__level", "current__likelihood", "current__impact", "money", "minutes")
    row = Risk.objects.select_related(*rated).get(pk=number)
    return {
        "id": row.short_id,
        "title": row.title,
        "cause": row.cause,
        "event": row.event,
        "consequence": row.consequence,
        "rating": _rating(row.current),
        "money": _estimate(row.money),
        "minutes": _estimate(row.minutes),
    }


def _rating(one: RiskRating | None) -> Shown | None:
    if one is None:
        return None
    return {
        "level": one.level.name,
        "likelihood": one.likelihood.name,
        "impact": one.impact.name,
        "confidence": one.confidence,
        "reason": one.reason,
        "at": _instant(one.at),
    }


def _estimate(one: RiskEstimate | None) -> Shown | None:
    """Figures as Python writes them: jsonb would give 1e18 back as a whole number."""
    if one is None:
        return None
    names = ("rate_low", "rate_high", "loss_low", "loss_high", "expected", "zero_year", "p50", "p80", "p95")
    return {name: repr(getattr(one, name)) for name in names} | {"currency": one.currency, "at": _instant(one.at)}


def _signature(one: Signature) -> Shown:
    return {
        "approver": one.approver,
        "verdict": one.verdict,
        "by": str(one.by),
        "on_behalf_of": str(one.on_behalf_of) if one.on_behalf_of is not None else "",
        "at": _instant(one.at),
    }


def _instant(at: dt.datetime | None) -> str:
    return "" if at is None else at.astimezone(dt.UTC).isoformat(timespec="seconds")
