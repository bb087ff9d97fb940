"""What Korean calls signs and abbreviations beside a number."""

from __future__ import annotations

from typing import Final, NamedTuple

__all__ = ["CURRENCIES", "FRACTION_SIGNS", "SIGNS", "SPOKEN_BEFORE", "Currency", "names_of", "unit_at"]


class Currency(NamedTuple):
    """What a sign of money is called.

    Attributes:
        units: Its names.
        cents: What its hundredth is called; empty where none is used.
    """

    units: tuple[str, ...]
    cents: str = ""


CURRENCIES: Final = {
    "$": Currency(("달러", "불"), "센트"),
    "€": Currency(("유로",), "센트"),
    "£": Currency(("파운드",), "펜스"),
    "₩": Currency(("원",)),
    "¥": Currency(("엔", "위안")),
    "원": Currency(("원",)),
    "달러": Currency(("달러", "불"), "센트"),
    "불": Currency(("불", "달러"), "센트"),
    "유로": Currency(("유로",), "센트"),
    "파운드": Currency(("파운드",), "펜스"),
}
"""By sign, and by the name that may follow a number."""

_ABBREVIATIONS: Final = {
    "km": "킬로미터 킬로",
    "m": "미터",
    "cm": "센티미터 센티",
    "mm": "밀리미터 밀리",
    "μm": "마이크로미터",
    "nm": "나노미터",
    "m²": "제곱미터 평방미터",
    "㎡": "제곱미터 평방미터",
    "m2": "제곱미터 평방미터",
    "m³": "세제곱미터 입방미터",
    "㎥": "세제곱미터 입방미터",
    "km²": "제곱킬로미터",
    "㎢": "제곱킬로미터",
    "cm²": "제곱센티미터",
    "cm³": "세제곱센티미터",
    "ha": "헥타르",
    "kg": "킬로그램 킬로",
    "g": "그램",
    "mg": "밀리그램",
    "t": "톤",
    "lb": "파운드",
    "oz": "온스",
    "L": "리터",
    "l": "리터",
    "\u2113": "리터",
    "ml": "밀리리터 밀리",
    "mL": "밀리리터 밀리",
    "dl": "데시리터",
    "cc": "시시 씨씨",
    "km/h": "킬로미터 킬로 킬로미터퍼아워 킬로미터매시",
    "km/L": "킬로미터퍼리터 킬로미터 킬로",
    "m/s": "미터 미터퍼세컨드 미터매초",
    "GB": "기가바이트 기가",
    "MB": "메가바이트 메가",
    "TB": "테라바이트 테라",
    "KB": "킬로바이트",
    "kB": "킬로바이트",
    "PB": "페타바이트",
    "Mbps": "메가비피에스 메가비트",
    "Gbps": "기가비피에스 기가비트",
    "fps": "프레임 에프피에스",
    "bpm": "비피엠",
    "rpm": "알피엠",
    "dpi": "디피아이",
    "Hz": "헤르츠",
    "kHz": "킬로헤르츠",
    "MHz": "메가헤르츠",
    "GHz": "기가헤르츠 기가",
    "W": "와트",
    "kW": "킬로와트",
    "MW": "메가와트",
    "kWh": "킬로와트시 킬로와트아워",
    "V": "볼트",
    "A": "암페어",
    "mA": "밀리암페어",
    "mAh": "밀리암페어시 밀리암페어 밀리암페어아워",
    "dB": "데시벨",
    "cal": "칼로리",
    "kcal": "킬로칼로리 칼로리",
    "hPa": "헥토파스칼",
    "px": "픽셀",
    "pt": "포인트",
    "ms": "밀리초",
    "s": "초",
    "sec": "초",
    "min": "분",
    "h": "시간",
    "hr": "시간",
    "inch": "인치",
    "in": "인치",
    "ft": "피트",
    "mi": "마일",
    "kph": "킬로미터",
    "mph": "마일",
    "%": "퍼센트 프로 퍼",
    "%p": "퍼센트포인트 퍼센트피",
    "%P": "퍼센트포인트",
    "℃": "도",
    "°C": "도 도씨",
    "℉": "도",
    "°F": "도 도에프",
    "°": "도",
    "㎏": "킬로그램 킬로",
    "㎎": "밀리그램",
    "㎞": "킬로미터 킬로",
    "㎝": "센티미터 센티",
    "㎜": "밀리미터 밀리",
    "㎖": "밀리리터 밀리",
    "㎗": "데시리터",
    "㎘": "킬로리터",
    "㏄": "시시 씨씨",
    "㎾": "킬로와트",
    "㎐": "헤르츠",
    "㎒": "메가헤르츠",
    "㎓": "기가헤르츠",
    "㎅": "킬로바이트",
    "㎆": "메가바이트",
    "㎇": "기가바이트",
    "㎍": "마이크로그램",
    "µg": "마이크로그램",
    "μg": "마이크로그램",
    "USD": "달러",
    "EUR": "유로",
    "KRW": "원",
    "JPY": "엔",
    "CNY": "위안",
    "㏈": "데시벨",
    "㎉": "킬로칼로리 칼로리",
    "㎈": "칼로리",
    "㎧": "미터",
}
_CALLED: Final = {short: tuple(names.split()) for short, names in _ABBREVIATIONS.items()}
_BY_LOWER: Final = {short.lower(): names for short, names in reversed(_CALLED.items()) if len(short) > 1} | {
    short: names for short, names in _CALLED.items() if len(short) == 1
}

