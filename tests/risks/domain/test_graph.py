"""Which services are single points, by taking each of them away and looking who still stands."""

from __future__ import annotations

from collections import defaultdict

from hypothesis import given
from hypothesis import strategies as st

from risks.domain.graph import SinglePoint, dominators, single_points

Edges = list[tuple[int, int]]
NODES = st.integers(0, 9)


@st.composite
def graphs(draw: st.DrawFn) -> tuple[Edges, list[int]]:
    """Cycles, services that nobody calls, and calls of oneself among them."""
    edges = draw(st.lists(st.tuples(NODES, NODES), max_size=25))
    return edges, draw(st.lists(NODES, unique=True, max_size=6))


def reached(edges: Edges, start: int, *, without: int | None = None) -> set[int]:
    found, waiting = set(), [start]
    while waiting:
        node = waiting.pop()
        if node not in found and node != without:
            found.add(node)
            waiting += [called for caller, called in edges if caller == node]
    return found


def stops(edges: Edges, crucial: list[int], node: int) -> set[int]:
    return {each for each in crucial if each != node and node in reached(edges, each)}


def as_calls(edges: Edges, crucial: list[int]) -> dict[int, list[int]]:
    calls = defaultdict(list)
    for caller, called in edges:
        calls[caller].append(called)
    return calls | {-1: crucial}


def dominates(edges: Edges, crucial: list[int], one: int, other: int) -> bool:
    """Whether nobody reaches the other one any more when one is taken away."""
    return not any(other in reached(edges, each, without=one) for each in crucial if each != one)


@given(graphs())
def test_a_dominator_is_what_cuts_off_when_it_is_taken_away(graph: tuple[Edges, list[int]]) -> None:
    edges, crucial = graph
    nearest = dominators(as_calls(edges, crucial), -1)
    assert set(nearest) == set().union(*(reached(edges, each) for each in crucial), set())
    for node in nearest:
        chain, above = set(), nearest[node]
        while above != -1:
            chain.add(above)
            above = nearest[above]
        assert chain == {each for each in nearest if each != node and dominates(edges, crucial, each, node)}


@given(graphs(), st.integers(1, 3))
def test_each_service_that_stops_enough_is_a_single_point_or_behind_one(
    graph: tuple[Edges, list[int]], least: int
) -> None:
    edges, crucial = graph
    found = single_points(edges, crucial, least=least)
    enough = {node for node in range(10) if len(stops(edges, crucial, node)) >= least}
    said = [node for one in found for node in (one.key, *one.behind)]
    assert sorted(said) == sorted(enough)
    for one in found:
        assert set(one.stops) == stops(edges, crucial, one.key)
        for node in one.behind:
            assert dominates(edges, crucial, one.key, node)
            assert stops(edges, crucial, node) <= {*one.stops, one.key}
        others = enough - {one.key}
        assert not any(dominates(edges, crucial, other, one.key) for other in others)


@given(graphs(), st.tuples(NODES, NODES))
def test_one_more_hard_dependency_never_stops_fewer(graph: tuple[Edges, list[int]], edge: tuple[int, int]) -> None:
    edges, crucial = graph
    before = {one.key: set(one.stops) for one in single_points(edges, crucial, least=1)}
    after = {node: stops([*edges, edge], crucial, node) for node in range(10)}
    assert all(held <= after[node] for node, held in before.items())


@given(graphs(), st.permutations(range(10)))
def test_names_change_nothing(graph: tuple[Edges, list[int]], names: list[int]) -> None:
    edges, crucial = graph
    renamed = single_points([(names[a], names[b]) for a, b in edges], [names[each] for each in crucial])
    expected = {
        (names[one.key], frozenset(names[each] for each in one.stops), frozenset(names[each] for each in one.behind))
        for one in single_points(edges, crucial)
    }
    assert {(one.key, frozenset(one.stops), frozenset(one.behind)) for one in renamed} == expected


def test_the_published_flow_graph_has_its_published_dominators() -> None:
    """Source: Lengauer and Tarjan 1979, ACM TOPLAS 1:121, figures 1 and 2 (without its edges back to the root)."""
    graph = {
        "R": "ABC", "A": "D", "B": "ADE", "C": "FG", "D": "L", "E": "H", "F": "I", "G": "IJ", "H": "EK", "I": "K",
        "J": "I", "K": "I", "L": "H",
    }  # fmt: skip
    calls = {ord(node): [ord(each) for each in called] for node, called in graph.items()}
    nearest = {chr(node): chr(above) for node, above in dominators(calls, ord("R")).items()}
    assert nearest == {
        "A": "R", "B": "R", "C": "R", "D": "R", "E": "R", "F": "C", "G": "C", "H": "R", "I": "R", "J": "G", "K": "R",
        "L": "D",
    }  # fmt: skip


def test_a_shop_has_one_single_point_and_what_lies_behind_it() -> None:
    """Web and app need sign-in, which needs its database; search is needed by both, too, by web over a cache that is no edge."""
    web, app, sign_in, database, search = range(5)
    edges = [(web, sign_in), (app, sign_in), (sign_in, database), (app, search)]
    assert single_points(edges, [web, app]) == (SinglePoint(sign_in, (web, app), (database,)),)


def test_what_stops_the_most_comes_first() -> None:
    edges = [(0, 8), (1, 8), (2, 9), (3, 9), (4, 9)]
    assert [one.key for one in single_points(edges, range(5))] == [9, 8]


def test_a_crucial_service_does_not_count_itself() -> None:
    assert single_points([(0, 1)], [0, 1]) == ()
    assert single_points([(0, 2), (1, 2)], [0, 1, 2]) == (SinglePoint(2, (0, 1), ()),)


def test_a_chain_of_thousands_of_calls_is_walked() -> None:
    chain = [(number, number + 1) for number in range(2, 5000)]
    found = single_points([(0, 2), (1, 2), *chain], [0, 1])
    assert [(one.key, len(one.behind)) for one in found] == [(2, 4998)]


def test_without_crucial_services_there_is_no_single_point() -> None:
    assert single_points([(0, 1), (2, 1)], []) == ()
