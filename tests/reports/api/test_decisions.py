from __future__ import annotations

from typing import Any

from django.test import Client

from relportal.core.models import Role, User
from tests import make

ASK: dict[str, Any] = {
    "title": "A second region", "recommended": "1", "decider": "cto@example.com", "wanted_by": "2099-12-15",
    "refs": ["kpi:toil"],
    "options": [
        {"key": "1", "name": "Build it", "cost": "0.38 M", "effect": "Fewer outages"},
        {"key": "nothing", "name": "Do nothing", "effect": "As bad"},
    ],
}  # fmt: skip
JSON = "application/json"


def test_an_ask_is_made_changed_and_decided_over_the_api(lead: User, client: Client) -> None:
    executive = make.user("cto@example.com", role=Role.EXECUTIVE)
    client.force_login(lead)
    wrong = client.post("/api/v1/asks/", ASK | {"options": ASK["options"][:1]}, content_type=JSON)
    assert (wrong.status_code, "options" in str(wrong.json())) == (422, True)
    made = client.post("/api/v1/asks/", ASK, content_type=JSON)
    assert (made.status_code, made.json()["state"]) == (201, "open")
    address = f"/api/v1/asks/{made.json()['id']}/"
    changed = client.patch(address, {"title": "Two regions"}, content_type=JSON, headers={"If-Match": made["ETag"]})
    assert (changed.status_code, changed.json()["title"], changed.json()["wanted_by"]) == (
        200,
        "Two regions",
        "2099-12-15",
    )
    stale = client.patch(address, {"title": "x"}, content_type=JSON, headers={"If-Match": made["ETag"]})
    assert stale.status_code == 412
    client.force_login(executive)
    decided = client.post(f"{address}decide/", {"option": "1", "reason": "It pays back"}, content_type=JSON)
    assert (decided.status_code, decided.json()["decided_by"]) == (201, "cto@example.com")
    row = f"/api/v1/decisions/{decided.json()['id']}/"
    told = client.post(f"{row}outcome/", {"verdict": "worked", "words": "Quiet"}, content_type=JSON)
    assert (told.status_code, told.json()["follow_up"]) == (201, "worked")
    newer = client.post(f"{row}supersede/", {"title": "Sell it", "reason": "Offer"}, content_type=JSON)
    assert newer.json()["supersedes"] == decided.json()["short_id"]
    listed = client.get("/api/v1/decisions/?ref=kpi:toil&by=cto@example.com").json()["results"]
    assert [each["id"] for each in listed] == [decided.json()["id"]]
    assert client.get("/api/v1/decisions/?due_before=2100-01-01").json()["results"] == []
    assert client.get(address).json()["decision"] == newer.json()["id"]
    assert client.post(f"{address}withdraw/", {"reason": "I decide"}, content_type=JSON).status_code == 403
    client.force_login(lead)
    assert client.post(f"{address}withdraw/", {"reason": "late"}, content_type=JSON).status_code == 409
