"""How the letters of English are spelled in Hangul: each group of letters with the sounds it may stand for.

The sounds are those of :mod:`progresskit.audio.readings.hangul_sounds`. What is allowed follows the loanword
orthography of the National Institute of Korean Language (외래어 표기법, chapter 3 section 1; English:
https://korean.go.kr/kornorms/regltn/regltnView.do?regltn_code=0003) and common usage beside it (숍 and 샵).
"""

from __future__ import annotations

import re
from itertools import pairwise
from typing import Final

__all__ = ["graphemes", "romanized"]

_MACROS: Final = {
    "C": "[bcdfghjklmnpqrstvwxz]",
    "V": "[aeiouy]",
    "R": "r(?![aeiouyr])",  # not heard
    "E": "e[sd]?$",  # the silent e
    "F": "(?:(?<=^)|(?<=^[^aeiouy])|(?<=^[^aeiouy]{2})|(?<=^[^aeiouy]{3}))",  # in the first syllable
    "S": "(?=$|s$)",
}
# In order: the first group that fits where the last one ended is taken. ``-`` is silence.
_ENGLISH: Final = {
    # Endings.
    "(?<=s)tion": "cvn",
    "tion": "syvn",
    "ssion": "syvn",
    "sion": "jvn syvn",
    "cia(?=[ln])": "syv syia",
    "tia(?=[ln])": "syv syia",
    "cie(?=n)": "syv",
    "tie(?=n)": "syv",
    "tia(?=t)": "syv siei syiei tiei",
    "t(?=ium)": "s t",
    "ciou(?=s)": "syv",
    "tiou(?=s)": "syv",
    "(?<=s)ture": "cv",
    "ture": "cv cyuv tyuv",
    "ssure": "syv",
    "sure": "jv syuv",
    "gion": "jvn",
    "(?<=C)le(?=$|s$|d$)": "xL",
    "(?<=[tcb])re$": "v",
    "dge(?=$|s$|d$)": "ji j Tji",
    "nge(?=$|s$|d$)": "nji",
    "ge(?=$|s$|d$)": "ji j",
    "ches?$": "ci si",
    "gue$": "gx K",
    "que$": "k kx K",
    "Fed$": "edx",
    "ed$": "idx dx tx",
    "(?<=[cgsxz])es$": "ijx isx jx",
    "(?<=[cs]h)es$": "ijx isx jx -",
    "(?<=C)es$": "jx sx",
    "less$": "Lrisx risx Lresx resx",
    "ts$": "cx Tsx txsx T tx",
    "tz$": "cx",
    "ds$": "jx dxjx dxsx",
    # A vowel with an r that isn't heard.
    "ear(?=V)": "ivr evr vr",
    "eer(?=V)": "ivr ir",
    "air(?=V)": "evr er",
    "ar(?=ing)": "evr er ar",
    "ir(?=ing)": "aivr air ir",
    "or(?=ing)": "ovr or vr",
    "(?<=^[bpw])eaR": "ev",
    "eaR": "iv v",
    "eeR": "iv",
    "aiR": "ev",
    "eiR": "ev",
    "are$": "ev",
    "ere$": "iv",
    "ire$": "aiv",
    "yre$": "aiv",
    "ore$": "ov o",
    "ure$": "yuv uv v",
    "oaR": "o ov",
    "ooR": "ov uv",
    "ouR": "o awv v uv",
    "oweR": "awv owv",
    "ieR": "iv aiv yv",
    "iaR": "iv",
    "ioR": "iv",
    "(?<=w)aR": "v o",
    "FaR": "a",
    "aR": "a v",
    "eR": "v",
    "iR": "v",
    "uR": "v",
    "yR": "v",
    "(?<=w)oR": "v",
    "FoR": "o",
    "oR": "o v",
    # Vowels of several letters.
    "eigh": "ei ai",
    "aigh": "ei",
    "igh": "ai",
    "augh": "o epx",
    "ough(?=t)": "o",
    "ough": "o u vpx opx au",
    "eau": "yu o",
    "Fai": "ei",
    "ai(?=n$)": "ei i x",
    "ai(?=c$)": "ai",
    "ai": "ei",
    "ay(?=[ao])": "aiy ay ei",
    "ay": "ei",
    "au(?=n)": "o au v",
    "au": "o au",
    "aw": "o",
    "ae(?=r)": "ev e",
    "ae": "e ei",
    "ao": "ao eio",
    "aa": "a",
    "ea(?=k)": "i ei",
    "ea$": "ia iv i",
    "ea(?=[dv]|th|lth|sure|po)": "i e iv",
    "ea": "i iv ia iei ie",
    "ee": "i",
    "eu(?=[ms]$)": "iu eu",
    "eu": "yu u oi",
    "ew": "yu u",
    "ey$": "i ei",
    "ey": "ei i ai",
    "(?<=c)ei": "i",
    "ei": "ei i ai",
    "eo": "io eo",
    "iew": "yu",
    "ie(?=$|s$|d$)": "i ai",
    "ie(?=nd)": "e",
    "ie": "i aiv iv ie",
    "ia": "ia iv aiv iei ie",
    "io": "io iv aiv yo yv aio",
    "iu": "iu iv yu",
    "oa": "o oa",
    "oe": "o oe",
    "oi": "oi",
    "oy": "oi oy",
    "oo": "u",
    "ou(?=s$)": "v au",
    "ou(?=ng|ntr|ch|bl|pl|sin)": "v au u",
    "ou": "au u o ou",
    "ow": "o ou au",
    "ua": "ua uv wa uei yua yuv yuei",
    "ue(?=$|s$|d$)": "u yu",
    "ue": "ue yue uv yuv",
    "ui": "i u ui yu",
    "uy": "ai",
    "uo": "uo",
    # A silent e, and the vowel that it makes long.
    "Fe$": "i",
    "(?<=C)e$": "-",
    "a(?=gE|ging$)": "ei i a",
    "a(?=[tc]E)": "ei i",
    "a(?=CE)": "ei",
    "Fa(?=[bcdfgkptvz]ers?$)": "ei",
    "Fi(?=[bcdfgkpmntz]ers?$)": "ai",
    "a(?=stE)": "ei",
    "a(?=ngE|ngel)": "ei e",
    "a(?=[bcdfgkptxz]le(?:$|[sdr]))": "ei a v",
    "Fi(?=[bcdfgkptxz]le(?:$|[sdr]))": "ai i",
    "i(?=[bcdfgkptxz]le(?:$|[sdr]))": "ai i v",
    "e(?=gE)": "i",
    "e(?=CE)": "i e",
    "i(?=CE)": "ai i",
    "o(?=mE)": "o v",
    "o(?=CE)": "o",
    "u(?=CE)": "yu u",
    "y(?=CE)": "ai",
    # Vowels of one letter.
    "(?:(?<=w)|(?<=qu))al(?=k)": "v",
    "(?:(?<=w)|(?<=qu))a": "v a e ei",
    "al(?=k)": "o",
    "al(?=m)": "a o aL",
    "al(?=f$|ves?$)": "a e",
    "Fa(?=l(?:C|$))": "o a e v",
    "Fa(?=C+$)": "e a",
    "a$": "a v",
    "a(?=ll)": "o a e v",
    "a(?=ture)": "ei i a e v",
    "^a": "e a v ei",
    "Fa(?=CC)": "e a",
    "Fa": "e a ei",
    "a(?=CC|C$)": "e a v",
    "a": "a e ei v",
    "Fe(?=C+$)": "e",
    "Fe(?=rV)": "e i iv",
    "^e(?=dg)": "e",
    "(?:^|(?<=^[bdrs])|(?<=^pr))e": "e i",
    "Fe(?=[bcdgkpt][rl])": "e i",
    "Fe(?=CC)": "e",
    "Fe": "e i",
    "(?<=VC)e(?=CC?V)": "e i v -",
    "e(?=n(?:s?$))": "e v x i",
    "e(?=ner|ning)": "e v i -",
    "e(?=n)": "e v i",
    "e(?=l$|lC)": "e v x",
    "e(?=C)": "e i v",
    "e": "e i",
    "i(?=(?:nd|ld|gn|mb)S)": "ai i",
    "Fi(?=nders?$)": "ai i",
    "Fi(?=C+$)": "i",
    "i(?=lS)": "i x",
    "i(?=ph|th|[bcdfgkpt][rl])": "i ai",
    "i(?=CC|C$)": "i",
    "i": "i ai",
    "Fo(?=n)": "o a v",
    "Fo(?=C+$)": "a o",
    "o(?=v)": "o v u",
    "o(?=nS)": "o v x",
    "o$": "o",
    "Fo(?![mnvl]|th)": "o a",
    "o": "o a v",
    "^u": "yu v u",
    "Fu(?=[bcdgkpt][rl])": "v yu u",
    "Fu(?=lV)": "yu u v",
    "Fu(?=l|sh|dd|tch)": "v u",
    "Fu(?=CC|C$)": "v",
    "u(?=CC|[ms]$)": "v u",
    "u": "yu u v",
    "^y(?=ea|i)": "y -",
    "^y": "y",
    "Fy$": "ai",
    "(?:(?<=[bcdfpt][rl])|(?<=f))y$": "ai i",
    "y$": "i",
    "Fy": "ai i",
    "y(?=i)": "y i -",
    "y(?=V)": "y i",
    "y": "i ai",
    # Consonants. Those of two places: before a vowel, and with ㅡ or as the end of a syllable.
    "bb": "b bx P",
    "mbS": "m",
    "b": "b bx P",
    "ck": "k kx K Kk",
    "c(?=q)": "-",
    "cc(?=[eiy])": "Ks",
    "cc": "k kx Kk",
    "tch(?=V)": "c",
    "tch": "ci",
    "ch(?=[rln])": "k kx",
    "^ch(?=or)": "c k",
    "^ch": "c",
    "ch(?=V)": "c k",
    "ch": "ci kx K",
    "c(?=[eiy])": "s sx",
    "(?<=n)c(?=t)": "k kx K -",
    "c": "k kx K",
    "dg(?=[eiy])": "j",
    "dj": "j",
    "dd": "d dx",
    "d(?=u)": "d j",
    "d": "d dx",
    "ff": "p px",
    "f": "p px hw",
    "^gn": "n",
    "gnS": "n",
    "gn(?=ed|er|ing|m)": "n",
    "gg": "g gx",
    "gh(?=V)": "g",
    "gh": "-",
    "gu(?=[eiy])": "g gw",
    "gu(?=a)": "gw g",
    "g(?=[eiy])": "j g",
    "g": "g gx K",
    "^wh(?=o)": "h w",
    "wh": "w hw",
    "h(?=V)": "h",
    "h": "-",
    "j": "j",
    "^kn": "n",
    "kk": "k kx Kk",
    "k": "k kx K",
    "lm": "Lrxm Lm",
    "l(?=E)": "L",
    "^l": "r",
    "ll(?=V)": "Lr",
    "ll": "L",
    "(?:(?<=^C)|(?<=^CC))l": "Lr",
    "(?<=VCe)l(?=V)": "Lr r",
    "(?<=V)l(?=V)": "Lr",
    "l(?=V)": "Lr r",
    "l": "L",
    "mm": "m mm",
    "mnS": "m",
    "^mc": "meK mek",
    "m": "m",
    "ng(?=[ei])": "nj Ng N",
    "(?<=^[ei])ng(?=[aor])": "ng ngx Ng Ngx",
    "ng(?=V|le)": "Ng N",
    "ng": "N Ngx",
    "nn": "n nn",
    "n(?=c[eiy])": "n",
    "n(?=[kcgqx])": "N n",
    "n": "n",
    "ph": "p px",
    "pp": "p px P Pp",
    "^ps": "s",
    "p": "p px P",
    "qu": "kw",
    "q": "k kx K",
    "^wr": "r",
    "rh": "r",
    "rr": "r",
    "r(?=V)": "r",
    "r": "-",
    "sh(?=$|ed$|es$)": "si swi",
    "sh(?=C)": "si syu swi",
    "sh(?=e[ae])": "s sw sy",
    "sh(?=e)": "sy sw",
    "sh(?=i)": "s sw",
    "sh": "sy",
    "sc(?=[eiy])": "s",
    "st(?=le|en)": "s sx sxt",
    "ss": "s sx",
    "^s": "s sx",
    "s$": "sx jx",
    "s": "s sx j jx",
    "th(?=V)": "s d t",
    "th": "sx s",
    "tt": "t tx T Tt",
    "t(?=u)": "t c",
    "t": "t tx T",
    "v": "b bx",
    "w(?=o)": "w -",
    "w(?=V)": "w",
    "w": "-",
    "^x": "j",
    "x(?=c[eiy])": "K Ksx",
    "xh": "Ks gxj",
    "x(?=V)": "Ks gxj",
    "x": "Ksx",
    "zz": "j jx",
    "z": "j jx",
}

