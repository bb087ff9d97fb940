"""Numbers in Chinese: what they are called, with their units, currencies and times."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, ClassVar, Final

from progresskit.audio.readings.han_numbers import Han
from progresskit.audio.readings.han_words import HanWords
from progresskit.audio.readings.zh_characters import SIMPLIFIED
from progresskit.audio.readings.zh_words import UNCOUNTED

if TYPE_CHECKING:
    from collections.abc import Sequence

__all__ = ["ChineseWords"]

_NOON: Final = 12
_TEN: Final = 10

_FORMAL: Final = dict(zip("\u3007○两壹贰叁肆伍陆柒捌玖幺", "零零二一二三四五六七八九一", strict=True)) | dict(
    zip("拾佰仟", "十百千", strict=True)
)
_PARTS_OF_DAY: Final = (
    (range(13, 19), "下午"),
    (range(12, 13), "中午"),
    (range(17, 20), "傍晚"),
    (range(18, 24), "晚上"),
)
_MORNINGS: Final = ((range(6), "凌晨"), (range(4, 12), "早上"), (range(5, 12), "上午"))

_UNITS: Final = {
    "%": ("百分之{}",),
    "‰": ("千分之{}",),
    "℃": ("{}摄氏度", "{}度", "摄氏{}度"),
    "°C": ("{}摄氏度", "{}度", "摄氏{}度"),
    "℉": ("{}华氏度", "华氏{}度"),
    "°F": ("{}华氏度", "华氏{}度"),
    "°": ("{}度",),
    "km/h": ("每小时{}公里", "{}公里每小时", "时速{}公里", "每小时{}千米", "{}千米每小时"),
    "公里/小时": ("每小时{}公里", "{}公里每小时", "时速{}公里"),
    "m/s": ("每秒{}米", "{}米每秒"),
    "米/秒": ("每秒{}米", "{}米每秒"),
    "km²": ("{}平方公里", "{}平方千米"),
    "m²": ("{}平方米", "{}平米"),
    "㎡": ("{}平方米", "{}平米"),
    "m³": ("{}立方米",),
    "km": ("{}公里", "{}千米"),
    "cm": ("{}厘米", "{}公分"),
    "mm": ("{}毫米",),
    "nm": ("{}纳米",),
    "m": ("{}米",),
    "kg": ("{}公斤", "{}千克"),
    "mg": ("{}毫克",),
    "g": ("{}克",),
    "t": ("{}吨",),
    "mL": ("{}毫升",),
    "ml": ("{}毫升",),
    "L": ("{}升",),
    "l": ("{}升",),
    "kWh": ("{}千瓦时", "{}度"),
    "kW": ("{}千瓦",),
    "W": ("{}瓦",),
    "V": ("{}伏",),
    "Hz": ("{}赫兹", "{}赫"),
    "MHz": ("{}兆赫",),
    "GHz": ("{}吉赫", "{}吉赫兹"),
    "KB": ("{}千字节",),
    "MB": ("{}兆字节", "{}兆"),
    "GB": ("{}吉字节", "{}个吉", "{}吉"),
    "TB": ("{}太字节", "{}太"),
    "h": ("{}小时", "{}个小时"),
    "min": ("{}分钟",),
    "s": ("{}秒", "{}秒钟"),
    "ms": ("{}毫秒",),
    "px": ("{}像素",),
}
_MONEY: Final = {
    "$": ("{}美元", "{}美金"),
    "US$": ("{}美元", "{}美金"),
    "USD": ("{}美元", "{}美金"),
    "HK$": ("{}港元", "{}港币"),
    "HKD": ("{}港元", "{}港币"),
    "NT$": ("{}元新台币", "新台币{}元", "{}新台币", "{}台币"),
    "€": ("{}欧元",),
    "EUR": ("{}欧元",),
    "£": ("{}英镑",),
    "GBP": ("{}英镑",),
    "₩": ("{}韩元", "{}韩币", "{}韩圆"),
    "KRW": ("{}韩元", "{}韩币"),
    "¥": ("{}元", "{}块", "{}块钱", "{}元人民币", "人民币{}元"),
    "CNY": ("{}元", "{}元人民币", "人民币{}元"),
    "RMB": ("{}元", "{}元人民币", "人民币{}元"),
    "JPY": ("{}日元",),
}
_COINS: Final = dict.fromkeys(("$", "US$", "USD", "美元"), ("美元", "美分")) | dict.fromkeys(
    ("€", "EUR", "欧元"), ("欧元", "欧分")
)
# Units after which the decimal places are said as they are: 一米七五.
_OPEN_UNITS: Final = {"米": "米", "m": "米", "度": "度", "℃": "度", "°C": "度"}
_WEEKDAYS: Final = [
    [week + day for week in ("周", "星期", "礼拜") for day in days] for days in (*"一二三四五六", "日天")
]
"""The names of each day of the week."""
_COUNTERS_TEXT: Final = (
    "个 两 位 篇 桩 筐 捆 堆 卷 册 剂 丸 锅 勺 匙 滴 壶 处 桌 幕 局 针 批 列 股 扇 则 版 圈 锭 声 名 人 只 条 "
    "张 本 件 台 把 辆 间 家 座 层 楼 栋 幢 颗 粒 片 份 套 双 对 次 遍 趟 回 场 届 期 岁 天 周 倍 成 种 类 项 "
    "页 行 段 句 字 章 节 课 门 所 道 根 支 枝 朵 头 匹 碗 杯 瓶 盒 包 箱 袋 罐 桶 盘 步 口 户 员 笔 束 串 群 "
    "排 组 队 班 级 等 折 度 部 架 艘 株 棵 封 首 幅 副 顶 盏 面 顿 餐 票 分 秒 刻 代 集 轮 路 科 元 块 角 毛 "
    "年 月 日 号 点 时 世纪 年代 分钟 秒钟 小时 钟头 星期 礼拜 个月 季度 年级 年后 百分点 个百分点 块钱 美元 "
    "美金 欧元 英镑 日元 韩元 韩币 韩圆 港元 港币 台币 新台币 人民币 元人民币 卢布 法郎 万元 公里 千米 米 厘米 "
    "公分 毫米 英里 英尺 英寸 海里 里 尺 寸 公斤 千克 克 毫克 斤 吨 磅 升 毫升 平方米 平方公里 平米 立方米 "
    "公顷 亩 摄氏度 华氏度 瓦 千瓦 伏 赫兹 卡路里 卡 千卡 大卡 兆 字节 像素 分贝 帧 毫秒 人次 名人 点钟 整点 "
    "个小时 个钟头 个星期 周年 岁半 分之 室 病房 教室 会议室 房 号房 号室 号楼 号线 路车 后 位数 多 余 比特 "
)
_COUNTERS: Final = frozenset(_COUNTERS_TEXT.split())

_SAME: Final = {
    "公里": ("千米",),
    "千米": ("公里",),
    "公斤": ("千克",),
    "千克": ("公斤",),
    "厘米": ("公分",),
    "公分": ("厘米",),
    "元": ("块", "块钱"),
    "块": ("元",),
    "块钱": ("元",),
    "美元": ("美金",),
    "美金": ("美元",),
    "韩币": ("韩元",),
    "韩圆": ("韩元",),
    "港币": ("港元",),
    "台币": ("新台币",),
    "摄氏度": ("度",),
    "平米": ("平方米",),
    "角": ("毛",),
    "毛": ("角",),
    "礼拜": ("星期",),
    "秒钟": ("秒",),
    "钟头": ("小时", "个小时"),
    "个钟头": ("个小时", "小时"),
    "小时": ("个小时",),
    "个小时": ("小时",),
    "星期": ("个星期",),
    "个星期": ("星期",),
    "元人民币": ("元",),
}


class ChineseWords(HanWords):
    """What Chinese calls numbers."""

    han = Han(
        digits="零一二三四五六七八九",
        larges=((10**8, "亿"), (10**4, "万")),
        two="两",
        gap="零",
        keeps_one=True,
        shorthand=True,
        spellings=_FORMAL,
    )
    spelling = SIMPLIFIED
    point = "点"
    minus = ("负", "零下")
    to = ("到", "至")
    ratio = "比"
    fraction = "{1}分之{0}"
    mixed = "又"
    signs: ClassVar = {
        "+": ("加",),
        "-": ("减",),
        "\u00d7": ("乘", "乘以"),
        "*": ("乘", "乘以"),
        "÷": ("除以",),
        "=": ("等于", "是"),
        ":": ("比",),
    }
    prefixes = _MONEY
    suffixes = _UNITS | _MONEY
    same = _SAME
    counters = _COUNTERS
    codes = frozenset({"室", "病房", "教室", "会议室", "房", "号房", "号室", "路", "路车", "后"})
    currencies = frozenset(
        [
            "元",
            "块",
            "块钱",
            "角",
            "毛",
            "美元",
            "美金",
            "欧元",
            "英镑",
            "日元",
            "韩元",
            "韩币",
            "港元",
            "港币",
            "人民币",
            "元人民币",
        ]
    )
    signed = frozenset({"度", "℃", "°C", "℉", "°F", "摄氏度", "%"})
    phrases: ClassVar = {
        "百分之百": ("百分之一百",),
        "二分之一": ("一半",),
        "半个小时": ("半小时",),
        "个半小时": ("小时三十分钟", "小时三十分"),
        "个半钟头": ("小时三十分钟", "小时三十分"),
        "乘以": ("乘",),
        "至周": ("到周",),
        "至星期": ("到星期",),
        "廿": ("二十",),
        "卅": ("三十",),
        "俩": ("两个",),
        "仨": ("三个",),
    } | {name: tuple(other for other in names if other != name) for names in _WEEKDAYS for name in names}
    uncounted = re.compile(UNCOUNTED)
    one_half = "一半"
    days = ("日", "号")
    hours = ("点", "时", "点钟")
    oclock = ("整", "钟")
    quarters = (1, 3)
    before_code = re.compile(
        r"(?:(?<![尺页])码|[编房学工卡账尾代型单]号|电话|手机|邮编|房间|分机|航班|车次|车牌|热线|火警|急救|报警|客服"
        r"|打|拨|致电|呼叫|口令|教室|会议室|病房|门牌)号?[是为在:]?\Z"
    )
    after_code = re.compile("热线|客服|报警|急救|火警")
    before_version = re.compile(r"(?:版本|版|软件|[A-Za-z])号?[是为:]?\Z")
    before_number = re.compile(
        r"(?:(?P<own>第|百分之|千分之)|周|星期|礼拜|初|分之|[比加减乘等]|除以|等于|人民币|摄氏|约|共)\Z"
    )
    before_minus = re.compile(r"(?:[是为到至于了约达在低降]|温度|气温|海拔|余额|[率值])\Z")
    is_positional = False

    def hour_forms(self, hour: int, *, is_told: bool = False) -> Sequence[str]:
        """Return the ways to say an hour of the day: 十五点, 下午三点."""
        plain = f"{self._hour_name(hour)}点"
        early = f"{self._hour_name(hour % _NOON or _NOON)}点"
        parts = [part for hours, part in _PARTS_OF_DAY if hour in hours]
        if is_told:
            parts += [part for hours, part in _MORNINGS if hour in hours]
        if hour == 0:
            return plain, f"凌晨{plain}", f"凌晨{early}", f"半夜{early}"
        told = [part + early for part in parts]
        return told if is_told else [plain, *told]

    def minute_forms(self, minute: int) -> Sequence[str]:
        """Return the ways to say minutes: 零五分, 半, 一刻."""
        name = self.han.say(minute)
        if minute < _TEN:
            return f"零{name}分", f"零{name}", f"{name}分"
        special = {15: ("一刻",), 30: ("半",), 45: ("三刻",)}.get(minute, ())
        return f"{name}分", name, *special

    def forms_to(self, hour: int, left: int) -> Sequence[str]:
        """Return the ways to say how many minutes are left to an hour: 差五分十点, 十点差一刻."""
        minutes = (f"{self.han.say(left)}分", *(("一刻",) if left == _QUARTER else ()))
        hours = dict.fromkeys(f"{self._hour_name(each)}点" for each in (hour, hour % _NOON or _NOON))
        return [form for name in hours for less in minutes for form in (f"差{less}{name}", f"{name}差{less}")]

    def counted(self, value: int, suffix: str) -> Sequence[str]:
        """Return how a number is said before a counter: 两个."""
        if suffix == "折" and value > _TEN:
            return self.han.spell(str(value)), self.han.say(value)
        if value == 2 and suffix and suffix not in _NOT_TWO:  # noqa: PLR2004
            return "两", "二"
        return (self.han.say(value),)

    def halved(self, value: int, suffix: str) -> Sequence[str]:
        """Return so many and a half: 一个半小时, 两天半."""
        if suffix in _UNITS or suffix in _MONEY or suffix in {"元", "点", "日", "号", "月"} or value < 0:
            return ()
        bare = suffix.removeprefix("个")
        if value == 0:
            return f"半{suffix}", f"半{bare}", f"半个{bare}"
        name = "两" if value == 2 else self.han.say(value)  # noqa: PLR2004
        if bare == "小时":
            return f"{name}个半{bare}", f"{name}{bare}半", f"{name}{bare}三十分钟"
        return tuple(dict.fromkeys((f"{name}{suffix}半", f"{name}个半{bare}")))

    def spelled(self, value: int, suffix: str) -> Sequence[str]:
        """Return what some minutes are of an hour: 半小时, 一刻钟."""
        return (_OF_AN_HOUR[value],) if suffix == "分钟" and value in _OF_AN_HOUR else ()

    def parted(self, value: int, places: str, unit: str) -> Sequence[str]:
        """Return an amount in a larger and a smaller unit, as 十九块九毛九 and 一米七五; and 八五折."""
        name = "两" if value == 2 else self.han.say(value)  # noqa: PLR2004
        if unit in {"¥", "元", "块", "块钱", "RMB", "CNY"}:
            return self._yuan(name, int(places[0]), int(places[1:] or 0))
        if unit in _COINS:
            coin, cent = _COINS[unit]
            return (f"{name}{coin}{self.han.say(int(places.ljust(2, '0')))}{cent}",)
        if unit == "折":
            return (f"{self.han.spell(str(value) + places)}折",)
        return (f"{name}{_OPEN_UNITS[unit]}{self.han.spell(places)}",) if unit in _OPEN_UNITS else ()

    def _yuan(self, name: str, tenths: int, hundredths: int) -> Sequence[str]:
        ten, hundred = self.han.digits[tenths], self.han.digits[hundredths]
        if tenths and not hundredths:
            return f"{name}元{ten}角", f"{name}块{ten}", f"{name}块{ten}毛"
        if tenths:
            return f"{name}元{ten}角{hundred}分", f"{name}块{ten}毛{hundred}", f"{name}块{ten}毛{hundred}分"
        return (f"{name}元零{hundred}分", f"{name}块零{hundred}分") if hundredths else (f"{name}元", f"{name}块")

    def _hour_name(self, hour: int) -> str:
        return "两" if hour == 2 else self.han.say(hour)  # noqa: PLR2004


_QUARTER: Final = 15
_OF_AN_HOUR: Final = {15: "一刻钟", 30: "半小时", 45: "三刻钟"}
_NOT_TWO: Final = frozenset(
    {
        "%",
        "月",
        "日",
        "号",
        "分之",
        "楼",
        "℃",
        "°",
        "级",
        "后",
        "室",
        "病房",
        "教室",
        "会议室",
        "房",
        "号房",
        "号室",
        "号楼",
        "号线",
        "路",
    }
)
