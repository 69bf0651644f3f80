"""VictoriaMetrics: its cache may align instants to the step, and a cluster marks an incomplete answer with `isPartial`."""

from slo.sources._http_api import PrometheusApi

PLUGIN = PrometheusApi(
    key="victoriametrics",
    label="VictoriaMetrics",
    address_hint="https://victoria.example.com/select/0/prometheus",
    extra=(("nocache", "1"), ("deny_partial_response", "1")),
)
