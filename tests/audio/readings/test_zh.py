"""Chinese: one thing written and said in different ways, and what must be said right."""

from __future__ import annotations

from itertools import permutations

import pytest

from progresskit.audio import score
from progresskit.audio.readings.zh import LANGUAGE
from progresskit.audio.spoken import spoken_form

SENTENCE = "根据会议的安排我们需要在总部大楼认真核对所有材料,{},请各位同事务必记住并且按照要求执行。"
"""So long that one changed character leaves the rate above 0.95."""

SAME = {
    "day of the week": ["周三", "星期三", "礼拜三"],
    "sunday": ["周日", "星期天", "星期日", "礼拜天"],
    "two in one word": ["俩孩子", "两个孩子", "2个孩子"],
    "three in one word": ["仨人", "三个人"],
    "old twenties": ["廿五日", "二十五日", "25日"],
    "discount without point": ["95折", "九五折", "9.5折"],
    "pronouns": ["她的包", "他的包"],
    "year": ["2026年", "二零二六年", "二〇二六年", "两千零二十六年"],
    "short year": ["98年", "九八年", "九十八年"],
    "date": ["2026年5月3日", "二零二六年五月三日", "2026年5月3号", "2026-05-03", "2026/5/3", "２０２６年５月３日"],
    "spaced date": ["5 月 3 日", "五月三日", "五月三号"],
    "half hour": ["下午3:30", "下午三点半", "下午三点三十分", "下午三点三十", "下午3点半", "15:30", "十五点三十分"],
    "quarter": ["3:15", "三点一刻", "三点十五分", "3点15分"],
    "minutes below ten": ["8:05", "八点零五分", "八点零五", "8点05分"],
    "full hour": ["9:00", "九点", "九点整", "九点钟", "9点"],
    "two o'clock": ["14:00", "下午两点", "下午2点", "十四点"],
    "minutes to": ["9:55", "九点五十五分", "差五分十点", "差5分10点"],
    "minutes before": ["9:55", "9点55分", "十点差五分"],
    "a quarter to": ["12:45", "差一刻一点"],
    "a quarter before": ["12:45", "一点差一刻", "1点差一刻"],
    "evening": ["20:45", "晚上八点四十五分", "晚上八点三刻"],
    "percent": ["85%", "百分之八十五", "百分之85"],
    "decimal percent": ["3.5%", "百分之三点五"],
    "whole": ["100%", "百分之一百", "百分之百"],
    "yuan": ["¥19.99", "19.99元", "十九点九九元"],
    "dollars": ["$100", "一百美元", "100美金", "USD 100"],
    "pieces": ["50元", "五十块", "五十块钱"],
    "won": ["₩5000", "五千韩元"],
    "decimal": ["3.14", "三点一四"],
    "below one": ["0.5", "零点五"],
    "half": ["1/2", "二分之一", "一半"],
    "fraction": ["3/4", "四分之三"],
    "mixed": ["1 1/2", "一又二分之一"],
    "hours and a half": ["1.5小时", "一点五小时", "一个半小时"],
    "days and a half": ["2.5天", "两天半"],
    "negative": ["-5度", "负五度", "零下五度"],
    "negative degrees": ["-10℃", "零下十摄氏度", "负十度"],
    "range": ["3-5天", "三到五天", "三至五天", "3~5天"],
    "neighbours": ["2~3天", "两三天", "两到三天"],
    "range of percents": ["10%-20%", "10-20%", "百分之十到百分之二十"],
    "range of hours": ["9:00-18:00", "九点到十八点", "九点到下午六点"],
    "range of money": ["$5-10", "五到十美元"],
    "mobile": ["13812345678", "一三八一二三四五六七八", "幺三八幺二三四五六七八"],
    "telephone": ["010-12345678", "零一零一二三四五六七八"],
    "room": ["502室", "五零二室", "五百零二室"],
    "train": ["G102次列车", "G一零二次列车", "G幺零二次列车"],
    "password": ["密码是1234", "密码是一二三四"],
    "version": ["Python 3.11", "Python三点一一"],
    "version by number": ["Python 3.11", "Python三点十一"],
    "long version": ["2.0.1版", "二点零点一版"],
    "ordinal": ["第12章", "第十二章"],
    "two of them": ["2个", "两个", "二个", "兩個"],
    "hundred and ten": ["110", "一百一十", "一百一"],
    "gap": ["1005", "一千零五"],
    "thousands": ["1,200", "1200", "一千二百", "一千两百"],
    "magnitude": ["1.2万", "一点二万", "一万二千", "一万二", "12000"],
    "mixed digits": ["3万5千", "三万五千", "35000"],
    "hundred millions": ["1亿2000万", "1.2亿", "一亿两千万"],
    "formal": ["贰佰元", "200元"],
    "kilometres": ["5km", "5公里", "五千米"],
    "kilograms": ["2kg", "两公斤", "二千克"],
    "speed": ["60km/h", "每小时六十公里"],
    "speed in short": ["60km/h", "时速六十公里"],
    "warm": ["25℃", "二十五度", "二十五摄氏度"],
    "ratio": ["3:1", "三比一"],
    "sum": ["3+4=7", "三加四等于七"],
    "decade": ["90后", "九零后"],
    "hyphen": ["歼-20", "歼20", "歼二十"],
    "memory": ["16GB", "十六GB"],
    "Traditional": ["上午9點30分", "上午九点半"],
    "Traditional money": ["NT$250", "新台幣兩百五十元", "新台币两百五十元"],
    "dollars and cents": ["$4.50", "四点五美元", "四美元五十美分"],
    "height": ["1.75米", "一点七五米", "一米七五"],
    "fever": ["38.5℃", "三十八点五度", "三十八点五摄氏度"],
    "fever, told": ["38.5℃", "三十八度五"],
    "discount": ["8.5折", "八五折"],
    "one character": ["½的人", "二分之一的人", "1/2的人"],
    "one percent sign for both": ["5-10%", "百分之五到十"],
    "shared counter": ["3-5天", "三天到五天"],
    "list of two": ["7、8个", "七八个", "七、八个"],
    "ending in two": ["1~2片", "一两片", "一到两片"],
    "score": ["比分3-2", "比分三比二", "比分3:2"],
    "signed percent": ["率为-2.3%", "率为负百分之二点三"],
    "room before its kind": ["606病房", "六零六病房", "六百零六病房"],
    "room after its kind": ["教室在301", "教室在三零一"],
    "spaced telephone": ["手机186 0011 2233", "手机幺八六零零幺幺二二三三"],
    "version in characters": ["Python 3.11", "Python三点一一", "Python三点十一"],
    "emergency call": ["报警打110", "报警打幺幺零", "报警打一一零"],
    "hotline": ["12345热线", "幺二三四五热线"],
    "code": ["取件码为3076", "取件码为三零七六"],
    "version before its kind": ["3.11版本", "三点十一版本", "三点一一版本"],
    "hour and a half in minutes": ["1.5小时", "一个半小时", "1小时30分钟"],
    "half an hour": ["半小时", "半个小时", "30分钟"],
    "quarter of an hour": ["一刻钟", "15分钟"],
    "difference": ["10-3=7", "十减三等于七"],
    "accident": ["1起交通事故", "一起交通事故"],
    "hours with 个": ["2小时", "两小时", "两个小时"],
}

