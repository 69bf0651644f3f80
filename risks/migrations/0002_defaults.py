"""The scale, the policy of signatures and the money settings to begin with; all of them are edited in the settings.

Impact: customer minutes as a share of the quarter's allowance, money per event, data, and the budget of a tier-1 SLO. Equal-ratio
axes, a factor of four a step, the level by the sum of the two positions with floors for the worst impacts.
"""

from __future__ import annotations

from typing import Any, Final

from django.db import migrations
from django.utils import timezone

LIKELIHOODS: Final = (
    ("rare", "Rarer than 1 in 16 years", None, 0.0625),
    ("unlikely", "1 in 4 to 16 years", 0.0625, 0.25),
    ("possible", "1 in 1 to 4 years", 0.25, 1.0),
    ("likely", "1 to 4 a year", 1.0, 4.0),
    ("frequent", "More than 4 a year", 4.0, None),
)
IMPACTS: Final = (("minor", "Minor"), ("moderate", "Moderate"), ("serious", "Serious"), ("major", "Major"), ("severe", "Severe"))
COLUMNS: Final = (
    (
        "minutes", "Customer minutes (share of the quarter's allowance)",
        (("< 2 %", None, 0.02), ("2–8 %", 0.02, 0.08), ("8–30 %", 0.08, 0.3), ("30–120 %", 0.3, 1.2), ("> 120 %", 1.2, None)),
    ),
    (
        "money", "Money",
        (
            ("< 10 k", None, 10e3), ("10–40 k", 10e3, 40e3), ("40–160 k", 40e3, 160e3), ("160–640 k", 160e3, 640e3),
            ("> 640 k", 640e3, None),
        ),
    ),
    (
        "data", "Data",
        (
            ("None lost", None, None), ("Stale, heals by itself", None, None), ("Replay needed, within RPO", None, None),
            ("Beyond RPO, recoverable", None, None), ("Unrecoverable, or wrong data acted upon", None, None),
        ),
    ),
    (
        "budget", "Error budget of a tier-1 SLO",
        (("< 5 %", None, 0.05), ("5–20 %", 0.05, 0.2), ("20–80 %", 0.2, 0.8), ("80–300 %", 0.8, 3.0), ("> 300 %", 3.0, None)),
    ),
)
LEVELS: Final = (
    ("low", "Low", "healthy", 365, False, False),
    ("medium", "Medium", "at_risk", 180, False, False),
    ("high", "High", "breached", 90, True, False),
    ("critical", "Critical", "breached", 30, True, True),
)
# One row a likelihood from the rarest, one letter an impact from the least.
CELLS: Final = ("LLLMH", "LLMMH", "LMMHH", "MMHHC", "MHHCC")
LETTERS: Final = {"L": "low", "M": "medium", "H": "high", "C": "critical"}
OWNER, DIRECTOR, HEAD, EXECUTIVE = "service_owner", "director", "reliability_lead", "executive"
# (kind, tiers, levels, who signs in this order, days at most); the first that fits decides.
POLICY: Final = (
    ("policy", [1], [], [HEAD, EXECUTIVE], 14),
    ("policy", [], [], [DIRECTOR, HEAD], 14),
    ("", [1], ["critical"], [OWNER, DIRECTOR, HEAD, EXECUTIVE], 30),
    ("", [1], ["high"], [OWNER, DIRECTOR, HEAD, EXECUTIVE], 90),
    ("", [], ["critical"], [DIRECTOR, HEAD, EXECUTIVE], 60),
    ("", [], ["high"], [DIRECTOR, HEAD, EXECUTIVE], 90),
    ("", [1], [], [HEAD, EXECUTIVE], 180),
    ("", [], ["medium"], [DIRECTOR, HEAD], 180),
    ("", [], [], [OWNER], 365),
)


def fill(apps: Any, schema_editor: Any) -> None:
    get = lambda name: apps.get_model("risks", name)  # noqa: E731
    now = timezone.now()
    matrix = get("Matrix").objects.create(
        number=1, name="Reliability 5×5", state="current", created_at=now, in_force_from=now
    )
    likelihoods = [
        get("LikelihoodStep").objects.create(matrix=matrix, key=key, name=name, position=n, low=low, high=high)
        for n, (key, name, low, high) in enumerate(LIKELIHOODS, 1)
    ]
    impacts = [
        get("ImpactStep").objects.create(matrix=matrix, key=key, name=name, position=n)
        for n, (key, name) in enumerate(IMPACTS, 1)
    ]
    for n, (key, name, criteria) in enumerate(COLUMNS, 1):
        column = get("ImpactColumn").objects.create(matrix=matrix, key=key, name=name, position=n)
        for impact, (words, low, high) in zip(impacts, criteria, strict=True):
            get("ImpactCriterion").objects.create(column=column, impact=impact, words=words, low=low, high=high)
    levels = {
        key: get("RiskLevel").objects.create(
            matrix=matrix, key=key, name=name, position=n, symbol=symbol, review_days=days, needs_plan=plan, needs_ask=ask
        )
        for n, (key, name, symbol, days, plan, ask) in enumerate(LEVELS, 1)
    }
    for likelihood, row in zip(likelihoods, CELLS, strict=True):
        for impact, letter in zip(impacts, row, strict=True):
            get("MatrixCell").objects.create(
                matrix=matrix, likelihood=likelihood, impact=impact, level=levels[LETTERS[letter]]
            )
    for position, (kind, tiers, keys, approvers, days) in enumerate(POLICY, 1):
        get("PolicyRow").objects.create(
            position=position, kind=kind, tiers=tiers, levels=keys, approvers=approvers, max_days=days
        )
    get("MoneySettings").objects.create(pk=1)


def empty(apps: Any, schema_editor: Any) -> None:
    for name in ("MoneySettings", "PolicyRow", "MatrixCell", "ImpactCriterion", "Matrix"):
        apps.get_model("risks", name).objects.all().delete()


class Migration(migrations.Migration):
    dependencies = [("risks", "0001_initial")]
    operations = [migrations.RunPython(fill, empty)]
