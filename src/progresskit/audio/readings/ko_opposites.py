"""Korean words of which none may be heard for another: opposites, days, directions; by the stems they begin with."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final, NamedTuple

from progresskit.audio.readings.ko_endings import conjugated

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from progresskit.audio.normalize import Span

__all__ = ["BEGIN", "FORMS", "opposites"]

BEGIN: Final = "(?:(?<![가-힣])|(?<=[가-힣]{8})|(?=[가-힣]{9}))"
"""Where a word may begin: anywhere in what has more syllables than a word, which is a text without spaces."""

# One group a line, its members parted by "/", the forms of a member by spaces. A word in 다 stands for all its forms.
# "열>어고_" is 열 where one of these syllables follows, or the word ends (_); "첫!사눈" where none of them does.
_STEMS: Final = """
왼 좌측 좌회전 좌로 좌현 / 오른쪽 오른손 오른발 오른편 오른팔 오른다리 오른눈 오른짝 오른_ 우측 우회전 우로 우현
켜다 켤!레 / 끄다
열다 열리다 / 닫다 닫히다
위>_에쪽로를의층편칸는가와도 윗 상단 상부 / 아래 아랫 밑>_에으쪽이을의 하단 하부
앞 / 뒤!집덮지틀처 뒷
안쪽 안에 안으로 안팎 안의 / 바깥 밖>_에으의이을
올리다 오르다 올라 / 내리다 내려 하강 하락 떨어지다 떨어뜨리다
들어가다 들어오다 / 나가다 나오다
많 더>_ / 적다 덜>_
크다 커다>란 / 작다
높 / 낮다 낮추다
늘>어고지면자수기려까거더린렸립었림릴 / 줄>어고지면자수려거더었 줄이다
빠르다 빨리 / 느리다 천천히
길다 / 짧
무거 무겁 / 가벼 가볍
넓 / 좁
깊 / 얕
두껍 두꺼 / 얇
굵 / 가늘다
밝 / 어두 어둡
맑 / 흐리다
쉽다 / 어렵 어려
좋 / 나쁘다 싫
맞다 맞추다 / 틀리다
옳다 / 그르다
같은>_ 같고 같지 같으 / 다르다
뜨겁 뜨거 따뜻하다 / 차갑 차가 시원하다
덥다 / 춥다
가까 가깝 / 멀다
강하다 / 약하다
진하다 / 연하다
부드럽다 / 딱딱하다
비싸다 값비싸다 / 싸다 값싸다
젊 / 늙
새롭다 / 낡
편하다 편리하다 / 불편
바쁘다 / 한가하다
시끄럽다 / 조용하다 조용히
기쁘다 / 슬프다
깨끗하다 / 더럽다
건조하다 / 습하다
간단하다 / 복잡하다
넣다 / 빼다
더하다 / 빼다 / 곱하다 / 나누다
밀다 / 당기다
앞당기다 / 늦추다
보내다 / 받다
사>세십려 삽>니 산>_ 샀 구매 매수 매입 구입 / 팔다 매도 매각 판매
이기다 승리 / 졌 패배 지고>_ 지는>_ 지면>_ 져서
입다 / 벗다
앉다 / 일어서다
얻다 / 잃다
붙이다 / 떼다
채우다 / 비우다
접다 / 펴다
심다 / 뽑다
웃다 / 울다
데우다 / 식히다
가르치다 / 배우다
돌아가다 / 돌아오다
가져가다 데려가다 / 가져오다 데려오다
늦다 / 일찍 이르 이른>_ 일러>_
먼저 / 나중
줄이다 축소 / 늘리다 확대
잠그다 묶다 / 풀다
오전 새벽 / 오후
전>_에까부은이의인일입 이전 직전 앞서 / 후>_에까부은이의인일입 뒤!집덮지틀처 이후 직후
이상!하한해형적향했 / 이하 / 초과 / 미만 / 이내 / 이외 / 이전!하한 / 이후
초>_에까부 / 중순 / 말>_에까부
"""
_OTHERS: Final = (
    "클래|커버|먼지|[길팔판풀쌀](?! ?[때수])(?![가-힣])|길거리|팔다리|팔자|쌈"
    "|나가사키|맞은편|묶음|적나라|미니|벗어[나난날남납났]|편(?!다)(?![하한할합함해했리])|연지|연가|기[니시세]|기네스"
)
"""How other words begin that only look like one of them."""
_NOUNS: Final = """
동쪽 동부 동향 동남쪽/서쪽 서부 서향/남쪽 남부 남향/북쪽 북부 북향
월요일/화요일/수요일/목요일/금요일/토요일/일요일
어제/오늘/내일/모레
지난/이번/다음
작년 지난해/올해 금년/내년
봄/여름/가을/겨울
아침/점심/저녁
이전/다음
처음 첫 최초/마지막 최종
시작 개시 착수/종료 중지 정지 중단 끝 마감 완료
재생/정지 일시정지
증가/감소
확대/축소
인상/인하
상향/하향
상승 급등/하락 급락
강화/약화 완화
개선/악화
흑자/적자
이익 이득/손실 손해
수입/수출/지출
입금/출금
입장/퇴장
입구/출구
입력/출력
입원/퇴원
입사/퇴사
입국/출국
입학/졸업
출발/도착
출근/퇴근
승차 탑승/하차
로그인/로그아웃
온라인/오프라인
온>_으을이/오프>_로를는라
업>_으/다운>_으
업로드/다운로드
오픈/클로즈
레프트/라이트
스타트/스톱 스탑
푸시 푸쉬/풀>_로
찬성/반대
동의/거부 거절
승인/거절 거부 반려 취소
수락 허락/거절 거부
허용 허가/금지 차단 불허
합격/불합격
적합/부적합
가능/불가능 불가
충분/부족 불충분
활성/비활성
공개/비공개
포함/제외 미포함
성공/실패
연결 접속/해제 분리 차단
설정/해제
가입/탈퇴 해지
추가/삭제 제거
등록/해지 말소
예약/취소
유지/변경
최대/최소
최고/최저
최상/최하
최신/최초
상반기/하반기
전반/후반
상위/하위
상류/하류
상급 고급/하급 초급/중급
내부/외부
내장/외장
국내/국외 해외 국제
실내/실외 야외
남자 남성/여자 여성
아들/딸
아버지/어머니
대형/소형/중형
대문자/소문자
장기/단기
고온/저온
고속/저속
고압/저압
과거/미래
진실/거짓
양수/음수
플러스/마이너스
합법/불법
유해/무해
유죄/무죄
유인/무인
정상/비정상
유료/무료
유선/무선
유효/무효
직접/간접
수동/자동
능동/수동
냉방/난방
냉수 찬물/온수
흡연/금연
긍정/부정
안전/위험
풍부/부족
이륙/착륙
전진/후진
상행/하행
전면/후면
앞면/뒷면
식전/식후
사전/사후
초순/중순/하순
월초 연초/월말 연말
평일 주중/주말
매일/매주/격주/매월 매달/매년
유상/무상
필수/선택
모두 모든 전부/일부/어떤
항상/가끔
낮>_에/밤>_에
"""
_ENTRY: Final = re.compile(r"([^>!]+)([>!]?)(.*)")
_END: Final = "_"
_SYLLABLES: Final = "가", "힣"


class _Form(NamedTuple):
    """A form where it stands for a member of a group: before certain syllables, or before any but those."""

    after: str
    is_before: bool
    place: tuple[str, str]

    def fits(self, syllable: str) -> bool:
        """Tell whether it is one before a syllable."""
        is_end = not _SYLLABLES[0] <= syllable <= _SYLLABLES[1]
        return ((_END if is_end else syllable) in self.after) is self.is_before


def opposites(text: str) -> Iterator[tuple[Span, Iterable[tuple[str, str]]]]:
    """Yield where such words stand in a text, each with its groups and the members that it is of those."""
    past = 0
    for match in _BEGINNING.finditer(text):
        start, end = match.span()
        if start < past:
            continue
        if start < end:
            past = end
            yield (start, end), FORMS[match[0]]
        elif end := _end(text, start):
            past = end
            fitting = (form.place for form in _FORMS[text[start:end]] if form.fits(text[end : end + 1]))
            yield (start, end), dict.fromkeys(fitting)


def _end(text: str, start: int) -> int:
    """Return where the longest form ends that begins at a place; 0 if none does."""
    for length in _LENGTHS[text[start]]:
        way = text[start : start + length]
        end = start + len(way)
        forms = _FORMS.get(way, ())
        if any(form.fits(text[end : end + 1]) for form in forms):
            return end
    return 0


def _entries(members: str) -> Iterator[tuple[str, _Form]]:
    """Yield the forms of the words of one group."""
    for member in filter(None, map(str.split, members.split("/"))):
        for entry in member:
            form, how, after = _ENTRY.fullmatch(entry).groups()  # type: ignore[union-attr]
            if form[-1] == "다" and not how:
                ways = [(way, endings, bool(endings)) for way, endings in conjugated(form)]
            else:
                ways = [(form, after, how == ">")]
            yield from ((way, _Form(endings, is_before, (members, member[0]))) for way, endings, is_before in ways)


def _table() -> dict[str, list[_Form]]:
    table: dict[str, list[_Form]] = {}
    for members in (_STEMS + _NOUNS).split("\n"):
        for way, form in _entries(members):
            table.setdefault(way, []).append(form)
    return table


_FORMS: Final = _table()
FORMS: Final = {way: tuple(dict.fromkeys(form.place for form in forms)) for way, forms in _FORMS.items()}
"""For each form its groups, and the members that it is of those."""
_LENGTHS: Final = {
    first: sorted({len(way) for way in _FORMS if way[0] == first}, reverse=True) for first in {way[0] for way in _FORMS}
}
_ANYWHERE: Final = "이상(?![하한해형적향했])|이하|초과|미만|오전|오후|이전(?![하한])|이후|이내"
"""Forms that also stand at the end of a word: 3개이상."""
_BEGINNING: Final = re.compile(rf"(?=[{''.join(_LENGTHS)}])(?:{_ANYWHERE}|{BEGIN}(?!{_OTHERS}))")
