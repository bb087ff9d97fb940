"""English abbreviations, contractions and loose spellings, and what is said for them."""
# ruff: noqa: SIM905 - a table reads best as words

from __future__ import annotations

from typing import Final

__all__ = ["ABBREVIATIONS", "COMPASS", "NEVER_WORDS", "NO_OWNERS", "NUMBERED", "PREDICATES", "SPOKEN", "TAILS"]

COMPASS: Final = {"n": "north", "s": "south", "e": "east", "w": "west"}

ABBREVIATIONS: Final[dict[str, tuple[str, ...]]] = {
    **{letter: (point,) for letter, point in COMPASS.items()},
    "mr": ("mister",),
    "mrs": ("missus", "misses", "missis"),
    "ms": ("miss", "miz"),
    "dr": ("doctor", "drive"),
    "prof": ("professor",),
    "st": ("saint", "street"),
    "ave": ("avenue",),
    "blvd": ("boulevard",),
    "hwy": ("highway",),
    "pkwy": ("parkway",),
    "rd": ("road",),
    "mt": ("mount", "mountain"),
    "ft": ("fort", "feet", "foot"),
    "vs": ("versus", "v s", "v"),
    "etc": ("et cetera", "etcetera"),
    "approx": ("approximately",),
    "inc": ("incorporated",),
    "ltd": ("limited",),
    "corp": ("corporation",),
    "co": ("company",),
    "bros": ("brothers",),
    "jr": ("junior",),
    "sr": ("senior",),
    "dept": ("department",),
    "univ": ("university",),
    "assn": ("association",),
    "assoc": ("associates", "association"),
    "govt": ("government",),
    "mgmt": ("management",),
    "mgr": ("manager",),
    "asst": ("assistant",),
    "attn": ("attention",),
    "est": ("established", "estimated"),
    "gen": ("general",),
    "col": ("colonel",),
    "sgt": ("sergeant",),
    "capt": ("captain",),
    "cpt": ("captain",),
    "lt": ("lieutenant",),
    "maj": ("major",),
    "cmdr": ("commander",),
    "adm": ("admiral",),
    "rev": ("reverend",),
    "hon": ("honorable",),
    "sen": ("senator",),
    "rep": ("representative",),
    "gov": ("governor",),
    "pres": ("president",),
    "supt": ("superintendent",),
    "apt": ("apartment",),
    "bldg": ("building",),
    "ste": ("suite",),
    "fl": ("floor",),
    "rm": ("room",),
    "tel": ("telephone",),
    "ext": ("extension",),
    "fig": ("figure",),
    "figs": ("figures",),
    "vol": ("volume",),
    "vols": ("volumes",),
    "chap": ("chapter",),
    "ch": ("chapter",),
    "sec": ("section", "seconds", "second"),
    "eq": ("equation",),
    "ed": ("edition", "editor"),
    "p": ("page",),
    "pp": ("pages",),
    "pg": ("page",),
    "para": ("paragraph",),
    "par": ("paragraph",),
    "no": ("number",),
    "nos": ("numbers",),
    "max": ("maximum",),
    "min": ("minimum", "minutes", "minute"),
    "avg": ("average",),
    "temp": ("temperature",),
    "qty": ("quantity",),
    "misc": ("miscellaneous",),
    "info": ("information",),
    "addr": ("address",),
    "acct": ("account",),
    "mon": ("monday",),
    "sat": ("saturday",),
    "sun": ("sunday",),
    "wed": ("wednesday",),
}
"""Abbreviations before a full stop."""

NEVER_WORDS: Final = frozenset(
    "mr mrs ms dr prof st ave blvd hwy vs etc approx inc ltd corp jr sr dept univ govt sgt capt bldg apt avg qty "
    "misc".split()
)
"""Of those, what is no other word, so that it needs no full stop."""

NUMBERED: Final = frozenset("rm pg pp para par vol chap ch fig bldg".split())
"""What needs none before a number."""

