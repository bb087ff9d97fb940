"""Alignments are exact up to a bound, and beyond it still whole and never too good."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from progresskit.audio import alignment
from progresskit.audio.alignment import counts, distance, levenshtein, opcodes

sequences = st.lists(st.sampled_from("abcd"), max_size=120)


@pytest.fixture(scope="module", autouse=True)
def small_windows():
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(alignment, "WINDOW", 8)
        patch.setattr(alignment, "MAX_EXACT_CELLS", 0)
        yield


def covered(blocks):
    i = j = 0
    for block in blocks:
        assert (block.reference_start, block.hypothesis_start) == (i, j)
        assert block.size > 0
        i, j = block.reference_end, block.hypothesis_end
    return i, j


@given(sequences, sequences)
def test_windows_cover_both_sequences_without_gap(reference, hypothesis):
    blocks = opcodes(reference, hypothesis)
    assert covered(blocks) == (len(reference), len(hypothesis))
    for block in blocks:
        said = reference[block.reference_start : block.reference_end]
        heard = hypothesis[block.hypothesis_start : block.hypothesis_end]
        assert (said == heard) == (block.op == "hit")


@given(sequences, sequences)
def test_windows_never_overstate_an_accuracy(reference, hypothesis):
    edits = distance(reference, hypothesis)
    assert edits >= levenshtein().distance(reference, hypothesis)
    assert edits == sum(counts(opcodes(reference, hypothesis))[1:])


@given(sequences)
def test_windows_find_a_text_in_itself(reference):
    assert distance(reference, list(reference)) == 0


@given(st.lists(st.integers(0, 999).map(str), min_size=20, max_size=120, unique=True), st.data())
def test_windows_follow_a_text_with_few_errors(reference, data):
    hypothesis = list(reference)
    at = data.draw(st.integers(0, len(reference) - 1))
    hypothesis[at : at + 1] = data.draw(st.sampled_from(([], ["x"], ["x", "y"])))
    assert distance(reference, hypothesis) <= 2
