"""Thanos Query: replicas are deduplicated, and an answer that misses a store is an error instead of a part."""

from slo.sources._http_api import PrometheusApi

PLUGIN = PrometheusApi(
    key="thanos",
    label="Thanos",
    address_hint="https://thanos-query.example.com",
    extra=(("dedup", "true"), ("partial_response", "false")),
)
