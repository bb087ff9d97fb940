"""A stage is the weighted sum of its parts and never goes back; an estimate is right or isn't given."""

from __future__ import annotations

import itertools
import math

import pytest
from hypothesis import assume, example, given
from hypothesis import strategies as st

from progresskit.stages import Eta, Node, Pacer

weights = st.floats(0.001, 1000)
fractions = st.floats(0, 1)
anything = st.one_of(st.floats(), st.integers(), st.sampled_from([10**400, -(10**400), None, "3", "x", b"", [], 1j]))


# --- stages -------------------------------------------------------------------------------------------------------


@st.composite
def trees(draw):
    """Draw a tree as the parent's index and the weight of each node, parents first; node 0 is the root."""
    size = draw(st.integers(1, 8))
    return [(None, 1.0)] + [(draw(st.integers(0, index)), draw(weights)) for index in range(size)]


def plant(tree):
    """Make the nodes of a tree."""
    nodes = []
    for index, (parent, weight) in enumerate(tree):
        nodes.append(Node() if parent is None else nodes[parent].child(f"stage {index}", weight))
    return nodes


def reference(tree, direct):
    """Work out each node's fraction the plain way, from what was last said of each directly."""
    fractions = [None] * len(tree)
    for index in reversed(range(len(tree))):
        children = [(w, fractions[i]) for i, (parent, w) in enumerate(tree) if parent == index]
        known = [direct[index]] if direct[index] is not None else []
        if any(fraction is not None for _, fraction in children):
            known.append(math.fsum(w * (f or 0) for w, f in children) / math.fsum(w for w, _ in children))
        fractions[index] = max(known, default=None)
    return fractions


def updates_of(tree):
    return st.lists(st.tuples(st.integers(0, len(tree) - 1), fractions), max_size=30)


@given(st.data())
def test_a_stage_is_the_weighted_sum_of_its_children_or_what_was_said_of_it_where_that_is_larger(data):
    tree = data.draw(trees())
    nodes, direct = plant(tree), [None] * len(tree)
    for index, fraction in data.draw(updates_of(tree)):
        nodes[index].advance_to(fraction)
        direct[index] = max(fraction, direct[index] or 0)
        # All children are declared and none goes back, so the sum never falls and needs no memory.
        expected = reference(tree, direct)
        assert [node.fraction is None for node in nodes] == [fraction is None for fraction in expected]
        assert [node.fraction or 0 for node in nodes] == pytest.approx([f or 0 for f in expected], abs=1e-9)


@given(st.data())
def test_concurrent_children_may_report_in_any_order(data):
    tree = data.draw(trees())
    updates = data.draw(updates_of(tree))
    one, other = plant(tree), plant(tree)
    for index, fraction in updates:
        one[index].advance_to(fraction)
    for index, fraction in data.draw(st.permutations(updates)):
        other[index].advance_to(fraction)
    assert [node.fraction is None for node in one] == [node.fraction is None for node in other]
    assert [node.fraction or 0 for node in one] == pytest.approx([node.fraction or 0 for node in other], abs=1e-9)


@given(st.data())
def test_no_stage_ever_goes_back_whatever_is_said_or_declared(data):
    nodes = [Node()]
    for _ in range(data.draw(st.integers(1, 20))):
        before = [node.fraction for node in nodes]
        node = data.draw(st.sampled_from(nodes))
        match data.draw(st.integers(0, 3)):
            case 0:
                nodes.append(node.child("further", data.draw(weights)))
            case 1:
                node.advance_to(data.draw(st.floats()))
            case 2:
                node.advance(data.draw(anything), data.draw(anything))
            case 3:
                node.finish()
        for node, former in zip(nodes, before, strict=False):
            assert former is None or (node.fraction is not None and former <= node.fraction)
            assert node.fraction is None or 0 <= node.fraction <= 1


