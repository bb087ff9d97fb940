"""What speech recognisers write when there is nothing to hear.

Models trained on subtitles answer silence with the sentences that stand under the silent end of a
video. Known lists: https://github.com/openai/whisper/discussions/928, and the "bag of hallucinations"
of Barański et al. 2025, https://arxiv.org/abs/2501.11378. This is a small table, by language; a sentence is
in it when it is frequent, and when nobody would take it for a take of something else.
"""

from __future__ import annotations

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
    "": ("[BLANK_AUDIO]", "[silence]", "[music]", "[music playing]", "[inaudible]", "[noise]", "[applause]", "[음악]"),
}


def is_boilerplate(hypothesis: str, reference: str) -> bool:
    """Tell whether a transcript is nothing but boilerplate that the reference doesn't say.

    Both are given as their folded words, joined without spaces. The sentences may follow each other and
    repeat; that one is said by the reference makes the whole an honest transcript of something.
    """
    at = 0
    while at < len(hypothesis):
        phrase = next((phrase for phrase in _longest_first() if hypothesis.startswith(phrase, at)), None)
        if phrase is None or phrase in reference:
            return False
        at += len(phrase)
    return at > 0


@lru_cache(maxsize=1)
def _longest_first() -> tuple[str, ...]:
    phrases = {"".join(words(phrase)) for table in _TABLE.values() for phrase in table}
    return tuple(sorted(phrases, key=lambda phrase: (-len(phrase), phrase)))
