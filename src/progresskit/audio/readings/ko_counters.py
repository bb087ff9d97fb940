"""Korean counters: which numerals stand before which word."""

from __future__ import annotations

from enum import Enum, auto
from typing import Final

__all__ = ["NUMBERED", "OLD_THREES", "UNIT", "Kind", "counter_at", "goes_on", "kind_of"]


class Kind(Enum):
    """Which numerals a word takes.

    Attributes:
        SINO: Sino-Korean ones: 삼 층.
        NATIVE: Native ones, and from ten on Sino-Korean ones too: 세 마리, 스무 명, 이십 명.
        BOTH: Either, in two senses or by habit, below twenty rather native ones: 세 번, 삼 번.
        EITHER: Either, rather Sino-Korean ones: 삼 단계, 세 단계.
        ORDINAL: Native ones of an order: 첫 번째.
        PLACE: Native ones of an order, of which the first four are short: 셋째.
        HOUR: Native ones up to twelve, Sino-Korean ones beyond: 세 시, 십오 시.
        MONTH: Sino-Korean ones, two of them changed: 유월, 시월.
        YEAR: Sino-Korean ones, also digit by digit: 이공이육 년.
        PLAIN: Either, for no counter follows: 삼, 셋.
    """

    SINO = auto()
    NATIVE = auto()
    BOTH = auto()
    EITHER = auto()
    ORDINAL = auto()
    PLACE = auto()
    HOUR = auto()
    MONTH = auto()
    YEAR = auto()
    PLAIN = auto()


_COUNTERS: Final = {
    Kind.SINO: """
        만 억 조 천 백 십
        일 일간 일차 일째 일자 분 분간 분기 분의 초 초간 년간 년대 년차 개년 주년 주기 주차 월호 세기 박 교시
        학기 학점
        원 달러 불 유로 엔 위안 파운드 센트 펜스 프랑 루블 루피 페소 바트
        퍼센트 프로 퍼 포인트 할 푼 도 세 층 학년 회 회차 회전 차 차로 차선 차원 위 등 등급 급 인 인분 인승 인실
        인용 인치 남 녀 남매 형제 자매
        킬로 킬로미터 미터 센티 센티미터 밀리 밀리미터 마이크로미터 나노미터 마일 피트 야드 제곱 평방 세제곱
        헥타르 에이커
        킬로그램 그램 밀리그램 톤 온스 리터 밀리리터 시시 데시리터 갤런 배럴 칼로리 킬로칼로리
        기가 메가 테라 페타 바이트 비트 킬로바이트 헤르츠 킬로헤르츠 와트 킬로와트 볼트 암페어 옴 데시벨 마력
        헥토파스칼 노트 기압
        호 호선 호기 호점 호실 호차 국 번지 번가 번홈 단지 블록 절 조원 항 행 열 열차 강 화 악장 막 개국어 개소
        반 군 류 종 품 매 배속 픽셀 화소 각형 면체 음절 진법 승 패 무 타수 루타 이닝 쿼터 라운드 강전 사단 연대 재
        연승 연패 연임 관왕
    """,
    Kind.NATIVE: """
        개 마리 살 명 사람 병 송이 그루 자루 벌 가지 군데 달 곳 켤레 쌍 접시 그릇 봉지 상자 다발 묶음 포기 톨 알 모
        끼 갑 척 걸음 발짝 바퀴
        통 잔 가닥 갈래 방울 덩어리 숟가락 스푼 모금 움큼 토막 조각 꾸러미 무리 나라 도시 밤 식구 바구니 보따리
        해 차례 가구 돌 손 큰술 작은술 꼬집 정거장
    """,
    Kind.BOTH: """
        번 배 장 시간 대 권 편 곡 건 팀 문제 과목 단어 문장 채 세트 박스 골 표 줄 칸 판 방 컵 테이블 게임 경기 챕터
        파트 그룹 세대 종류 글자 캔 팩 봉 학교 회사 잎 모둠 마디 마을 꼭지 집
    """,
    Kind.EITHER: """
        개월 개국 주 주일 주간 점 단계 동 쪽 페이지 단 정 조항 구간 레벨 라인 시즌 문항 코스 량 석 축 시리즈 집단 구역
        권역 항목 트랙 부 평
    """,
    Kind.ORDINAL: "번째",
    Kind.PLACE: "째",
    Kind.HOUR: "시",
    Kind.MONTH: "월",
    Kind.YEAR: "년 년도 년생 학번",
}
_KINDS: Final = {word: kind for kind, words in _COUNTERS.items() for word in words.split()}
_LENGTHS: Final = {
    first: sorted({len(word) for word in _KINDS if word[0] == first}, reverse=True)
    for first in {word[0] for word in _KINDS}
}
_PARTED: Final = frozenset({Kind.NATIVE, Kind.BOTH, Kind.EITHER, Kind.HOUR})
# What a counter may go on with and still be one: particles, 입니다, and 쯤 or 이상.
_GOES_ON: Final = frozenset(
    "은는이가을를의에도만과와로으부까처보씩째쯤정동안후전마입인일였라란며면나든고당짜미초반여밖뿐조중내사하"
)

UNIT: Final = "미터"
"""A counter of the kind that every unit of measure is."""
NUMBERED: Final = frozenset(
    ["호", "호실", "호차", "호기", "번", "동", "국", "번지", "학번", "반", "사단", "연대", "편", "열차"]
)
"""Counters of things that have a number for a name, which is often said digit by digit."""
OLD_THREES: Final = frozenset("장잔달자되섬냥")
"""Counters before which three and four are 석 and 넉."""


def kind_of(counter: str) -> Kind:
    """Return which numerals stand before a counter; :attr:`Kind.PLAIN` where it is none."""
    return _KINDS.get(counter, Kind.PLAIN)


def counter_at(text: str, at: int, *, is_clear: bool = False) -> str:
    """Return the counter that stands at a place of a text, the longest that does; empty if none does.

    Args:
        text: A clean text.
        at: The place.
        is_clear: Whether a counter it must be, whatever the syllable after it, as in 열세번말했다.
    """
    for length in _LENGTHS.get(text[at : at + 1], ()):
        word = text[at : at + length]
        if word in _KINDS and len(word) == length:
            after = text[at + length : at + length + 1]
            is_word = (
                is_clear or length > 1 or not "가" <= after <= "힣" or after in _GOES_ON or _KINDS[word] not in _PARTED
            )
            return word if is_word else ""
    return ""


def goes_on(syllable: str) -> bool:
    """Tell whether a noun may go on with a syllable and still be the same word: with a particle, or 입니다."""
    return syllable in _GOES_ON