@given(st.data())
def test_a_stage_is_exactly_done_when_all_its_children_are_and_not_before(data):
    tree = data.draw(trees())
    nodes = plant(tree)
    parents = {parent for parent, _ in tree}
    leaves = [node for index, node in enumerate(nodes) if index not in parents]
    for node, fraction in data.draw(st.lists(st.tuples(st.sampled_from(leaves), fractions), max_size=30)):
        node.advance_to(fraction)
    *others, last = data.draw(st.permutations(leaves))
    assume(last.fraction != 1)
    for node in others:
        node.finish()
    assert nodes[0].fraction is None or nodes[0].fraction < 1
    last.finish()
    assert [node.fraction for node in nodes] == [1.0] * len(nodes)


def test_no_drift_a_million_small_steps_end_at_exactly_one():
    root = Node()
    children = [root.child("a", 0.1), root.child("b", 0.7), root.child("c", 1 / 3)]
    for step in range(100_000):
        for child in children:
            child.advance(1, 100_000)
        if step == 49_999:
            assert root.fraction == pytest.approx(0.5, abs=1e-12)
    assert root.fraction == 1.0


def test_rounding_never_makes_a_stage_done():
    root = Node()
    heavy, light = root.child("heavy", 1e20), root.child("light", 1)
    heavy.finish()
    assert root.fraction < 1
    light.finish()
    assert root.fraction == 1.0


def test_nothing_is_known_of_a_stage_until_something_was_said_of_it_or_its_children():
    root = Node()
    outer = root.child("outer")
    inner = outer.child("inner")
    inner.advance(7)  # of how many?
    assert (root.fraction, outer.fraction, inner.fraction) == (None, None, None)
    inner.advance_to(0.0)
    assert (root.fraction, outer.fraction, inner.fraction) == (0.0, 0.0, 0.0)


def test_a_child_of_which_nothing_is_known_counts_as_not_begun():
    root = Node()
    root.child("download", 1).finish()
    assert root.fraction == 1.0  # all that was declared so far
    other = Node()
    first, _second = other.child("download", 1), other.child("render", 3)
    first.finish()
    assert other.fraction == 0.25


def test_a_child_that_is_declared_late_doesnt_drag_its_parent_back():
    root = Node()
    first, _second = root.child("first"), root.child("second")
    first.finish()
    third = root.child("third", 2)
    assert root.fraction == 0.5
    third.advance_to(0.25)  # 1.5 of 4 by now: less than what was shown
    assert root.fraction == 0.5
    third.advance_to(0.75)
    assert root.fraction == 0.625


def test_a_direct_progress_of_a_stage_with_children_counts_where_it_is_larger():
    root = Node()
    child = root.child("child")
    root.child("other")
    root.advance_to(0.4)
    child.advance_to(0.5)
    assert root.fraction == 0.4
    child.finish()
    assert root.fraction == 0.5


def test_finishing_a_stage_finishes_it_whatever_its_children_say_later():
    root = Node()
    stage = root.child("stage")
    root.child("other")
    child = stage.child("child")
    child.advance_to(0.5)
    stage.finish()
    child.finish()
    assert (stage.fraction, root.fraction) == (1.0, 0.5)


def test_a_path_names_the_stages_outermost_first_and_the_root_not():
    root = Node("the run")
    inner = root.child("render").child("frame 7")
    assert (root.path, inner.path) == ((), ("render", "frame 7"))


@pytest.mark.parametrize("weight", [0, -1, math.nan, math.inf, 10**400, "many", None])
def test_a_weight_that_is_no_finite_number_over_0_is_refused(weight):
    root = Node()
    with pytest.raises(ValueError, match="use a finite number over 0"):
        root.child("stage", weight)
    root.child("other").finish()
    assert root.fraction == 1.0  # the refused one doesn't count


def test_weights_that_add_up_to_infinity_break_nothing():
    root = Node()
    one, two, three = (root.child(str(n), 1.7e308) for n in range(3))
    one.finish()
    two.finish()
    three.advance_to(0.5)
    assert 0 <= root.fraction < 1
    three.finish()
    assert root.fraction == 1.0


