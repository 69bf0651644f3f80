"""Severities, matrix, checklist and failure modes to begin with; all of them are edited in the settings."""

from __future__ import annotations

from typing import Any, Final

from django.db import migrations

SEVERITIES: Final = (
    (0, "Critical", "The business stands still, customers are harmed, or data is lost.", 5, 15, 30, 3, 15, 0.5, 60.0),
    (1, "Major", "A tier-1 journey fails for many customers; its budget ends within hours.", 5, 20, 30, 3, 15, 0.1, 14.4),
    (2, "Significant", "A journey is degraded for many, or fails for a few.", 10, 30, None, 5, 30, 0.01, 6.0),
    (3, "Minor", "Few customers notice; there is a way around.", 30, 60, None, None, 30, 0.0001, 3.0),
    (4, "Low", "No customer notices; something could have gone wrong.", 60, 240, None, None, 60, None, None),
)
CONDITIONS: Final = ("odd", "degraded", "outage", "harm")
MATRIX: Final = {
    "none": (4, 4, 3, 2),
    "few": (4, 3, 2, 1),
    "many": (3, 2, 1, 0),
    "most": (3, 1, 0, 0),
}
CHECKLIST: Final = (
    ("Take command", [0, 1, 2, 3, 4], "take_command", ""),
    ("Say what is affected, and since when", [0, 1, 2, 3], "add_impact", ""),
    ("Agree on the severity", [0, 1, 2, 3, 4], "set_severity", ""),
    ("Fill communications", [0, 1], "assign_role", "communications"),
    ("Fill the scribe", [0, 1], "assign_role", "scribe"),
    ("Post the first update", [0, 1, 2], "post_update", ""),
    ("Check what was deployed", [0, 1, 2, 3], "", ""),
    ("Enter when it was detected and mitigated", [0, 1, 2, 3], "set_times", ""),
    ("Begin the postmortem", [0, 1, 2], "open_postmortem", ""),
)
FAILURE_MODES: Final = (
    ("bad-deploy", "Bad deploy", "A change of code brought it, and taking it back ended it."),
    ("bad-config", "Bad configuration", "A change of configuration, a flag or a secret."),
    ("capacity", "Capacity exhausted", "More load than there was room for: connections, memory, disk, quotas."),
    ("dependency-down", "Dependency failed", "Another team's service that is called was away or slow."),
    ("third-party", "Third party failed", "Something that is bought was away or slow."),
    ("data", "Bad data", "Data that nobody expected, or a migration of it."),
    ("certificate", "Certificate or credential expired", "Something that had a date came to its end."),
    ("network", "Network or DNS", "Names, routes, load balancers."),
    ("hardware", "Hardware or zone", "A machine, a disk or a whole zone was lost."),
    ("retry-storm", "Overload by retries", "Callers made a small failure large."),
    ("latent-bug", "Latent bug", "It was there for long, and something woke it."),
    ("human-process", "Procedure", "A step by hand that went another way than was meant."),
)


def fill(apps: Any, schema_editor: Any) -> None:
    get = apps.get_model
    severity, cell = get("incidents", "Severity"), get("incidents", "SeverityCell")
    names = (
        "level", "name", "criteria", "first_update_min", "update_every_min", "executive_every_min",
        "postmortem_days", "action_days", "min_user_share", "min_burn",
    )  # fmt: skip
    severity.objects.bulk_create(severity(**dict(zip(names, row, strict=True))) for row in SEVERITIES)
    cell.objects.bulk_create(
        cell(impact=impact, condition=condition, severity_id=level)
        for impact, levels in MATRIX.items()
        for condition, level in zip(CONDITIONS, levels, strict=True)
    )
    step = get("incidents", "ChecklistStep")
    step.objects.bulk_create(
        step(text=text, levels=levels, does=does, role=role, position=10 * number)
        for number, (text, levels, does, role) in enumerate(CHECKLIST)
    )
    mode = get("incidents", "FailureMode")
    mode.objects.bulk_create(mode(slug=slug, name=name, description=text) for slug, name, text in FAILURE_MODES)


class Migration(migrations.Migration):
    dependencies = [("incidents", "0001_initial")]
    operations = [migrations.RunPython(fill, migrations.RunPython.noop)]
