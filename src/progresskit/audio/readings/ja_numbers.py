"""Numbers in Japanese: what they are called, with their units, currencies, times and small counters."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, ClassVar, Final

from progresskit.audio.readings.han_numbers import Han
from progresskit.audio.readings.han_words import HanWords
from progresskit.audio.readings.ja_words import UNCOUNTED

if TYPE_CHECKING:
    from collections.abc import Sequence

__all__ = ["KANA_COUNTS", "JapaneseWords"]

_NOON: Final = 12

# Dakuten and small kana of counters that are written in several ways: one for each.
_SPELLING: Final = str.maketrans("萬圓ヵヶ箇・", "万円カケ個.")

_KANA: Final = {
    "つ": "ひとつ ふたつ みっつ よっつ いつつ むっつ ななつ やっつ ここのつ",
    "人": "ひとり ふたり",
    "日": "ついたち ふつか みっか よっか いつか むいか なのか ようか ここのか とおか",
    "月": "いちがつ にがつ さんがつ しがつ ごがつ ろくがつ しちがつ はちがつ くがつ"
    " じゅうがつ じゅういちがつ じゅうにがつ",
    "時": "いちじ にじ さんじ よじ ごじ ろくじ しちじ はちじ くじ じゅうじ じゅういちじ じゅうにじ",
}
_SPELLINGS: Final[dict[tuple[int, str], tuple[str, ...]]] = {
    (count, counter): (spelling,)
    for counter, spellings in _KANA.items()
    for count, spelling in enumerate(spellings.split(), 1)
} | {
    (1, "日"): ("ついたち", "いちにち"),
    (14, "日"): ("じゅうよっか", "十四日"),
    (20, "日"): ("はつか", "二十日"),
    (24, "日"): ("にじゅうよっか", "二十四日"),
    (20, "歳"): ("はたち", "二十歳"),
    (20, "才"): ("はたち", "二十歳"),
    (10, "つ"): ("とお",),
}
KANA_COUNTS: Final = frozenset(
    spelling for spellings in _SPELLINGS.values() for spelling in spellings if spelling[-1] in "つりかち"
)
"""The spellings of small counts in kana."""

_LENGTHS: Final = {
    "km": ("{}キロメートル", "{}キロ"),
    "cm": ("{}センチメートル", "{}センチ"),
    "mm": ("{}ミリメートル", "{}ミリ"),
    "m": ("{}メートル",),
    "kg": ("{}キログラム", "{}キロ"),
    "mg": ("{}ミリグラム", "{}ミリ"),
    "g": ("{}グラム",),
    "t": ("{}トン",),
    "mL": ("{}ミリリットル", "{}ミリ"),
    "ml": ("{}ミリリットル", "{}ミリ"),
    "dL": ("{}デシリットル",),
    "L": ("{}リットル",),
    "l": ("{}リットル",),
    "W": ("{}ワット",),
    "kW": ("{}キロワット",),
    "kWh": ("{}キロワット時",),
    "V": ("{}ボルト",),
    "Hz": ("{}ヘルツ",),
    "MHz": ("{}メガヘルツ",),
    "GHz": ("{}ギガヘルツ",),
    "KB": ("{}キロバイト",),
    "MB": ("{}メガバイト", "{}メガ"),
    "GB": ("{}ギガバイト", "{}ギガ"),
    "TB": ("{}テラバイト", "{}テラ"),
    "kcal": ("{}キロカロリー",),
    "ha": ("{}ヘクタール",),
    "px": ("{}ピクセル",),
    "ms": ("{}ミリ秒",),
    "h": ("{}時間",),
    "min": ("{}分",),
    "s": ("{}秒",),
}
_UNITS: Final = _LENGTHS | {
    "%": ("{}パーセント",),
    "‰": ("{}パーミル",),
    "℃": ("{}度", "摂氏{}度", "セ氏{}度"),
    "°C": ("{}度", "摂氏{}度", "セ氏{}度"),
    "°": ("{}度",),
    "km/h": ("時速{}キロメートル", "時速{}キロ", "{}キロメートル毎時"),
    "m/s": ("秒速{}メートル", "{}メートル毎秒"),
    "km²": ("{}平方キロメートル", "{}平方キロ"),
    "m²": ("{}平方メートル", "{}平米"),
    "㎡": ("{}平方メートル", "{}平米"),
    "m³": ("{}立方メートル",),
    "㎞": _LENGTHS["km"],
    "㎝": _LENGTHS["cm"],
    "㎜": _LENGTHS["mm"],
    "㎏": _LENGTHS["kg"],
    "㎎": _LENGTHS["mg"],
}
_MONEY: Final = {
    "$": ("{}ドル", "{}米ドル"),
    "US$": ("{}ドル", "{}米ドル"),
    "USD": ("{}ドル", "{}米ドル"),
    "€": ("{}ユーロ",),
    "EUR": ("{}ユーロ",),
    "£": ("{}ポンド",),
    "GBP": ("{}ポンド",),
    "₩": ("{}ウォン",),
    "KRW": ("{}ウォン",),
    "¥": ("{}円",),
    "JPY": ("{}円",),
    "CNY": ("{}元", "{}人民元"),
}
_COINS: Final = dict.fromkeys(("$", "US$", "USD", "ドル"), "ドル") | dict.fromkeys(("€", "EUR", "ユーロ"), "ユーロ")
_CURRENCIES: Final = frozenset(["円", "ドル", "米ドル", "ユーロ", "ポンド", "ウォン", "元", "人民元", "セント"])
_COUNTERS_TEXT: Final = (
    "つ 人 個 コ ケ 本 枚 匹 頭 羽 冊 台 杯 階 回 歳 才 年 月 日 時 分 秒 週 週間 カ月 か月 ケ月 個月 カ月間 "
    "か月間 ケ月間 時間 分間 秒間 日間 年間 年前 年後 年度 年代 年生 日目 回目 つ目 つめ 人目 個目 度 度目 番 番目 "
    "号 号線 号車 名 件 点 問 条 章 節 話 巻 部 丁目 番地 軒 足 着 膳 切れ 通 ページ 頁 行 列 段 割 割引 倍 位 "
    "等 世紀 種類 カ所 か所 ケ所 カ国 か国 ケ国 泊 畳 世帯 社 店 店舗 校 機 隻 両 席 曲 文字 語 字 票 品 箱 袋 "
    "束 組 対 級 代 勝 敗 杯目 枚目 本目 割り パーセント パー キロ キロメートル メートル センチ センチメートル "
    "ミリ ミリメートル キログラム グラム ミリグラム トン リットル ミリリットル デシリットル ワット キロワット "
    "ボルト ヘルツ バイト ギガ ギガバイト メガ メガバイト テラ テラバイト カロリー キロカロリー ヘクタール "
    "平方メートル 平米 平方キロ 立方メートル マイル インチ フィート ポイント ミリ秒 分の 号室 号棟 室 桁 "
    "教室 会議室 世代 学年 周年 周 坪 升 合 斤 票差 種 区 市 県 都 府 町 村 親等 課 係 班 項 番線 輪 株 基 艘 隻 便 食 "
    "名様 人前 棟 戸 院 皿 丁 貫 缶 瓶 粒 滴 拍 問目 周目 年目 週目 番地 条件 "
)
_COUNTERS: Final = _CURRENCIES | frozenset(_COUNTERS_TEXT.split())


class JapaneseWords(HanWords):
    """What Japanese calls numbers."""

    han = Han(
        digits="零一二三四五六七八九",
        larges=((10**12, "兆"), (10**8, "億"), (10**4, "万")),
        two="二",
        gap="",
        keeps_one=False,
        shorthand=False,
        spellings=dict(zip("\u3007○壱弐参拾", "零零一二三十", strict=True)),
    )
    spelling = _SPELLING
    point = "点"
    zeros = ("ゼロ", "れい", "まる")
    minus = ("マイナス", "氷点下", "零下")
    to = ("から",)
    code_joint = "の"
    ratio = "対"
    fraction = "{1}分の{0}"
    mixed = "と"
    signs: ClassVar = {
        "+": ("足す", "プラス", "たす"),
        "-": ("引く", "マイナス", "ひく"),
        "\u00d7": ("かける", "掛ける"),
        "*": ("かける", "掛ける"),
        "÷": ("割る", "わる"),
        "=": ("は", "イコール"),
        ":": ("対",),
    }
    prefixes = _MONEY
    suffixes = _UNITS | _MONEY
    same: ClassVar = {
        "才": ("歳",),
        "つめ": ("つ目",),
        "コ": ("個",),
        "ケ": ("個",),
        "か月": ("カ月",),
        "ケ月": ("カ月",),
        "個月": ("カ月",),
        "か月間": ("カ月間",),
        "ケ月間": ("カ月間",),
        "か所": ("カ所",),
        "ケ所": ("カ所",),
        "か国": ("カ国",),
        "ケ国": ("カ国",),
        "キロ": ("キロメートル", "キログラム"),
        "センチ": ("センチメートル",),
        "ギガ": ("ギガバイト",),
        "メガ": ("メガバイト",),
        "米ドル": ("ドル",),
        "頁": ("ページ",),
        "平米": ("平方メートル",),
    }
    counters = _COUNTERS
    codes = frozenset({"号室", "室", "教室", "会議室", "便", "号線"})
    currencies = _CURRENCIES
    signed = frozenset({"度", "℃", "°C", "%", "パーセント"})
    phrases: ClassVar = {"二分の一": ("半分",), "ゼロ": ("零",), "時間半": ("時間三十分",)}
    uncounted = re.compile(UNCOUNTED)
    one_half = "半分"
    days = ("日",)
    hours = ("時",)
    oclock = ("ちょうど",)
    before_code = re.compile(r"(?:番号|電話|コード|パスワード|部屋|内線|ダイヤル|暗証|ID|品番|型番)[はがを:、]?\Z")
    after_code = re.compile("番?(?:[にへ](?:電話|通報|ダイヤル)|をダイヤル|通報)")
    before_version = re.compile(r"(?:バージョン|版|ソフト|[A-Za-z])\Z")
    before_number = re.compile(
        r"(?:(?P<own>第)|約|計|分の|[足引掛]す?|ける|プラス|マイナス|摂氏|対|点|ゼロ|午前|午後|時速|秒速|西暦|[令平昭]和|平成)\Z"
    )
    before_minus = re.compile(r"(?:[はがをにでと、]|気温|温度|海抜|標高|残高|率)\Z")
    is_positional = True

    def hour_forms(self, hour: int, *, is_told: bool = False) -> Sequence[str]:
        """Return the ways to say an hour of the day: 十五時, 午後三時."""
        plain = f"{self.han.say(hour)}時"
        if hour == 24:  # noqa: PLR2004
            return (plain,)
        early = hour % _NOON
        half = "午前" if hour < _NOON else "午後"
        told = [f"{half}{self.han.say(early)}時"]
        if early == 0:
            told += [f"{half}十二時", "正午" if hour == _NOON else "零時"]
        if is_told:
            return told
        kana = () if early == 0 or hour > _NOON else self.spelled(hour, "時")
        return plain, *kana, *(told if hour >= _NOON or hour == 0 else ())

    def forms_to(self, hour: int, left: int) -> Sequence[str]:
        """Return the ways to say how many minutes are left to an hour: 十時五分前."""
        hours = dict.fromkeys((hour, hour % _NOON or _NOON))
        return [f"{self.han.say(each)}時{self.han.say(left)}分前" for each in hours]

    def minute_forms(self, minute: int) -> Sequence[str]:
        """Return the ways to say minutes: 三十分, 半."""
        return f"{self.han.say(minute)}分", *(("半",) if minute == 30 else ())  # noqa: PLR2004

    def counted(self, value: int, suffix: str) -> Sequence[str]:  # noqa: ARG002
        """Return how a number is said before a counter."""
        return (self.han.say(value), *self.zeros) if value == 0 else (self.han.say(value),)

    def spelled(self, value: int, suffix: str) -> Sequence[str]:
        """Return a small count in kana, with its counter: ひとつ, ふたり, みっか."""
        if suffix[-1] in "目め間" and (known := _SPELLINGS.get((value, suffix[:-1]))) is not None:
            ends = "間" if suffix[-1] == "間" else "目め"
            return tuple(spelling + end for spelling in known for end in ends)
        return _SPELLINGS.get((value, suffix), ())

    def parted(self, value: int, places: str, unit: str) -> Sequence[str]:
        """Return an amount in a larger and a smaller unit: 四ドル五十セント, 三十八度五分, 一メートル七十五."""
        whole, hundredths = self.han.say(value), self.han.say(int(places.ljust(2, "0")))
        if unit in _COINS:
            return (f"{whole}{_COINS[unit]}{hundredths}セント",)
        if unit in {"m", "メートル"}:
            return f"{whole}メートル{hundredths}", f"{whole}メートル{hundredths}センチ"
        return (f"{whole}度{self.han.spell(places)}分",) if unit in {"度", "℃", "°C"} and len(places) == 1 else ()

    def halved(self, value: int, suffix: str) -> Sequence[str]:
        """Return so many and a half: 一時間半."""
        if suffix in self.suffixes or suffix in _CURRENCIES or suffix in {"月", "時", "割"} or value < 0:
            return ()
        if not value:
            return (f"半{suffix}",)
        name = self.han.say(value)
        return f"{name}{suffix}半", *((f"{name}時間三十分",) if suffix == "時間" else ())