@given(st.lists(st.integers(-5, 20), max_size=20), st.integers(1, 100), st.integers(0, 20))
def test_counting_is_what_was_counted_over_the_total_once_that_is_known(steps, total, known_after):
    stage, expected, done = Node(), None, 0
    for index, step in enumerate(steps):
        stage.advance(step, total if index >= known_after else None)
        done += step
        if index >= known_after:
            expected = max(expected or 0, min(1, max(0, done / total)))
    assert stage.fraction == expected


def test_a_total_that_grows_or_comes_late_doesnt_drag_a_stage_back():
    stage = Node()
    stage.advance(5)
    assert stage.fraction is None
    stage.advance(0, total=10)
    assert stage.fraction == 0.5
    stage.advance(1, total=100)
    assert stage.fraction == 0.5
    stage.advance(54)
    assert stage.fraction == 0.6


@pytest.mark.parametrize("total", [0, -3, math.nan, math.inf, "many", None, 10**400])
def test_a_total_that_is_no_finite_number_over_0_says_nothing(total):
    stage = Node()
    stage.advance(1, total)
    assert stage.fraction is None
    stage.advance(1, 4)
    stage.advance(1, total)
    assert stage.fraction == 0.75


@pytest.mark.parametrize("by", [math.nan, math.inf, -math.inf, "x", None, 10**400])
def test_a_step_that_is_no_finite_number_counts_nothing(by):
    stage = Node()
    stage.advance(1, 4)
    stage.advance(by)
    assert stage.fraction == 0.25


# --- the time that is left ----------------------------------------------------------------------------------------


def fed(times, fraction_at):
    eta = Eta()
    for now in times:
        eta.update(now, fraction_at(now))
    return eta


gaps = st.lists(st.floats(0.01, 4), min_size=3, max_size=40)


@given(gaps, st.floats(1, 1e6), st.floats(-1e6, 1e6))
def test_of_a_constant_rate_the_answer_is_exact_however_the_updates_fall(gaps, spare, epoch):
    times = [0.0, *itertools.accumulate(gaps)]
    # A gap of more than five mean gaps is a silence: nobody can know within it, nor right after a long one.
    longest, mean = max(gaps), times[-1] / len(gaps)
    assume(times[-1] >= 2.1)
    assume(longest < 3 * mean)
    whole = times[-1] + spare
    eta = fed([epoch + now for now in times], lambda now: (now - epoch) / whole)
    now = epoch + times[-1]
    assert eta.remaining_s(now) == pytest.approx(spare, rel=1e-6, abs=1e-6)
    assert eta.rate_per_s(now) == pytest.approx(1 / whole, rel=1e-6)


def test_between_updates_the_answer_falls_with_the_time_until_the_next_one_is_overdue():
    eta = fed(range(11), lambda now: now / 100)
    assert [eta.remaining_s(10 + age) for age in (0, 0.5, 1, 1.5, 4.9)] == pytest.approx([90, 89.5, 89, 89, 89])


def test_recent_updates_weigh_more():
    slow, fast = (lambda now: now / 1000), (lambda now: 0.05 + (now - 50) / 100)
    eta = fed(range(51), slow)
    before = eta.remaining_s(50)
    for now in range(51, 81):
        eta.update(now, fast(now))
    assert before == pytest.approx(950)
    mean = (1 - fast(80)) / (fast(80) / 80)
    true = (1 - fast(80)) / 0.01
    assert true < eta.remaining_s(80) < true + 0.2 * (mean - true)


@given(st.integers(2, 60))
def test_it_doesnt_matter_into_how_many_updates_a_second_was_cut(pieces):
    def bumpy(now):
        return (now + 3 * min(now, 5)) / 100  # faster in the first five seconds

    coarse = fed(range(16), bumpy)
    fine = fed([n / pieces for n in range(15 * pieces + 1)], bumpy)
    assert fine.rate_per_s(15) == pytest.approx(coarse.rate_per_s(15), rel=1e-6)


