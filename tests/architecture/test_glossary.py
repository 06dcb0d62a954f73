"""The words of the rooms are a glossary in three languages."""

import re

import pytest

from tools import glossary

CJK = re.compile(r"[\u3040-\u30ff\u3400-\u9fff]")
KANA = re.compile(r"[\u3040-\u30ff]")


def test_every_word_is_there_in_three_languages():
    words = glossary.words()
    assert len(words) > 120
    assert len({word.room for word in words}) >= 15
    for word in words:
        assert CJK.search(word.ja), word
        assert CJK.search(word.zh), word
        assert not KANA.search(word.zh), f"{word.zh} is not Chinese: {word}"
    assert words == sorted(words, key=lambda word: (word.en.casefold(), word.room))


def test_the_page_holds_them_all():
    page = glossary.on_page_markdown((glossary.SOURCE.parents[1] / "docs" / "glossary.md").read_text("utf-8"))
    assert glossary.MARK not in page
    assert page.count("\n| ") == len(glossary.words()) + 1
    assert "| four eyes | 二者確認 | 双人复核 | `require_second_person` | `identity` |" in page


def test_both_ways_of_writing_words():
    text = "# x\n\n## Words\n\n- base day 基本検針日 / 抄表日 - `base_day`\n- run 請求処理 / 批次 -\n  `Run`; slot コマ / 时段 - `SLOTS`\n\n## Next\n"
    found = glossary.words_of(text, room="x")
    assert [(word.en, word.ja, word.zh, word.identifier) for word in found] == [
        ("base day", "基本検針日", "抄表日", "`base_day`"),
        ("run", "請求処理", "批次", "`Run`"),
        ("slot", "コマ", "时段", "`SLOTS`"),
    ]


@pytest.mark.parametrize("line", ["sub-account 虚拟子户 - `sub`", "run - `Run`", "run 請求処理 / 批次"])
def test_a_word_that_lacks_something_is_named(line):
    with pytest.raises(glossary.NotAWord, match="not like: term"):
        glossary.words_of(f"## Words\n- {line}\n", room="x")
