"""The check says of a caption what a reader would say; corpus.py has the captions and counts."""

import json
import re
import time
from collections import Counter
from collections.abc import Sequence
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from check import KINDS, check
from composer import compose
from errors import ItemError
from tags.appearance import said_by
from tests.cases import in_one_test
from tests.check.corpus import (
    ADDS,
    CORPUS,
    FAULTS,
    FLOORS_OF_MISSED,
    FRESH,
    GROUPS_OF_MISSED,
    KNOWN_NAMES,
    LONG,
    MISSED,
    OUTSIDE,
    PROSE,
    SECOND,
    SECOND_LONG,
    STRONG,
    TUNED,
    TUNED_LONG,
    Example,
    Figure,
    judge,
    measure,
)
from wiki.tag_meanings import load_glossary

_PHRASES = Path(__file__).parents[2] / "check" / "phrases.json"
TAGS = [
    "1girl",
    "solo",
    "long_hair",
    "blue_hair",
    "white_dress",
    "holding_sword",
    "smile",
    "rem_(re:zero)",
    ":d",
]


def kinds(caption: str, tags: str, categories: dict[str, str] | None = None) -> set[str]:
    found = check(caption, tags.split(), categories or {}, known_names=KNOWN_NAMES)
    return {fault.kind for fault in found.faults}


def test_the_corpus_is_large_and_has_each_kind_of_fault_twelve_times() -> None:
    counts = Counter(kind for example in CORPUS for kind in example.faults)
    assert len(CORPUS) >= 170
    assert set(counts) == set(KINDS)
    assert min(counts.values()) >= 12
    assert 0.4 < sum(bool(example.faults) for example in CORPUS) / len(CORPUS) < 0.6


@pytest.mark.parametrize("examples", [TUNED, SECOND], ids=["tuned", "second part"])
@pytest.mark.parametrize("name", FAULTS)
def test_the_checks_find_faults_as_a_reader_does(name: str, examples: list[Example]) -> None:
    figure = measure(examples)[name]
    assert figure.precision >= 0.95
    assert figure.recall >= 0.90


@pytest.mark.parametrize(
    ("examples", "recall"),
    [(TUNED_LONG, 0.90), (SECOND_LONG, 0.90), (OUTSIDE, 0.90), (FRESH, 0.80), (STRONG, 0.84)],
)
def test_faults_of_long_captions_are_found_as_a_reader_finds_them(
    examples: list[Example], recall: float
) -> None:
    """All kinds together, for some have two examples among these."""
    figures = [figure for name, figure in measure(examples).items() if name in FAULTS]
    wrong, overlooked = sum(each.wrong for each in figures), sum(each.overlooked for each in figures)
    figure = Figure(sum(each.right for each in figures), wrong, overlooked)
    assert figure.precision >= 0.95
    assert figure.recall >= recall


@pytest.mark.parametrize(
    "examples",
    [TUNED_LONG, SECOND_LONG, OUTSIDE, FRESH, STRONG],
    ids=["tuned", "second part", "outside", "fresh", "strong"],
)
def test_what_captions_add_is_found_as_a_reader_finds_it(examples: list[Example]) -> None:
    figure = measure(examples)[ADDS]
    assert figure.precision >= 0.90
    assert figure.recall >= 0.60


@pytest.mark.parametrize("group", GROUPS_OF_MISSED)
def test_missed_tags_are_found_as_well_as_before(group: str) -> None:
    figure = measure(GROUPS_OF_MISSED[group])[MISSED]
    precision, recall = FLOORS_OF_MISSED[group]
    assert figure.precision >= precision
    assert figure.recall >= recall


def test_long_captions_have_hardly_any_false_faults() -> None:
    assert len(PROSE) >= 60
    assert not any(example.faults for example in PROSE)
    assert sum(bool(judge(example).faults) for example in PROSE) <= 1