def test_before_3_updates_there_is_no_estimate():
    eta = Eta()
    answers = []
    for now, fraction in [(0, 0.0), (5, 0.1), (10, 0.2)]:
        eta.update(now, fraction)
        answers.append(eta.remaining_s(now))
    assert answers == [None, None, pytest.approx(40)]


def test_before_2_seconds_there_is_no_estimate():
    eta = fed([n / 10 for n in range(20)], lambda now: now / 10)
    assert eta.remaining_s(1.9) is None
    assert eta.remaining_s(2.0) == pytest.approx(8)


@pytest.mark.parametrize("unknown", [None, math.nan, -0.1, 1.5])
def test_while_the_fraction_is_unknown_there_is_no_estimate(unknown):
    eta = fed(range(10), lambda now: now / 100)
    eta.update(10, unknown)
    assert eta.remaining_s(10) is None
    for now in (11, 12):
        eta.update(now, now / 100)
        assert eta.remaining_s(now) is None  # it learns anew
    eta.update(13, 0.13)
    assert eta.remaining_s(13) == pytest.approx(87)


def test_where_nothing_moves_there_is_no_estimate():
    eta = fed(range(10), lambda _: 0.5)
    assert eta.remaining_s(9) is None


def test_updates_that_dont_move_break_no_silence():
    eta = fed(range(10), lambda now: now / 100)
    for now in range(10, 20):
        eta.update(now, 0.09)
    assert eta.remaining_s(19) is None


@given(st.floats(0.05, 100), st.integers(3, 50))
def test_after_a_silence_of_five_mean_gaps_there_is_no_estimate(gap, updates):
    assume(gap * updates >= 2)
    eta = fed([gap * n for n in range(updates + 1)], lambda now: now / gap / 100)
    last = gap * updates
    assert eta.remaining_s(last + 4.99 * gap) is not None
    assert eta.remaining_s(last + 5.01 * gap) is None


def test_after_a_short_silence_the_estimate_is_back_with_the_next_update():
    eta = fed(range(10), lambda now: now / 100)
    assert eta.remaining_s(19) is None
    eta.update(19, 0.19)
    assert eta.remaining_s(19) == pytest.approx(81)


def test_pauses_between_bursts_count_into_the_pace():
    eta, now = Eta(), 0.0
    for chapter in range(40):  # each: 20 steps within 2 s, then 8 s of nothing; 2,000 s in all
        for step in range(20):
            eta.update(now + step / 10, (20 * chapter + step) / 4000)
        now += 10
    assert eta.remaining_s(now - 10 + 1.9) == pytest.approx(1600, rel=0.5)  # of the bursts alone: 320


def test_after_a_long_silence_it_learns_anew_and_the_silence_is_no_slowness():
    eta = fed(range(10), lambda now: now / 100)
    answers = []
    for now, fraction in [(3600, 0.1), (3601, 0.11), (3602, 0.12)]:
        eta.update(now, fraction)
        answers.append(eta.remaining_s(now))
    assert answers == [None, None, pytest.approx(88)]


def test_where_the_updates_become_rare_for_good_the_mean_gap_follows():
    eta = fed([n / 10 for n in range(101)], lambda now: now / 1000)
    for now in range(20, 100, 10):
        eta.update(now, now / 1000)
    assert eta.remaining_s(99) == pytest.approx(901, rel=0.01)


def test_a_fraction_that_falls_is_another_run():
    eta = fed(range(10), lambda now: now / 10)
    eta.update(10, 0.0)
    eta.update(11, 0.01)
    assert eta.remaining_s(11) is None
    eta.update(12, 0.02)
    assert eta.remaining_s(12) == pytest.approx(98)


def test_updates_at_the_same_moment_all_count():
    eta = Eta()
    for now in range(101):
        eta.update(now, max(0.0, now / 1000 - 0.0005))
        eta.update(now, now / 1000)
    assert eta.remaining_s(100) == pytest.approx(900, rel=0.03)


