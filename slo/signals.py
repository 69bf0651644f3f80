"""What happened, sent on commit; receivers decide what follows."""

from django.dispatch import Signal

# sender: Source. kwargs: source_id, at. After a source was created or changed.
source_saved = Signal()
# sender: Indicator. kwargs: indicator_id, source_id, at. After an indicator was created or its queries changed.
indicator_saved = Signal()
# sender: Backfill. kwargs: backfill_id, at.
backfill_requested = Signal()
