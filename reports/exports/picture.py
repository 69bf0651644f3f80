"""The headline as a picture, for an e-mail."""

from __future__ import annotations

from functools import partial
from typing import Final

from django.utils.translation import gettext_lazy as _

from reports.exports._base import Format
from reports.exports._typst import picture

PLUGIN: Final = Format(
    key="picture",
    label=_("Picture of the headline (PNG)"),
    hint=_("For an e-mail or a chat"),
    ending=".png",
    media_type="image/png",
    make=partial(picture, width=1200),
    inline=True,
)
