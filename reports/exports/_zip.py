"""Office files with the same bytes each time: they say they were made when the report was frozen."""

from __future__ import annotations

import datetime as dt
import io
import re
import zipfile
from typing import Final

OLDEST: Final = (1980, 1, 1, 0, 0, 0)
"""That a zip can say."""
_DATES: Final = re.compile(rb"(<dcterms:(?:created|modified)[^>]*>)[^<]*(<)")


def settled(content: bytes, *, at: dt.datetime) -> bytes:
    """The same parts in the same order, also in workbooks inside."""
    out = io.BytesIO()
    stamp = at.astimezone(dt.UTC).strftime("%Y-%m-%dT%H:%M:%SZ").encode()
    with zipfile.ZipFile(io.BytesIO(content)) as given, zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as made:
        for name in given.namelist():
            part = given.read(name)
            if name.endswith(".xlsx"):
                part = settled(part, at=at)
            elif name == "docProps/core.xml":
                part = _DATES.sub(rb"\g<1>" + stamp + rb"\g<2>", part)
            entry = zipfile.ZipInfo(name, OLDEST)
            entry.compress_type = zipfile.ZIP_DEFLATED
            made.writestr(entry, part)
    return out.getvalue()