SPOKEN: Final[dict[str, tuple[str, ...]]] = {
    "gonna": ("going to",),
    "wanna": ("want to", "want a"),
    "gotta": ("got to", "have got to", "have to", "got a"),
    "hafta": ("have to",),
    "oughta": ("ought to",),
    "kinda": ("kind of",),
    "sorta": ("sort of",),
    "outta": ("out of",),
    "lotta": ("lot of",),
    "coulda": ("could have",),
    "shoulda": ("should have",),
    "woulda": ("would have",),
    "dunno": ("do not know", "don't know"),
    "lemme": ("let me",),
    "gimme": ("give me",),
    "c'mon": ("come on",),
    "y'all": ("you all",),
    "yall": ("you all",),
    "'cause": ("because",),
    "cuz": ("because",),
    "'em": ("them",),
    "'n": ("and",),
    "'til": ("until",),
    "till": ("until",),
    "'tis": ("it is",),
    "'twas": ("it was",),
    "ma'am": ("madam",),
    "let's": ("let us",),
    "lets": ("let us",),
    "cannot": ("can not",),
    "can't": ("cannot", "can not"),
    "cant": ("cannot", "can not"),
    "won't": ("will not",),
    "wont": ("will not",),
    "shan't": ("shall not",),
    "shant": ("shall not",),
    "ain't": ("is not", "am not", "are not", "has not", "have not"),
    "aint": ("is not", "am not", "are not", "has not", "have not"),
    "i'm": ("i am",),
    "im": ("i am",),
    "o'er": ("over",),
    "alright": ("all right",),
    "per": ("a", "an"),
    "percent": ("per cent",),
    "oclock": ("o'clock",),
    "sql": ("s q l", "sequel"),
    "json": ("j s o n", "jason"),
    "gif": ("g i f", "jif"),
    "thx": ("thanks",),
    "pls": ("please",),
    "cont'd": ("continued",),
    "est'd": ("established",),
    "asap": ("a s a p", "as soon as possible"),
    "aka": ("a k a", "also known as"),
    "faq": ("f a q", "frequently asked questions"),
    "wwi": ("world war one", "w w one"),
    "wwii": ("world war two", "w w two"),
    "aa": ("double a", "a a"),
    "aaa": ("triple a", "a a a"),
    "tv": ("t v", "television"),
}
"""What is said in more than one way, with the apostrophe before it where it has one."""

_VERBS: Final = ("are is was were do does did have has had would could should might must need dare ought").split()
for _verb in _VERBS:
    SPOKEN[f"{_verb}n't"] = (f"{_verb} not",)
    SPOKEN[f"{_verb}nt"] = (f"{_verb} not",)
    SPOKEN[f"{_verb}n't've"] = (f"{_verb} not have",)
for _verb in ("would", "could", "should", "might", "must"):
    SPOKEN[f"{_verb}'ve"] = SPOKEN[f"{_verb}ve"] = (f"{_verb} have",)

TAILS: Final[dict[str, tuple[str, ...]]] = {
    "re": ("are",),
    "ve": ("have",),
    "ll": ("will", "shall"),
    "d": ("would", "had", "did"),
    "s": ("is", "has"),
    "m": ("am",),
}
"""What is said for what follows an apostrophe."""
NO_OWNERS: Final = frozenset("he she it that this there here who what where when why how which".split())
"""What owns nothing by an apostrophe: after it an s is "is" or "has"."""
PREDICATES: Final = frozenset(
    "a an the not no never always already just still now also only really very too so quite almost here there "
    "in on at off out over up down back away home my your his our their been got gone done become had "
    "ready late early fine okay wrong closed dead alive sick busy empty gonna".split()
)
"""After a noun an s is "is" or "has" where one of these follows: the kettle's on, but John's car."""
for _subject in "i you he she it we they that there who what this".split():
    for _tail, _said in TAILS.items():
        _joined = f"{_subject}{_tail}"
        # Without the apostrophe many are another word: well, were, ill, shell, hell, id, wed, shed.
        if _joined in {
            *("youre", "theyre", "youve", "weve", "theyve", "ive", "youll", "theyll", "itll", "thatll", "therell"),
            *("youd", "theyd", "itd", "thats", "theres", "whos", "whats", "hes", "shes", "its"),
        }:
            SPOKEN[_joined] = tuple(f"{_subject} {word}" for word in _said)