def test_a_jump_at_the_very_start_is_no_work():
    eta = Eta()
    eta.update(0, 0.0)
    eta.update(0, 0.5)  # what was done yesterday
    for now in (1, 2, 3):
        eta.update(now, 0.5 + now / 100)
    assert eta.remaining_s(3) == pytest.approx(47)


def test_when_all_is_done_nothing_is_left():
    assert fed(range(11), lambda now: now / 10).remaining_s(10) == 0


moments = st.one_of(st.floats(), st.floats(0, 100), st.integers(0, 20))


@given(st.lists(st.tuples(moments, st.one_of(st.none(), st.floats(), st.floats(0, 1))), max_size=30), moments)
@example([(0.0, 0.0), (1.7e308, 0.1), (1.75e308, 0.2)], 1.75e308)
@example([(0, 0.0), (1, 5e-324), (2, 1e-323), (3, 1.5e-323)], 3)
@example([(0.0, 0.0), (5e-324, 0.5), (1e-323, 1.0), (2.0, 1.0)], 2.0)
def test_an_answer_is_never_negative_nor_infinite_nor_nan(updates, now):
    eta = Eta()
    for moment, fraction in updates:
        eta.update(moment, fraction)
        for asked in (moment, now):
            answer, rate = eta.remaining_s(asked), eta.rate_per_s(asked)
            assert answer is None or (math.isfinite(answer) and answer >= 0)
            assert rate is None or (math.isfinite(rate) and rate > 0)


# --- looking at the clock -----------------------------------------------------------------------------------------


def paced(item_times, total=None):
    """Run a loop by a pacer; return (time, items since the last look, whether a report is due) of each look."""
    pacer, now, looks, left, items = Pacer(0.0, total), 0.0, [], 1, 1
    for item_s in item_times:
        now += item_s
        left -= 1
        if not left:
            left = pacer.items_to_next_look(now)
            looks.append((now, items, pacer.due))
            items = left
    return looks


item_times = st.lists(st.tuples(st.sampled_from([1e-8, 1e-6, 1e-4, 0.01, 1]), st.integers(1, 300)), max_size=8).map(
    lambda runs: [item_s for item_s, count in runs for _ in range(count)]
)


@given(item_times, st.one_of(st.none(), st.integers(0, 100_000)))
def test_the_items_between_looks_are_bounded_and_grow_at_most_twofold(item_times, total):
    looks = paced(item_times, total)
    counts = [items for _, items, _ in looks]
    assert all(1 <= items <= 64 for items in counts)
    assert all(later <= 2 * earlier for earlier, later in itertools.pairwise(counts))
    if total is not None:
        assert all(items <= max(1, total / 100) for items in counts)


@given(item_times)
def test_reports_are_due_every_50_ms_or_at_the_first_look_after(item_times):
    looks = paced(item_times)
    due, earlier = 0.05, 0.0
    for now, _, is_due in looks:
        assert is_due == (now >= due)
        if is_due:
            assert earlier < due
            due = now + 0.05
        earlier = now


@pytest.mark.parametrize(("item_s", "items"), [(1e-8, 64), (5e-7, 16), (9e-6, 1), (1e-3, 1), (60, 1)])
def test_looks_are_about_10_us_apart_or_one_for_each_item(item_s, items):
    assert paced([item_s] * 2_000)[-1][1] == pytest.approx(items, abs=4 if items > 1 else 1)


def test_items_that_suddenly_become_slow_are_looked_at_one_by_one_after_at_most_64():
    looks = paced([1e-7] * 10_000 + [30] * 100)
    slow = [items for now, items, _ in looks if now >= 30]
    assert slow[0] <= 64
    assert slow[1:] == [1] * len(slow[1:])


def test_control_without_the_bound_it_would_take_thousands_of_slow_items_to_notice():
    items_in_50_ms = 0.05 / 1e-7
    assert items_in_50_ms > 1_000 * 64


@pytest.mark.parametrize("total", [None, math.nan, "many", 10**400, -1])
def test_a_total_that_is_none_paces_all_the_same(total):
    assert all(1 <= items <= 64 for _, items, _ in paced([1e-6] * 500, total))
