"""Stages, the time that is left, and how often to look at the clock. Pure: time is handed in.

Nothing here locks: whoever owns an object calls it under a lock of his own. All of it is made to be
called for every item of a loop, or nearly.
"""

# ruff: noqa: SLF001 - the private members are those of another object of the same class: a node's parent

from __future__ import annotations

import math
from typing import Any, Final

__all__ = ["Eta", "Node", "Pacer"]

_ALMOST_ALL: Final = math.nextafter(1.0, 0.0)

_LEAST_UPDATES: Final = 3
_LEAST_S: Final = 2.0
_SILENT_GAPS: Final = 5
_MEMORY_S: Final = 15.0
_SHORTEST_GAP_S: Final = 1e-9

_LOOK_S: Final = 0.000_01
_REPORT_S: Final = 0.05
_MOST_ITEMS: Final = 64


class Node:
    """A stage of a run, as a number: how much of it is done. The root is the whole run.

    What is known of a stage is the largest of what was said of it directly (:meth:`advance_to`,
    :meth:`advance`, :meth:`finish`) and of what its children add up to: the sum of weight times fraction,
    over the sum of the weights, of those declared so far; a child of which nothing is known counts 0. It
    never goes back, also where a further child makes the sum smaller. Where all children are at 1.0 the
    parent is exactly 1.0, and no rounding brings it there before.

    An update costs one step for each level above the stage, however many siblings it has, and children
    are not kept: a stage may have millions of them, one after the other.

    Args:
        name: Shown to people; the root's is not.
        weight: How much it counts, relative to its siblings.
        parent: The stage that it is a part of; None = it is the root.

    Raises:
        ValueError: The weight is no finite number over 0.
    """

    __slots__ = ("_done", "_gained", "_open", "_total", "_weight", "_weights", "fraction", "parent", "path")

    def __init__(self, name: str = "", *, weight: float = 1, parent: Node | None = None) -> None:
        self.fraction: float | None = None
        """How much is done, 0 to 1; None as long as nothing is known. To be read only."""
        self.parent = parent
        self.path: tuple[str, ...] = () if parent is None else (*parent.path, name)
        """The names of the stages that lead here, outermost first; empty for the root."""
        number = _finite(weight)
        if number is None or number <= 0:
            msg = f"the weight of stage {name!r} is {weight!r}: use a finite number over 0"
            raise ValueError(msg)
        self._weight = number
        self._done = 0.0
        self._total: float | None = None
        self._weights = 0.0  # of the children
        self._gained = 0.0  # the sum of weight times fraction over them
        self._open = 0  # how many of them are not at 1.0
        if parent is not None:
            parent._weights += number
            parent._open += 1

    def child(self, name: str, weight: float = 1) -> Node:
        """Declare a stage within this one.

        Raises:
            ValueError: The weight is no finite number over 0.
        """
        return Node(name, weight=weight, parent=self)

    def advance_to(self, fraction: float) -> None:
        """Say directly how much of this stage is done.

        Args:
            fraction: 0 to 1; what lies outside is clamped. NaN, or less than before, changes nothing.
        """
        if fraction >= 1.0:
            fraction = 1.0
        elif not fraction > 0.0:
            if fraction != fraction:  # noqa: PLR0124 - NaN is the one value that isn't itself
                return
            fraction = 0.0
        former = self.fraction
        if former is not None and fraction <= former:
            return
        if self.parent is None:
            self.fraction = fraction
        else:
            self._carry(fraction)

    def advance(self, by: float, total: float | None = None) -> None:
        """Count: ``by`` more items of this stage are done.

        The fraction is known once the total is; a total may come late, and change. Counts add up in any
        order; a negative one takes back, though the fraction doesn't follow.

        Args:
            by: How many, since the last call. What is no finite number counts nothing.
            total: How many there are in all. What is no finite number over 0 says nothing.
        """
        self._done += _finite(by) or 0.0
        number = _finite(total)
        if number is not None and number > 0:
            self._total = number
        if self._total is not None:
            self.advance_to(self._done / self._total)

    def finish(self) -> None:
        """Say that all of this stage is done."""
        self.advance_to(1.0)

    def _carry(self, fraction: float) -> None:
        """Set a larger fraction here, and what it makes of the stages above."""
        node = self
        while node.fraction is None or fraction > node.fraction:
            former, node.fraction = node.fraction, fraction
            parent = node.parent
            if parent is None:
                return
            parent._gained += node._weight * (fraction - (former or 0.0))
            parent._open -= fraction == 1.0
            if not parent._open:
                fraction = 1.0
            else:
                # The sums round, and weights may add up to infinity: neither makes a 1.0 or a NaN.
                fraction = parent._gained / parent._weights
                fraction = min(fraction, _ALMOST_ALL) if fraction > 0.0 else 0.0
            node = parent


