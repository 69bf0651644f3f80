"""Forms of recovery: what a service promises, a test with its marks, and what the address of the list asks for."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Mapping, Sequence
from typing import Any, Final

from django import forms
from django.forms import BoundField
from django.http import QueryDict
from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _

from incidents.models import ActionItem
from relportal.core.editing import ActionForm, when
from relportal.core.filters import Asked, Option, Reader, Select, slug
from relportal.core.filters import selects as drawn
from relportal.core.models import Service, User
from relportal.core.models.catalog import Tier
from risks.actions.recovery import Held, Promised, Proof, Recovered
from risks.domain.recovery import Standing
from risks.forms.exceptions import day, text
from risks.models import Environment, RecoveryKind, RecoveryObjective, RecoveryTest
from risks.models.recovery import EVERY_DAYS, LONGEST_S
from risks.queries.recovery.listing import RecoveryFilters, RecoveryOrder, RecoverySort
from risks.queries.recovery.standings import WORDS
from slo.forms.services import writable_services

MOST_MINUTES: Final = LONGEST_S / 60
SPARE_PROOFS: Final = 2
ACTION: Final = re.compile(r"(?:ACT-)?([0-9]{1,9})", re.IGNORECASE)
KINDS: Final = [(each.value, each.label) for each in sorted(RecoveryKind, key=lambda one: one is RecoveryKind.TABLETOP)]
"""What recovers something first."""
SHARED: Final = (
    "kind", "environment", "scenario", "plan_version", "held_at", "failed_at", "declared_at", "decided_at", "people",
    "deviations",
)  # fmt: skip
OWN: Final = (
    "last_good_at", "restored_at", "usable_at", "verified_at", "records_lost", "broken_off",
)  # fmt: skip


def read(query: QueryDict) -> Asked[RecoveryFilters, RecoveryOrder]:
    """Never refuses, see Reader."""
    reader = Reader(query)
    filters = RecoveryFilters(
        text=reader.text,
        states=reader.several("state", lambda given: Standing(given).value),
        tiers=reader.several("tier", lambda given: Tier(int(given)).value),
        teams=reader.several("team", slug),
    )
    return reader.asked(filters, reader.order(RecoverySort, RecoveryOrder, default=RecoveryOrder()))


def controls(query: QueryDict, options: Mapping[str, tuple[Option, ...]]) -> tuple[Select, ...]:
    tiers = [(str(value), label) for value, label in Tier.choices]
    states = [(each.value, WORDS[each]) for each in Standing]
    return drawn(
        query,
        (
            ("state", _t("Status"), _t("Any status"), states),
            ("tier", _t("Tier"), _t("All tiers"), tiers),
            ("team", _t("Team"), _t("All teams"), options["team"]),
        ),
    )


class PromiseForm(ActionForm):
    """Minutes, as people speak of them."""

    rto = forms.FloatField(
        label=_("Recovery time objective (minutes)"), min_value=1 / 60, max_value=MOST_MINUTES,
        help_text=_("From the declaration until customers can use it again."),
    )  # fmt: skip
    rpo = forms.FloatField(
        label=_("Recovery point objective (minutes)"), min_value=0, max_value=MOST_MINUTES, required=False,
        help_text=_("How much of the newest data may be lost. Empty: the service keeps no data."),
    )  # fmt: skip
    every_days = forms.IntegerField(
        label=_("Tested every (days)"), min_value=1, max_value=3 * EVERY_DAYS, initial=EVERY_DAYS,
        help_text=_("A test that is older is stale."),
    )  # fmt: skip
    plan_version = forms.CharField(
        label=_("Version of the recovery plan"), max_length=60, required=False,
        help_text=_("Such as “v7”. With another one, tests of the plan before are stale."),
    )  # fmt: skip
    effective_from = day(_("From"))
    reason = text(_("Reason"), rows=2, most=500, help_text=_("Who asked for it, and why. It is kept with the history."))

    def __init__(self, *args: Any, before: RecoveryObjective | None = None, today: dt.date, **kwargs: Any) -> None:
        initial: dict[str, Any] = {"effective_from": today}
        if before is not None:
            initial |= {
                "rto": before.rto_s / 60,
                "rpo": before.rpo_s / 60 if before.rpo_s is not None else None,
                "every_days": before.every_days,
                "plan_version": before.plan_version,
            }
        super().__init__(*args, **kwargs | {"initial": initial})

    def promised(self) -> Promised:
        given = self.cleaned_data
        rpo = given["rpo"]
        return Promised(
            rto_s=round(given["rto"] * 60),
            rpo_s=round(rpo * 60) if rpo is not None else None,
            **{name: given[name] for name in ("every_days", "plan_version", "effective_from", "reason")},
        )

    def refuse(self, errors: Mapping[str, Any]) -> None:
        names = {"rto_s": "rto", "rpo_s": "rpo"}
        super().refuse({names.get(name, name): texts for name, texts in errors.items()})


class VoidForm(ActionForm):
    reason = text(_("Why does it not count?"), rows=2, most=500)


class ApproveForm(ActionForm):
    """Says nothing but which version was read."""


class ServicesForm(forms.Form):
    """The first step: which services were in the test; the form of the second has a part for each."""

    service = forms.ModelMultipleChoiceField(
        Service.objects.none(),
        to_field_name="slug",
        label=_("Services in the test"),
        widget=forms.SelectMultiple({"size": 12}),
        help_text=_("Each has marks of its own: when it was usable, and up to when its data was there."),
    )

    def __init__(self, *args: Any, user: User, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field: Any = self.fields["service"]
        field.queryset = writable_services(user, "recovery.record")


class RecoveryForm(ActionForm):
    """Marks of the test, and those of each service as `results.0.usable_at`, which is how the action names them."""

    kind = forms.ChoiceField(
        label=_("Kind"), choices=KINDS,
        help_text=_("A tabletop shows that the plan was read; it never meets an objective."),
    )  # fmt: skip
    environment = forms.ChoiceField(label=_("Environment"), choices=Environment.choices)
    scenario = forms.CharField(label=_("Scenario"), max_length=300, help_text=_("What failed, or was taken to fail."))
    plan_version = forms.CharField(label=_("Version of the recovery plan"), max_length=60, required=False)
    held_at = when(_("Held"), required=True, help_text=_("When the test began."))
    failed_at = when(_("Failure point"), help_text=_("The loss of data counts up to here."))
    declared_at = when(_("Declared"), help_text=_("The time of recovery counts from here."))
    decided_at = when(_("Decided"), help_text=_("When somebody decided to recover in this way."))
    people = forms.CharField(label=_("People present"), max_length=500, required=False)
    deviations = text(_("Deviations from the plan"), rows=3, required=False)
    follow_up = forms.CharField(
        label=_("Follow-up actions"), max_length=300, required=False,
        help_text=_("Ids of actions such as ACT-12, spaces between them."),
    )  # fmt: skip

    def __init__(
        self, *args: Any, user: User, services: Sequence[Service], test: RecoveryTest | None = None, **kwargs: Any
    ) -> None:
        initial = _initial(user, services, test) if test is not None else {}
        super().__init__(*args, **kwargs | {"initial": initial})
        self.user, self.services = user, services
        for number in range(len(services)):
            self.fields |= {f"results.{number}.{name}": one for name, one in _own_fields().items()}
        self.proofs = SPARE_PROOFS + (test.evidence.count() if test is not None else 0)
        for number in range(self.proofs):
            self.fields |= {f"evidence.{number}.{name}": one for name, one in _proof_fields().items()}

    @property
    def parts(self) -> list[tuple[Service, list[BoundField]]]:
        return [
            (service, [self[f"results.{number}.{name}"] for name in OWN])
            for number, service in enumerate(self.services)
        ]

    @property
    def proof_rows(self) -> list[list[BoundField]]:
        return [[self[f"evidence.{number}.{name}"] for name in _proof_fields()] for number in range(self.proofs)]

    def clean_follow_up(self) -> list[ActionItem]:
        words = self.cleaned_data["follow_up"].replace(",", " ").split()
        numbers = [int(found[1]) for word in words if (found := ACTION.fullmatch(word))]
        rows = {one.pk: one for one in ActionItem.objects.visible_to(self.user).filter(pk__in=numbers)}
        if len(numbers) < len(words) or len(rows) < len(set(numbers)):
            raise forms.ValidationError(_t("One of these is no action that you see. Enter ids such as ACT-12."))
        return list(rows.values())

    def held(self) -> Held:
        given = self.cleaned_data
        results = [
            Recovered(service=service, **{name: given[f"results.{number}.{name}"] for name in OWN})
            for number, service in enumerate(self.services)
        ]
        rows = [{name: given[f"evidence.{at}.{name}"] for name in _proof_fields()} for at in range(self.proofs)]
        return Held(
            results=results,
            actions=given["follow_up"],
            evidence=[Proof(**row) for row in rows if any(row.values())],
            **{name: given[name] for name in SHARED},
        )


def _own_fields() -> dict[str, forms.Field]:
    return {
        "last_good_at": when(_("Last good data"), help_text=_("The newest data that was there again.")),
        "restored_at": when(_("First restore")),
        "usable_at": when(_("Service usable")),
        "verified_at": when(_("Data verified"), help_text=_("Somebody compared it, and it was whole.")),
        "records_lost": forms.IntegerField(
            label=_("Records lost or re-entered"), required=False, min_value=0, max_value=2**31 - 1
        ),
        "broken_off": forms.BooleanField(label=_("It did not recover in this test"), required=False),
    }


def _proof_fields() -> dict[str, forms.Field]:
    return {
        "title": forms.CharField(label=_("What it shows"), max_length=200, required=False),
        "url": forms.URLField(label=_("Address"), max_length=500, required=False, assume_scheme="https"),
        "sha256": forms.CharField(label=_("SHA-256 of the file"), max_length=64, required=False),
    }


def _initial(user: User, services: Sequence[Service], test: RecoveryTest) -> dict[str, Any]:
    found: dict[str, Any] = {name: getattr(test, name) for name in SHARED} | {"version": test.version}
    seen = ActionItem.objects.visible_to(user).filter(recovery_tests=test).order_by("pk")
    found["follow_up"] = " ".join(one.short_id for one in seen)
    results = {one.service_id: one for one in test.results.all()}
    for number, service in enumerate(services):
        found |= {f"results.{number}.{name}": getattr(results[service.pk], name) for name in OWN}
    for number, proof in enumerate(test.evidence.all()):
        found |= {f"evidence.{number}.{name}": getattr(proof, name) for name in _proof_fields()}
    return found
