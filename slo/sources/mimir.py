"""Grafana Mimir (and Cortex): several tenants behind one address, below a path."""

from slo.sources._http_api import PrometheusApi

PLUGIN = PrometheusApi(
    key="mimir",
    label="Grafana Mimir",
    tenant_header="X-Scope-OrgID",
    address_hint="https://mimir.example.com/prometheus",
)
