"""What the tests of Chinese and Japanese readings ask of the scorer."""

from __future__ import annotations

import pytest

from progresskit.audio import score


@pytest.fixture
def is_same():
    """Tells whether two wordings in a sentence are heard as one, with nothing wrong."""

    def tell(language: str, sentence: str, reference: str, transcript: str) -> bool:
        found = score(sentence.format(reference), sentence.format(transcript), language=language)
        return (found.accuracy, found.critical) == (1, ())

    return tell


@pytest.fixture
def is_vetoed():
    """Tells whether one wording in a sentence, heard for the other, fails for what must be said right."""

    def tell(language: str, sentence: str, reference: str, transcript: str) -> bool:
        found = score(sentence.format(reference), sentence.format(transcript), language=language)
        return found.verdict(0.95) == "failed" and bool(found.critical)

    return tell
