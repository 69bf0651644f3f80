"""The page of the sample that draws what has no axis of quarters: a map, ranges, pairs and curves."""

from __future__ import annotations

from typing import Final

from reports.domain.payload import Chart, Drawing, Look, Page, Series, Tone

RISKS: Final = Page(
    key="risks",
    topic="Top risks",
    title="Two risks make two thirds of the expected loss",
    notes=("Amounts are estimated, with three significant digits.", "Movement only from ratings with reasons."),
    charts=(
        Chart(
            key="map",
            drawing=Drawing.GRID,
            title="Risks by likelihood and impact",
            summary="Two risks are critical.",
            unit="count",
            categories=("I1", "I2", "I3", "I4", "I5"),
            series=tuple(
                Series(
                    name=f"L{5 - row}",
                    values=tuple(float((row + column) % 3) for column in range(5)),
                    texts=tuple(
                        "R-12, R-9" if (row, column) == (0, 4) else str((row + column) % 3 or "") for column in range(5)
                    ),
                    tones=tuple(
                        (Tone.GREEN, Tone.GREEN, Tone.AMBER, Tone.RED)[min(3, (4 - row + column) // 2)]
                        for column in range(5)
                    ),
                )
                for row in range(5)
            ),
        ),
        Chart(
            key="loss",
            drawing=Drawing.RANGES,
            title="Expected loss a year",
            summary="R-12 costs about 0.6 M.",
            unit="money",
            categories=("R-12 Second region", "R-9 سلسلة التوريد", "R-31 Certificates that end unseen in the night"),
            series=(
                Series(
                    name="Loss",
                    values=(0.6e6, 0.21e6, 0.03e6),
                    lows=(0.1e6, 0.05e6, 0.0),
                    highs=(2.1e6, 0.6e6, 0.2e6),
                    texts=("about 0.6 M", "about 0.21 M", "about 30 k"),
                ),
                Series(name="After the plan", values=(0.2e6, None, 0.03e6), look=Look.TARGET),
            ),
            note="P5-P95 of 100,000 years",
        ),
        Chart(
            key="recovered",
            drawing=Drawing.PAIRS,
            title="Time to recover",
            unit="min",
            summary="One of three took longer than promised.",
            categories=("Checkout", "Payments that settle late in the night", "Search"),
            series=(
                Series(
                    name="Measured",
                    values=(12.0, 371.0, 0.0),
                    texts=("12 min of 15 min", "6 h 11 min of 4 h", "0 s of 30 min"),
                    tones=(Tone.GREEN, Tone.RED, Tone.GREEN),
                ),
                Series(name="Objective", values=(15.0, 240.0, 30.0), look=Look.TARGET),
            ),
        ),
        Chart(
            key="exceedance",
            drawing=Drawing.CURVE,
            title="Chance that a year is worse",
            unit="share",
            summary="1 year in 10 is worse than about 2.1 M.",
            xs=(1e4, 1e5, 1e6, 2.1e6, 1e7),
            categories=("10 k", "100 k", "1 M", "2.1 M", "10 M"),
            series=(
                Series(name="Now", values=(0.98, 0.8, 0.25, 0.1, 0.01), texts=("98 %", "80 %", "25 %", "10 %", "1 %")),
                Series(name="Quarter before", values=(0.99, 0.85, 0.3, 0.14, 0.02), look=Look.PREVIOUS),
                Series(name="Tolerance", values=(1.0, 0.6, 0.2, 0.1, 0.005), look=Look.TARGET),
            ),
        ),
    ),
    leading=True,
)
