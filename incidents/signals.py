"""What happens here and concerns other apps."""

from __future__ import annotations

from typing import Final

from django.dispatch import Signal

privacy_changed: Final = Signal()
"""Who may see an incident changed, in the transaction of that. Gives `at`."""
