"""A list of tags is told from sentences, and a word that no source bears out from those that one does."""

import pytest

from check import is_list, new_words
from composer import compose
from tests.check.corpus import LONG, PROSE


@pytest.mark.parametrize(
    "text",
    [
        "1girl, solo, long hair",
        "A vending machine, street, night, puddle, rain, neon lights, shown from above.",
        "A train station with railroad tracks, train, sunset, orange sky, clouds, shown from above.",
        "A girl with long hair, blue eyes, red dress, smiling, standing.",
        "- a girl\n- a red dress\n- a tree",
    ],
)
def test_words_with_commas_between_them_are_a_list(text: str) -> None:
    assert is_list(text)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "A girl with long blonde hair, blue eyes, a hairband and a blue dress, sitting on a chair.",
        compose(["1girl", "solo", "long_hair", "red_dress", "tree", "boat", "lake", "flower", "hat"], {}),
        "Visible details include grey hair, very long hair, brown eyes, dragon horns, a fang and a blush.",
        "mychar, two girls, sisters, wear maid headdresses.",
        "Frieren, Fern, Stark, and Himmel stand in a row, and the wind is in their hair.",
    ],
)
def test_sentences_are_no_list(text: str) -> None:
    assert not is_list(text)


def test_no_caption_as_models_write_them_is_a_list() -> None:
    captions = [each.caption for each in (*PROSE, *LONG) if each.kind != "weak"]
    assert [caption for caption in captions if is_list(caption)] == []


@pytest.mark.parametrize(
    ("text", "sources", "new"),
    [
        ("A girl in a red gown stands by the lake.", ["1girl red_dress", "standing, lake"], ()),
        ("A man with a bookshelf, seen from behind.", ["1boy book", "a shelf"], ()),
        ("A girl sits on the branch of a tree.", ["1girl tree"], ("sits", "branch")),
        ("Two animals: a wolf and a raven.", ["wolf bird"], ("raven",)),
        ("An anime by Madhouse", ["an anime about elves"], ("madhouse",)),
        ("", ["1girl"], ()),
    ],
)
def test_words_that_no_source_bears_out_are_new(text: str, sources: list[str], new: tuple[str, ...]) -> None:
    assert new_words(text, *sources) == new
