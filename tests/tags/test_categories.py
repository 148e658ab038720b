"""The categories of tags and their names, for everybody who asks."""

from __future__ import annotations

import pytest

from check import check
from settings import TagsSettings
from tags.categories import (
    CATEGORIES,
    DANBOORU_NUMBERS,
    E621_NUMBERS,
    UNSEEN,
    category_called,
    is_unsaid,
    misspelled_category,
    on_danbooru,
    without_categories,
)


@pytest.mark.parametrize("category", CATEGORIES)
def test_each_category_is_called_by_its_own_name_and_is_one_that_danbooru_has(category: str) -> None:
    assert category_called(category) == category
    assert misspelled_category(category) == ""
    assert on_danbooru(category) in DANBOORU_NUMBERS.values()
    assert category in E621_NUMBERS.values()


@pytest.mark.parametrize(
    ("name", "category"),
    [("creator", "artist"), ("circle", "artist"), ("series", "copyright"), ("medium", "meta")],
)
def test_a_category_is_known_by_what_other_programs_call_it(name: str, category: str) -> None:
    assert category_called(name) == category


def test_a_name_of_no_category_is_answered_with_the_nearest_one() -> None:
    assert category_called("artists") is None
    assert misspelled_category("artists") == "artists is no category; did you mean artist?"
    assert misspelled_category("xyz").startswith("xyz is no category; there are general, artist")


def test_what_nobody_sees_in_a_picture_is_left_out_of_prompts_unless_the_user_says_otherwise() -> None:
    assert set(TagsSettings().exclude_categories) == UNSEEN


def test_categories_are_left_out_and_an_unknown_one_is_general() -> None:
    categories = {"someone": "artist", "highres": "meta"}
    assert without_categories(["hat", "someone", "highres"], categories, {"artist", "meta"}) == ["hat"]
    assert without_categories(["hat", "someone"], categories, {"general"}) == ["someone"]


_OF_THE_FILE = (
    "signature hi_res 2024 artist_name english_commentary digital_media_(artwork) best_quality rating:general"
)


@pytest.mark.parametrize("tag", _OF_THE_FILE.split())
def test_what_is_about_the_file_is_neither_composed_nor_asked_for(tag: str) -> None:
    assert is_unsaid(tag)
    assert check("A girl.", ["1girl", tag], {}).missed == ()


@pytest.mark.parametrize("tag", ["watercolor_(medium)", "sketch", "year_of_the_rabbit", "name_tag", "1girl"])
def test_what_can_be_seen_is_said(tag: str) -> None:
    assert not is_unsaid(tag)
