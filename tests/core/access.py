"""What the access matrix needs: one person a role, and one object of each kind."""

from __future__ import annotations

import datetime as dt
import hashlib
from dataclasses import dataclass
from typing import Any, Final

from django.db import transaction

from incidents.models import (
    ActionItem,
    Alert,
    Attachment,
    ChecklistStep,
    Delivery,
    Deploy,
    Entry,
    ImpactSegment,
    Incident,
    Integration,
    Postmortem,
    PostmortemSection,
    RunbookRun,
    Severity,
    Task,
)
from relportal.core import audit
from relportal.core.models import ApiToken, Journey, Membership, Role, SavedView, ServiceLink, Team, User, WorkItem
from relportal.core.permissions import SYSTEM
from reports.actions.readiness import ReviewGiven, begin
from reports.actions.readiness_templates import ship_readiness
from reports.models import (
    Ask,
    Attestation,
    Decision,
    Initiative,
    Investment,
    KpiComment,
    KpiInput,
    KpiTarget,
    KpiValue,
    Mailing,
    Report,
    ReportComment,
    Review,
    ReviewItem,
    Ritual,
    RuleResult,
    Schedule,
    ServiceLevel,
    ShareLink,
)
from risks.models import (
    Delegation,
    Evidence,
    GovernanceException,
    MatrixCell,
    Milestone,
    Proposal,
    RecoveryObjective,
    RecoveryResult,
    RecoveryTest,
    Risk,
    RiskLink,
    RiskRating,
    Signature,
    ToleranceCurve,
    Treatment,
    Unit,
)
from slo.models import Backfill, BurnAlert
from tests import make
from tests.reports.ladders import in_force
from tests.risks.defaults import fill_defaults
from tests.risks.estimated import estimate, ran

ANONYMOUS: Final = "anonymous"
PEOPLE: Final = {
    "outsider": (),
    "viewer": ((Role.VIEWER, None),),
    "responder": ((Role.RESPONDER, "payments"),),
    "owner": ((Role.SERVICE_OWNER, "payments"),),
    "other owner": ((Role.SERVICE_OWNER, "search"),),
    "director": ((Role.DIRECTOR, "payments"),),
    "lead": ((Role.RELIABILITY_LEAD, None),),
    "executive": ((Role.EXECUTIVE, None),),
    "auditor": ((Role.AUDITOR, None),),
    "admin": ((Role.ADMIN, None),),
}
EVERYONE: Final = (ANONYMOUS, *PEOPLE)


@dataclass(frozen=True, slots=True)
class World:
    people: dict[str, User]
    arguments: dict[str, dict[str, Any]]


