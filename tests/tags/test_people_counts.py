"""How many people a tag counts, for everybody who asks."""

from __future__ import annotations

import pytest

from tags.people_counts import BOYS, GIRLS, MANY, OTHERS, Count, count_in, fewest_people


@pytest.mark.parametrize(
    ("tag", "count"),
    [
        ("1girl", Count(GIRLS, 1, is_open=False, number="1")),
        ("2boys", Count(BOYS, 2, is_open=False, number="2")),
        ("6+others", Count(OTHERS, 6, is_open=True, number="6+")),
        ("multiple_girls", Count(GIRLS, 2, is_open=True, number="multiple")),
        ("99999boys", Count(BOYS, MANY, is_open=False, number="99999")),
    ],
)
def test_a_tag_tells_whom_it_counts_and_how_many_there_are(tag: str, count: Count) -> None:
    assert count_in(tag) == count


@pytest.mark.parametrize(
    "tag", ["girl", "1girls_in_1row", "magical_girl", "2cats", "multiple_wings", "", "solo"]
)
def test_other_tags_count_nobody(tag: str) -> None:
    assert count_in(tag) is None


def test_a_number_of_very_many_digits_is_read_in_no_time() -> None:
    assert count_in("9" * 100_000 + "girls") == Count(GIRLS, MANY, is_open=False, number="9" * 100_000)


@pytest.mark.parametrize(
    ("tags", "people"),
    [
        ("hat solo", 0),
        ("1girl solo", 1),
        ("1girl 1boy", 2),
        ("2girls multiple_girls", 2),
        ("3girls multiple_girls 1other", 4),
    ],
)
def test_the_tags_of_a_picture_say_how_many_people_there_are_at_least(tags: str, people: int) -> None:
    assert fewest_people(tags.split()) == people
