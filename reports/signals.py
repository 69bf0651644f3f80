"""What this app says happened; receivers.py listens."""

from __future__ import annotations

from django.dispatch import Signal

figures_outdated = Signal()
"""Something that figures are made of was entered or set; arguments: at."""
report_published = Signal()
"""A report went out; arguments: pk, at."""

levels_outdated = Signal()
"""Something that services are judged by was changed; arguments: at."""
