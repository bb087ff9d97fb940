"""Text on a page: nothing that a page can't hold, nothing that turns other text around, and nothing else changed."""

from __future__ import annotations

import html
import sys
import unicodedata

import pytest

from progresskit.audio.rendering import escaped

HELD = [
    "\N{MAN}\N{ZERO WIDTH JOINER}\N{WOMAN}\N{ZERO WIDTH JOINER}\N{GIRL}",
    "می\N{ZERO WIDTH NON-JOINER}خواهم",
    "ver\N{SOFT HYPHEN}ify",
    "\N{HEAVY BLACK HEART}\N{VARIATION SELECTOR-16}",
    "\N{WAVING BLACK FLAG}" + "".join(chr(0xE0000 + ord(char)) for char in "gbeng") + "\N{CANCEL TAG}",
    "שלום\N{RIGHT-TO-LEFT MARK}!",
    "a\tb\nc\r\fd\N{NO-BREAK SPACE}e\N{LINE SEPARATOR}f\N{IDEOGRAPHIC SPACE}",
    "\ue000",
    "葛\N{VARIATION SELECTOR-17}城",
]
NOT_HELD = [*range(9), 0x0B, *range(0x0E, 0x20), *range(0x7F, 0xA0), 0xD800, 0xDFFF, 0xFDD0, 0xFFFE, 0x10FFFF]
TURNING = [*range(0x202A, 0x202F), *range(0x2066, 0x206A)]


@pytest.mark.parametrize("text", HELD, ids=range(len(HELD)))
def test_what_a_page_can_hold_is_kept(text):
    assert escaped(text) == text


@pytest.mark.parametrize("code", NOT_HELD + TURNING, ids=hex)
def test_what_it_can_not_hold_or_turns_other_text_around_is_replaced(code):
    assert escaped(f"a{chr(code)}b") == "a\N{REPLACEMENT CHARACTER}b"


def test_every_other_character_is_kept():
    everything = map(chr, range(sys.maxunicode + 1))
    page = html.unescape(escaped("".join(everything)))
    page.encode()
    held = set(page)
    lost = {code for code in range(sys.maxunicode + 1) if chr(code) not in held}
    surrogates, noncharacters = range(0xD800, 0xE000), {0xFDD0 + low for low in range(32)}
    noncharacters |= {plane << 16 | low for plane in range(17) for low in (0xFFFE, 0xFFFF)}
    controls = {code for code in range(0xA0) if unicodedata.category(chr(code)) == "Cc"} - set(b"\t\n\f\r")
    assert lost == {*surrogates, *noncharacters, *controls, *TURNING}
