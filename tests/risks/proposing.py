"""A rule whose findings a test writes, in place of those of the portal."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

import pytest
from django.utils.functional import Promise

from relportal.core.models import Service
from risks.actions import look
from risks.queries import proposals
from risks.rules._base import Found, Proof, Rule


@dataclass(slots=True)
class Told:
    """Finds what it is told to; `breaks` is raised instead."""

    key: str = "told"
    title: str | Promise = "Told by a test"
    about: str | Promise = "Finds what a test tells it, and nothing of the portal at all: it is for tests."
    finds: list[Found] = field(default_factory=list)
    breaks: Exception | None = None

    def found(self, at: dt.datetime) -> Iterable[Found]:
        yield from self.finds
        if self.breaks is not None:
            raise self.breaks

    def sentence(self, facts: Mapping[str, Any]) -> str:
        return f"{facts['n']} things show it."


def install(monkeypatch: pytest.MonkeyPatch, *rules: Rule) -> None:
    """These are the only rules now."""
    by_key = {rule.key: rule for rule in rules}
    monkeypatch.setattr(look, "RULES", by_key)
    monkeypatch.setattr(proposals, "RULES", by_key)


def found(service: Service, *members: str, subject: str = "checkout", **fields: Any) -> Found:
    given: dict[str, Any] = {
        "title": "Checkout fails again",
        "cause": "Nobody repaired it.",
        "event": "It fails.",
        "consequence": "Nobody can pay.",
        "team": service.team_id,
        "services": (service.pk,),
        "proofs": tuple(proof(each) for each in members),
        "facts": {"n": len(members)},
    }
    return Found(subject=subject, **given | fields)


def proof(key: str, **fields: Any) -> Proof:
    given: dict[str, Any] = {"kind": "service", "pk": 1, "label": key, "url": "/services/", "key": key}
    return Proof(**given | fields)
