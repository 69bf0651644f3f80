"""Where a link to a report leads."""

from __future__ import annotations

from django.conf import settings
from django.urls import reverse

from reports.models import ShareLink


def address_of(link: ShareLink, key: str) -> str:
    """With its key behind the #, which a browser tells no server."""
    return f"{settings.BASE_URL}{reverse('reports:share-open', args=[link.lookup])}#{key}"
