"""Hangul as a string of sounds, one ASCII letter each, in which what sounds alike to all is one.

Consonants that open a syllable are lower case: ``g n d r m b s j c k t p h``; the tense ones are as the lax
(``써비스`` is ``서비스``). Those that close one are ``K T P L N`` (N is ㅇ), but for ``n`` and ``m``, which are
the same in both places. Vowels are ``a v o u x i`` for ㅏ ㅓ ㅗ ㅜ ㅡ ㅣ, ``e`` for ㅐ and ㅔ, and ``X`` for ㅢ, with
``y`` or ``w`` before them; ㅚ ㅙ ㅞ are ``we``. After ``j`` and ``c`` the ``y`` isn't heard (``쥬스`` is ``주스``).
"""

from __future__ import annotations

from itertools import product
from typing import Final

__all__ = ["is_syllable", "sounds"]

_FIRST: Final = "가"
_LAST: Final = "힣"
_ONSETS: Final = "g,g,n,d,d,r,m,b,b,s,s,,j,j,c,k,t,p,h"
_VOWELS: Final = "a,e,ya,ye,v,e,yv,ye,o,wa,we,we,yo,u,wv,we,wi,yu,x,X,i"
_CODAS: Final = ",K,K,K,n,n,n,T,L,K,m,L,L,L,P,L,m,P,P,T,T,N,T,T,K,T,P,T"
_SYLLABLES: Final = tuple(product(_ONSETS.split(","), _VOWELS.split(","), _CODAS.split(",")))
"""The parts of each syllable in the order of Unicode (the Unicode Standard, section 3.12)."""


def is_syllable(char: str) -> bool:
    """Tell whether a character is a composed Hangul syllable."""
    return _FIRST <= char <= _LAST


def sounds(hangul: str) -> str:
    """Return the sounds of Hangul syllables.

    Args:
        hangul: Composed syllables and nothing else.
    """
    return "".join(map(_sound, hangul))


def _sound(syllable: str) -> str:
    onset, vowel, coda = _SYLLABLES[ord(syllable) - ord(_FIRST)]
    return onset + (vowel.lstrip("y") if onset in {"j", "c"} else vowel) + coda
