"""What an administrator does first, through the actions that forms and API call: `manage.py shell` runs it in the web image.

PROMETHEUS is the address of the Prometheus that is read.
"""

from __future__ import annotations

import os

from django.utils import timezone

from relportal.core.models import Service, Team
from relportal.core.permissions import SYSTEM
from slo.actions.indicators import IndicatorFields, create_indicator
from slo.actions.objectives import ObjectiveFields, create_objective
from slo.actions.sources import SourceFields, create_source

at = timezone.now()
team = Team.objects.create(slug="shop", name="Shop")
service = Service.objects.create(slug="checkout", name="Checkout", tier=1, team=team)
source = create_source(
    SYSTEM, slug="main", fields=SourceFields(name="Main", url=os.environ["PROMETHEUS"], scrape_interval_s=30), at=at
)
indicator = create_indicator(
    SYSTEM,
    slug="availability",
    fields=IndicatorFields(
        name="Availability",
        source=source,
        kind="ratio_bad",
        bad='shop_requests_total{code="500"}',
        total="shop_requests_total",
        service_label="app",
    ),
    services={"checkout": service},
    at=at,
)
create_objective(
    SYSTEM, service=service, indicator=indicator, fields=ObjectiveFields(name="Availability", target="0.9"), at=at
)
