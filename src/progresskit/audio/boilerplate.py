"""What speech recognisers write when there is nothing to hear.

Models trained on subtitles answer silence with the sentences that stand under the silent end of a
video. Known lists: https://github.com/openai/whisper/discussions/928, and the "bag of hallucinations"
of Barański et al. 2025, https://arxiv.org/abs/2501.11378. This is a small table, by language; a sentence is
in it when it is frequent, and when nobody would take it for a take of something else.
"""

from __future__ import annotations

import re
from functools import lru_cache
from typing import Final

from progresskit.audio.normalize import words

__all__ = ["is_boilerplate"]

_TABLE: Final[dict[str, tuple[str, ...]]] = {
    "en": (
        "thanks for watching",
        "thanks for watching everyone",
        "thanks so much for watching",
        "thank you for watching",
        "thank you for watching this video",
        "thank you so much for watching",
        "thank you very much for watching",
        "thank you for listening",
        "thanks for listening",
        "thank you",
        "thank you very much",
        "please subscribe",
        "and please subscribe",
        "please subscribe to my channel",
        "subscribe to my channel",
        "don't forget to subscribe",
        "like and subscribe",
        "please like and subscribe",
        "don't forget to like and subscribe",
        "see you next time",
        "see you in the next video",
        "I'll see you in the next video",
        "I'll see you next time",
        "subtitles by the Amara.org community",
        "transcription by CastingWords",
        "you",
        "bye",
        "bye-bye",
    ),
    "ko": (
        "시청해 주셔서 감사합니다",
        "시청해 주신 여러분 감사합니다",
        "끝까지 시청해 주셔서 감사합니다",
        "영상을 시청해 주셔서 감사합니다",
        "오늘도 시청해 주셔서 감사합니다",
        "지금까지 시청해 주셔서 감사합니다",
        "봐 주셔서 감사합니다",
        "구독과 좋아요",
        "구독과 좋아요 부탁드립니다",
        "구독과 좋아요 부탁드려요",
        "구독과 좋아요 눌러 주세요",
        "구독과 좋아요 알림 설정 부탁드립니다",
        "구독과 좋아요 알림 설정까지 부탁드립니다",
        "구독 좋아요 부탁드립니다",
        "다음 영상에서 만나요",
        "다음 영상에서 뵙겠습니다",
        "다음 시간에 만나요",
        "감사합니다",
        "고맙습니다",
        "MBC 뉴스 이덕영입니다",
        "한글자막 by 한효정",
        "자막 제공 배달의민족",
    ),
    "zh": (
        "谢谢观看",
        "謝謝觀看",
        "感谢观看",
        "感謝觀看",
        "感谢收看",
        "謝謝收看",
        "谢谢大家",
        "謝謝大家",
        "谢谢大家观看",
        "请订阅",
        "請訂閱",
        "请订阅我的频道",
        "請訂閱我的頻道",
        "请不吝点赞 订阅 转发 打赏支持明镜与点点栏目",
        "請不吝點贊 訂閱 轉發 打賞支持明鏡與點點欄目",
        "字幕由Amara.org社区提供",
        "字幕由Amara.org社區提供",
        "字幕由 Amara.org 社群提供",
        "下期再见",
        "我们下期再见",
    ),
    "ja": (
        "ご視聴ありがとうございました",
        "ご視聴ありがとうございます",
        "ご視聴いただきありがとうございました",
        "ご視聴いただきありがとうございます",
        "ご清聴ありがとうございました",
        "最後までご視聴ありがとうございました",
        "最後までご視聴いただきありがとうございました",
        "最後までご覧いただきありがとうございました",
        "チャンネル登録お願いします",
        "チャンネル登録よろしくお願いします",
        "チャンネル登録をお願いいたします",
        "チャンネル登録と高評価お願いします",
        "高評価とチャンネル登録お願いします",
        "高評価とチャンネル登録よろしくお願いします",
        "次の動画でお会いしましょう",
        "また次の動画でお会いしましょう",
        "また次回お会いしましょう",
        "ありがとうございました",
    ),
    "de": (
        "Untertitel der Amara.org-Community",
        "Untertitelung aufgrund der Amara.org-Community",
        "Untertitelung des ZDF für funk, 2017",
        "Vielen Dank fürs Zuschauen",
        "Vielen Dank",
    ),
    "fr": (
        "Sous-titres réalisés par la communauté d'Amara.org",
        "Sous-titres réalisés para la communauté d'Amara.org",
        "Merci d'avoir regardé cette vidéo",
        "N'oubliez pas de vous abonner",
    ),
    "es": (
        "Subtítulos realizados por la comunidad de Amara.org",
        "Gracias por ver el video",
        "Suscríbete al canal",
    ),
    "pt": ("Legendas pela comunidade Amara.org", "Obrigado por assistir"),
    "it": ("Sottotitoli creati dalla comunità Amara.org", "Grazie per aver guardato il video"),
    "ru": ("Субтитры сделал DimaTorzok", "Продолжение следует", "Спасибо за просмотр"),
    # Not said by anybody: what some recognisers write for the kind of noise they hear.
    "": (
        *("[BLANK_AUDIO]", "[inaudible]", "字幕", "자막"),
        *("[음악]", "[박수]", "[웃음]", "[침묵]", "[음악 소리]", "[박수 소리]", "[웃음소리]"),
        *("[音乐]", "[音樂]", "[背景音乐]", "[掌声]", "[掌聲]", "[鼓掌]", "[笑声]", "[笑聲]", "[静音]"),
        *("[音楽]", "[拍手]", "[笑い]", "[笑]", "[無音]", "[沈黙]"),
    ),
}

