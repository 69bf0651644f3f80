"""Single points: a service whose failure stops several crucial ones that have no alternative to it.

The graph holds hard dependencies only: whoever calls cannot answer without what it calls, so that a failure travels against the
calls, all the way up. A soft dependency is an alternative, the caller answers without it, and is no edge here. Two crucial
services that need the same third one by routes with nothing else in common meet in a single point; what lies behind it on every
route (a database that only that service calls) fails in the same way and is said with it, not again.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

MANY: Final = 2
"""So many crucial services besides itself make a service a single point."""
_ROOT: Final = -1
"""The customers, who call every crucial service; no service has this key."""

Edge = tuple[int, int]
"""(who calls, what it cannot answer without)."""


@dataclass(frozen=True, slots=True)
class SinglePoint:
    """`stops`: the crucial services, without itself, that cannot answer when it fails. `behind`: services that every hard route
    from them reaches through this one only, and that stop as many. All ascending."""

    key: int
    stops: tuple[int, ...]
    behind: tuple[int, ...]


def single_points(edges: Iterable[Edge], crucial: Collection[int], *, least: int = MANY) -> tuple[SinglePoint, ...]:
    """Those that stop the most first.

    x is one when at least `least` crucial services other than x reach x by edges, and no other single point dominates x (lies on
    every route from a crucial service to x). What x stops, apart from itself, its dominator stops as well.
    """
    calls: dict[int, list[int]] = defaultdict(list)
    for caller, called in sorted(set(edges)):
        calls[caller].append(called)
    calls[_ROOT] = sorted(crucial)
    stopped = _stopped(calls, sorted(crucial))
    above = dominators(calls, _ROOT)
    points = {key: stops for key, stops in stopped.items() if len(stops) >= least}
    behind: dict[int, list[int]] = {}
    for key in sorted(points):
        behind.setdefault(_outermost(key, above, points), []).append(key)
    found = (SinglePoint(key, points[key], tuple(each for each in own if each != key)) for key, own in behind.items())
    return tuple(sorted(found, key=lambda one: (-len(one.stops), one.key)))


def dominators(calls: Mapping[int, Sequence[int]], root: int) -> dict[int, int]:
    """The nearest other node that every route from `root` passes on its way to a node; of all that are reached but the root.

    Source: Cooper, Harvey and Kennedy 2001, "A Simple, Fast Dominance Algorithm", Rice University TR-06-33870.
    """
    order = _reverse_postorder(calls, root)
    place = {node: number for number, node in enumerate(order)}
    callers = _callers(calls, order)
    nearest: dict[int, int] = {root: root}
    changed = True
    while changed:
        changed = False
        for node in order[1:]:
            known = [each for each in callers[node] if each in nearest]
            found = known[0]
            for other in known[1:]:
                found = _meet(found, other, nearest, place)
            if nearest.get(node) != found:
                nearest[node] = found
                changed = True
    del nearest[root]
    return nearest


def _meet(one: int, other: int, nearest: Mapping[int, int], place: Mapping[int, int]) -> int:
    """Where the two ways up to the root come together."""
    while one != other:
        while place[one] > place[other]:
            one = nearest[one]
        while place[other] > place[one]:
            other = nearest[other]
    return one


def _outermost(key: int, above: Mapping[int, int], points: Collection[int]) -> int:
    """The single point nearest to the customers that dominates this one, or itself."""
    found, node = key, above[key]
    while node != _ROOT:
        if node in points:
            found = node
        node = above[node]
    return found


def _stopped(calls: Mapping[int, Sequence[int]], crucial: Sequence[int]) -> dict[int, tuple[int, ...]]:
    """Who of the crucial reaches a node, itself left out: sets as bits, passed down until nothing changes."""
    order = _reverse_postorder(calls, _ROOT)
    callers = _callers(calls, order)
    own = {key: 1 << number for number, key in enumerate(crucial)}
    reached = {node: own.get(node, 0) for node in order}
    changed = True
    while changed:
        changed = False
        for node in order[1:]:
            bits = reached[node]
            for caller in callers[node]:
                bits |= reached[caller]
            changed |= bits != reached[node]
            reached[node] = bits
    return {
        node: tuple(key for key, bit in own.items() if bits & bit and key != node)
        for node, bits in reached.items()
        if node != _ROOT
    }


def _callers(calls: Mapping[int, Sequence[int]], order: Sequence[int]) -> dict[int, list[int]]:
    """Of the nodes in `order`, by nodes in it."""
    found: dict[int, list[int]] = {node: [] for node in order}
    for node in order:
        for called in calls.get(node, ()):
            found[called].append(node)
    return found


def _reverse_postorder(calls: Mapping[int, Sequence[int]], root: int) -> list[int]:
    """What the root reaches, callers before what they call but for cycles. Without recursion: chains may be long."""
    done: list[int] = []
    seen = {root}
    ways = [(root, iter(calls.get(root, ())))]
    while ways:
        node, rest = ways[-1]
        following = next((each for each in rest if each not in seen), None)
        if following is None:
            done.append(node)
            ways.pop()
        else:
            seen.add(following)
            ways.append((following, iter(calls.get(following, ()))))
    return done[::-1]
