"""Which tags are one character's alone; who_is_who.py has the labelled pictures and counts."""

import pytest

from composer.who_is_who import assign
from tests.composer.who_is_who import HELD_OUT, TUNED, measure


@pytest.mark.parametrize("pictures", [TUNED, HELD_OUT], ids=["tuned", "held out"])
def test_of_labelled_pictures_each_trait_goes_to_the_character_that_a_reader_gives_it_to(
    pictures: list[tuple[dict[str, str], list[str], dict[str, str | None]]],
) -> None:
    assigned = measure(pictures)
    assert assigned.precision >= 0.97
    assert assigned.share >= 0.95


# The looks of one character and of another, the tags of their picture, and those that are the first one's.
CASES = [
    ("A girl with brown or black hair.", "An elf.", "black_hair brown_hair", "red_hair elf"),
    ("A girl in a blue dress.", "A girl with red hair.", "blue_dress", "blue_hair"),
    ("A girl with a blue hair ribbon.", "", "hair_ribbon blue_ribbon", "blue_hair"),
    ("Her hair is long and white.", "", "long_hair white_hair", ""),
    ("An elf with pointed ears and twin tails.", "", "pointy_ears twintails elf", "tail"),
    ("A red-haired, blue-eyed knight.", "", "red_hair blue_eyes", "blue_hair"),
    ("A witch with golden hair.", "A witch.", "blonde_hair", "witch"),
    ("A scientist in a lab coat with stubble.", "", "labcoat facial_hair", ""),
    ("A wolf girl with wolf ears.", "", "animal_ears wolf_ears", "wolf"),
    ("A fox with a scar over one eye.", "", "fox scar_across_eye", ""),
    ("A maid with a sword.", "", "sword holding_sword maid", ""),
    ("A mage with a mob cap and a wide witch hat.", "", "witch_hat mob_cap", "cape witch"),
    ("Unlike her twin, who has red eyes, she has blue eyes and no horns.", "", "blue_eyes", "red_eyes horns"),
    ("A flower seller with red hair.", "A girl with crimson hair.", "", "red_hair flower"),
    ("Usually white hair, green eyes.", "A boy.", "white_hair green_eyes", "smile"),
    ("A warrior boy.", "A mage.", "1boy", "2girls"),
    ("A warrior boy.", "A knight, he is tall.", "", "2girls 1boy"),
    ("An idol.", "A woman in red.", "1boy", "1girl red_dress"),
]


@pytest.mark.parametrize(("one", "other", "of_one", "of_nobody_or_the_other"), CASES)
def test_a_trait_belongs_to_the_one_whose_looks_alone_say_it(
    one: str, other: str, of_one: str, of_nobody_or_the_other: str
) -> None:
    tags = ["a", "b", *of_one.split(), *of_nobody_or_the_other.split()]
    found = assign(tags, {"a": "character", "b": "character"}, {"a": one, "b": other})
    assert found.get("a", ()) == tuple(of_one.split())


def test_one_character_alone_and_words_of_series_are_not_assigned() -> None:
    assert assign(["a", "red_hair"], {}, {"a": "A girl with red hair."}) == {}
    found = assign(["red_hair"], {"red_hair": "copyright"}, {"a": "A girl with red hair.", "b": ""})
    assert found == {}
