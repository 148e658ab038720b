"""How tags are spelled: what people and programs write, Danbooru's spelling, and words."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tags.spelling import Tag, canonical, parse_tag, words
from tests.cases import in_one_test

SPELLINGS = [
    ("long hair", "long_hair"),
    ("  Long   Hair ", "long_hair"),
    ("long__hair_", "long_hair"),
    (r"hatsune miku \(vocaloid\)", "hatsune_miku_(vocaloid)"),
    ("Hatsune_Miku_(Vocaloid)", "hatsune_miku_(vocaloid)"),
    (r"artoria \[alter\]", "artoria_[alter]"),
    ("(smile:1.2)", "smile"),
    ("(smile:.8)", "smile"),
    ("(smile: 1)", "smile"),
    ("((smile))", "smile"),
    ("((long hair:1.2):0.9)", "long_hair"),
    ("{{smile}}", "smile"),
    ("[smile]", "smile"),
    ("1.2::long hair::", "long_hair"),
    ("-1::{smile}::", "smile"),
    (r"(saber \(fate\):1.1)", "saber_(fate)"),
    ("(saber (fate):1.1)", "saber_(fate)"),
    ("(smile", "smile"),
    ("blush:1.3)", "blush"),
    ("(v", "v"),
    ("1.4::smile", "smile"),
    ("smile::", "smile"),
    ("reverse:1999", "reverse:1999"),
    ("(reverse:1999)", "reverse:1999"),
    ("(code:074:1.1)", "code:074"),
    ("7:08", "7:08"),
    ("(7:08)", "7:08"),
    ("re:zero kara hajimeru isekai seikatsu", "re:zero_kara_hajimeru_isekai_seikatsu"),
    ("steins;gate", "steins;gate"),
    ("fate/grand order", "fate/grand_order"),
    ("pieces / wataridori no somnium", "pieces_/_wataridori_no_somnium"),
    ("6+girls", "6+girls"),
    (r"\m/", r"\m/"),
    (r"\\m/", r"\m/"),
    (r"double \m/", r"double_\m/"),
    (r"\||/", r"\||/"),
    (r"\\//", r"\\//"),
    (r"\(^o^)/", r"\(^o^)/"),
    (r"\\(^o^\)/", r"\(^o^)/"),
    (":D", ":d"),
    (":3", ":3"),
    ("(:3)", ":3"),
    ("(:3:1.2)", ":3"),
    (":)", ":)"),
    (";(", ";("),
    (">:(", ">:("),
    (";d", ";d"),
    ("> <", ">_<"),
    ("o o", "o_o"),
    (". .", "._."),
    ("(o) (o)", "(o)_(o)"),
    ("| |", "|_|"),
    ("@_@", "@_@"),
    ("!?", "!?"),
    ("^^^", "^^^"),
    ("jeanne d’arc", "jeanne_d'arc"),
    ("ｌｏｎｇ　ｈａｉｒ", "long_hair"),
    ("＞＿＜", ">_<"),
    ("\ufefflong\u200bhair", "longhair"),
    ("pokémon", "pokémon"),
    ("by artist", "by_artist"),
    ("idolm@ster", "idolm@ster"),
    ("hello, world", "hello_world"),
    ("", ""),
    ("()", ""),
    ("((((", ""),
    ("_", ""),
    ("character:", ""),
    ("\x00", ""),
    ("a\ud800b", "ab"),
]


@in_one_test(("written", "spelled"), SPELLINGS)
def test_a_written_tag_gets_the_spelling_of_the_wiki(written: str, spelled: str) -> None:
    assert canonical(written) == spelled


@in_one_test(
    ("written", "tag"),
    [
        ("character:hatsune miku", Tag("hatsune_miku", "character")),
        ("Character: Hatsune Miku", Tag("hatsune_miku", "character")),
        ("(character:hatsune miku:1.1)", Tag("hatsune_miku", "character")),
        ("creator:some one", Tag("some_one", "artist")),
        ("artist:some_one", Tag("some_one", "artist")),
        ("@some one", Tag("some_one", "artist")),
        ("series:fate (series)", Tag("fate_(series)", "copyright")),
        ("copyright:fate/zero", Tag("fate/zero", "copyright")),
        ("species:cat", Tag("cat", "species")),
        ("general:smile", Tag("smile", "general")),
        ("meta:highres", Tag("highres", "meta")),
        ("rating:Safe", Tag("rating:safe", "rating")),
        ("rating_explicit", Tag("rating:explicit", "rating")),
        ("rating explicit", Tag("rating:explicit", "rating")),
        ("rating_stars", Tag("rating_stars")),
        ("re:creators", Tag("re:creators")),
        ("long hair", Tag("long_hair")),
    ],
)
def test_what_is_written_in_front_of_a_tag_is_its_category(written: str, tag: Tag) -> None:
    assert parse_tag(written) == tag


@in_one_test(
    ("tag", "said"),
    [
        ("long_hair", "long hair"),
        ("hatsune_miku_(vocaloid)", "hatsune miku"),
        ("fate_(series)", "fate"),
        ("rem_(re:zero)", "rem"),
        ("jeanne_d'arc_(alter)_(fate)", "jeanne d'arc"),
        ("saber_(swimsuit_(summer))", "saber"),
        (":d_(meme)", ":d"),
        ("cu(te)_girl", "cu(te) girl"),
        ("cu(te)", "cu(te)"),
        ("(vocaloid)", "(vocaloid)"),
        ("pieces_/_wataridori_no_somnium", "pieces / wataridori no somnium"),
        (r"double_\m/", r"double \m/"),
        ("6+girls", "6+girls"),
        ("reverse:1999", "reverse:1999"),
        ("", ""),
    ],
)
def test_a_tag_is_said_in_words_without_its_qualifier(tag: str, said: str) -> None:
    assert words(tag) == said


@in_one_test(
    "face",
    [
        *("0_0", "(o)_(o)", "+_+", "+_-", "._.", "<o>_<o>", "<|>_<|>", "=_=", ">_<", "3_3", "6_9", ">_o"),
        *("@_@", "^_^", "o_o", "u_u", "x_x", "|_|", "||_||", ":)", ";(", r"\(^o^)/"),
    ],
)
def test_a_face_is_the_same_in_every_spelling(face: str) -> None:
    assert canonical(face) == face
    assert canonical(face.replace("_", " ")) == face
    assert words(face) == face


@given(st.text())
def test_any_text_has_a_spelling_that_can_be_written_to_a_file(written: str) -> None:
    tag = canonical(written)
    tag.encode("utf-8")
    assert not set(tag) & set(" ,\n\t\0")
    assert tag == "" or not (tag[0] == "_" or tag[-1] == "_" or "__" in tag)
    words(tag)


@given(st.text(alphabet="ab_ ()[]{}\\:;,.123|@<>^", max_size=40))
def test_brackets_and_weights_in_any_order_are_read_without_an_error(written: str) -> None:
    assert "," not in canonical(written)


@pytest.mark.parametrize(
    "unit", ["(", ")", "((a", "a_(b)", "(a:1.2)", "\\(", "1::", "@a", "<lora:", "a,", " ,", "\u0301\u0316"]
)
def test_a_hostile_text_takes_time_in_proportion_to_its_length(unit: str) -> None:
    # Were one step quadratic, this would run for minutes and the test run's own limit would end it.
    text = unit * (300_000 // len(unit))
    canonical(text)
    words(text)