_JOINED: Final = frozenset("-_'")  # m-x is no metre
_LENGTHS: Final = {
    first: sorted({len(short) for short in _BY_LOWER if short[0].lower() == first}, reverse=True)
    for first in {short[0].lower() for short in _BY_LOWER}
}

SPOKEN_BEFORE: Final = {
    "km/h": "시속",
    "kph": "시속",
    "mph": "시속",
    "m/s": "초속",
    "㎧": "초속",
    "℃": "섭씨",
    "°c": "섭씨",
    "℉": "화씨",
    "°f": "화씨",
}
"""Of units in lower case what may be said before the number."""

FRACTION_SIGNS: Final = {
    "½": (1, 2),
    "⅓": (1, 3),
    "⅔": (2, 3),
    "¼": (1, 4),
    "¾": (3, 4),
    "⅕": (1, 5),
    "⅖": (2, 5),
    "⅗": (3, 5),
    "⅘": (4, 5),
    "⅙": (1, 6),
    "⅚": (5, 6),
    "⅛": (1, 8),
    "⅜": (3, 8),
    "⅝": (5, 8),
    "⅞": (7, 8),
    "⅐": (1, 7),
    "⅑": (1, 9),
    "⅒": (1, 10),
}
"""Vulgar fractions: numerator and denominator."""

SIGNS: Final = {
    "+": ("플러스", "더하기"),
    "=": ("는", "은", "이퀄"),
    "\u00d7": ("곱하기",),
    "*": ("곱하기", "별표"),
    "÷": ("나누기",),
    "&": ("앤드", "앤", "와", "과"),
    "@": ("골뱅이", "앳"),
    "#": ("샵", "우물정", "해시"),
    ":": ("대",),
}
"""Signs that may be said."""


def unit_at(text: str, at: int) -> str:
    """Return the abbreviation or sign of a unit that stands at a place of a text; empty if none does."""
    for length in _LENGTHS.get(text[at : at + 1].lower(), ()):
        short = text[at : at + length]
        if (short.lower() if length > 1 else short) in _BY_LOWER and len(short) == length:
            after = text[at + length : at + length + 1]
            return "" if short[-1].isalpha() and after.isascii() and (after.isalnum() or after in _JOINED) else short
    return ""


def names_of(short: str) -> tuple[str, ...]:
    """Return what an abbreviation stands for; its case counts only where two differ in nothing else."""
    return _CALLED.get(short) or _BY_LOWER[short.lower()]