@pytest.mark.parametrize(
    "examples",
    [CORPUS, PROSE, LONG, OUTSIDE, STRONG],
    ids=["corpus", "prose", "long", "outside", "strong"],
)
def test_every_tag_that_counts_is_said_missed_or_contradicted(examples: Sequence[Example]) -> None:
    for example in examples:
        found = judge(example)
        parts = [*found.said, *found.missed, *found.perhaps, *found.contradicted]
        assert len(parts) == len(set(parts)), example.caption
        assert set(parts) <= set(example.tags), example.caption
        assert 0 <= found.score <= 1, example.caption
        for fault in found.faults:
            assert fault.kind in KINDS, example.caption
            assert re.fullmatch(r"[A-Z].*\.", fault.message), example.caption


@in_one_test(
    ("caption", "tag"),
    [
        ("Her long aqua hair is tied in twintails.", "long_hair"),
        ("Her long aqua hair is tied in twintails.", "aqua_hair"),
        ("Her long aqua hair is tied in twintails.", "twintails"),
        ("She is seated on a bench.", "sitting"),
        ("She gazes toward the camera.", "looking_at_viewer"),
        ("The dress she wears is long and white.", "dress"),
        ("Her dress is white.", "white_dress"),
        ("A sword rests in her hands.", "holding_sword"),
        ("Drawn from the waist up.", "upper_body"),
        ("Her hand rests on Dr. Fox's head.", "hand_on_head"),
        ("A low angle makes the tower huge; seen from below.", "from_below"),
        ("A silver-haired girl", "grey_hair"),
        ("The blue-eyed boy", "blue_eyes"),
        ("The lamp post is lit", "lamppost"),
        ("Pokémon cards lie on the floor", "pokemon_(game)"),
    ],
)
def test_a_tag_is_said_in_other_forms_and_words(caption: str, tag: str) -> None:
    assert check(caption, [tag], {}).said == (tag,)


@in_one_test(
    ("caption", "tag"),
    [
        ("A slice of strawberry shortcake on a plate", "cake"),
        ("A slice of strawberry shortcake on a plate", "cake_slice"),
        ("He is in a white tailcoat", "white_coat"),
        ("She wears sheer black tights", "black_pantyhose"),
        ("A glass of red wine in her hand", "holding_drinking_glass"),
        ("A sword in her hand", "holding"),
        ("A girl in a yukata", "japanese_clothes"),
        ("She floats on her back", "lying"),
        ("Her dark blue twintails sway", "blue_hair"),
        ("A picture with 2girls", "multiple_girls"),
        ("Her eyes lock with the viewer", "looking_at_viewer"),
        ("Framed from the thighs up", "cowboy_shot"),
        ("A see-through umbrella", "transparent_umbrella"),
    ],
)
def test_a_tag_is_said_by_compounds_parts_and_what_implies_it(caption: str, tag: str) -> None:
    narrower = {"holding": "holding_sword", "lying": "on_back", "japanese_clothes": "yukata"}
    assert tag in check(caption, [tag, narrower.get(tag, tag)], {}).said


@in_one_test(
    ("caption", "tag"),
    [
        ("A girl without a hat", "hat"),
        ("She stands barefoot, without shoes", "shoes"),
        ("A huge castle", "hug"),
        ("A lantern glows", "halloween"),
        ("Blue eyes", "o_o"),
        ("The address is on a mushroom", "dress"),
        ("A dreadful stare", "star_(sky)"),
        ("A girl with no wings", "wings"),
        ("A blue skirt and red shoes", "blue_footwear"),
        ("A blue skirt and red shoes", "red_skirt"),
        ("A long skirt, and short hair", "long_hair"),
        ("A dress with white frills", "white_dress"),
        ("Her red hair ribbon flutters", "red_hair"),
        ("The cat has blue eyes. Her hair is red.", "blue_hair"),
        ("She wears a rose-pink kimono", "rose"),
        ("A sky-blue apron", "sky"),
    ],
)
def test_words_that_say_something_else_do_not_say_the_tag(caption: str, tag: str) -> None:
    assert check(caption, [tag], {}).said == ()


