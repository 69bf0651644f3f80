"""What can be wrong with the data of an indicator while its queries are right; kept on IndicatorState and shown beside it."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import ngettext


class Problem(StrEnum):
    NO_SERIES = "no_series"
    NO_SERVICE_LABEL = "no_service_label"
    NO_SERVICE = "no_service"
    TWO_SERIES = "two_series"
    TWO_LABELS = "two_labels"
    GOOD_ABOVE_TOTAL = "good_above_total"
    BUCKET_MISSING = "bucket_missing"


@dataclass(frozen=True, slots=True)
class Finding:
    """`subjects` are the services, label values or labels that it is about, the first ten of `count`."""

    problem: Problem
    subjects: tuple[str, ...] = ()
    count: int = 0

    @classmethod
    def of(cls, problem: Problem, subjects: list[str]) -> Finding:
        return cls(problem=problem, subjects=tuple(sorted(subjects)[:10]), count=len(subjects))

    def as_json(self) -> dict[str, Any]:
        return {"key": self.problem.value, "subjects": list(self.subjects), "count": self.count}

    @classmethod
    def from_json(cls, stored: dict[str, Any]) -> Finding:
        return cls(Problem(stored["key"]), tuple(stored.get("subjects", ())), int(stored.get("count", 0)))

    @property
    def sentence(self) -> str:
        """What is wrong and what to do."""
        names = ", ".join(self.subjects) + (" …" if self.count > len(self.subjects) else "")
        match self.problem:
            case Problem.NO_SERIES:
                return _("The query finds no series. Check the metric name and the labels.")
            case Problem.NO_SERVICE_LABEL:
                return _("No series has the label “%(label)s”. Choose the label that names the service.") % {
                    "label": names
                }
            case Problem.NO_SERVICE:
                return ngettext(
                    "%(count)d label value is no service: %(names)s. Add it to the catalog, or as an alias of a service.",
                    "%(count)d label values are no service: %(names)s. Add them to the catalog, or as aliases of services.",
                    self.count,
                ) % {"count": self.count, "names": names}
            case Problem.TWO_SERIES:
                return _(
                    "The query gives more than one series for %(names)s, so none of them is counted. "
                    "Aggregate by the service label, for example with sum by or max by."
                ) % {"names": names}
            case Problem.TWO_LABELS:
                return _(
                    "%(names)s: another label value stands for the same service; counting both would count twice."
                ) % {"names": names}
            case Problem.GOOD_ABOVE_TOTAL:
                return _(
                    "More good (or bad) events than events at all for %(names)s: the two queries do not count the same "
                    "thing. These minutes are not counted."
                ) % {"names": names}
            case Problem.BUCKET_MISSING:
                return _("%(names)s: the histogram has no bucket at this threshold, so it is not counted.") % {
                    "names": names
                }
