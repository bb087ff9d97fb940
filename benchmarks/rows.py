"""The table: what was measured, in turns, and printed as it comes."""

from __future__ import annotations

import math
from dataclasses import dataclass
from statistics import median
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

_COLUMNS = "{:<62} {:>10} {:>10} {:>8} {:<15} {:<14} {}"


@dataclass(frozen=True, kw_only=True)
class Row:
    """One comparison.

    Args:
        what: What is compared, with what.
        ours: What was measured of ours, one value for each round.
        theirs: The same of the other, in the same rounds; empty where there is none.
        unit: ``s`` (shown as ns, µs, ms or s) or ``%``.
        most_ratio: The aim: ours at most so many times theirs.
        most_ours: The aim: ours at most so much.
        least_ours: The aim: ours at least so much.
    """

    what: str
    ours: Sequence[float]
    theirs: Sequence[float] = ()
    unit: str = "s"
    most_ratio: float | None = None
    most_ours: float | None = None
    least_ours: float | None = None

    @property
    def ratio(self) -> float | None:
        """The quotient of the two medians; None where there is none."""
        if not self.theirs or not 0 < median(self.theirs) < math.inf:
            return None
        return median(self.ours) / median(self.theirs)

    def printed(self, *, judged: bool) -> str:
        """Return the line of the table; ``judged``: with whether the aim was met."""
        spread = ""
        if self.ratio is not None:
            ratios = sorted(ours / theirs for ours, theirs in zip(self.ours, self.theirs, strict=True) if theirs)
            outliers = len(ratios) // 10
            spread = f"({ratios[outliers]:.2f}-{ratios[-1 - outliers]:.2f})"
        aim, met = self._aim()
        return _COLUMNS.format(
            self.what,
            self._shown(median(self.ours)),
            self._shown(median(self.theirs)) if self.theirs else "",
            "" if self.ratio is None else f"{self.ratio:.3f}",
            spread,
            aim,
            ("yes" if met else "NO") if judged and aim else "",
        ).rstrip()

    def _aim(self) -> tuple[str, bool]:
        if self.most_ratio is not None:
            return f"ratio <= {self.most_ratio:g}", self.ratio is not None and self.ratio <= self.most_ratio
        if self.most_ours is not None:
            return f"<= {self._shown(self.most_ours)}", median(self.ours) <= self.most_ours
        if self.least_ours is not None:
            return f">= {self._shown(self.least_ours)}", median(self.ours) >= self.least_ours
        return "", True

    def _shown(self, value: float) -> str:
        if value == math.inf:
            return "never"
        if self.unit == "%":
            return f"{value:.1f} %"
        for factor, unit in ((1e9, "ns"), (1e6, "us"), (1e3, "ms")):
            if value * factor < 1000:
                return f"{value * factor:.3g} {unit}"
        return f"{value:.3g} s"


def head() -> str:
    return _COLUMNS.format("", "ours", "theirs", "ratio", "(80 % between)", "aim", "met")


def in_turns(rounds: int, *subjects: Callable[[], float]) -> list[list[float]]:
    """Measure each subject once a round, every other round in the opposite order; return the values of each."""
    values: list[list[float]] = [[] for _ in subjects]
    for number in range(rounds):
        turn = list(zip(subjects, values, strict=True))
        for measure, measured in turn if number % 2 == 0 else reversed(turn):
            measured.append(measure())
    return values
