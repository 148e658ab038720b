"""How tags are spelled: what people and programs write, Danbooru's spelling, words, and files of tags."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dataset.tag_text import is_sentences, split_tags
from tags.spelling import Tag, canonical, parse_tag, words

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


@pytest.mark.parametrize(("written", "spelled"), SPELLINGS)
def test_a_written_tag_gets_the_spelling_of_the_wiki(written: str, spelled: str) -> None:
    assert canonical(written) == spelled


@pytest.mark.parametrize(
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


@pytest.mark.parametrize(
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


@pytest.mark.parametrize(
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


@pytest.mark.parametrize(
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


@pytest.mark.parametrize(
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


@pytest.mark.parametrize(
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
def test_any_text_has_a_spelling_that_can_be_written_to_a_file(written: str) -> None:
    tag = canonical(written)
    tag.encode("utf-8")
    assert not set(tag) & set(" ,\n\t\0")
    assert tag == "" or not (tag[0] == "_" or tag[-1] == "_" or "__" in tag)
    words(tag)
    is_sentences(written)


@given(st.text(alphabet="ab_ ()[]{}\\:;,.123|@<>^", max_size=40))
def test_brackets_and_weights_in_any_order_are_read_without_an_error(written: str) -> None:
    assert "," not in canonical(written)


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
    canonical(text)
    words(text)
    split_tags(text)
    is_sentences(text)
