"""Of two lattices the two ways are taken that have the fewest edits between them."""

from __future__ import annotations

from itertools import product

from hypothesis import given
from hypothesis import strategies as st

from progresskit.audio.alignment import distance, opcodes
from progresskit.audio.readings.lattice import Arc, closest
from progresskit.audio.readings.windows import windows

letters = st.sampled_from("abc")


@st.composite
def lattices(draw):
    units = draw(st.lists(letters, max_size=5))
    arcs = []
    if units:
        for _ in range(draw(st.integers(0, 3))):
            start = draw(st.integers(0, len(units) - 1))
            end = draw(st.integers(start + 1, len(units)))
            arcs.append(Arc(start, end, tuple(draw(st.lists(letters, min_size=1, max_size=3)))))
    return units, arcs


def ways(units, arcs, at=0):
    """Every way through a lattice, with the arcs it takes: slow, and plain to see that it is right."""
    if at == len(units):
        yield [], []
        return
    for rest, taken in ways(units, arcs, at + 1):
        yield [units[at], *rest], taken
    for arc in arcs:
        if arc.start == at:
            for rest, taken in ways(units, arcs, arc.end):
                yield [*arc.units, *rest], [arc, *taken]


def read(units, arcs):
    values, at = [], 0
    for arc in arcs:
        assert arc.start >= at
        values += [*units[at : arc.start], *arc.units]
        at = arc.end
    return values + list(units[at:])


@given(lattices(), lattices())
def test_no_other_two_ways_are_closer(said, heard):
    fewest = min(distance(one, other) for (one, _), (other, _) in product(ways(*said), ways(*heard)))
    said_taken, heard_taken = closest(said[0], heard[0], said[1], heard[1])
    assert distance(read(said[0], said_taken), read(heard[0], heard_taken)) == fewest


def test_what_would_cost_too_much_is_not_searched():
    assert closest(["a"], ["b"], [], [], max_cells=3) is None
    assert closest(["a"], ["b"], [], [], max_cells=4) == ([], [])


def test_each_takes_its_own_units_where_no_arc_is_closer():
    arcs = [Arc(0, 1, ("twenty", "four")), Arc(0, 1, ("two", "dozen"))]
    assert closest(["24", "hours"], ["24", "hours"], arcs, arcs) == ([], [])
    assert closest(["24", "hours"], ["twenty", "four", "hours"], arcs, []) == ([arcs[0]], [])


@given(lattices(), lattices(), st.sampled_from(["word", "character"]))
def test_between_windows_texts_are_equal_and_no_arc_crosses_an_edge(said, heard, unit):
    pieces = [[], []]
    found = windows(opcodes(said[0] * 3, heard[0] * 3), said[1], heard[1], unit)
    for (units, arcs), start, end, kept in ((said, 0, 1, pieces[0]), (heard, 2, 3, pieces[1])):
        at = 0
        for window in found:
            assert all(not arc.start < edge < arc.end for arc in arcs for edge in (window[start], window[end]))
            kept.append((units * 3)[at : window[start]])
            at = window[end]
        kept.append((units * 3)[at:])
    assert pieces[0] == pieces[1]


def test_a_window_is_as_small_as_the_arcs_allow():
    text = ["the", "meeting", "starts", "at", "3:30", "pm", "sharp", "in", "the", "big", "hall"]
    other = ["the", "meeting", "starts", "at", "three", "thirty", "pm", "sharp", "in", "the", "big", "hall"]
    assert windows(opcodes(text, other), [], [], "word") == [(4, 5, 4, 6)]
    assert windows(opcodes(text, other), [Arc(4, 6, ("half", "past", "three"))], [], "word") == [(4, 6, 4, 7)]
