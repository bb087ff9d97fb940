"""How units, magnitudes and currencies are written and said in English."""
# ruff: noqa: SIM905 - a table reads best as words

from __future__ import annotations

from typing import Final, NamedTuple

__all__ = ["CURRENCIES", "EVERYWHERE", "MAGNITUDES", "UNITS", "UNIT_WORDS", "Currency"]


class Currency(NamedTuple):
    """What a currency's units are called.

    Attributes:
        one: One of it.
        many: Several.
        cent: A hundredth; empty where there is none.
        cents: Several of those.
    """

    one: str
    many: str
    cent: str = ""
    cents: str = ""


MAGNITUDES: Final = {"k": 3, "m": 6, "mn": 6, "b": 9, "bn": 9, "t": 12, "tn": 12, "trn": 12}
"""Letters after a number, lower case, and how many zeros they stand for."""

_DOLLAR: Final = Currency("dollar", "dollars", "cent", "cents")

CURRENCIES: Final[dict[str, tuple[Currency, ...]]] = {
    "$": (_DOLLAR,),
    "€": (Currency("euro", "euros", "cent", "cents"),),
    "£": (Currency("pound", "pounds", "penny", "pence"),),
    "₩": (Currency("won", "won"),),
    "¥": (Currency("yen", "yen"), Currency("yuan", "yuan")),
    "₹": (Currency("rupee", "rupees", "paisa", "paise"),),
    "₽": (Currency("ruble", "rubles", "kopeck", "kopecks"),),
    "₿": (Currency("bitcoin", "bitcoins"), Currency("bitcoin", "bitcoin")),
    "¢": (Currency("cent", "cents"),),
    "US$": (
        _DOLLAR,
        Currency("u s dollar", "u s dollars", "cent", "cents"),
        Currency("us dollar", "us dollars", "cent", "cents"),
    ),
    "CA$": (Currency("canadian dollar", "canadian dollars", "cent", "cents"), _DOLLAR),
    "AU$": (Currency("australian dollar", "australian dollars", "cent", "cents"), _DOLLAR),
    "HK$": (Currency("hong kong dollar", "hong kong dollars", "cent", "cents"), _DOLLAR),
    "NZ$": (Currency("new zealand dollar", "new zealand dollars", "cent", "cents"), _DOLLAR),
}
"""By sign or code. Those beside the first are said for it too."""
CURRENCIES.update(
    {
        "C$": CURRENCIES["CA$"],
        "A$": CURRENCIES["AU$"],
        "USD": (*CURRENCIES["US$"], Currency("u s d", "u s d")),
        "CAD": CURRENCIES["CA$"],
        "AUD": CURRENCIES["AU$"],
        "EUR": (*CURRENCIES["€"], Currency("e u r", "e u r")),
        "GBP": (*CURRENCIES["£"], Currency("g b p", "g b p"), Currency("british pound", "british pounds")),
        "JPY": (CURRENCIES["¥"][0], Currency("japanese yen", "japanese yen"), Currency("j p y", "j p y")),
        "KRW": (*CURRENCIES["₩"], Currency("korean won", "korean won"), Currency("k r w", "k r w")),
        "CNY": (CURRENCIES["¥"][1], Currency("chinese yuan", "chinese yuan"), Currency("c n y", "c n y")),
        "INR": (*CURRENCIES["₹"], Currency("i n r", "i n r")),
        "CHF": (Currency("swiss franc", "swiss francs"), Currency("franc", "francs"), Currency("c h f", "c h f")),
    }
)

