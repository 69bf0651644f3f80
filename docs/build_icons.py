"""Cuts the icons named in static/icons/names.txt out of Tabler's sprite into static/icons/sprite.svg.

Run: python docs/build_icons.py <folder of @tabler/icons-sprite>/dist/tabler-sprite.svg
"""

from __future__ import annotations

import re
import sys
from pathlib import Path

ICONS = Path(__file__).resolve().parent.parent / "static" / "icons"
SYMBOL = re.compile(r'<symbol id="tabler-(?P<name>[^"]+)"[^>]*>(?P<body>.*?)</symbol>')
BOUNDING_BOX = '<path stroke="none" d="M0 0h24v24H0z" fill="none" />'


def build(sprite: Path) -> str:
    """The sprite as text; raises SystemExit when a name is not in Tabler's sprite."""
    wanted = (ICONS / "names.txt").read_text().split()
    bodies = {match["name"]: match["body"] for match in SYMBOL.finditer(sprite.read_text())}
    if unknown := [name for name in wanted if name not in bodies]:
        raise SystemExit(f"not in the sprite: {', '.join(unknown)}")
    symbols = "\n".join(
        f'<symbol id="{name}" viewBox="0 0 24 24">{bodies[name].replace(BOUNDING_BOX, "").strip()}</symbol>'
        for name in wanted
    )
    return (
        "<!-- Tabler Icons, MIT: see LICENSE. Built by docs/build_icons.py. -->\n"
        f'<svg xmlns="http://www.w3.org/2000/svg">\n{symbols}\n</svg>\n'
    )


if __name__ == "__main__":
    (ICONS / "sprite.svg").write_text(build(Path(sys.argv[1])))
