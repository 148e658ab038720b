"""What a tag says along, by its words and by the table."""

import pytest

from tags.broader import broader_tags


@pytest.mark.parametrize(
    ("tag", "said"),
    [
        ("torn_jeans", {"jeans", "pants", "clothed", "torn_pants"}),
        ("wolf", {"canine", "canid", "mammal", "animal"}),
        ("holding_katana", {"holding", "katana", "holding_sword", "sword", "holding_weapon", "weapon"}),
        ("no_shoes", set()),
        ("smile", set()),
    ],
)
def test_a_tag_says_what_its_words_and_the_table_say_over_several_steps(tag: str, said: set[str]) -> None:
    assert broader_tags(tag) == said


def test_no_tag_of_the_table_says_itself_in_a_circle() -> None:
    assert "insect" not in broader_tags("bug")
    assert "bug" in broader_tags("insect")
