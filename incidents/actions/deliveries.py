"""Deliveries: kept as they come, read in the background, read again on demand.

One item of work drains whatever waits, again every few seconds, so that a delivery needs no item of its own: 5,000 of them in a
minute would keep everything else from being claimed.
"""

from __future__ import annotations

import datetime as dt
import uuid
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

import structlog
from django.db import DatabaseError, IntegrityError, connection, transaction
from django.db.models import IntegerField
from django.db.models.functions import Length
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from incidents.actions.alerts import TOLERANCE, Arrived, take_alerts, told_of
from incidents.actions.deploys import take_deploys
from incidents.actions.reported import note_alerts, note_deploys
from incidents.models import Delivery, Integration
from incidents.queries.service_names import ServiceNames
from incidents.webhooks import HOOKS
from incidents.webhooks._base import Config, Hook, Parsed, Unreadable
from relportal.core import audit, work
from relportal.core.exceptions import Conflict, Invalid
from relportal.core.models import WorkItem, WorkState
from relportal.core.permissions import Actor, require

logger = structlog.get_logger(__name__)

DELIVERIES: Final = "incidents.delivery"
KEY: Final = "waiting"
# Below the tick of 10 s, so that each tick finds it due.
EVERY: Final = dt.timedelta(seconds=5)
AT_ONCE: Final = 200
BYTES_AT_ONCE: Final = 20_000_000
MOST_A_RUN: Final = 4000
LOCK: Final = 740_301
"""First half of the advisory lock of an integration; no other code uses this number."""
# What of the headers helps to understand a delivery; never what signs it.
KEPT_HEADERS: Final = (
    "content-type", "user-agent", "x-webhook-id", "x-github-delivery", "x-github-event", "x-github-hook-id",
    "x-webhook-subscription", "x-delivery-id", "idempotency-key", "x-event", "x-request-id",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Received:
    """`duplicate`: the same delivery was kept before."""

    delivery: Delivery
    duplicate: bool


@dataclass(frozen=True, slots=True)
class Drained:
    """`more`: something waits still."""

    deliveries: int
    alerts: int
    failed: int
    more: bool


def receive(integration: Integration, headers: Mapping[str, str], body: bytes, *, at: dt.datetime) -> Received:
    """Keeps a delivery whose secret was checked."""
    hook = HOOKS[integration.kind]
    dedup = hook.dedup(headers, body) or f"one:{uuid.uuid4()}"
    row = Delivery(
        integration=integration,
        received_at=at,
        dedup=dedup if len(dedup) <= 128 else f"long:{uuid.uuid5(uuid.NAMESPACE_URL, dedup)}",
        event=hook.event(headers, body)[:80],
        body=body,
        headers={name: headers[name][:300].replace("\0", "") for name in KEPT_HEADERS if name in headers},
    )
    if integration.paused:
        row.result, row.detail = (
            Delivery.Result.IGNORED,
            _("The integration was paused. Read it again to take it over."),
        )
    try:
        with transaction.atomic():
            row.save()
            _wake(at=at)
    except IntegrityError:
        kept = Delivery.objects.defer("body").filter(integration=integration, dedup=row.dedup).first()
        if kept is None:
            raise
        return Received(kept, duplicate=True)
    return Received(row, duplicate=False)


def replay(actor: Actor, delivery: Delivery, *, at: dt.datetime) -> Delivery:
    """Reads a delivery once more, in place: what it told already comes out the same.

    Raises: NotAllowed; Conflict once its body was removed for its age.
    """
    require(actor, "integration.edit")
    with transaction.atomic():
        row = Delivery.objects.select_for_update(of=("self",)).select_related("integration").get(pk=delivery.pk)
        if row.body_removed_at is not None:
            raise Conflict(_("Its body was removed for its age, so it cannot be read again."))
        _lock(row.integration)
        before = row.result
        _take(row.integration, [row], at=at)
        changes: dict[str, audit.Change] = {"result": (before, row.result)}
        audit.record(actor, "delivery.replay", row, at=at, changes=changes)
    return row


def drain(*, at: dt.datetime, most: int = MOST_A_RUN) -> Drained:
    """Reads what waits, oldest first, at most `most` deliveries. A second drain at the same time takes others."""
    deliveries = alerts = failed = 0
    while deliveries < most:
        ids = _next_ids()
        if not ids:
            return Drained(deliveries, alerts, failed, more=False)
        rows = _taken(ids, at=at)
        if not rows:
            break
        deliveries += len(rows)
        alerts += sum(row.alerts for row in rows)
        failed += sum(row.result == Delivery.Result.FAILED for row in rows)
    return Drained(deliveries, alerts, failed, more=True)


def _wake(*, at: dt.datetime) -> None:
    """The item that drains stays pending for good, so it is made only once."""
    if not WorkItem.objects.filter(kind=DELIVERIES, key=KEY, state=WorkState.PENDING).exists():
        work.enqueue(DELIVERIES, KEY, at=at, every=EVERY)


def _next_ids() -> list[int]:
    """Of one integration, in the order of their coming, and not more bytes than fit into memory."""
    waiting = Delivery.objects.filter(result=Delivery.Result.WAITING).order_by("pk")
    first = waiting.values_list("integration", flat=True).first()
    if first is None:
        return []
    sizes = waiting.filter(integration=first).annotate(size=Length("body", output_field=IntegerField()))
    ids: list[int] = []
    held = 0
    for pk, size in sizes.values_list("pk", "size")[:AT_ONCE]:
        if ids and held + size > BYTES_AT_ONCE:
            break
        ids.append(pk)
        held += size
    return ids


def _taken(ids: Sequence[int], *, at: dt.datetime) -> list[Delivery]:
    """All at once; where the database refuses the lot, one by one, so that one bad delivery stops none of the others."""
    try:
        return _batch(ids, at=at)
    except (DatabaseError, Invalid, ValueError) as error:
        if isinstance(error, DatabaseError) and not connection.is_usable():
            raise
        logger.warning("deliveries refused together", deliveries=len(ids), error=str(error)[:300])
    rows = []
    for pk in ids:
        try:
            rows += _batch([pk], at=at)
        except (DatabaseError, Invalid, ValueError) as error:
            logger.warning("delivery refused", delivery=pk, error=str(error)[:300])
            row = Delivery.objects.defer("body").get(pk=pk)
            _told(row, Delivery.Result.FAILED, _("It could not be stored: %(why)s") % {"why": str(error)[:300]}, at=at)
            row.save(update_fields=["result", "detail", "parsed_at", "alerts"])
            rows.append(row)
    return rows


def _batch(ids: Sequence[int], *, at: dt.datetime) -> list[Delivery]:
    with transaction.atomic():
        rows = list(
            Delivery.objects.select_for_update(of=("self",), skip_locked=True)
            .filter(pk__in=ids, result=Delivery.Result.WAITING)
            .select_related("integration")
            .order_by("pk")
        )
        by_integration: dict[int, list[Delivery]] = defaultdict(list)
        for row in rows:
            by_integration[row.integration_id].append(row)
        for mine in by_integration.values():
            _lock(mine[0].integration)
            _take(mine[0].integration, mine, at=at)
    return rows


def _lock(integration: Integration) -> None:
    """Held until the transaction ends: what is told of an alert is folded by one at a time. Receiving does not wait for it."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s, %s)", [LOCK, integration.pk % 2**31])


def _take(integration: Integration, rows: Sequence[Delivery], *, at: dt.datetime) -> None:
    """Parses, stores and says on each delivery what became of it."""
    parsed = {row.pk: found for row in rows if (found := _parsed(row, integration, at=at)) is not None}
    names = ServiceNames.load() if any(one.alerts or one.deploys for one in parsed.values()) else ServiceNames({})
    arrived = [Arrived(told, row.received_at) for row in rows if row.pk in parsed for told in parsed[row.pk].alerts]
    taken = take_alerts(integration, arrived, names=names)
    note_alerts(taken, at=at)
    odd = told_of(taken)
    for row in rows:
        if row.pk not in parsed:
            continue
        one = parsed[row.pk]
        left_out, ahead = "", ""
        if one.deploys:
            deploys = take_deploys(integration, list(one.deploys), names=names, at=row.received_at)
            note_deploys(deploys.recorded, at=at)
            left_out, ahead = _left_out(deploys.unknown), _ahead(deploys.ahead)
        row.alerts = len(one.alerts)
        result = Delivery.Result.IGNORED if one.ignored or left_out else Delivery.Result.TAKEN
        _told(row, result, one.ignored or left_out or " ".join(filter(None, (_counted(one), odd, ahead))), at=at)
    Delivery.objects.bulk_update(rows, ["result", "detail", "parsed_at", "alerts"])


def _parsed(row: Delivery, integration: Integration, *, at: dt.datetime) -> Parsed | None:
    """None where it cannot be read; the delivery says why then."""
    row.alerts = 0
    try:
        hook: Hook = HOOKS[integration.kind]
        config = Config(service_label=integration.service_label, mapping=integration.mapping)
        return hook.parse(bytes(row.body), config)
    except Unreadable as error:
        _told(row, Delivery.Result.FAILED, str(error), at=at)
    except KeyError:
        _told(row, Delivery.Result.FAILED, _("The plug-in “%(kind)s” is missing.") % {"kind": integration.kind}, at=at)
    except Exception as error:
        # A plug-in, perhaps of a third party, must not keep the deliveries behind this one from being read.
        logger.exception("delivery not parsed", delivery=row.pk, kind=integration.kind)
        words = _("The plug-in failed: %(error)s") % {"error": f"{type(error).__name__}: {error}"[:300]}
        _told(row, Delivery.Result.FAILED, words, at=at)
    return None


def _told(row: Delivery, result: Delivery.Result, detail: str, *, at: dt.datetime) -> None:
    row.result, row.detail, row.parsed_at = result, detail[:500], at


def _counted(one: Parsed) -> str:
    if one.deploys:
        return ngettext("%(n)d deploy.", "%(n)d deploys.", len(one.deploys)) % {"n": len(one.deploys)}
    return ngettext("%(n)d alert.", "%(n)d alerts.", len(one.alerts)) % {"n": len(one.alerts)}


def _ahead(ahead: dt.timedelta) -> str:
    if ahead <= TOLERANCE:
        return ""
    words = _("The sender's clock is %(n)d min ahead: the deploy starts when this was received.")
    return words % {"n": round(ahead.total_seconds() / 60)}


def _left_out(unknown: set[str]) -> str:
    if not unknown:
        return ""
    return _("No service has the name %(names)s: add it as an alias and read this again.") % {
        "names": ", ".join(sorted(unknown))[:200]
    }