def test_a_caption_that_says_there_are_no_shoes_does_not_say_shoes() -> None:
    found = check("She is barefoot", ["no_shoes", "shoes"], {})
    assert (found.said, found.missed) == (("no_shoes",), ("shoes",))


def test_a_tag_of_the_phrases_that_is_a_word_is_said_by_this_word() -> None:
    phrases = json.loads(_PHRASES.read_text(encoding="utf-8"))
    words_of_tags = [tag for tag in phrases if tag.isalpha() and len(tag) > 1]
    assert len(words_of_tags) > 500
    assert [tag for tag in words_of_tags if check(f"There is {tag} here.", [tag], {}).missed] == []


def test_each_word_of_the_phrases_is_one_word() -> None:
    """With a hyphen, one of several words would be cut in two, and only one of the two looked for."""
    files = [_PHRASES, _PHRASES.with_name("told.json")]
    phrases = [json.loads(path.read_text(encoding="utf-8")) for path in files]
    slots = {
        slot
        for each in phrases
        for ways in each.values()
        for way in ways
        for slot in way.split()
        if "|" in slot
    }
    assert [slot for slot in slots if not slot.replace("|", "").isalnum()] == []


def test_tags_of_artists_and_files_never_count() -> None:
    found = check("A cat.", ["cat", "highres", "somebody", "signature"], {"somebody": "artist"})
    assert found.said == ("cat",)
    assert (found.missed, found.score) == ((), 1.0)


def test_an_alias_says_its_tag() -> None:
    assert check("Racketball on a court", ["racquetball"], {}).missed
    assert check("Racketball on a court", ["racquetball"], {}, {"racquetball": ["racketball"]}).said


def test_a_name_missing_costs_more_than_an_accessory_missing() -> None:
    tags, categories = ["1girl", "hatsune_miku", "headset"], {"hatsune_miku": "character"}
    nameless = check("A girl wears a headset.", tags, categories)
    bare = check("Hatsune Miku is a girl.", tags, categories)
    assert nameless.score < bare.score < 1


def test_a_fault_lowers_the_score() -> None:
    right, wrong = (check(said, ["cat"], {}).score for said in ("a black cat", "a black_cat and a cat"))
    assert wrong < right


@in_one_test(
    ("caption", "tags"),
    [
        ("A girl walks past a poster of two girls.", "1girl solo"),
        ("A girl strokes a cat with yellow eyes.", "1girl solo blue_eyes"),
        ("She wears her hair long, and is dressed in white.", "1girl solo black_hair"),
        ("A girl hugs a doll with blonde hair.", "1girl solo black_hair"),
        ("A girl in a boyfriend shirt laughs like a child.", "1girl solo"),
        ("Her reddish-brown hair is loose.", "1girl solo brown_hair"),
        (
            "Half her hair is black, the other half white hair.",
            "1girl solo black_hair white_hair two-tone_hair",
        ),
        ("Two views of the girl; in one of them the two girls mirror each other.", "1girl multiple_views"),
        ("The women laugh together.", "2girls"),
        ("A link in the chain is broken by a power drill.", "chain"),
        ('The sign says "two men, keep_out".', "1girl solo sign"),
        ("A crowd of people behind her", "1girl solo crowd"),
        ("o_o, she says", "1girl o_o"),
    ],
)
def test_what_only_looks_like_a_fault_is_no_fault(caption: str, tags: str) -> None:
    assert kinds(caption, tags) == set()


def every_colour_of_hair_and_eyes() -> list[str]:
    parts = {"hair": ("hair", "perhaps_hair"), "eyes": ("perhaps_eyes",)}
    return sorted(
        {
            f"{word}_{part}"
            for part, tables in parts.items()
            for colour, words in said_by("shades", "perhaps", *tables).items()
            if colour != "any"
            for word in (colour, *words)
        }
    )


