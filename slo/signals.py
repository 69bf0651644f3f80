"""What happened, sent on commit; receivers of higher apps decide what follows."""

from django.dispatch import Signal

# sender: BurnAlert. kwargs: objectives (ids, of which alerts fired or are over), at.
burn_alerts_changed = Signal()

# sender: Backfill or LatencyDay. kwargs: at. History of an indicator was read, so that figures over its time can be computed.
history_read = Signal()
