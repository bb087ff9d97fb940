"""Japanese: one thing written and said in different ways, and what must be said right."""

from __future__ import annotations

from itertools import permutations

import pytest

from progresskit.audio import score
from progresskit.audio.readings.ja import LANGUAGE
from progresskit.audio.spoken import spoken_form

SENTENCE = "本日の会議で決まった内容について皆様にお知らせいたします。{}ということですので、よろしくお願いいたします。"
"""So long that one changed character leaves the rate above 0.95."""

SAME = {
    "date": ["2026年5月3日", "二〇二六年五月三日", "二千二十六年五月三日", "2026-05-03", "２０２６年５月３日"],
    "day in kana": ["5月3日", "五月三日", "五月みっか", "ごがつみっか"],
    "first": ["1日", "一日", "ついたち"],
    "tenth": ["10日", "十日", "とおか"],
    "fourteenth": ["14日", "十四日", "じゅうよっか"],
    "twentieth": ["20日", "二十日", "はつか"],
    "half hour": ["3:30", "三時半", "三時三十分", "3時半", "3時30分"],
    "minutes to": ["9:55", "9時55分", "九時五十五分", "十時五分前", "10時5分前"],
    "afternoon": ["15:30", "十五時三十分", "午後三時半", "午後3時30分", "15時半"],
    "nine o'clock": ["9:00", "九時", "9時", "くじ"],
    "one": ["1つ", "一つ", "ひとつ"],
    "nine": ["9つ", "九つ", "ここのつ"],
    "second": ["2つ目", "二つ目", "ふたつ目"],
    "alone": ["1人", "一人", "ひとり"],
    "a pair": ["2人", "二人", "ふたり"],
    "three": ["3人", "三人"],
    "twenty years": ["20歳", "二十歳", "はたち", "20才"],
    "month": ["4月", "四月", "しがつ"],
    "months": ["3ヶ月", "三か月", "三カ月", "3ヵ月", "3箇月"],
    "percent": ["85%", "八十五パーセント", "85パーセント"],
    "yen": ["¥500", "500円", "五百円"],
    "dollars": ["$5", "五ドル", "5ドル"],
    "euros": ["€20", "二十ユーロ"],
    "hundred millions": ["1.5億円", "一億五千万円", "一点五億円"],
    "mixed digits": ["3万5000円", "三万五千円", "35,000円"],
    "decimal": ["3.5", "三点五", "三・五"],
    "below one": ["0.5", "零点五", "ゼロ点五"],
    "half": ["1/2", "二分の一", "半分"],
    "fraction": ["3/4", "四分の三"],
    "negative": ["-5度", "マイナス五度", "氷点下五度", "マイナス5度"],
    "range": ["3~5日", "三から五日"],
    "neighbours": ["2~3日", "二三日", "二、三日"],
    "range of percents": ["10%~20%", "十パーセントから二十パーセント"],
    "mobile": ["090-1234-5678", "〇九〇一二三四五六七八", "ゼロ九ゼロ一二三四五六七八"],
    "room": ["502号室", "五〇二号室", "五百二号室"],
    "room by digit": ["502号室", "五ゼロ二号室"],
    "version": ["Python 3.11", "Python三点一一"],
    "version by number": ["Python 3.11", "Python三点十一"],
    "ordinal": ["第3回", "第三回"],
    "turn": ["3番目", "三番目"],
    "long things": ["5本", "五本"],
    "kilometres": ["5km", "五キロメートル", "五キロ", "5キロ"],
    "centimetres": ["30cm", "三十センチ"],
    "warm": ["25℃", "二十五度"],
    "speed": ["60km/h", "時速六十キロ", "時速60キロメートル"],
    "bytes": ["16GB", "十六ギガバイト", "十六ギガ"],
    "thousands": ["1,200", "千二百", "一千二百"],
    "positions": ["2026", "二〇二六", "二千二十六"],
    "hours and a half": ["1.5時間", "一時間半", "一点五時間"],
    "ratio": ["3:1", "3-1", "三対一"],
    "dollars and cents": ["$4.50", "四・五ドル", "四ドル五十セント"],
    "height": ["1.75メートル", "一・七五メートル", "一メートル七十五"],
    "fever": ["38.5度", "三十八点五度", "三十八・五度", "三十八度五分"],
    "zeros after the point": ["0.05", "零点零五", "零・零五", "ゼロ点ゼロ五"],
    "point": ["3・5倍", "3.5倍", "三・五倍", "三点五倍"],
    "one character": ["½カップ", "二分の一カップ", "1/2カップ"],
    "shared counter": ["10~15人", "十人から十五人"],
    "list of two": ["2、3日", "二、三日", "二三日", "2,3日"],
    "telephone with の": ["03-1234-5678", "ゼロ三の一二三四の五六七八"],
    "zero in kana": ["502号室", "五ゼロ二号室", "五零二号室", "五百二号室"],
    "emergency call": ["119番に電話", "一一九番に電話", "百十九番に電話"],
    "code": ["暗証番号は3076", "暗証番号は三〇七六"],
    "version before its kind": ["3.11版", "三点十一版", "三点一一版"],
    "hour and a half in minutes": ["1.5時間", "1時間半", "一時間三十分"],
    "height by tens": ["1.8メートル", "一メートル八十"],
    "difference": ["10-3=7", "十引く三は七"],
    "pressure": ["1気圧", "一気圧"],
    "small ordinal": ["3つ目の角", "みっつめの角", "三つ目の角", "三つめの角"],
}

