"""Korean opposites are found in all their usual forms."""

from __future__ import annotations

import pytest

from progresskit.audio.readings.ko import LANGUAGE
from progresskit.audio.readings.ko_endings import conjugated

# A word, then forms of it as they are written.
FORMS = """
켜다: 켜고 켜지만 켜면 켜는 켜니 켜네요 켜세요 켠다고 켠_뒤에 켤_때 켤수록 켭니다 켬 켜서 켜요 켰고 켜_주세요
끄다: 끄고 끄지만 끄면 끄는 끄니 끄네요 끄세요 끈다고 끈_뒤에 끌_때 끌수록 끕니다 꺼서 꺼요 껐고 꺼_주세요
열다: 열고 열면 여는 여니 여네요 여세요 연다고 연_뒤에 열_때 열수록 엽니다 엶 열어서 열어요 열었고
닫다: 닫고 닫지만 닫으면 닫는 닫으니 닫네요 닫으세요 닫은_뒤에 닫을_때 닫을수록 닫습니다 닫음 닫아서 닫아요 닫았고
비싸다: 비싸고 비싸지만 비싸면 비싸니 비싸네요 비싼_것 비쌀_때 비쌀수록 비쌉니다 비쌈 비싸서 비싸요 비쌌고
싸다: 싸고 싸지만 싸면 싸니 싸네요 싼_것 쌀_때 쌀수록 쌉니다 싸서 싸요 쌌고
강하다: 강하고 강하지만 강하면 강하니 강하네요 강한_것 강할_때 강할수록 강합니다 강함 강해서 강해요 강했고
약하다: 약하고 약하지만 약하면 약하니 약하네요 약한_것 약할_때 약할수록 약합니다 약함 약해서 약해요 약했고
빠르다: 빠르고 빠르지만 빠르면 빠르니 빠른_것 빠를_때 빠릅니다 빠름 빨라서 빨라요 빨랐고 빨라지고
느리다: 느리고 느리지만 느리면 느리니 느린_것 느릴_때 느립니다 느림 느려서 느려요 느렸고 느려지고
가볍다: 가볍고 가볍지만 가벼우면 가벼우니 가벼운_것 가벼울_때 가볍습니다 가벼움 가벼워서 가벼워요 가벼웠고
춥다: 춥고 춥지만 추우면 추우니 추운_것 추울_때 춥습니다 추움 추워서 추워요 추웠고
좁다: 좁고 좁지만 좁으면 좁으니 좁은_것 좁을_때 좁습니다 좁음 좁아서 좁아요 좁았고
길다: 길고 길지만 길면 긴_것 길_때 길수록 깁니다 긺 길어서 길어요 길었고
오르다: 오르고 오르지만 오르면 오르는 오른다고 오를_때 오릅니다 올라서 올라요 올랐고
배우다: 배우고 배우지만 배우면 배우는 배운다고 배울_때 배웁니다 배워서 배워요 배웠고
이기다: 이기고 이기지만 이기면 이기는 이긴다고 이길_때 이깁니다 이겨서 이겨요 이겼고
들어오다: 들어오고 들어오면 들어오는 들어온다고 들어올_때 들어옵니다 들어와서 들어와요 들어왔고
"""
OTHERS = """
    끄덕이며 꺼내고 클래식 커버를 먼지를 길에서 길거리 팔이 팔다리 판을 풀을 쌀을 쌈을 나가사키 맞은편 묶음으로 미니
    편지 벗어나 열쇠 기니까 줄기
"""


def forms() -> list[tuple[str, str]]:
    rows = (line.split(": ") for line in FORMS.strip().splitlines())
    return [(word, form.replace("_", " ")) for word, written in rows for form in written.split()]


def members(text: str) -> set[str]:
    return {critical.member for critical in LANGUAGE.criticals(text) if critical.kind == "opposite"}


@pytest.mark.parametrize(("word", "form"), forms())
def test_every_form_of_a_word_is_the_same_member_of_its_group(word: str, form: str) -> None:
    assert members(word) & members(form)


@pytest.mark.parametrize("other", OTHERS.split())
def test_what_only_begins_like_a_form_is_none(other: str) -> None:
    assert members(other) == set()


@pytest.mark.parametrize(
    ("word", "stems"),
    [
        ("끄다", "끄 끈 끌 끕 끔 꺼 껐"),
        ("빠르다", "빠르 빠른 빠를 빠릅 빠름 빨라 빨랐"),
        ("길다", "길 기 긴 깁 긺 길었"),
        ("춥다", "춥 추우 추운 추울 추움 추워 추웠 추웁"),
        ("강하다", "강하 강한 강할 강합 강함 강해 강했"),
        ("나오다", "나오 나온 나올 나옵 나옴 나와 나왔"),
        ("좁다", "좁"),
    ],
)
def test_a_word_is_conjugated_by_its_last_sound(word: str, stems: str) -> None:
    assert {form for form, _ in conjugated(word)} == set(stems.split())
