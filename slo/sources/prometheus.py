"""Prometheus itself, and anything that speaks its API without habits of its own."""

from slo.sources._http_api import PrometheusApi

PLUGIN = PrometheusApi(key="prometheus", label="Prometheus")
