"""Scoring: how well a transcript matches the text that was to be spoken. Needs the extra ``audio``."""

from progresskit.audio.scoring import Score, Scorer, score

__all__ = ["Score", "Scorer", "score"]