_LOOSE: Final = (
    (
        "(?:thanks|thank you)(?: so much| very much)? for (?:watching|listening|viewing)"
        "(?: (?:this|the|my|our|video|videos|everyone|everybody|guys|all|today))*"
    ),
    "(?:(?:i|we)(?:'?ll| will) )?see you (?:all |guys |again )*(?:in the )?next (?:video|time|one|week|episode)",
    "(?:thanks|thank you) for (?:your|the) (?:attention|support)",
    "we(?:'?ll| will) be (?:right )?back(?: soon| shortly| after (?:this|the break|a (?:short|quick) break))?",
    (
        "(?:audience |crowd |people |upbeat |soft |gentle |dramatic |tense |background |piano |loud |no )*"
        "(?:music|laugh(?:s|ing|ter)|applau(?:se|ds|ding)|clapping|cheer(?:s|ing)|chuckl(?:es|ing)|sigh(?:s|ing)|"
        "cough(?:s|ing)|gasps|silence|noise|static|breathing|inaudible|speech|audio)"
        "(?: playing| plays| continues| fades| stops)*"
    ),
    (
        "(?=.{0,60}subscrib)(?:please|and|to|don'?t|forget|be|make|sure|hit|smash|click|the|like|likes|share|comment|"
        "follow|subscribe|subscribing|subscribed|button|bell|icon|notification|notifications|my|our|this|"
        "channel|for|more|videos|now)+"
    ),
    (
        "(?:오늘도 |끝까지 |지금까지 |여기까지 |이 |긴 |저희 |영상을? |함께 )*(?:시청해|봐) "
        "주(?:셔서|신 여러분|신 분들) (?:정말 |너무 |대단히 |모두 |진심으로 )*"
        "(?:감사|고맙)(?:합니다|드립니다|습니다|드려요|해요)"
    ),
    (
        "(?=.{0,20}(?:구독|좋아요.{0,20}(?:부탁|눌러)))"
        "(?:구독|하기|좋아요|알림|설정|댓글|공유|버튼|과|와|이랑|하고|까지|도|을|를|꾹|꼭|많이|한 번씩|및)+"
        "(?:부탁(?:드립니다|드려요|드릴게요|드리겠습니다|해요|합니다)|(?:눌러|해) 주(?:세요|시면 감사하겠습니다))?"
    ),
    (
        "(?:그럼 |우리 )*다음 (?:영상|시간|주|편|이 시간)?(?:에서|에도|에)? ?(?:또 )?"
        "(?:만나요|만나겠습니다|뵙겠습니다|찾아뵙겠습니다|뵐게요|봬요|봐요)"
    ),
    "많은 시청 (?:바랍니다|부탁(?:드립니다|드려요))",
    "(?:시청자|구독자)? 여러분 (?:감사|고맙)(?:합니다|습니다)",
    "(?:mbc|kbs|sbs|ytn|jtbc) ?뉴스 [가-힣]{2,4}입니다",
    "한글자막 by [가-힣]{2,4}",
    (
        "[请請](?:不吝|大家|记得|記得)?(?:点赞|點贊|點讚|订阅|訂閱|关注|關注|转发|轉發|收藏|分享|打赏|打賞|支持|我们|我們|我|的|"
        "频道|頻道|一下|和|与|與|明镜|明鏡|点点|點點|栏目|欄目)+"
    ),
    "(?:谢谢|謝謝|感谢|感謝)(?:您|你|大家|各位|们|們|的)*(?:观看|觀看|收看|收听|收聽|聆听|聆聽)",
    "(?:我们|我們|咱们|咱們)?下(?:期|集|次|个视频|個視頻)(?:视频|節目|节目)?(?:再见|再見|见|見)",
    "(?:中文)?字幕(?:志愿者|志願者|制作|製作|组|組|by|提供)[一-鿿]{2,4}",
    (
        "(?:最後まで|本日も|本日は|今日も|動画を)*ご(?:視聴|清聴|覧)(?:いただき|頂き|くださり|下さり)?(?:まして)?"
        "(?:誠に|本当に)?ありがとうございま(?:した|す)"
    ),
    (
        "(?:チャンネル登録|高評価|グッドボタン|コメント|を|も|と|ぜひ|是非|よろしく|宜しく|お願い|いたします|致します|します)*"
        "チャンネル登録(?:高評価|グッドボタン|コメント|を|も|と|の|ほど|ぜひ|是非|よろしく|宜しく|お願い|いたします|致します|します|"
        "してください|してね)*"
    ),
    "(?:それでは|では)?(?:また)?次(?:回|の動画)(?:で|も|また)*お会いしましょう",
    "sous-?titrage .{0,30}",
    "merci d'?avoir regarde(?: cette video)?",
    "gracias por ver(?: (?:el|este) video)?",
    "vielen dank furs? (?:zuschauen|zuhoren)",
    "obrigad[oa] por assistir(?: ao video)?",
    "grazie per (?:aver guardato|la visione)(?: (?:il|questo) video)?",
    "спасибо за (?:просмотр|внимание)",
)
"""The same with what is often put in between: patterns of folded words, whose spaces are left out."""


