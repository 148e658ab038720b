"""The rule that keeps pictures of minors with sexual content from being sent: word lists, both ways."""

from __future__ import annotations

from collections.abc import Iterable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from english import singular
from tags.exclusion import (
    HARMLESS_MINORS,
    HARMLESS_SEXUAL,
    MINOR_TAGS,
    MINORS,
    SEXUAL,
    SEXUAL_TAGS,
    judge,
)
from tags.ratings import Rating
from tests.cases import in_one_test


def excluded_because(tags: Iterable[str], rating: str | None = None) -> str | None:
    """Why a picture with these tags is excluded, None when it is not."""
    return judge(tags, [Rating("rating", rating)]).excluded_because


MINOR_SIDE = [
    "loli",
    "lolicon",
    "oppai_loli",
    "shota",
    "shotacon",
    "toddlercon",
    "toddler",
    "child",
    "children",
    "female_child",
    "male_child",
    "school_children",
    "baby",
    "two babies",
    "infant",
    "kid",
    "kids",
    "little_girl",
    "little girls",
    "young_boy",
    "young",
    "preteen",
    "teenager",
    "underage",
    "under-aged",
    "cub",
    "cubs",
    "kindergarten_uniform",
    "elementary_school_student",
    "middle_school_student",
    "high_school_student",
    "10_years_old",
    "10-year-old",
    "10_year_old_girl",
    "age_9",
    "age:9",
    "aged 17",
    "12yo",
    "12_y/o",
    "12_y.o.",
    "seven years old",
    "18_months_old",
    "at the age of 12",
    "5th_grader",
    "under_18",
    "under the age of 18",
    "lolita",
    "minor",
    "Little_Girl",
    "ｌｏｌｉ",
    "lóli",
    "1loli",
    "ロリ",
    "小学生",
    "10歳",
    "a photo of a small child at the beach",
    "character:little_girl_(series)",
    "(loli:1.2)",
]

SEXUAL_SIDE = [
    "nude",
    "completely_nude",
    "partially nude",
    "naked_apron",
    "topless",
    "nipples",
    "covered_nipples",
    "penis",
    "pussy",
    "anus",
    "testicles",
    "sex",
    "sexually_suggestive",
    "fellatio",
    "masturbation",
    "cum_on_body",
    "ahegao",
    "foot_fetish",
    "bondage",
    "panties",
    "pantyshot",
    "black_panties",
    "underwear_only",
    "bra",
    "lingerie",
    "underboob",
    "cameltoe",
    "cleavage",
    "ass",
    "micro_bikini",
    "see-through_clothes",
    "skirt_lift",
    "spread_legs",
    "uncensored",
    "nsfw",
    "hentai",
    "explicit",
    "questionable",
    "rating:explicit",
    "rating:questionable",
    "rating:q",
    "rating:e",
    "rating_explicit",
    "R-18",
    "rule_34",
    "Ｎｕｄｅ",
    "全裸",
    "she wears nothing and is naked",
    "(nude:1.2)",
    "1.2::nude::",
]

HARMLESS_TOGETHER = [
    ["child", "playground", "outdoors", "smile"],
    ["child", "swimsuit", "beach"],
    ["child", "one-piece_swimsuit", "pool"],
    ["mother_and_daughter", "child", "kiss"],
    ["baby", "sleeping", "bed"],
    ["little_girl", "dress", "barefoot", "holding_hands"],
    ["loli", "serafuku", "cat_ears"],
    ["shota", "shorts", "baseball_cap"],
    ["10_years_old", "birthday_cake"],
    ["child", "facial_mark", "ball"],
    ["child", "playing_with_balls"],
    ["child", "breasts", "thighs", "navel"],
    ["child", "sports_bra", "running"],
    ["child", "bra_(dragon_ball)"],
    ["child", "great_tit", "bird"],
    ["child", "sperm_whale"],
    ["child", "see-through_sleeves"],
    ["child", "grass", "glass", "class", "bass_guitar", "peacock", "shuttlecock"],
    ["child", "cumulonimbus_cloud", "document", "cucumber"],
    ["child", "middlesex", "analog_clock", "canal", "therapist"],
    ["child", "6_9", "^_^"],
    ["nude", "lolita_fashion"],
    ["nude", "gothic_lolita"],
    ["nude", "baby_bottle"],
    ["nude", "baby's_breath", "flower"],
    ["nude", "kid_icarus"],
    ["nude", "kaitou_kid"],
    ["nude", "destiny_child"],
    ["nude", "teen_titans"],
    ["nude", "young_woman"],
    ["sex", "a photo of a young man and a young woman"],
    ["nude", "childe_(genshin_impact)", "childhood_friend"],
    ["nude", "lolipop", "lollipop"],
    ["nude", "aged_down"],
    ["nude", "petite", "flat_chest", "small_breasts"],
    ["nude", "school_uniform", "school_swimsuit"],
    ["nude", "18_years_old"],
    ["nude", "500_years_old"],
    ["nude", "110_years_old"],
    ["nude", "age_difference", "age_25"],
    ["nude", "ursa_minor"],
    ["nude", "cube", "kidney", "babylon", "cubism"],
    ["nude", "1990s_(style)", "17:00", "2017"],
    ["nude", "high_school_dxd"],
    ["nude", "ゴスロリ"],
    ["裸足", "子供"],
    ["nude", "1girl", "solo"],
    ["child"],
    ["explicit"],
    [],
]