# A consonant before a vowel that is heard opens its syllable: it has no ㅡ of its own, and closes none.
_VOCALIC: Final = frozenset("avouxeiy")
_CLOSING: Final = frozenset("xKTP")
_MACRO: Final = re.compile("[CVRESF]")


def _grouped(table: dict[str, str]) -> dict[str, tuple[re.Pattern[str], list[tuple[str, ...]]]]:
    """Return the rules of each first letter: the groups that they are for in one pattern, and the sounds of each."""
    letters: dict[str, list[str]] = {}
    for rule in table:
        letters.setdefault(re.sub(r"\(\?<=.*?\)|[^a-z]", "", rule)[0], []).append(rule)
    return {letter: (_pattern(rules), [_ways(table[rule]) for rule in rules]) for letter, rules in letters.items()}


def _pattern(rules: list[str]) -> re.Pattern[str]:
    return re.compile("|".join(f"({_MACRO.sub(lambda match: _MACROS[match[0]], rule)})" for rule in rules))


def _ways(spellings: str) -> tuple[str, ...]:
    return tuple(spellings.replace("-", "").split(" "))


_RULES: Final = _grouped(_ENGLISH)


def graphemes(word: str) -> list[tuple[str, ...]]:
    """Return the sounds that each group of letters of an English word may stand for.

    Args:
        word: Letters from a to z.
    """
    groups: list[tuple[str, ...]] = []
    at = 0
    while at < len(word):
        pattern, ways = _RULES[word[at]]
        if (match := pattern.match(word, at)) is None:  # never: the last rule of a letter is for the letter alone
            break
        groups.append(ways[(match.lastindex or 0) - 1])
        at = match.end()
    for at, (group, after) in enumerate(pairwise(groups)):
        if all(said[:1] in _VOCALIC for said in after):
            groups[at] = tuple(said for said in group if said[-1:] not in _CLOSING) or group
    return groups