DIFFERENT = [
    ("数百人", "数千人"),
    ("数十万元", "数百万元"),
    ("几百人", "几千人"),
    ("俩人", "仨人"),
    ("廿五日", "十五日"),
    ("周三开会", "周四开会"),
    ("版本1.1.5", "版本1.01.5"),
    ("月初付款", "月底付款"),
    ("年初发布", "年末发布"),
    ("五月上旬", "五月下旬"),
    ("在里面等", "在外面等"),
    ("这是对的", "这是错的"),
    ("借给他", "还给他"),
    ("南方航线", "北方航线"),
    ("至少三个", "至多三个"),
    ("主队领先", "客队领先"),
    ("出发时间", "到达时间"),
    ("单程票", "往返票"),
    ("结果是阴性", "结果是阳性"),
    ("从三号口进站", "从三号口出站"),
    ("每天吃药", "每周吃药"),
    ("每小时一班", "每分钟一班"),
    ("五六十岁", "五七十岁"),
    ("7、8个", "78个"),
    ("1.75米", "一米七六"),
    ("$4.50", "四美元五美分"),
    ("三点五米", "三五米"),
    ("2026年5月3日", "二零二六年五月十三日"),
    ("2026年", "二零二五年"),
    ("3:30", "三点二十分"),
    ("15:30", "上午三点半"),
    ("85%", "百分之八十六"),
    ("19.99元", "十九点九九美元"),
    ("3.5", "三十五"),
    ("3.5", "35"),
    ("2~3天", "23天"),
    ("2~3天", "二十三天"),
    ("1/2", "三分之一"),
    ("一个半小时", "一个小时"),
    ("三点半", "三点"),
    ("零下5度", "五度"),
    ("气温是-5度", "气温是5度"),
    ("二月气温降到-10℃", "二月气温降到10℃"),
    ("502室", "五零三室"),
    ("第三名", "第四名"),
    ("两百", "三百"),
    ("3万", "三千"),
    ("5公里", "五米"),
    ("5kg", "五斤"),
    ("三个", "十三个"),
    ("一百一", "一百零一"),
    ("一千零五", "一千五"),
    ("十两", "十二"),
    ("星期五", "星期六"),
    ("三分钟", "三小时"),
    ("9:50到", "差五分十点到"),
    ("9:55到", "差五分九点到"),
    ("这个不能打开", "这个能打开"),
    ("我没有收到", "我有收到"),
    ("他没去", "他不去"),
    ("请别动", "请动"),
    ("尚未完成", "尚已完成"),
    ("无法使用", "可以使用"),
    ("沒有關係", "有關係"),
    ("向左转", "向右转"),
    ("上午开会", "下午开会"),
    ("打开电源", "关闭电源"),
    ("十八岁以上", "十八岁以下"),
    ("三点之前", "三点之后"),
    ("增加预算", "减少预算"),
    ("开始录音", "停止录音"),
    ("温度太高", "温度太低"),
    ("买进", "卖出"),
    ("南门", "北门"),
    ("允许吸烟", "禁止吸烟"),
    ("左边的门", "的门"),
    ("产量增长", "产量下降"),
    ("打110", "打一一九"),
    ("3.11版本", "三一一版本"),
    ("我们一起走", "我们1起走"),
    ("吃三明治", "吃3明治"),
    ("万一失火", "10001失火"),
    ("千万别忘", "1000万别忘"),
]