class Eta:
    """Learns how fast a fraction grows, and says how long the rest of it takes, or that nobody can know.

    The rate is the mean over the past, weighted by age alone: what happened a *memory* ago weighs 1/e of
    what happens now. It doesn't matter how many updates a second was cut into, and a constant rate is met
    exactly from the first interval on. (The idea is that of indicatif's estimator, ``src/state.rs`` of
    console-rs/indicatif. tqdm weights by the number of updates, so that a burst of them wipes out the past;
    rich takes the plain mean of a window; and both go on showing the last estimate when updates stop.) The
    memory is 15 s, or five mean gaps between updates where that is longer.

    An update that doesn't move is none. There is no estimate

    - before 3 updates and 2 s,
    - while the fraction is unknown,
    - after a silence of more than five times the mean gap between updates (weighted by age as well).

    The next update ends a silence. One that was shorter than the memory is a part of the pace, as for a task
    that pauses between its chapters: it counts as any gap, and the estimate is back at once. One that was
    longer (a laptop that slept, a store that was down) says nothing about what comes, and leaves nothing that
    is still worth its weight: learning starts anew, with 3 updates and 2 s.
    """

    __slots__ = ("_at_s", "_began_s", "_fraction", "_moved", "_paced", "_updates", "_weight")

    _at_s: float
    _began_s: float
    _fraction: float | None
    _moved: float
    _paced: float
    _updates: int
    _weight: float

    def __init__(self) -> None:
        self._begin(0.0, 0.0)
        self._forget()

    def update(self, now_s: float, fraction: float | None) -> None:
        """Take in how much is done.

        Args:
            now_s: The time, in seconds of a clock that doesn't jump.
            fraction: How much, 0 to 1; None, or anything outside, is unknown, and what was learned is
                forgotten.
        """
        if fraction == self._fraction or not math.isfinite(now_s):
            return
        if fraction is None or not 0.0 <= fraction <= 1.0:
            self._forget()
            return
        gap_s = now_s - self._at_s
        if (
            self._fraction is None
            or fraction < self._fraction  # another run
            or not 0.0 <= gap_s < math.inf
            or (self._weight > 0.0 and gap_s > self._memory_s())
        ):
            self._begin(now_s, fraction)
            return
        if gap_s > _SHORTEST_GAP_S:
            fresh = -math.expm1(-gap_s / self._memory_s())
            kept, per_s = 1.0 - fresh, fresh / gap_s
        else:  # the limit of that; a jump at the very start is where the work starts, and no work
            fresh, kept, per_s = 0.0, 1.0, 1.0 / self._memory_s() if self._weight > 0.0 else 0.0
        self._weight = kept * self._weight + fresh
        self._moved = kept * self._moved + per_s * (fraction - self._fraction)
        self._paced = kept * self._paced + per_s
        self._updates += 1
        self._at_s, self._fraction = now_s, fraction

    def rate_per_s(self, now_s: float) -> float | None:
        """Return the share of the whole that is done in a second; None where nobody can know.

        Args:
            now_s: The time, by the clock of :meth:`update`.
        """
        if self._updates < _LEAST_UPDATES or self._weight <= 0.0 or not now_s - self._began_s >= _LEAST_S:
            return None
        if now_s - self._at_s > _SILENT_GAPS * self._weight / self._paced:
            return None
        rate = self._moved / self._weight
        return rate if rate > 0.0 else None  # a movement too small for a float is none

    def remaining_s(self, now_s: float) -> float | None:
        """Return the seconds that are left; None where nobody can know.

        Between two updates it falls with the time, until the next one is overdue: what didn't come isn't
        counted as done.

        Args:
            now_s: The time, by the clock of :meth:`update`.
        """
        rate = self.rate_per_s(now_s)
        if rate is None or self._fraction is None:
            return None
        since_s = min(max(0.0, now_s - self._at_s), self._weight / self._paced)
        left_s = (1.0 - self._fraction) / rate - since_s
        return max(0.0, left_s) if left_s < math.inf else None

    def _begin(self, now_s: float, fraction: float) -> None:
        """Take an update for the first one."""
        self._began_s = self._at_s = now_s
        self._fraction = fraction
        self._updates = 1
        self._weight = 0.0  # of all that was learned: near 0 at first, near 1 after some memories
        self._moved = 0.0  # the sum of weight times rate, as are the updates per second in the next
        self._paced = 0.0

    def _forget(self) -> None:
        self._fraction, self._updates = None, 0

    def _memory_s(self) -> float:
        return max(_MEMORY_S, _SILENT_GAPS * self._weight / self._paced) if self._weight > 0.0 else _MEMORY_S


class Pacer:
    """Tells a loop after how many items to look up, so that looking costs next to nothing.

    A look is a glance at the clock, and a report where one is ``due``: every 50 ms. The items between two
    looks take about 10 µs, many times what the look does; so anything slower than that is looked at item by
    item. There are at most 64, at most one percent of the total, and at most twice as many as the last time:
    where items suddenly become slow (those of yesterday were skipped, those of today aren't), it is noticed
    after a few of them, without a thread to watch over the loop.

    Args:
        now_s: The time when the loop starts, by any clock.
        total: How many items there are, where that is known.
    """

    __slots__ = ("_items", "_looked_s", "_most", "_report_s", "due")

    def __init__(self, now_s: float, total: float | None = None) -> None:
        self._items = 1
        number = _finite(total)
        self._most = _MOST_ITEMS if number is None else int(min(max(1.0, number / 100), _MOST_ITEMS))
        self._looked_s = now_s
        self._report_s = now_s + _REPORT_S
        self.due = False
        """Whether the last look is one to report at."""

    def items_to_next_look(self, now_s: float) -> int:
        """Look up: return how many items to do before the next look, and set :attr:`due`.

        Args:
            now_s: The time now. The items of the last answer have been done since the last call (one,
                before the first).
        """
        took_s = now_s - self._looked_s
        self._looked_s = now_s
        if took_s < _LOOK_S:
            self._items = min(2 * self._items, self._most)
        elif self._items > 1:
            self._items = max(1, int(self._items * _LOOK_S / took_s))
        self.due = now_s >= self._report_s
        if self.due:
            self._report_s = now_s + _REPORT_S
        return self._items


def _finite(value: Any) -> float | None:
    """Return a value as a float; None where it is no finite number."""
    try:
        number = float(value)
    except (TypeError, ValueError, OverflowError):
        return None
    return number if math.isfinite(number) else None
