"""The palette keeps its contrast: read from the stylesheet itself, by the formula of WCAG 2.2."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

TOKENS = (Path(__file__).parents[2] / "static" / "css" / "tokens.css").read_text()
PAIR = re.compile(r"--(?P<name>[\w-]+): light-dark\((?P<light>#[0-9a-f]{6}), (?P<dark>#[0-9a-f]{6})\)")
COLOURS = {match["name"]: (match["light"], match["dark"]) for match in PAIR.finditer(TOKENS)}
GROUNDS = ("surface", "canvas", "raised", "sunken", "hover", "selected")


def luminance(colour: str) -> float:
    parts = [int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)]
    red, green, blue = (c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(one: str, other: str) -> float:
    light, dark = sorted((luminance(one), luminance(other)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


@pytest.mark.parametrize("theme", [0, 1], ids=["light", "dark"])
@pytest.mark.parametrize("ground", GROUNDS)
@pytest.mark.parametrize("ink", ["text", "text-2", "muted", "accent", "good", "risk", "bad", "none"])
def test_every_ink_can_be_read_on_every_ground(ink: str, ground: str, theme: int) -> None:
    assert contrast(COLOURS[ink][theme], COLOURS[ground][theme]) >= 4.5


@pytest.mark.parametrize("theme", [0, 1], ids=["light", "dark"])
@pytest.mark.parametrize("band", ["good", "risk", "bad"])
def test_a_band_keeps_the_contrast_of_the_design_on_the_page(band: str, theme: int) -> None:
    assert contrast(COLOURS[band][theme], COLOURS["surface"][theme]) >= 5.35  # the design says 5.4, rounded


@pytest.mark.parametrize("theme", [0, 1], ids=["light", "dark"])
@pytest.mark.parametrize("band", ["good", "risk", "bad", "none", "accent"])
def test_a_word_can_be_read_on_its_own_tint(band: str, theme: int) -> None:
    assert contrast(COLOURS[band][theme], COLOURS[f"{band}-soft"][theme]) >= 4.5


@pytest.mark.parametrize("theme", [0, 1], ids=["light", "dark"])
def test_the_edge_of_a_control_can_be_seen(theme: int) -> None:
    assert contrast(COLOURS["line-control"][theme], COLOURS["raised"][theme]) >= 3


def test_a_page_never_names_a_colour_of_its_own() -> None:
    literal = re.compile(r"(?<![&\w-])#[0-9a-fA-F]{3,8}\b")
    components = (Path(__file__).parents[2] / "static" / "css" / "components.css").read_text()
    assert not literal.search(components)
