"""Random numbers of our own: they take nothing from the app's ``random``, and differ in processes that were forked."""

from __future__ import annotations

from random import SystemRandom
from typing import Final

__all__ = ["CHANCE"]

CHANCE: Final = SystemRandom()
"""What waits, seeds of voices and the like are drawn from; ``random`` itself may have been seeded by the app."""
