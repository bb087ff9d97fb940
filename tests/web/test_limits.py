"""The limits, and the counting of them."""

from __future__ import annotations

from contextlib import ExitStack

import pytest
from hypothesis import given
from hypothesis import strategies as st

from progresskit.web import Limits
from progresskit.web.limits import Pace, Seats
from progresskit.web.refusals import Refused


@given(st.integers(1, 5), st.lists(st.floats(0, 2), max_size=40))
def test_no_second_holds_more_messages_than_the_limit(most, gaps):
    pace, now, kept = Pace(most), 0.0, []
    for gap in gaps:
        now += gap
        if not pace.keeps(now):
            assert len([moment for moment in kept if moment > now - 1]) == most
            return
        kept.append(now)
        assert len([moment for moment in kept if moment > now - 1]) <= most


@given(st.integers(1, 4), st.integers(1, 4), st.lists(st.sampled_from([None, "a", "b", "leave"]), max_size=40))
def test_seats_are_as_many_as_the_limits_say_and_come_back(total, per_principal, steps):
    seats = Seats(Limits(connections=total, connections_per_principal=per_principal))
    open_streams: list[tuple[str | None, ExitStack]] = []
    for step in steps:
        if step == "leave":
            if open_streams:
                open_streams.pop(0)[1].close()
            continue
        of_principal = sum(principal == step for principal, _ in open_streams)
        is_full = len(open_streams) >= total or (step is not None and of_principal >= per_principal)
        with ExitStack() as taken:
            try:
                taken.enter_context(seats.one())
                taken.enter_context(seats.one_of(step))
            except Refused:
                assert is_full
                continue
            assert not is_full
            open_streams.append((step, taken.pop_all()))
    for _, taken in open_streams:
        taken.close()
    assert seats._taken == 0
    assert not seats._by_principal


@pytest.mark.parametrize("value", [0, -1, 1.5, True, "32", None])
def test_a_limit_is_a_whole_number_above_zero(value):
    with pytest.raises(ValueError, match="connections_per_principal"):
        Limits(connections_per_principal=value)
