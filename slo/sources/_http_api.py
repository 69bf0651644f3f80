"""The HTTP API of Prometheus, which Thanos, Mimir and VictoriaMetrics speak too, behind the portal's guard.

The client library builds the requests; everything that it leaves open is decided here: bodies by POST, one deadline, a limit
of size, no redirects, no retries, warnings that make an answer worthless, and errors in sentences.
"""

from __future__ import annotations

import datetime as dt
import threading
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
import orjson
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from prometheus_api_client import PrometheusConnect
from prometheus_api_client.exceptions import PrometheusApiClientException

from relportal.core.outbound import (
    Answer,
    ClientError,
    GuardedSession,
    NotJson,
    OutboundError,
    ServerError,
    SignInRefused,
    check_url,
)
from slo.domain.counts import Array
from slo.domain.grid import epoch
from slo.domain.percentiles import NativeBucket
from slo.sources._base import (
    BuildInfo,
    Client,
    Matrix,
    NativeMatrix,
    PartialAnswer,
    Sample,
    SourceConfig,
    TooManySeries,
    Usage,
    parameters,
)

REASON_LENGTH: Final = 300


@dataclass(frozen=True, slots=True)
class PrometheusApi:
    """A plug-in for a product that speaks the Prometheus API; `extra` are its own query parameters."""

    key: str
    label: str | Promise
    tenant_header: str = ""
    address_hint: str = "https://prometheus.example.com:9090"
    extra: tuple[tuple[str, str], ...] = ()
    pulls: bool = True

    def open(self, config: SourceConfig) -> Client:
        """Raises: BadAddress."""
        return PrometheusClient(config, extra=dict(self.extra))


class PrometheusClient(PrometheusConnect):  # type: ignore[misc]
    """One source for one tick. Range values come back as arrays; `usage` adds up what they cost. Threads may ask at once."""

    def __init__(self, config: SourceConfig, *, extra: Mapping[str, str]) -> None:
        self.config = config
        self.usage = Usage()
        self.api = _ApiSession(config, self.usage)
        super().__init__(url=check_url(config.url), session=self.api, method="POST", timeout=None)
        self.api.guard()
        self.parameters = parameters(config, extra)

    def ranged(self, query: str, *, start: dt.datetime, end: dt.datetime, step_s: int) -> Matrix:
        """The values at start, start + step, ..., end; they need not stand on any grid.

        Raises: OutboundError.
        """
        rows = self._asked(
            lambda: self.custom_query_range(query, start, end, f"{step_s}", params=dict(self.parameters)), kind="matrix"
        )
        first = epoch(start)
        instants = np.arange(first, epoch(end) + 1, step_s, dtype=np.int64)
        values = np.full((len(rows), len(instants)), np.nan)
        try:
            self._fill(values, rows, first=first, step_s=step_s)
            labels = tuple(row["metric"] for row in rows)
        except (KeyError, TypeError, ValueError, IndexError) as error:
            raise _garbage() from error
        self.api.counted(samples=int(np.count_nonzero(~np.isnan(values))))
        return Matrix(labels=labels, instants=instants, values=values)

    def histograms(self, query: str, *, start: dt.datetime, end: dt.datetime, step_s: int) -> NativeMatrix:
        """The native histograms at start, start + step, ..., end; plain numbers in the answer are left out.

        Raises: OutboundError.
        """
        rows = self._asked(
            lambda: self.custom_query_range(query, start, end, f"{step_s}", params=dict(self.parameters)), kind="matrix"
        )
        first = epoch(start)
        try:
            found = tuple(
                {round((at - first) / step_s): _buckets(one) for at, one in row.get("histograms", ())} for row in rows
            )
            labels = tuple(row["metric"] for row in rows)
        except (KeyError, TypeError, ValueError, IndexError, AttributeError) as error:
            raise _garbage() from error
        self.api.counted(samples=sum(len(each) for each in found))
        return NativeMatrix(labels=labels, rows=found)

    @staticmethod
    def _fill(values: Array, rows: list[Any], *, first: int, step_s: int) -> None:
        """Whole rows all at once, the others sample by sample. Raises what garbage raises."""
        whole = [number for number, row in enumerate(rows) if len(row["values"]) == values.shape[1]]
        if whole:
            flat = [float(text) for number in whole for _at, text in rows[number]["values"]]
            values[whole] = np.array(flat).reshape(len(whole), -1)
        if len(whole) < len(rows):
            for number in set(range(len(rows))).difference(whole):
                pairs = rows[number]["values"]
                columns = (np.array([at for at, _text in pairs], np.float64) - first) / step_s
                values[number, np.rint(columns).astype(np.intp)] = [float(text) for _at, text in pairs]

    def instant(self, query: str, *, at: dt.datetime) -> tuple[Sample, ...]:
        """The values at one instant, NaN among them. Raises: OutboundError."""
        params = dict(self.parameters) | {"time": f"{at.timestamp():.3f}"}
        rows = self._asked(lambda: self.custom_query(query, params=params), kind="vector")
        try:
            samples = tuple(Sample(labels=row["metric"], value=float(row["value"][1])) for row in rows)
        except (KeyError, TypeError, ValueError, IndexError) as error:
            raise _garbage() from error
        self.api.counted(samples=len(samples))
        return samples

    def build(self) -> BuildInfo:
        """What answers; products that do not say are asked for a query instead, so that a wrong address is found.

        Raises: OutboundError.
        """
        try:
            answer = self.api.request("GET", f"{self.url}/api/v1/status/buildinfo")
        except ClientError:
            self.instant("vector(1)", at=dt.datetime.now(tz=dt.UTC))
            return BuildInfo(product="", version="")
        data = answer.json().get("data")
        data = data if isinstance(data, dict) else {}
        return BuildInfo(product=str(data.get("application", "")), version=str(data.get("version", "")))

    def _asked(self, question: Any, *, kind: str) -> list[Any]:
        self.api.kind = kind
        try:
            rows = question()
        except PrometheusApiClientException as error:
            raise _garbage() from error
        self.api.counted(series=len(rows))
        if len(rows) > self.config.series_limit:
            raise TooManySeries(
                _("The query answers with %(series)s series; the source allows %(limit)s. Add label matchers.")
                % {"series": len(rows), "limit": self.config.series_limit}
            )
        return list(rows)


