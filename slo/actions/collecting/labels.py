"""Which service a label value stands for: as mapped before, else the service of that slug or alias."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from relportal.core.models import Service
from slo.models import IndicatorService
from slo.queries.problems import Finding, Problem


@dataclass(frozen=True, slots=True, eq=False)
class Mapped:
    """The services of an indicator in ascending order of id, their label values, and what could not be mapped.

    `row_of` is the row of each label value; `added` are the label values that were mapped by this answer.
    """

    service_ids: NDArray[np.int64]
    labels: tuple[str, ...]
    row_of: Mapping[str, int]
    added: Mapping[str, int]
    unmapped: tuple[str, ...] = ()
    findings: tuple[Finding, ...] = ()


@dataclass(frozen=True, slots=True, eq=False)
class ServiceLabels:
    """The mapping of one indicator. `catalog` gives service ids by slug and alias, and is only called when it is needed."""

    label: str
    known: Mapping[str, int]
    catalog: Callable[[], Mapping[str, int]]

    def resolved(self, values: frozenset[str]) -> Mapped:
        known = dict(self.known)
        added: dict[str, int] = {}
        unknown: list[str] = []
        twins: list[str] = []
        taken = set(known.values())
        for value in sorted(values.difference(known, {""})):
            service = self.catalog().get(value)
            if service is None:
                unknown.append(value)
            elif service in taken:
                twins.append(value)
            else:
                added[value] = known[value] = service
                taken.add(service)
        findings = []
        if values == frozenset({""}):
            findings.append(Finding.of(Problem.NO_SERVICE_LABEL, [self.label]))
        if unknown:
            findings.append(Finding.of(Problem.NO_SERVICE, unknown))
        if twins:
            findings.append(Finding.of(Problem.TWO_LABELS, twins))
        pairs = sorted((service, label) for label, service in known.items())
        return Mapped(
            service_ids=np.array([service for service, _label in pairs], np.int64),
            labels=tuple(label for _service, label in pairs),
            row_of={label: row for row, (_service, label) in enumerate(pairs)},
            added=added,
            unmapped=tuple(unknown),
            findings=tuple(findings),
        )


def catalog_names() -> dict[str, int]:
    """Service ids by alias and slug; a slug wins over another service's alias."""
    names: dict[str, int] = {}
    rows = list(Service.objects.active().order_by("pk").values_list("pk", "slug", "aliases"))
    for pk, _slug, aliases in rows:
        for alias in aliases:
            names.setdefault(alias, pk)
    return names | {slug: pk for pk, slug, _aliases in rows}


def mappings(indicator_ids: list[int]) -> dict[int, dict[str, int]]:
    """Label value -> service id, per indicator."""
    found: dict[int, dict[str, int]] = {each: {} for each in indicator_ids}
    rows = IndicatorService.objects.filter(indicator__in=indicator_ids)
    for indicator, label, service in rows.values_list("indicator_id", "label_value", "service_id"):
        found[indicator][label] = service
    return found
