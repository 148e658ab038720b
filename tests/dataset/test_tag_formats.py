"""The text of a tag file: cut into tags, or told from sentences."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dataset.sentences import is_sentences
from dataset.tag_text import split_tags
from tags.spelling import canonical
from tests.cases import in_one_test


@in_one_test(
    ("text", "written"),
    [
        ("1girl, long hair,smile", ["1girl", "long hair", "smile"]),
        ("1girl, smile,\n", ["1girl", "smile"]),
        ("1girl, , ,smile,,", ["1girl", "smile"]),
        ("1girl, smile\nlong hair, hat", ["1girl", "smile", "long hair", "hat"]),
        ("1girl\r\nlong hair\r\n", ["1girl", "long hair"]),
        ("1girl\rlong hair", ["1girl", "long hair"]),
        ("1girl\nlong_hair\n>_<", ["1girl", "long_hair", ">_<"]),
        ("1girl long_hair >_< smile", ["1girl", "long_hair", ">_<", "smile"]),
        ("hat smile rem_(re:zero)", ["hat", "smile", "rem_(re:zero)"]),
        ("1girl hat smile", ["1girl", "hat", "smile"]),
        ("long hair", ["long hair"]),
        ("> <", ["> <"]),
        ("character:samus aran\nblue eyes", ["character:samus aran", "blue eyes"]),
        ("sks ||| 1girl, smile ||| highres", ["sks", "1girl", "smile", "highres"]),
        ("1girl, smile;;;hat, bow", ["1girl", "smile", "hat", "bow"]),
        ("steins;gate, ;), ;d", ["steins;gate", ";)", ";d"]),
        ("1girl, hat BREAK smile, BREAK, bow", ["1girl", "hat", "smile", "bow"]),
        ("BREAKDANCE, smile", ["BREAKDANCE", "smile"]),
        ("1girl, <lora:my style:0.8>, smile <lora:x:1>", ["1girl", "smile"]),
        ("1girl long_hair <lora:x:1>", ["1girl", "long_hair"]),
        ("\ufeff1girl, smile", ["1girl", "smile"]),
        ("1girl，smile、hat", ["1girl", "smile", "hat"]),
        ("smile, smile", ["smile", "smile"]),
        ("", []),
        (" ,\n,", []),
    ],
)
def test_a_tag_file_is_cut_into_its_tags(text: str, written: list[str]) -> None:
    assert split_tags(text) == written


@in_one_test(
    "text",
    [
        "A painting of a robot in a garden.",
        "a photo of a dog",
        "a drawing of a man with a lamp on his head , by somebody",
        "The image shows a girl with blue eyes, long hair, twintails, and a hat.",
        "A young woman, wearing a red dress, stands in a garden. Behind her, trees.",
        "Two girls are sitting on a bench.\nThey look at the sky.",
        "sks dog, a photo of a dog in a bucket",
        "Eine Frau mit langen Haaren, die ein rotes Kleid trägt, steht im Garten.",
        "Девушка с длинными волосами стоит в саду.",
        "一个女孩站在花园里。她在笑。",
        "女の子が庭に立っている。",
    ],
)
def test_sentences_are_no_tags(text: str) -> None:
    assert is_sentences(text)


@in_one_test(
    "text",
    [
        "",
        "1girl",
        "no humans",
        "sks",
        "^_^",
        "that",
        "long hair",
        "the legend of zelda: breath of the wild",
        "the_legend_of_zelda:_a_link_to_the_past",
        "a hat in time",
        "is_that_so?",
        "1girl, solo, smile!",
        "1girl solo long_hair blue_eyes it hat smile",
        "1girl solo long_hair looking_at_viewer hand_on_own_hip",
        "looking at viewer\nhand on own hip\nthe idolm@ster",
        "solo,from side,no humans,mask,moon,helmet,portrait,1other,ambiguous gender,gas mask",
        "Hatsune Miku, Long Hair, Looking At Viewer, Alternate Costume.",
        "a_b, is_this_real?, 2girls, the legend of zelda, a link between worlds, hat",
        "1girl, solo, long hair, smile, blue eyes, hat, dress, outdoors, sky, cloud, "
        "A girl is standing in the field, looking up at the sky.",
        "初音ミク、長い髪、笑顔",
    ],
)
def test_tags_are_no_sentences(text: str) -> None:
    assert not is_sentences(text)


@given(st.text())
def test_any_text_is_sentences_or_none_without_an_error(text: str) -> None:
    is_sentences(text)
    split_tags(text)


@given(st.lists(st.from_regex(r"[a-z0-9]{2,8}(_[a-z0-9]{1,8}){0,3}", fullmatch=True), min_size=2))
def test_every_form_of_a_tag_file_holds_the_same_tags(tags: list[str]) -> None:
    spaced = [tag.replace("_", " ") for tag in tags]
    assert [canonical(tag) for tag in split_tags(", ".join(spaced))] == list(map(canonical, tags))
    assert [canonical(tag) for tag in split_tags("\n".join(tags))] == list(map(canonical, tags))


@pytest.mark.parametrize(
    "unit", ["(", ")", "((a", "a_(b)", "(a:1.2)", "\\(", "1::", "@a", "<lora:", "a,", " ,", "\u0301\u0316"]
)
def test_a_hostile_text_takes_time_in_proportion_to_its_length(unit: str) -> None:
    # Were one step quadratic, this would run for minutes and the test run's own limit would end it.
    text = unit * (300_000 // len(unit))
    split_tags(text)
    is_sentences(text)
