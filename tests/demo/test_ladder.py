from __future__ import annotations

import pytest

from relportal.core.models import Service
from relportal.demo import seed
from reports.domain.initiatives import State
from reports.models import Attestation, ServiceLevel
from reports.queries.initiatives.burn_up import burn_up
from reports.queries.initiatives.listing import initiative_lines
from tests.demo.conftest import ANCHOR

pytestmark = pytest.mark.django_db


def test_perronova_has_climbed_and_one_of_its_initiatives_is_behind() -> None:
    seed.company(url="http://127.0.0.1:9090", at=ANCHOR)
    written = (Attestation.objects.count(), ServiceLevel.objects.count())
    seed.company(url="http://127.0.0.1:9090", at=ANCHOR)
    assert (Attestation.objects.count(), ServiceLevel.objects.count()) == written
    lines = {line.row.name: line for line in initiative_lines(at=ANCHOR)}
    assert {name: line.stands.state for name, line in lines.items()} == {
        "Every tier-1 service at bronze": State.ON_TRACK, "Every tier-2 service at bronze": State.BEHIND,
    }  # fmt: skip
    found = burn_up(lines["Every tier-1 service at bronze"].row, at=ANCHOR)
    assert found.burned is not None
    assert found.burned.done[0] < found.burned.done[-1] < found.burned.scope[-1]
    ticketing = Service.objects.get(slug="ticketing")
    assert [one.service for group in found.left for one in group.services] == [ticketing]
