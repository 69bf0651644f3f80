"""What the page of a draft sends: a whole ladder, read as far as it can be read, with a sentence for what it cannot."""

from __future__ import annotations

from dataclasses import dataclass, field

from django import forms
from django.http import QueryDict
from django.utils.text import slugify
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from relportal.core.editing import ActionForm
from relportal.core.models import Tier
from reports.domain.ladder import Compare, FactKind, Ladder, Level, Rule
from reports.domain.ladder_edits import named, with_level, with_rule, without_level, without_rule
from reports.facts import FACTS

MOST_READ = 100
"""No form that the portal draws sends more rows."""
PERCENT = 100


@dataclass(slots=True)
class Sent:
    """`errors` by field; what could not be read is left out of the ladder."""

    name: str
    ladder: Ladder
    errors: dict[str, list[str]] = field(default_factory=dict)


class PublishForm(ActionForm):
    note = forms.CharField(
        label=gettext_lazy("What changed, and why?"),
        widget=forms.Textarea(attrs={"rows": 3}),
        max_length=2000,
        help_text=gettext_lazy("Stands with this version for good."),
    )


class _Reader:
    def __init__(self, post: QueryDict) -> None:
        self.post = post
        self.errors: dict[str, list[str]] = {}

    def text(self, name: str, *, longest: int = 500) -> str:
        # PostgreSQL refuses a NUL in any text.
        return self.post.get(name, "").replace("\0", "").strip()[:longest]

    def keys(self, kind: str) -> list[str]:
        found = (each.replace("\0", "")[:40] for each in self.post.getlist(kind))
        return list(dict.fromkeys(key for key in found if key))[:MOST_READ]

    def number(self, name: str) -> float | None:
        text = self.text(name).replace(",", ".").replace("−", "-").removesuffix("%").strip()
        if not text:
            return None
        try:
            return float(text)
        except ValueError:
            self.errors[name] = [_("“%(text)s” is not a number.") % {"text": text[:40]}]
            return None


def read(post: QueryDict) -> Sent:
    reader = _Reader(post)
    levels = tuple(Level(key, reader.text(f"level.{key}.name", longest=40)) for key in reader.keys("level"))
    rules = tuple(_rule(reader, key) for key in reader.keys("rule"))
    known = {one.key for one in levels}
    minimums = {tier.value: key for tier in Tier if (key := reader.text(f"minimum.{tier.value}", longest=40)) in known}
    slugs = {one.key: slugify(one.name)[:40] for one in levels}
    return Sent(reader.text("name", longest=120), named(Ladder(levels, rules, minimums), slugs), reader.errors)


def _rule(reader: _Reader, key: str) -> Rule:
    prefix = f"rule.{key}"
    fact, compare = reader.text(f"{prefix}.fact", longest=32), reader.text(f"{prefix}.compare")
    threshold = reader.number(f"{prefix}.threshold")
    if threshold is not None and is_share(fact):
        threshold = float(f"{threshold / PERCENT:.12g}")
    found = Compare(compare) if compare in {each.value for each in Compare} else Compare.IS_TRUE
    return Rule(
        key=key,
        level=reader.text(f"{prefix}.level", longest=40),
        fact=fact,
        compare=found,
        threshold=None if found is Compare.IS_TRUE else threshold,
        fix=reader.text(f"{prefix}.fix"),
        link=reader.text(f"{prefix}.link", longest=300),
    )


def is_share(fact: str) -> bool:
    """Whose thresholds are written in percent."""
    return fact in FACTS and FACTS[fact].kind is FactKind.SHARE


def changed(ladder: Ladder, button: str) -> Ladder:
    """What the button that was pressed asks for: "add.level.<key>", "remove.rule.<key>"; any other one changes nothing."""
    word, _dot, rest = button.partition(".")
    kind, _dot, key = rest.partition(".")
    acts = {
        ("add", "level"): with_level,
        ("remove", "level"): without_level,
        ("add", "rule"): with_rule,
        ("remove", "rule"): without_rule,
    }
    act = acts.get((word, kind))
    return act(ladder, key) if act is not None else ladder