def is_boilerplate(hypothesis: str, reference: str) -> bool:
    """Tell whether a transcript is nothing but boilerplate that the reference doesn't say.

    Both are given as their folded words, joined without spaces. The sentences may follow each other and
    repeat; that one is said by the reference makes the whole an honest transcript of something.
    """
    at = 0
    while at < len(hypothesis):
        phrase = next((phrase for phrase in _longest_first() if hypothesis.startswith(phrase, at)), "")
        found = [match for pattern in _patterns() if (match := pattern.match(hypothesis, at))]
        loose = max(found, key=lambda match: match.end(), default=None)
        if loose and loose.end() - at > len(phrase):
            at, is_said = loose.end(), loose.re.search(reference) is not None
        else:
            at, is_said = at + len(phrase), phrase in reference
        if is_said or not (phrase or loose):
            return False
    return at > 0


@lru_cache(maxsize=1)
def _patterns() -> tuple[re.Pattern[str], ...]:
    return tuple(re.compile(pattern.replace(" ", "")) for pattern in _LOOSE)


@lru_cache(maxsize=1)
def _longest_first() -> tuple[str, ...]:
    phrases = {"".join(words(phrase)) for table in _TABLE.values() for phrase in table}
    return tuple(sorted(phrases, key=lambda phrase: (-len(phrase), phrase)))
