"""Korean words of which none may be heard for another: opposites, days, directions; by the stems they begin with."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Iterator

__all__ = ["BEGIN", "FORMS", "OPPOSITE"]

BEGIN: Final = "(?:(?<![가-힣])|(?<=[가-힣]{8})|(?=[가-힣]{9}))"
"""Where a word may begin: anywhere in what has more syllables than a word, which is a text without spaces."""

# One group a line, its members parted by "/", the forms of a member by spaces. "열>어고_" is 열 where one of these
# syllables follows, or the word ends (_); "첫!사눈" where none of them does.
_STEMS: Final = """
왼 좌측 좌회전 좌로 좌현 / 오른쪽 오른손 오른발 오른편 오른팔 오른다리 오른눈 오른짝 오른_ 우측 우회전 우로 우현
켜 켠 켤!레 켭 켰 / 끄!덕집트떡 꺼!내낸냈림려리풀 끕 껐 끈>_다 끌>_까게 끔>_으
열>어고면지기리려린렸립릴림었겠거되까 열림 열린 연>_다채 엽>니시 여>세십시는니신실셔셨 / 닫
위>_에쪽로를의층편칸는가와도 윗 상단 상부 / 아래 아랫 밑>_에으쪽이을의 하단 하부
앞 / 뒤!집덮지틀처 뒷
안쪽 안에 안으로 안팎 안의 / 바깥 밖>_에으의이을
올리 올려 올린 올릴 올립 올렸 올라 올랐 오르 오릅 오른>다뒤 오를 상승 / 내리 내려 내린 내릴 내립 내렸 하강 하락
들어가 들어간 들어갈 들어갑 들어갔 들어오 들어온 들어올 들어와 들어왔 / 나가 나간>_다 나갈 나갑 나갔 나오 나온 나와 나왔
많 더>_ / 적>은다습어게으을지음고네었 덜>_
크>고다게지면며므기네니거나 큰 큽 클>_수까 컸 커>지서졌요야집진 커다 / 작>은다고게아습지을으음았거네나
높 / 낮>은다고게아추춰춘습지으음았을거출춥췄
늘>어리려린렸립었린릴 / 줄>어이여인였입었일임
빠르 빨라 빨리 빠른 빨랐 빠릅 / 느리 느려 느린 느렸 느릴 느립 천천히
길>다고게어은지면며었 긴>_ 깁>니 / 짧
무거 무겁 / 가벼 가볍
넓 / 좁
깊 / 얕
두껍 두꺼 / 얇
밝 / 어두 어둡
쉽 쉬운 쉬워 쉬웠 쉬울 / 어렵 어려
좋 / 나쁘 나쁜 나빠 나빴 나쁩 싫
맞>다는습아지고을은았추 / 틀>리린려렸릴립
뜨겁 뜨거 / 차갑 차가
더우 더운 더워 덥 / 추우 추운 추워 춥
가까 가깝 / 멀>고다어리지면었 먼>_
강한 강하 강해 / 약한 약하 약해
넣 / 빼>고세십시면지야는_ 뺀 뺄 뺍 뺐
밀>어고면지세십었 미>세십시는 / 당기 당겨 당긴 당길 당깁 당겼
보내 보낸 보낼 보냅 보냈 / 받>은아으을습고지는았거기
사>세십 삽>니 산>_ 샀 구매 매수 매입 구입 / 팔>고아면지았려 팝>니 매도 매각 판매
이기 이긴 이겨 이겼 승리 / 졌 패배
늦 / 일찍 이르
먼저 / 나중
줄이 축소 / 늘리 확대
잠그 잠가 잠긴 잠금 잠갔 / 풀>어고면지었리린
오전 새벽 / 오후
전>_에까부은이의인일입 이전 직전 앞서 / 후>_에까부은이의인일입 뒤!집덮지틀처 이후 직후
이상!하한해형적향했 / 이하 / 초과 / 미만
"""
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
이륙/착륙
전진/후진
상행/하행
전면/후면
앞면/뒷면
식전/식후
사전/사후
이내/이외
필수/선택
모두 전부/일부
항상/가끔
낮>_에/밤>_에
"""
_FORM: Final = re.compile(r"([^>!_]+)(?:([>!])(.+))?")
_END: Final = "_"


def _entries() -> Iterator[tuple[str, str, str, str]]:
    """Yield each form with what may follow it, its group and its member."""
    for number, line in enumerate((_STEMS + _NOUNS).split("\n")):
        for member in line.split("/"):
            for entry in member.split():
                form, how, following = _FORM.match(entry).groups()  # type: ignore[union-attr]
                yield form, _ahead(how, following), str(number), member.split()[0]


def _ahead(how: str | None, following: str | None) -> str:
    if how is None or following is None:
        return ""
    syllables = f"[{following.replace(_END, '')}]" if following != _END else ""
    choices = "|".join(filter(None, [syllables, "(?![가-힣])" if _END in following else ""]))
    return f"(?{'=' if how == '>' else '!'}{choices})"


def _table() -> tuple[re.Pattern[str], dict[str, tuple[tuple[str, str], ...]]]:
    ahead: dict[str, set[str]] = {}
    forms: dict[str, dict[tuple[str, str], None]] = {}
    for form, condition, group, member in _entries():
        ahead.setdefault(form, set()).add(condition)
        forms.setdefault(form, {})[group, member] = None
    longest_first = sorted(ahead, key=len, reverse=True)
    branches = [form + ("" if "" in ahead[form] else f"(?:{'|'.join(sorted(ahead[form]))})") for form in longest_first]
    anywhere = "|".join(_ANYWHERE)
    pattern = re.compile(rf"(?:{anywhere})|{BEGIN}(?:{'|'.join(branches)})")
    return pattern, {form: tuple(places) for form, places in forms.items()}


_ANYWHERE: Final = ("이상(?![하한해형적향했])", "이하", "초과", "미만", "오전", "오후", "이전(?![하한])", "이후")
"""Forms that also stand at the end of a word: 3개이상."""
OPPOSITE, FORMS = _table()
