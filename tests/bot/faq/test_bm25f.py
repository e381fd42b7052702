from __future__ import annotations

from bot.faq.bm25f import Held, WordIndex
from bot.faq.words import Word


def index(*documents: tuple[str, str]) -> WordIndex:
    def words(text: str) -> list[Word]:
        return [Word(term, groups=(7,) if term in {"ごみ", "廃棄物"} else ()) for term in text.split()]

    return WordIndex([words(asked) for asked, _ in documents], [words(answered) for _, answered in documents])


def fits(held: Held | None) -> dict[int, float]:
    return {} if held is None else dict(zip(held.units.tolist(), held.fit.tolist(), strict=True))


def test_a_word_in_the_question_weighs_more_than_in_the_answer() -> None:
    found = fits(index(("犬 登録", "窓口"), ("窓口 時間", "犬")).held(Word("犬"), ()))
    assert found[0] > found[1] > 0


def test_a_repeated_word_weighs_more_but_not_twice() -> None:
    found = fits(index(("犬 猫", ""), ("犬 犬", ""), ("鳥", "")).held(Word("犬"), ()))
    assert found[0] < found[1] < 2 * found[0]


def test_a_synonym_weighs_less_than_the_word_itself() -> None:
    found = fits(index(("犬", ""), ("猫", "")).held(Word("犬"), ["猫"]))
    assert 0 < found[1] < found[0]


def test_words_of_one_set_of_synonyms_stand_for_each_other() -> None:
    found = index(("廃棄物", ""), ("ごみ", ""), ("犬", "")).held(Word("ごみ", groups=(7,)), ())
    assert set(fits(found)) == {0, 1}
    assert found is not None
    assert set(found.by) == {"廃棄物", "ごみ"}


def test_a_misspelt_word_is_found_again() -> None:
    found = index(("マイナポータル", ""), ("犬", "")).held(Word("マイナポタル"), ())
    assert set(fits(found)) == {0}


def test_a_short_unknown_word_is_not_guessed_at() -> None:
    assert index(("犬小屋", "")).held(Word("犬小"), ()) is None


def test_an_unknown_word_is_the_rarest() -> None:
    words = index(("犬", ""), ("犬 猫", ""))
    assert words.rarity("鳥") > words.rarity("猫") > words.rarity("犬")


def test_remembered_blends_do_not_grow_for_ever() -> None:
    words = index(("犬", ""), ("猫", ""))
    before = [fits(words.held(Word(f"語{number}"), ["猫"])) for number in range(2_000)]
    assert before[0] == before[-1]
    assert len(words._blends) <= 512
