"""Two years as Prometheus blocks: chunks of OpenMetrics text, turned into blocks by promtool, several at a time."""

from __future__ import annotations

import contextlib
import datetime as dt
import json
import os
import shutil
import subprocess
import tempfile
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor, as_completed
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Final

import numpy as np

from relportal.demo import openmetrics, story
from relportal.demo.events import HISTORY, MINUTE_S, Span, Timeline, on_grid
from relportal.demo.noise import Ints

# How far back from the anchor, and the step there in seconds. Prometheus looks five minutes back for a sample: a coarser step
# would leave holes on the portal's five-minute grid. All steps divide five minutes, so that no restart loses events on the grid.
FINENESS: Final = ((dt.timedelta(days=14), 60), (dt.timedelta(days=90), 150))
COARSE_S: Final = 300
FINEST_S: Final = 30
# The sizes that Prometheus' own compaction makes of two hours: a block of another size would be rewritten at start-up.
BLOCK_HOURS: Final = (486, 162, 54, 18, 6, 2)
HOUR: Final = dt.timedelta(hours=1)
STAMP: Final = "demo.json"
HEARTBEAT: Final = "demo.last_scrape"
LAYOUT: Final = 1
WORTH_FILLING: Final = dt.timedelta(minutes=3)

Progress = Callable[[str], None]


class BuildError(RuntimeError):
    """One sentence: what could not be built and what to do."""


@dataclass(frozen=True, slots=True)
class Stamp:
    """What stands in a target: the company of `anchor`, its past written until `until` (ISO text, UTC)."""

    anchor: str
    until: str
    layout: int = LAYOUT

    @property
    def timeline(self) -> Timeline:
        return story.timeline(dt.datetime.fromisoformat(self.anchor))


@dataclass(frozen=True, slots=True)
class Chunk:
    """A span that lies inside one block of `hours`."""

    span: Span
    hours: int


def stamp_of(target: Path) -> Stamp | None:
    """The stamp of a finished build of this layout, or None."""
    try:
        stamp = Stamp(**json.loads((target / STAMP).read_text()))
    except (OSError, ValueError, TypeError):
        return None
    return stamp if stamp.layout == LAYOUT else None


def build(target: Path, *, now: dt.datetime, say: Progress, history: dt.timedelta = HISTORY) -> Stamp:
    """Writes the past into `target` (the data folder of a Prometheus that is not running), or what is missing of it.

    A second call adds the time during which the demo was stopped. `history` shortens the past for tests.
    Raises: BuildError when promtool is missing or fails.
    """
    if shutil.which("promtool") is None:
        raise BuildError("promtool was not found: install Debian's package “prometheus”, or set PATH.")
    target.mkdir(parents=True, exist_ok=True)
    stamp = stamp_of(target)
    if stamp is None:
        return _first(target, anchor=on_grid(now), say=say, history=history)
    return _fill(target, stamp, now=now, say=say)