def test_a_caption_that_says_the_colour_of_a_tag_in_its_own_word_is_right() -> None:
    for tag in every_colour_of_hair_and_eyes():
        words = tag.replace("_", " ")
        found = check(f"A girl with long {words} in twintails.", ["1girl", "long_hair", tag, "twintails"], {})
        assert found.faults == (), tag
        assert tag in found.said, tag


def test_a_colour_that_boorus_have_no_tag_for_still_contradicts_others() -> None:
    assert kinds("A girl with long silver hair.", "1girl silver_hair grey_hair") == set()
    assert kinds("A girl with long white hair.", "1girl silver_hair") == set()
    assert kinds("A girl with long red hair.", "1girl silver_hair") == {"hair colour"}


def test_sisters_of_one_family_name_are_two_people() -> None:
    categories = {"flandre_scarlet": "character"}
    assert kinds("Flandre Scarlet laughs.", "1girl flandre_scarlet", categories) == set()
    assert kinds("Remilia Scarlet laughs.", "1girl flandre_scarlet", categories) == {"unknown name"}


def test_the_composers_captions_say_their_tags() -> None:
    """For each general tag that the program knows, except emoticons and a few that stay spelled as tags."""
    tags = [tag for tag, entry in load_glossary().items() if entry.category == "general"]
    drafted = [(tag, caption) for tag in tags if (caption := draft(tag))]
    unsaid = [tag for tag, caption in drafted if check(caption, [tag], {}).missed]
    assert len(drafted) > 1000
    assert len(unsaid) < 10, unsaid


def draft(tag: str) -> str:
    try:
        return compose([tag], {})
    except ItemError:
        return ""


@given(st.text(), st.lists(st.text(max_size=20) | st.sampled_from(TAGS), max_size=6))
def test_no_text_makes_it_raise(caption: str, tags: list[str]) -> None:
    found = check(caption, tags, dict.fromkeys(tags[:2], "character"), known_names=KNOWN_NAMES)
    assert 0 <= found.score <= 1


WORDS_OF_CAPTIONS = [
    *("girl", "two", "girls", "another", "a", "and", ",", ".", "hair", "blue", "eyes", "is", "long", "named"),
    *(
        "Miku",
        "Hatsune",
        "with",
        "her",
        "boy",
        "child",
        "of",
        "poster",
        '"',
        "(",
        "_",
        "1girl",
        "'s",
        "no",
        "cat",
    ),
]


def test_a_shade_in_a_name_says_nothing_and_raises_nothing() -> None:
    assert check("A boy called Sky-Blue waves.", ["1boy", "sky"], {}).missed == ("sky",)


@given(st.lists(st.sampled_from(WORDS_OF_CAPTIONS), max_size=40).map(" ".join))
def test_no_order_of_the_words_it_knows_makes_it_raise(caption: str) -> None:
    for tags in (TAGS, ["2girls", "1boy"], ["no_humans"], ["1other", "multiple_views"]):
        check(caption, tags, {"rem_(re:zero)": "character"}, known_names=KNOWN_NAMES)


@pytest.mark.parametrize(
    "piece",
    [
        *(
            "hair ",
            "long ",
            "blue, ",
            "girl ",
            "girl and ",
            "a girl and a girl ",
            "(",
            '"',
            "a_",
            "Girl Named ",
            "́",
        ),
        *(
            "long blue hair and ",
            "hair is long and ",
            "_(",
            "(a:1.",
            "'s",
            "Hatsune ",
            "two of ",
            "holding sword ",
        ),
    ],
)
def test_long_hostile_texts_take_time_in_proportion_to_their_length(piece: str) -> None:
    """A text four times as long would take sixteen times as long if time grew with the square."""

    def seconds(length: int) -> float:
        text = (piece * length)[:length]
        started = time.process_time()
        check(text, TAGS, {"rem_(re:zero)": "character"}, known_names=KNOWN_NAMES)
        return time.process_time() - started

    short, long = seconds(20_000), seconds(80_000)
    assert long < max(1.0, short * 12)