DIFFERENT = [
    ("一都三県", "一都二県"),
    ("二市一町", "二市三町"),
    ("1.1.5版", "1.01.5版"),
    ("月初に払う", "月末に払う"),
    ("年初の計画", "年末の計画"),
    ("五月中旬", "五月下旬"),
    ("正午に", "深夜に"),
    ("往復切符", "片道切符"),
    ("値段が高い", "値段が安い"),
    ("営業を始めました", "営業をやめました"),
    ("期間を延長", "期間を短縮"),
    ("結果は陽性", "結果は陰性"),
    ("受信しました", "送信しました"),
    ("カードの表面", "カードの裏面"),
    ("試合の前半", "試合の後半"),
    ("上半期", "下半期"),
    ("晴れの予報", "雨の予報"),
    ("三・五メートル", "三五メートル"),
    ("二十・五度", "二十五度"),
    ("3、5個", "35個"),
    ("三つの角", "みっつめの角"),
    ("一対三の割合", "一対九の割合"),
    ("毎日走る", "毎週走る"),
    ("月曜日に会う", "火曜日に会う"),
    ("午前中に着く", "午後に着く"),
    ("何も言わず出た", "何も言い出た"),
    ("2026年5月3日", "二〇二六年五月十三日"),
    ("5月3日", "五月よっか"),
    ("3:30", "三時二十分"),
    ("15:30", "午前三時半"),
    ("3つ", "よっつ"),
    ("2人", "ひとり"),
    ("85%", "八十六パーセント"),
    ("500円", "五百ドル"),
    ("3.5", "三十五"),
    ("2~3日", "23日"),
    ("2~3日", "二十三日"),
    ("1/2", "三分の一"),
    ("マイナス5度", "五度"),
    ("気温は-5度", "気温は5度"),
    ("502号室", "五〇三号室"),
    ("第3回", "第四回"),
    ("3個", "四個"),
    ("5km", "五メートル"),
    ("三百五十円", "三百四十円"),
    ("3階", "三回"),
    ("9時55分着", "九時五分前着"),
    ("三時半", "三時"),
    ("一時間半", "一時間"),
    ("三分", "三時間"),
    ("参加できません", "参加できます"),
    ("使わないでください", "使ってください"),
    ("行きませんでした", "行きました"),
    ("必要がない", "必要がある"),
    ("開けなかった", "開けた"),
    ("忘れずに", "忘れて"),
    ("問題なし", "問題あり"),
    ("食べなければ", "食べれば"),
    ("未完了です", "完了です"),
    ("右に曲がる", "左に曲がる"),
    ("午前に集合", "午後に集合"),
    ("電気をつけて", "電気を消して"),
    ("十八歳以上", "十八歳以下"),
    ("会議の前に", "会議の後に"),
    ("ドアを開けて", "ドアを閉めて"),
    ("増加しました", "減少しました"),
    ("開始します", "終了します"),
    ("数が多い", "数が少ない"),
    ("値段が高い", "値段が低い"),
    ("入口", "出口"),
    ("買います", "売ります"),
    ("許可されます", "禁止されます"),
    ("有効", "無効"),
    ("可能", "不可能"),
    ("スイッチをオン", "スイッチをオフ"),
    ("右側の", "側の"),
    ("二重の窓", "三重の窓"),
    ("2.10版", "二一〇版"),
    ("一緒に行く", "1緒に行く"),
    ("八百屋で買う", "800屋で買う"),
    ("万一のとき", "10001のとき"),
]

PLAIN = [
    "一緒に行きます",
    "一般の人です",
    "四国の旅",
    "それで十分です",
    "万一のとき",
    "必ず来ます",
    "まずい",
    "危ないです",
    "少しずつ進む",
    "非常に楽しい",
    "公開します",
]


@pytest.mark.parametrize("spellings", SAME.values(), ids=SAME.keys())
def test_one_thing_may_be_written_and_said_in_several_ways(is_same, spellings):
    assert [pair for pair in permutations(spellings, 2) if not is_same("ja", SENTENCE, *pair)] == []


@pytest.mark.parametrize(("one", "other"), DIFFERENT)
def test_a_changed_number_negation_or_opposite_fails_however_long_the_sentence(is_vetoed, one, other):
    assert [pair for pair in permutations((one, other)) if not is_vetoed("ja", SENTENCE, *pair)] == []


def test_another_wrong_character_is_none_of_these():
    text = SENTENCE.format("三ページをご覧ください")
    assert score(text, text.replace("皆様", "皆さま"), language="ja").verdict(0.95) == "passed"


@pytest.mark.parametrize("text", PLAIN)
def test_what_looks_like_a_number_or_negation_and_is_none_is_not_critical(text):
    assert not list(LANGUAGE.criticals(text))


def test_a_number_is_critical_with_what_belongs_to_it():
    text = "第3回は¥500、二人で一時間半、マイナス五度、ひとつだけ"
    found = [text[start:end] for start, end, kind, *_ in LANGUAGE.criticals(text) if kind == "number"]
    assert found == ["第3回", "¥500", "二人", "一時間半", "マイナス五度", "ひとつ"]


def test_the_usual_reading_comes_first():
    text = "会議は2026年5月3日15:30に502号室で、費用は¥1,980、85%、2つ、3~5日、-5℃。"
    assert spoken_form(text, "ja") == (
        "会議は二零二六年五月三日十五時三十分に五零二号室で、"
        "費用は千九百八十円、八十五パーセント、二つ、三から五日、マイナス五度。"
    )