PLAIN = [
    "针对的问题",
    "这是借口",
    "浓厚的兴趣",
    "我们一起去",
    "他们都一样",
    "一直一般一定一些",
    "有一点难",
    "我要三明治",
    "四川很美",
    "十分重要",
    "万一失火",
    "特别好吃",
    "区别在哪",
    "非常感谢",
    "不过我知道",
    "他不但聪明",
    "公开会议",
    "关于会议",
    "未来可期",
]


@pytest.mark.parametrize("spellings", SAME.values(), ids=SAME.keys())
def test_one_thing_may_be_written_and_said_in_several_ways(is_same, spellings):
    assert [pair for pair in permutations(spellings, 2) if not is_same("zh", SENTENCE, *pair)] == []


@pytest.mark.parametrize(("one", "other"), DIFFERENT)
def test_a_changed_number_negation_or_opposite_fails_however_long_the_sentence(is_vetoed, one, other):
    assert [pair for pair in permutations((one, other)) if not is_vetoed("zh", SENTENCE, *pair)] == []


def test_another_wrong_character_is_none_of_these():
    found = score(SENTENCE.format("请看第三页"), SENTENCE.format("请看第三页").replace("材料", "才料"), language="zh")
    assert found.verdict(0.95) == "passed"


@pytest.mark.parametrize("text", PLAIN)
def test_what_looks_like_a_number_or_negation_and_is_none_is_not_critical(text):
    assert not list(LANGUAGE.criticals(text))


def test_a_number_is_critical_with_what_belongs_to_it():
    text = "第3名花了¥19.99,用时2.5小时,占百分之八十五,气温零下五度"
    found = [text[start:end] for start, end, kind, *_ in LANGUAGE.criticals(text) if kind == "number"]
    assert found == ["第3名", "¥19.99", "2.5小时", "百分之八十五", "零下五度"]


def test_what_is_no_hour_is_read_as_none():
    assert not any("点" in spoken or "分" in spoken for *_, spoken in LANGUAGE.readings("1:88"))


def test_the_usual_reading_comes_first():
    text = "会议将于2026年5月3日15:30在502室举行,费用¥19.99,占85%,2个人,3-5天,气温-5℃。"
    assert spoken_form(text, "zh") == (
        "会议将于二零二六年五月三日十五点三十分在五零二室举行,"
        "费用十九点九九元,占百分之八十五,两个人,三到五天,气温负五摄氏度。"
    )


@pytest.mark.parametrize("text", ["两百元的票在九点半开售", "一个半小时", "百分之百", "二分之一"])
def test_what_is_written_in_words_is_said_as_written(text):
    assert spoken_form(text, "zh") == text