UNITS: Final[dict[str, tuple[str, ...]]] = {
    # As written: the name of one, of several, and what else is said.
    "km": ("kilometer", "kilometers"),
    "m": ("meter", "meters"),
    "cm": ("centimeter", "centimeters"),
    "mm": ("millimeter", "millimeters"),
    "nm": ("nanometer", "nanometers"),
    "µm": ("micrometer", "micrometers", "microns"),
    "mi": ("mile", "miles"),
    "ft": ("foot", "feet"),
    "in": ("inch", "inches"),
    "yd": ("yard", "yards"),
    "yds": ("yard", "yards"),
    "lb": ("pound", "pounds"),
    "lbs": ("pound", "pounds"),
    "oz": ("ounce", "ounces"),
    "kg": ("kilogram", "kilograms", "kilo", "kilos"),
    "g": ("gram", "grams"),
    "mg": ("milligram", "milligrams"),
    "µg": ("microgram", "micrograms"),
    "μg": ("microgram", "micrograms"),  # a Greek letter, where the other is a sign
    "mcg": ("microgram", "micrograms"),
    "t": ("ton", "tons"),
    "l": ("liter", "liters"),
    "L": ("liter", "liters"),
    "dl": ("deciliter", "deciliters"),
    "cl": ("centiliter", "centiliters"),
    "ml": ("milliliter", "milliliters"),
    "mL": ("milliliter", "milliliters"),
    "gal": ("gallon", "gallons"),
    "qt": ("quart", "quarts"),
    "pt": ("pint", "pints"),
    "tsp": ("teaspoon", "teaspoons"),
    "tbsp": ("tablespoon", "tablespoons"),
    "ha": ("hectare", "hectares"),
    "st": ("stone", "stone"),
    "km/h": ("kilometer per hour", "kilometers per hour", "kilometers an hour", "k p h", "kph"),
    "kph": ("kilometer per hour", "kilometers per hour", "kilometers an hour", "k p h"),
    "kmh": ("kilometer per hour", "kilometers per hour", "kilometers an hour", "k p h", "kph"),
    "mph": ("mile per hour", "miles per hour", "miles an hour", "m p h"),
    "m/s": ("meter per second", "meters per second", "meters a second"),
    "m/s²": ("meter per second squared", "meters per second squared"),
    "ft/s": ("foot per second", "feet per second", "feet a second"),
    "mpg": ("mile per gallon", "miles per gallon", "miles to the gallon", "m p g"),
    "kWh": ("kilowatt hour", "kilowatt hours"),
    "MWh": ("megawatt hour", "megawatt hours"),
    "Wh": ("watt hour", "watt hours"),
    "mAh": ("milliamp hour", "milliamp hours", "milliampere hours"),
    "kW": ("kilowatt", "kilowatts"),
    "MW": ("megawatt", "megawatts"),
    "GW": ("gigawatt", "gigawatts"),
    "W": ("watt", "watts"),
    "V": ("volt", "volts"),
    "kV": ("kilovolt", "kilovolts"),
    "mV": ("millivolt", "millivolts"),
    "A": ("amp", "amps", "ampere", "amperes"),
    "mA": ("milliamp", "milliamps", "milliampere", "milliamperes"),
    "Hz": ("hertz", "hertz"),
    "kHz": ("kilohertz", "kilohertz"),
    "MHz": ("megahertz", "megahertz"),
    "GHz": ("gigahertz", "gigahertz"),
    "B": ("byte", "bytes"),
    "KB": ("kilobyte", "kilobytes"),
    "kB": ("kilobyte", "kilobytes"),
    "MB": ("megabyte", "megabytes", "meg", "megs"),
    "GB": ("gigabyte", "gigabytes", "gig", "gigs"),
    "TB": ("terabyte", "terabytes"),
    "PB": ("petabyte", "petabytes"),
    "KiB": ("kibibyte", "kibibytes"),
    "MiB": ("mebibyte", "mebibytes"),
    "GiB": ("gibibyte", "gibibytes"),
    "kbps": ("kilobit per second", "kilobits per second"),
    "Mbps": ("megabit per second", "megabits per second"),
    "Gbps": ("gigabit per second", "gigabits per second"),
    "MB/s": ("megabyte per second", "megabytes per second", "megabytes a second"),
    "GB/s": ("gigabyte per second", "gigabytes per second", "gigabytes a second"),
    "fps": ("frame per second", "frames per second", "frames a second", "f p s"),
    "rpm": ("revolution per minute", "revolutions per minute", "r p m"),
    "bpm": ("beat per minute", "beats per minute", "b p m"),
    "dpi": ("dot per inch", "dots per inch", "d p i"),
    "psi": ("pound per square inch", "pounds per square inch", "p s i"),
    "px": ("pixel", "pixels"),
    "MP": ("megapixel", "megapixels"),
    "dB": ("decibel", "decibels"),
    "cal": ("calorie", "calories"),
    "kcal": ("kilocalorie", "kilocalories"),
    "kJ": ("kilojoule", "kilojoules"),
    "J": ("joule", "joules"),
    "N": ("newton", "newtons"),
    "Pa": ("pascal", "pascals"),
    "kPa": ("kilopascal", "kilopascals"),
    "hp": ("horsepower", "horsepower"),
    "ns": ("nanosecond", "nanoseconds"),
    "µs": ("microsecond", "microseconds"),
    "ms": ("millisecond", "milliseconds"),
    "s": ("second", "seconds"),
    "sec": ("second", "seconds"),
    "secs": ("second", "seconds"),
    "min": ("minute", "minutes"),
    "mins": ("minute", "minutes"),
    "h": ("hour", "hours"),
    "hr": ("hour", "hours"),
    "hrs": ("hour", "hours"),
    "wk": ("week", "weeks"),
    "wks": ("week", "weeks"),
    "mo": ("month", "months"),
    "mos": ("month", "months"),
    "yr": ("year", "years"),
    "yrs": ("year", "years"),
    "pct": ("percent", "percent"),
    "°": ("degree", "degrees"),
    "°C": ("degree celsius", "degrees celsius", "degrees centigrade", "celsius", "degrees c"),
    "°F": ("degree fahrenheit", "degrees fahrenheit", "fahrenheit", "degrees f"),
    "°K": ("degree kelvin", "degrees kelvin", "kelvin"),
    "Ω": ("ohm", "ohms"),
}
"""Abbreviations that are read so after a number."""

