"""Each rule takes what it allows, and refuses the rest with the value, the rule and the remedy."""

import enum
import json
import re
import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic_core import to_json

from progresskit import rules

BIDI = "\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069"


class Color(enum.StrEnum):
    RED = "red"


def nested(levels, inner):
    value = inner
    for _ in range(levels):
        value = [value]
    return value


# --- names --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("value", ["a", "campaign_001", "A-z.0~_", "...", "..a", "x" * 128])
def test_a_project_id_is_what_urls_and_keys_can_carry(value):
    assert rules.check_project_id(value) == value


@pytest.mark.parametrize("value", ["", ".", "..", "a b", "a/b", "é", "x" * 129, "a\n", "a{b}", "a:b", "*", "\ud800"])
def test_any_other_project_id_is_refused(value):
    with pytest.raises(ValueError, match=r"project_id .* is not valid: use 1 to 128 characters of A-Z") as caught:
        rules.check_project_id(value)
    assert rules.shown(value) in str(caught.value)


@given(st.text(max_size=200))
def test_a_project_id_is_a_full_match(value):
    fits = re.fullmatch(r"[A-Za-z0-9._~-]{1,128}", value) is not None and value not in {".", ".."}
    try:
        assert rules.check_project_id(value) == value
        assert fits
    except ValueError:
        assert not fits


@pytest.mark.parametrize(
    "value", ["render", "오디오 생성", "x" * 128, "שלום\u200f!", "👩\u200d👧", " ", "<b>", "a\u00a0b"]
)
def test_a_task_name_may_be_of_any_script(value):
    assert rules.check_task_name(value) == value


@pytest.mark.parametrize(
    ("value", "reason"),
    [
        ("", "has 0 characters"),
        ("x" * 129, "has 129 characters: use 1 to 128"),
        ("a\nb", "control character"),
        ("a\u2028b", "line break"),
        ("a\u0085b", "control character"),
        ("\ud800", "control character"),
        ("e\u0301", r"not in NFC: pass it through unicodedata\.normalize"),
        *((f"a{char}b", "bidi override: leave it out") for char in BIDI),
    ],
)
def test_any_other_task_name_is_refused(value, reason):
    with pytest.raises(ValueError, match=reason) as caught:
        rules.check_task_name(value)
    assert rules.shown(value) in str(caught.value)


@given(st.text(min_size=1, max_size=130))
def test_a_task_name_that_passes_can_stand_on_one_line(value):
    try:
        rules.check_task_name(value)
    except ValueError:
        return
    assert value.splitlines() == [value]
    assert unicodedata.is_normalized("NFC", value)
    assert value.encode().decode() == value
    assert len(value) <= 128


@pytest.mark.parametrize("value", ["r", "celery-1", "작업", "x" * 128, "a b"])
def test_a_run_id_is_printable(value):
    assert rules.check_run_id(value) == value


@pytest.mark.parametrize("value", ["", "x" * 129, "a\nb", "a\u200bb", "\ud800", "\u202e"])
def test_any_other_run_id_is_refused(value):
    with pytest.raises(ValueError, match="is not valid as a run id or part key: use 1 to 128 printable") as caught:
        rules.check_run_id(value)
    assert rules.shown(value) in str(caught.value)


# --- text, stages, timestamps -------------------------------------------------------------------------------------


def test_text_is_bounded_and_can_be_encoded():
    assert rules.check_text("\u0000\n끝", "message", 3) == "\u0000\n끝"
    with pytest.raises(ValueError, match="message has 4 characters, the limit is 3: 'abcd'"):
        rules.check_text("abcd", "message", 3)
    with pytest.raises(ValueError, match=r"error holds a lone surrogate, which UTF-8 can't carry: '\\ud800'"):
        rules.check_text("\ud800", "error", 3)


def test_a_stage_path_is_bounded_and_has_no_empty_name():
    assert rules.check_stage(["a"] * 8) == ["a"] * 8
    assert rules.check_stage([]) == []
    with pytest.raises(ValueError, match="stage has 9 names, the limit is 8"):
        rules.check_stage(["a"] * 9)
    with pytest.raises(ValueError, match=r"stage \['a', ''\] holds an empty name: give every stage a name"):
        rules.check_stage(["a", ""])
    with pytest.raises(ValueError, match="a name in stage has 129 characters, the limit is 128"):
        rules.check_stage(["x" * 129])


def test_a_timestamp_has_one_form():
    assert rules.check_timestamp("2024-02-29T23:59:59.999Z") == "2024-02-29T23:59:59.999Z"


@pytest.mark.parametrize(
    "value",
    [
        "",
        "2026-11-23T00:00:00Z",
        "2026-11-23T00:00:00.000000Z",
        "2026-11-23T00:00:00.000+00:00",
        "2026-11-23 00:00:00.000Z",
        "2026-11-23T00:00:00.000z",
        "2026-02-30T00:00:00.000Z",
        "2026-11-23T25:00:00.000Z",
        "2026-11-23T00:00:60.000Z",
        "0000-11-23T00:00:00.000Z",
        "٢٠٢٦-11-23T00:00:00.000Z",
        "2026-11-23T00:00:00.000Z\n",
    ],
)
def test_any_other_timestamp_is_refused(value):
    with pytest.raises(ValueError, match=r"is not valid: use RFC 3339 in UTC with milliseconds, like 2026") as caught:
        rules.check_timestamp(value)
    assert rules.shown(value) in str(caught.value)