class _Reply:
    """What the client library wants to see of an answer: a status and JSON."""

    status_code = 200

    def __init__(self, content: Mapping[str, Any]) -> None:
        self.content = content

    def json(self) -> Mapping[str, Any]:
        return self.content


class _ApiSession(GuardedSession):
    """Puts parameters into the body, signs in, and turns every answer but a whole, successful one into an error."""

    def __init__(self, config: SourceConfig, usage: Usage) -> None:
        super().__init__(timeout_s=config.timeout_s, max_bytes=config.max_bytes)
        self.config = config
        self.usage = usage
        # What the query of each thread must answer with.
        self._asking = threading.local()
        self._counting = threading.Lock()

    @property
    def kind(self) -> str:
        return getattr(self._asking, "kind", "")

    @kind.setter
    def kind(self, kind: str) -> None:
        self._asking.kind = kind

    def counted(self, **amounts: float) -> None:
        with self._counting:
            for name, amount in amounts.items():
                setattr(self.usage, name, getattr(self.usage, name) + amount)

    def request(self, method: str, url: str, **options: Any) -> Any:  # type: ignore[override]
        params = options.get("params")
        answer = self.ask(
            method,
            url,
            params=params if method == "GET" else None,
            data=params if method == "POST" else None,
            headers=self._headers(),
            auth=(self.config.username, self.config.secret) if self.config.auth == "basic" else None,
        )
        self.counted(queries=1, bytes_read=len(answer.body), query_ms=answer.elapsed_s * 1000)
        return _Reply(self._checked(answer))

    def _headers(self) -> dict[str, str]:
        headers = {"Accept": "application/json"}
        if self.config.auth == "bearer":
            headers["Authorization"] = f"Bearer {self.config.secret}"
        if self.config.tenant_header and self.config.tenant:
            headers[self.config.tenant_header] = self.config.tenant
        return headers

    def _checked(self, answer: Answer) -> Mapping[str, Any]:
        try:
            content = orjson.loads(answer.body)
        except orjson.JSONDecodeError:
            content = None
        said = content if isinstance(content, dict) else {}
        if answer.status != 200 or said.get("status") == "error":
            raise self._refusal(answer.status, said)
        data = said.get("data")
        if said.get("status") != "success" or not isinstance(data, dict):
            raise _garbage()
        # `infos` (for example: the metric might not be a counter) are advice about the query; warnings are about the data.
        warnings = said.get("warnings") or (["partial answer"] if said.get("isPartial") else [])
        if warnings:
            raise PartialAnswer(
                _("The source warns that its answer may be incomplete, so it was not used: %(warning)s")
                % {"warning": self._clean(str(warnings[0]))}
            )
        if "result" in data and (not isinstance(data["result"], list) or data.get("resultType") != self.kind):
            raise ClientError(
                _("The query gives a %(type)s where values for each service are needed.")
                % {"type": self._clean(str(data.get("resultType", "?")))},
                reason="result type",
                kind="bad_data",
            )
        return said

    def _refusal(self, status: int, said: Mapping[str, Any]) -> OutboundError:
        reason = self._clean(str(said.get("error") or said.get("message") or ""))
        if status in (401, 403):
            return SignInRefused(
                _("The source refuses the sign-in (%(status)s). Check user, password or token, and the tenant.")
                % {"status": status}
            )
        if status >= 500 or status == 429:
            return ServerError(
                _("The source answers with an error of its own (%(status)s). %(reason)s")
                % {"status": status, "reason": reason}
            )
        if not said:
            return ClientError(
                _(
                    "There is no Prometheus API at this address (%(status)s). Some products need a path, such as /prometheus."
                )
                % {"status": status},
                reason="",
                kind="not_found",
            )
        return ClientError(
            _("The source refuses the query: %(reason)s") % {"reason": reason},
            reason=reason,
            kind=str(said.get("errorType", "")),
        )

    def _clean(self, text: str) -> str:
        secret = self.config.secret
        text = text.replace(secret, "***") if secret else text
        return text if len(text) <= REASON_LENGTH else text[:REASON_LENGTH] + "…"


def _buckets(of: Mapping[str, Any]) -> tuple[NativeBucket, ...]:
    """Raises what garbage raises."""
    return tuple(
        NativeBucket(float(low), float(high), float(count)) for _rule, low, high, count in of.get("buckets", ())
    )


def _garbage() -> NotJson:
    return NotJson(
        _("The answer is not one of the Prometheus API. Check the address, and whether a proxy answers instead.")
    )