_BASES: Final = ("in", "ft", "yd", "mi", "mm", "cm", "m", "km")
for _base in _BASES:
    _one, _many = UNITS[_base][:2]
    for _power, _name, _short in (("²", "square", "sq"), ("2", "square", "sq"), ("³", "cubic", "cu")):
        _said = (f"{_name} {_one}", f"{_name} {_many}", f"{_many} {'cubed' if _power == '³' else 'squared'}")
        UNITS[f"{_base}{_power}"] = UNITS[f"{_short} {_base}"] = UNITS[f"{_short}. {_base}"] = _said
UNITS["sqft"] = UNITS["sq ft"]
UNITS["sqm"] = UNITS["sq m"]

EVERYWHERE: Final = frozenset(
    "km cm mm kg mg ml mph kph lb lbs oz ft yds tsp tbsp mpg kwh kw ghz mhz khz hz gb mb tb kb mbps gbps fps rpm psi "
    "hrs mins secs yrs".split()
)
"""Of those, lower case, what means nothing else, so that it is read after a number in words too."""

UNIT_WORDS: Final = frozenset(
    word for names in UNITS.values() for name in names for word in name.split() if len(word) > 1
) - {"an", "to", "the", "dot", "dots", "frame", "beat", "beats"} | frozenset(
    "percent percentage cent dollar dollars cents euro euros pound pounds penny pennies pence yen yuan won rupee "
    "rupees "
    "quid buck bucks franc francs peso pesos ruble rubles usd eur gbp jpy krw "
    "day days week weeks fortnight month months year years decade decades century centuries hour hours hourly "
    "night nights degree degrees celsius fahrenheit kilometre kilometres metre metres centimetre centimetres "
    "millimetre millimetres litre litres millilitre millilitres tonne tonnes gramme grammes acre acres cup cups "
    "oclock".split()
)
"""The names of units and currencies, which belong to the number before them."""