# --- JSON ---------------------------------------------------------------------------------------------------------

json_like = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text() | st.binary(max_size=2),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.tuples(inner)
        | st.dictionaries(st.text(max_size=3) | st.integers(), inner, max_size=3)
    ),
    max_leaves=8,
)


def every_reader_understands(value):
    """Tell what the rule comes to: strict JSON, of which no reader makes anything else."""
    try:
        written = json.dumps(value, allow_nan=False, ensure_ascii=False).encode()  # a lone surrogate can't be encoded
    except (TypeError, ValueError):
        return False
    read = json.loads(written, parse_int=float)
    return "Infinity" not in json.dumps(read) and not has_other_keys(value)


def has_other_keys(value):
    if isinstance(value, dict):
        return any(not isinstance(key, str) or has_other_keys(item) for key, item in value.items())
    return isinstance(value, list | tuple) and any(map(has_other_keys, value))


@given(json_like)
def test_what_passes_is_what_every_json_reader_understands(value):
    try:
        passed = rules.check_json(value, "metadata") is value
    except ValueError:
        passed = False
    assert passed == every_reader_understands(value)
    if passed:
        assert json.loads(to_json(value, inf_nan_mode="constants")) == json.loads(json.dumps(value))


@pytest.mark.parametrize(
    ("value", "reason"),
    [
        (float("nan"), "holds nan, which JSON can't carry: send null or a string"),
        ([{"a": float("-inf")}], "holds -inf, which JSON can't carry"),
        (2**1024, "holds an integer that no double can hold: send it as a string"),
        (-(2**1024 - 2**970), "holds an integer that no double can hold"),  # rounds up to 2**1024
        ({1: 2}, "has a key 1 of type int: JSON keys are strings"),
        ({"\udfff": 2}, r"holds a lone surrogate, which UTF-8 can't carry: '\\udfff'"),
        (["\ud800"], "holds a lone surrogate"),
        ({1, 2}, "holds a set, which JSON can't carry: use dict, list, str, numbers, bool or None"),
        (b"bytes", "holds a bytes"),
        (object(), "holds a object"),
        (1j, "holds a complex"),
    ],
)
def test_what_json_cant_carry_is_refused_by_name(value, reason):
    with pytest.raises(ValueError, match=f"^result {reason}"):
        rules.check_json(value, "result")


@pytest.mark.parametrize("value", [2**1024 - 2**970 - 1, 2**53 + 1, Color.RED, (1, (2,)), {"": {}}, True, "\u0000"])
def test_what_a_double_and_utf8_can_hold_passes(value):
    assert rules.check_json(value, "result") is value


@pytest.mark.parametrize("inner", [1, [], {}, {"a": None}], ids=str)
def test_json_is_at_most_32_levels_deep(inner):
    levels = 32 - isinstance(inner, list | dict)
    assert rules.check_json(nested(levels, inner), "metadata")
    with pytest.raises(ValueError, match="metadata is nested deeper than 32 levels: flatten it, or send a reference"):
        rules.check_json(nested(levels + 1, inner), "metadata")


def test_a_deep_or_cyclic_value_costs_no_stack():
    cyclic = []
    cyclic.append(cyclic)
    for value in (nested(100_000, None), cyclic):
        with pytest.raises(ValueError, match="nested deeper than 32 levels"):
            rules.check_json(value, "metadata")


def test_a_value_that_would_be_exponentially_large_costs_no_memory():
    doubled = []
    for _ in range(31):
        doubled = [doubled, doubled]
    wide = []
    wide += [wide] * 1_000
    for value in (doubled, wide, {"a": [0] * 40_000}):
        with pytest.raises(ValueError, match="metadata holds more than 32768 values: send a reference to large data"):
            rules.check_json(value, "metadata")


# --- what a refusal shows -----------------------------------------------------------------------------------------


@given(json_like)
def test_a_refused_value_is_shown_on_one_short_line_of_ascii(value):
    shown = rules.shown(value)
    assert shown.isascii()
    assert shown.isprintable()
    assert len(shown) < 1_000


def test_a_hostile_value_is_shown_without_being_written_out():
    cyclic = {}
    cyclic["a"] = cyclic
    for value in ("\ud800\u202e\n" * 1_000_000, cyclic, nested(100_000, None), 10**4_000):
        assert len(rules.shown(value)) < 300


@pytest.mark.parametrize("check", [rules.check_project_id, rules.check_task_name, rules.check_run_id])
@pytest.mark.parametrize("value", [None, 7, b"p", ["p"]], ids=lambda value: type(value).__name__)
def test_an_id_of_another_type_is_refused_by_the_same_rule(check, value):
    with pytest.raises(ValueError, match=r"use .*1 to 128"):
        check(value)


@pytest.mark.parametrize("value", [10**5_000, [10**5_000]], ids=["integer", "list"])
def test_a_value_that_has_no_repr_can_be_shown(value):
    assert rules.shown(value) == f"<{type(value).__name__}>"