def _first(target: Path, *, anchor: dt.datetime, say: Progress, history: dt.timedelta) -> Stamp:
    timeline = story.timeline(anchor)
    begun = time.monotonic()
    _discard_partial(target)
    chunks = list(plan(Span(max(timeline.epoch, anchor - history), anchor)))
    samples = 0
    with ThreadPoolExecutor(max_workers=(os.cpu_count() or 1) + 1) as pool:
        # The largest first, so that no core is left alone with one at the end.
        running = [pool.submit(_write, timeline, chunk, target) for chunk in reversed(chunks)]
        for number, done in enumerate(as_completed(running), 1):
            samples += done.result()
            if number * 10 // len(chunks) > (number - 1) * 10 // len(chunks):
                say(f"history: {100 * number // len(chunks)} %, {samples / 1e6:.0f} million samples")
    until = anchor + dt.timedelta(seconds=(time.monotonic() - begun) // MINUTE_S * MINUTE_S)
    if until > anchor:
        _write(timeline, Chunk(Span(anchor, until), BLOCK_HOURS[-1]), target)
    return _stamped(target, Stamp(anchor.isoformat(), until.isoformat()))


def _fill(target: Path, stamp: Stamp, *, now: dt.datetime, say: Progress) -> Stamp:
    scraped = last_scrape(target)
    begin = dt.datetime.fromisoformat(stamp.until)
    if scraped is not None:
        begin = max(begin, _next_minute(scraped))
    until = now.replace(second=0, microsecond=0)
    if until - begin < WORTH_FILLING:
        return stamp
    say(f"history: adding the {until - begin} while the demo was stopped")
    timeline = stamp.timeline
    for chunk in plan(Span(begin, until)):
        _write(timeline, chunk, target, beside_the_head=True)
    return _stamped(target, Stamp(stamp.anchor, until.isoformat()))


def plan(span: Span) -> Iterator[Chunk]:
    """Consecutive chunks, each inside one aligned block, as large as Prometheus would make them."""
    begin = span.start
    while begin < span.end:
        hours = next(
            (size for size in BLOCK_HOURS if _block_end(begin, size) <= span.end and _fits(begin, size, span)),
            BLOCK_HOURS[-1],
        )
        end = min(_block_end(begin, hours), span.end)
        yield Chunk(Span(begin, end), hours)
        begin = end


def grid(span: Span, *, anchor: dt.datetime) -> Ints:
    """The instants of `span` that have a sample, as Unix times: finer near the anchor and after it."""
    first, last = (-(-int(at.timestamp()) // FINEST_S) for at in (span.start, span.end))
    instants = np.arange(first, last, dtype=np.int64) * FINEST_S
    ago = anchor.timestamp() - instants
    steps = np.select(
        [ago <= far.total_seconds() for far, _step in FINENESS], [step for _far, step in FINENESS], COARSE_S
    )
    return np.asarray(instants[instants % steps == 0], dtype=np.int64)


def last_scrape(target: Path) -> dt.datetime | None:
    """When the live exporter was last read by Prometheus."""
    try:
        return dt.datetime.fromtimestamp(float((target / HEARTBEAT).read_text()), tz=dt.UTC)
    except (OSError, ValueError):
        return None


def note_scrape(target: Path, instant: float) -> None:
    """Keeps the Unix time of a scrape for `last_scrape`; a full disk must not stop the exporter."""
    partial = target / f"{HEARTBEAT}.new"
    with contextlib.suppress(OSError):
        partial.write_text(str(instant))
        partial.rename(target / HEARTBEAT)


def _block_end(begin: dt.datetime, hours: int) -> dt.datetime:
    """The end of the aligned block of `hours` that `begin` lies in."""
    size = hours * int(HOUR.total_seconds())
    return dt.datetime.fromtimestamp((int(begin.timestamp()) // size + 1) * size, tz=dt.UTC)


def _fits(begin: dt.datetime, hours: int, span: Span) -> bool:
    """Whether a block may start at `begin`: at its own boundary, or at the very start of the past."""
    return begin == span.start or int(begin.timestamp()) % (hours * int(HOUR.total_seconds())) == 0


def _write(timeline: Timeline, chunk: Chunk, target: Path, *, beside_the_head: bool = False) -> int:
    instants = grid(chunk.span, anchor=timeline.anchor)
    with tempfile.TemporaryDirectory(prefix="demo-", dir=target) as folder:
        text, made = Path(folder) / "chunk.om", Path(folder) / "blocks"
        with text.open("wb") as out:
            samples = openmetrics.write(out, openmetrics.tables(timeline, chunk.span), instants)
        _promtool(text, made, hours=chunk.hours)
        for block in made.iterdir():
            if beside_the_head:
                _mark_out_of_order(block)
            block.rename(target / block.name)
    return samples


def _promtool(text: Path, made: Path, *, hours: int) -> None:
    command = ["promtool", "tsdb", "create-blocks-from", f"--max-block-duration={hours}h", "openmetrics", "--quiet"]
    command += [str(text), str(made)]
    # Less frequent garbage collection: a tenth less time for some more memory.
    env = os.environ | {"GOGC": "400"}
    done = subprocess.run(command, capture_output=True, text=True, check=False, env=env)  # noqa: S603
    if done.returncode:
        raise BuildError(f"promtool could not write blocks: {(done.stderr or done.stdout).strip()[-400:]}")


def _mark_out_of_order(block: Path) -> None:
    """Prometheus drops what its write-ahead log holds from before its newest block, unless that block is marked so.

    Source: tsdb/db.go, inOrderBlocksMaxTime, since 2.39.
    """
    path = block / "meta.json"
    meta = json.loads(path.read_text())
    meta["compaction"]["hints"] = ["from-out-of-order"]
    path.write_text(json.dumps(meta))


def _discard_partial(target: Path) -> None:
    """Without a stamp nothing in the folder is known to be whole: a build was stopped, or the layout is old."""
    for entry in target.iterdir():
        if entry.is_dir() and (
            len(entry.name) == 26 or entry.name in ("wal", "chunks_head") or entry.name.startswith("demo-")
        ):
            shutil.rmtree(entry)


def _stamped(target: Path, stamp: Stamp) -> Stamp:
    partial = target / f"{STAMP}.new"
    partial.write_text(json.dumps(asdict(stamp)))
    partial.rename(target / STAMP)
    return stamp


def _next_minute(instant: dt.datetime) -> dt.datetime:
    return dt.datetime.fromtimestamp((int(instant.timestamp()) // MINUTE_S + 1) * MINUTE_S, tz=dt.UTC)