# The Revised Romanization of Korean (국어의 로마자 표기법, 2000), one syllable.
_ONSETS: Final = {"kk": "g", "tt": "d", "pp": "b", "ss": "s", "jj": "j", "ch": "c", "l": "r"}
_VOWELS: Final = {
    "yae": "ye",
    "yeo": "yv",
    "wae": "we",
    "eo": "v",
    "ae": "e",
    "oe": "we",
    "eu": "x",
    "ui": "X",
    "wo": "wv",
    **{vowel: vowel for vowel in ("ya", "ye", "yo", "yu", "wa", "we", "wi", "a", "e", "i", "o", "u")},
}
_CODAS: Final = {"k": ("K",), "t": ("T",), "p": ("P",), "l": ("L",), "n": ("n",), "m": ("m",), "ng": ("N", "Ng", "ng")}
_SYLLABLE: Final = re.compile(
    rf"({'|'.join(_ONSETS)}|[gnddrmbsjktph]|)({'|'.join(_VOWELS)})(ng|[ktplnm](?![aeiouyw]|(?<=[k])k|(?<=t)t|(?<=p)p|h)|)"
)


def romanized(word: str) -> list[tuple[str, ...]]:
    """Return the sounds of a Korean word of two syllables or more that is written in Latin letters; else nothing."""
    syllables = list(_SYLLABLE.finditer(word))
    if len(syllables) < 2 or sum(len(syllable[0]) for syllable in syllables) < len(word):  # noqa: PLR2004 - as said
        return []
    return [
        (_ONSETS.get(onset, onset) + _VOWELS[vowel] + end,)
        for onset, vowel, coda in (syllable.groups() for syllable in syllables)
        for end in _CODAS.get(coda, ("",))[:1]
    ]