def world(at: dt.datetime) -> World:
    """Everything belongs to the team payments."""
    teams = {slug: make.team(slug=slug, name=slug.title()) for slug in ("payments", "search")}
    people = {name: _person(name, held, teams) for name, held in PEOPLE.items()}
    service = make.service(slug="checkout", team=teams["payments"])
    source = make.source(slug="main")
    indicator = make.indicator(slug="errors", source=source)
    objective = make.objective(service=service, indicator=indicator)
    make.status(objective=objective)
    journey = Journey.objects.create(slug="buy", name="Buy a ticket")
    planned = make.maintenance(service=service, start=at + dt.timedelta(days=1))
    item = WorkItem.objects.create(kind="core.heartbeat", key="x", due_at=at)
    token = ApiToken.objects.create(
        user=people["viewer"], name="ci", lookup="0" * 16, digest=b"", pepper="1", scopes=["read"], created_at=at
    )
    viewer = people["viewer"]
    held = Membership.objects.get(user=viewer)
    view = SavedView.objects.create(page="services", name="Ours", team=teams["payments"], created_at=at)
    backfill = Backfill.objects.create(
        indicator=indicator, start=at, end=at, cursor=at, chunks_total=1, requested_at=at
    )
    with transaction.atomic():
        event = audit.record(SYSTEM, "service.edit", service, at=at)
    alert = BurnAlert.objects.filter(objective=objective).first()
    incident = Incident.objects.create(title="Checkout fails", declared_at=at)
    line = Entry.objects.create(incident=incident, text="errors", at=at, recorded_at=at)
    todo = Task.objects.create(incident=incident, text="call the bank", created_at=at)
    sha256 = hashlib.sha256(b"errors").hexdigest()
    file = Attachment.objects.create(
        incident=incident, name="log.txt", media_type="text/plain", size=6, sha256=sha256, content=b"errors", at=at
    )
    hit = ImpactSegment.objects.create(incident=incident, service=service, start=at)
    step = ChecklistStep.objects.create(text="Look around")
    Severity.objects.get_or_create(level=1, defaults={"name": "Major"})
    promised = ActionItem.objects.create(
        title="Page earlier", team=teams["payments"], due_on=at.date(), first_due_on=at.date(), created_at=at
    )
    PostmortemSection.objects.create(
        postmortem=Postmortem.objects.create(incident=incident, created_at=at), kind="summary", text="Errors."
    )
    tool = Integration.objects.create(slug="main-alertmanager", name="Main", kind="alertmanager", created_at=at)
    sent = Delivery.objects.create(integration=tool, received_at=at, dedup="x", body=b"{}")
    rang = Alert.objects.create(
        integration=tool, fingerprint="x", name="Errors", started_at=at, first_received_at=at, last_received_at=at
    )
    deploy = Deploy.objects.create(service=service, key="x", started_at=at)
    book = ServiceLink.objects.create(service=service, kind="runbook", url="https://wiki.example.com/checkout")
    used = RunbookRun.objects.create(service=service, link=book, started_at=at, recorded_at=at)
    # Of the register.
    fill_defaults()
    risk = Risk.objects.create(title="One node", team=teams["payments"], identified_on=at.date(), created_at=at)
    rating = RiskRating.objects.create(risk=risk, reason="Two near misses", at=at, **_cell())
    # An exception that waits for its first signature, with evidence, and a delegation.
    asked = GovernanceException.objects.create(
        kind="standard", title="Logs are kept for a week", reason="The store is full", team=teams["payments"],
        requester=people["responder"], requested_at=at, expires_at=at + dt.timedelta(days=30),
    )  # fmt: skip
    Signature.objects.create(exception=asked, position=1, approver="service_owner")
    shown = {"name": "log.txt", "media_type": "text/plain", "size": 6, "sha256": sha256, "content": b"errors", "at": at}
    proof = Evidence.objects.create(exception=asked, **shown)
    risk_proof = Evidence.objects.create(risk=risk, **shown)
    lent = Delegation.objects.create(
        person=people["owner"], delegate=people["other owner"], starts_on=at.date(), ends_on=at.date(), reason="Holiday",
        created_at=at,
    )  # fmt: skip
    treatment = Treatment.objects.create(risk=risk, title="A second node", created_at=at)
    milestone = Milestone.objects.create(treatment=treatment, title="Ordered", due_on=at.date())
    linked = RiskLink.objects.create(risk=risk, objective=objective, at=at)
    ranges = estimate(risk, at=at)
    curve = ToleranceCurve.objects.create(unit=Unit.MONEY, losses=[1e4, 1e6], chances=[0.5, 0.05], reason="May", at=at)
    run = ran(Unit.MONEY, at=at)
    # Recovery.
    goal = RecoveryObjective.objects.create(
        service=service, rto_s=3600, effective_from=at.date(), reason="x", set_at=at
    )
    drill = RecoveryTest.objects.create(
        kind="zone", environment="production", scenario="x", held_at=at, verdict="not_measured", recorded_at=at
    )
    RecoveryResult.objects.create(
        test=drill, service=service, tier=1, rto_verdict="met", rpo_verdict="met", verdict="not_measured"
    )
    # What the portal proposes.
    proposal = Proposal.objects.create(
        rule="no_runbook", evidence_key="x", title="No runbook", team=teams["payments"], found_at=at, seen_at=at
    )
    figure = KpiValue.objects.create(
        kpi="toil",
        definition=1,
        cut="month",
        first=at,
        last=at,
        scope="company",
        rag="grey",
        maturity="1",
        computed_at=at,
    )
    explained = KpiComment.objects.create(kpi="toil", cut="month", first=at, scope="company", text="x", at=at)
    entered = KpiInput.objects.create(kpi="toil", first=at, last=at, numbers={"toil_h": 1}, at=at)
    told = Report.objects.create(
        cut="quarter", first=at, last=at, sections=["headline"], created_at=at, created_by=people["lead"]
    )
    invested = Investment.objects.create(title="x", promised="x", starts_on=at, created_at=at)
    shared = ShareLink.objects.create(
        report=told,
        name="Board",
        lookup="0" * 16,
        digest=b"",
        pepper="1",
        created_at=at,
        expires_at=at + dt.timedelta(1),
    )
    remark = ReportComment.objects.create(report=told, text="x", author=people["lead"], at=at)
    aimed = KpiTarget.objects.create(kpi="toil", since=at, green=0.2, red=0.4, reason="x", at=at)
    wanted = Ask.objects.create(
        title="A second region", owner=people["lead"], decider=people["executive"], team=teams["payments"],
        wanted_by=at, asked_at=at, recommended="nothing",
    )  # fmt: skip
    decided = Decision.objects.create(
        title="No", reason="x", decided_by=people["executive"], decided_at=at, recorded_at=at, team=teams["payments"]
    )
    # The ladder and an initiative.
    ladder = in_force(at=at)
    ship_readiness(at=at)
    stood = ServiceLevel.objects.create(
        service=service, ladder=ladder, since=at, rank=0, excused=0, minimum=2, tier=1, evaluated_at=at
    )
    said = RuleResult.objects.create(service=service, rule="runbook", verdict="failed", since=at)
    attested = Attestation.objects.create(service=service, fact="backup_job", on=at.date(), note="Seen", at=at)
    launched = begin(people["owner"], ReviewGiven(service=service, title="Seat maps", planned_on=at.date()), at=at)
    initiative = Initiative.objects.create(
        name="All to silver", owner=people["owner"], team=teams["payments"], goal="level", key="silver",
        starts_on=at.date(), due_on=at.date() + dt.timedelta(days=90), first_due_on=at.date(), created_at=at,
    )  # fmt: skip
    ritual = Ritual.objects.create(
        kind="reliability", name="Weekly", team=teams["payments"], zone="UTC", created_at=at,
        items=[{"key": "topic", "minutes": 5, "title": "x"}],
    )  # fmt: skip
    review = Review.objects.create(ritual=ritual, meets_at=at, state="running", started_at=at)
    first = ReviewItem.objects.create(review=review, position=1, key="topic", title="x")
    sending = Schedule.objects.create(name="Mondays", zone="UTC", team=teams["payments"], created_at=at)
    mailed = Mailing.objects.create(
        schedule=sending, occasion="2026-W45", user=viewer, address=viewer.email, subject="All is well", state="failed",
        content=b"{}",
        first_due_at=at, due_at=at,
    )  # fmt: skip
    return World(
        people,
        {
            "core:team": {"slug": "payments"},
            "core:user": {"pk": viewer.pk},
            "core:role-grant": {"pk": viewer.pk},
            "core:role-revoke": {"pk": viewer.pk, "membership": held.pk},
            "core:token": {"pk": token.pk},
            "core:view": {"pk": view.pk},
            "core:notification": {"pk": 1},
            "api:saved-view": {"pk": view.pk},
            "api:user": {"pk": viewer.pk, "membership": held.pk},
            "api:token": {"pk": token.pk},
            "api:work-item": {"pk": item.pk},
            "core:history": {"kind": "service", "key": "checkout"},
            "core:work-retry": {"pk": item.pk},
            "core:shortlink": {"short_id": objective.short_id},
            "slo:service": {"slug": service.slug},
            "slo:journey": {"slug": journey.slug},
            "slo:maintenance": {"pk": planned.pk},
            "api:maintenance": {"pk": planned.pk},
            "slo:objective": {"pk": objective.pk},
            "slo:indicator": {"slug": indicator.slug},
            "slo:source": {"slug": source.slug},
            "api:team": {"slug": "payments"},
            "api:service": {"slug": service.slug},
            "api:journey": {"slug": journey.slug},
            "api:objective": {"pk": objective.pk},
            "api:indicator": {"slug": indicator.slug},
            "api:source": {"slug": source.slug},
            "slo:backfill": {"slug": indicator.slug},
            "api:backfill": {"pk": backfill.pk},
            "api:audit-event": {"pk": event.pk},
            "api:burn-alert": {"pk": alert.pk if alert else 1},
            "incidents:": {
                "pk": incident.pk,
                "entry": line.pk,
                "task": todo.pk,
                "segment": hit.pk,
                "step": step.pk,
                "attachment": file.pk,
                "deploy": deploy.pk,
                "other": incident.pk,
                "level": 1,
            },
            "incidents:postmortem": {"pk": incident.pk, "kind": "summary", "comment": 1},
            "incidents:action": {"pk": promised.pk, "deferral": 1},
            "api:action": {"pk": promised.pk},
            "api:postmortem": {"pk": incident.pk},
            "api:incident": {"pk": incident.pk, "attachment": file.pk},
            "incidents:deploy": {"pk": deploy.pk},
            "incidents:integration": {"slug": tool.slug},
            "incidents:delivery": {"pk": sent.pk},
            "api:integration": {"slug": tool.slug},
            "api:delivery": {"pk": sent.pk},
            "incidents:alert-judge": {"pk": rang.pk},
            "incidents:alert-runbook": {"pk": rang.pk},
            "incidents:runbook": {"pk": incident.pk, "link": book.pk},
            "api:runbook-run": {"pk": used.pk},
            "api:alert": {"pk": rang.pk},
            "api:deploy": {"pk": deploy.pk},
            # The register.
            # Exceptions.
            "risks:risk-evidence": {"pk": risk.pk, "evidence": risk_proof.pk},
            "risks:exception": {"pk": asked.pk, "evidence": proof.pk},
            "risks:delegation": {"pk": lent.pk},
            "risks:": {
                "pk": risk.pk,
                "treatment": treatment.pk,
                "milestone": milestone.pk,
                "link": linked.pk,
                "number": 1,
            },
            "api:risk": {"pk": risk.pk, "link": linked.pk, "evidence": risk_proof.pk},
            "api:exception": {"pk": asked.pk, "evidence": proof.pk},
            "api:delegation": {"pk": lent.pk},
            "api:risk-rating": {"pk": rating.pk},
            "api:risk-treatment": {"pk": treatment.pk, "milestone": milestone.pk},
            "api:risk-scale": {"number": 1},
            "api:risk-estimate": {"pk": ranges.pk},
            "api:risk-benefit": {"pk": treatment.pk},
            "risks:tolerance": {"unit": "money"},
            "risks:recovery": {"pk": drill.pk, "slug": service.slug},
            "api:recovery-objective": {"pk": goal.pk},
            "api:recovery-test": {"pk": drill.pk},
            "reports:": {"key": "toil"},
            "reports:ritual": {"pk": ritual.pk},
            "reports:review": {"pk": review.pk, "item": first.pk},
            "api:ritual": {"pk": ritual.pk},
            "api:review": {"pk": review.pk},
            "reports:report": {"pk": told.pk, "page": "headline", "comment": remark.pk, "key": "pdf"},
            "reports:share": {"pk": told.pk, "link": shared.pk},
            "reports:ladder": {"slug": service.slug, "rule": "owner", "number": 1},
            "reports:readiness": {"pk": launched.pk, "item": "capacity", "number": 1},
            "api:readiness-review": {"pk": launched.pk},
            "api:readiness-template": {"number": 1},
            "reports:investment": {"pk": invested.pk},
            "reports:initiative": {"pk": initiative.pk},
            "api:ladder": {"number": 1},
            "api:service-level": {"pk": stood.pk},
            "api:rule-result": {"pk": said.pk},
            "api:attestation": {"pk": attested.pk},
            "api:initiative": {"pk": initiative.pk},
            "reports:schedule": {"pk": sending.pk},
            "reports:delivery": {"pk": mailed.pk},
            "api:schedule": {"pk": sending.pk},
            "api:mailing": {"pk": mailed.pk},
            "reports:ask": {"pk": wanted.pk},
            "reports:decision": {"pk": decided.pk},
            "api:ask": {"pk": wanted.pk},
            "api:report": {"pk": told.pk, "comment": remark.pk, "link": shared.pk},
            "api:investment": {"pk": invested.pk},
            "api:decision": {"pk": decided.pk},
            "api:kpi-rows": {"key": "toil"},
            "api:kpi-value": {"pk": figure.pk},
            "api:kpi-comment": {"pk": explained.pk},
            "api:kpi-input": {"pk": entered.pk},
            "api:kpi-target": {"pk": aimed.pk},
            "api:risk-tolerance": {"pk": curve.pk},
            "api:risk-portfolio": {"pk": run.pk},
            # Proposals.
            "risks:proposal": {"pk": proposal.pk, "key": "no_runbook"},
            "api:risk-proposal": {"pk": proposal.pk},
        },
    )


def _cell() -> dict[str, Any]:
    """Any cell of the scale in force."""
    cell = MatrixCell.objects.select_related("matrix", "likelihood", "impact", "level").earliest("pk")
    return {name: getattr(cell, name) for name in ("matrix", "likelihood", "impact", "level")}


def _person(name: str, held: Any, teams: dict[str, Team]) -> User:
    user = User.objects.create(email=f"{name.replace(' ', '.')}@example.com", display_name=name.title(), password="!")
    for role, team in held:
        Membership.objects.create(user=user, role=role, team=teams[team] if team else None)
    return user