@in_one_test("minor", MINOR_SIDE)
def test_a_minor_with_nudity_is_excluded(minor: str) -> None:
    because = excluded_because(["1girl", "smile", "nude", minor])
    assert because == f'tags combine "{minor}" with "nude"'


@in_one_test("sexual", SEXUAL_SIDE)
def test_sexual_content_with_a_minor_is_excluded(sexual: str) -> None:
    assert excluded_because([sexual, "loli"]) == f'tags combine "loli" with "{sexual}"'


@in_one_test("tags", HARMLESS_TOGETHER)
def test_harmless_tags_pass(tags: list[str]) -> None:
    assert excluded_because(tags) is None


@pytest.mark.parametrize(
    "rating", ["e", "E", "explicit", "q", "questionable", "rating:e", "nsfw", "mature", "R18"]
)
def test_a_strong_rating_counts_as_sexual_content(rating: str) -> None:
    assert excluded_because(["child"], rating) == f'tags combine "child" with the rating "{rating}"'


@pytest.mark.parametrize("rating", [None, "", "g", "s", "general", "safe", "sensitive", "rating:s"])
def test_a_mild_rating_excludes_nothing(rating: str | None) -> None:
    assert excluded_because(["child", "beach"], rating) is None


def test_a_strong_rating_without_a_minor_passes() -> None:
    assert excluded_because(["1girl", "nude"], "explicit") is None


def test_one_tag_can_name_both() -> None:
    assert excluded_because(["naked_child"]) == '"naked_child" combines a minor with sexual content'


def test_a_harmless_phrase_hides_nothing_beside_it() -> None:
    assert excluded_because(["young woman with a child", "nude"]) is not None
    assert excluded_because(["kid_icarus", "kid", "nude"]) is not None


def test_a_long_trigger_sentence_is_shown_shortened() -> None:
    because = excluded_because(["a child " + "who walks " * 50, "nude"])
    assert because is not None and len(because) < 120


def test_any_iterable_of_tags_is_read_to_its_end() -> None:
    assert excluded_because(tag for tag in ("nude", "solo", "loli")) is not None


def test_every_word_for_a_minor_works_as_a_tag_and_in_the_plural() -> None:
    for word in sorted(MINORS | MINOR_TAGS):
        tag = word.replace(" ", "_")
        assert excluded_because([tag, "nude"]) is not None, word
        has_plural = word not in MINOR_TAGS and word[-1] not in "su"
        assert not has_plural or excluded_because([f"two_{tag}s", "nude"]) is not None, word


def test_every_sexual_word_works_as_a_tag() -> None:
    for word in sorted(SEXUAL | SEXUAL_TAGS):
        assert excluded_because([word.replace(" ", "_"), "loli"]) is not None, word


def test_every_sexual_phrase_works_within_a_sentence_and_in_the_plural() -> None:
    for phrase in sorted(each for each in SEXUAL if " " in each):
        last = phrase.split()[-1]
        # Some have no plural that is told from another word.
        plurals = [f"{phrase}s"] if singular(f"{last}s") == last else []
        for said in (phrase, *plurals):
            assert excluded_because([f"Here one sees {said} today.", "loli"]) is not None, said


def test_every_harmless_phrase_about_minors_is_needed_and_works() -> None:
    for phrase in sorted(HARMLESS_MINORS):
        assert excluded_because([phrase.replace(" ", "_"), "nude"]) is None, phrase
        assert any(excluded_because([word, "nude"]) for word in phrase.split()), phrase


def test_every_harmless_phrase_about_bodies_is_needed_and_works() -> None:
    for phrase in sorted(HARMLESS_SEXUAL):
        assert excluded_because([phrase.replace(" ", "_"), "loli"]) is None, phrase
        words = phrase.split()
        parts = [" ".join(words[start:end]) for end in range(len(words) + 1) for start in range(end)]
        assert any(excluded_because([part, "loli"]) for part in (*parts, singular(phrase))), phrase


@given(st.lists(st.text(max_size=30), max_size=5))
def test_any_text_is_judged_without_an_error(tags: list[str]) -> None:
    excluded_because(tags, "".join(tags))


@given(
    st.lists(st.sampled_from(["1girl", "solo", "smile", "young_woman", "sports_bra"]), max_size=8), st.data()
)
def test_no_other_tag_hides_the_combination(others: list[str], data: st.DataObject) -> None:
    tags = data.draw(st.permutations([*others, "female_child", "nipples"]))
    assert excluded_because(tags) is not None
