"""Where sentences end, and which forms belong to one word."""

from __future__ import annotations

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from english import (
    amount,
    first_sentence,
    is_plural,
    may_be_plural,
    plural,
    sentence_spans,
    sentences,
    singular,
    stem,
)
from tests.cases import in_one_test


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("A girl smiles. She waves.", ["A girl smiles.", "She waves."]),
        ("She sits by No. 5. He says no. It rains.", ["She sits by No. 5.", "He says no.", "It rains."]),
        ('A sign reads "Stop. Go." A girl waits.', ['A sign reads "Stop. Go."', "A girl waits."]),
        ("She sees St. Paul's with J. Doe. It rains.", ["She sees St. Paul's with J. Doe.", "It rains."]),
        ('"Stop!" she says. He stops.', ['"Stop!" she says.', "He stops."]),
        ("One line\n\n  another.  Third. ", ["One line", "another.", "Third."]),
        ("少女。笑顔！", ["少女。", "笑顔！"]),
        ("", []),
        (" \n ", []),
    ],
)
def test_a_text_is_cut_where_a_reader_would_cut_it(text: str, expected: list[str]) -> None:
    assert sentences(text) == expected


def test_in_a_text_without_capitals_a_sentence_may_begin_with_a_small_letter() -> None:
    assert sentences("a girl, e.g. miku, smiles. she waves.") == ["a girl, e.g. miku, smiles.", "she waves."]


@given(st.text(alphabet='aB1 .!?…()"”。\n', max_size=60))
def test_no_sentence_is_empty_and_nothing_but_white_space_is_left_out(text: str) -> None:
    spans = sentence_spans(text)
    assert all(text[start:end].strip() == text[start:end] != "" for start, end in spans)
    assert "".join("".join(text[start:end].split()) for start, end in spans) == "".join(text.split())


@pytest.mark.parametrize("piece", [".", ". ", "a. ", ". (", '." ', "。", "\n", " ", "A."])
def test_a_hostile_text_takes_no_more_than_linear_time(piece: str) -> None:
    started = time.process_time()
    sentence_spans(piece * 100_000)
    assert time.process_time() - started < 5


@pytest.mark.parametrize(
    "forms",
    [
        "smile smiles smiled smiling",
        "run runs ran running",
        "pony ponies",
        "dress dresses",
        "hat hats",
        "bus buses",
        "knife knives",
    ],
)
def test_all_forms_of_a_word_have_one_stem(forms: str) -> None:
    assert len({stem(form) for form in forms.split()}) == 1


@pytest.mark.parametrize(
    "words", ["ceiling ceil", "evening even", "red reed", "dressed dress", "glasses glass"]
)
def test_words_that_only_look_like_forms_of_one_another_have_different_stems(words: str) -> None:
    one, other = words.split()
    assert stem(one) != stem(other)


@pytest.mark.parametrize(
    ("word", "expected"),
    [
        ("lolis", "loli"),
        ("cats", "cat"),
        ("dress", "dress"),
        ("cactus", "cactus"),
        ("gas", "gas"),
        ("cat", "cat"),
    ],
)
def test_the_s_of_a_plural_is_dropped(word: str, expected: str) -> None:
    assert singular(word) == expected


@in_one_test(
    ("text", "sentence"),
    [
        ("A hat. It is red.", "A hat."),
        ("A hat of straw, e.g. a boater. It is red.", "A hat of straw, e.g. a boater."),
        ("A hat, e.g. Boater. It is red.", "A hat, e.g. Boater."),
        ("Worn by Dr. Stone vs. Mr. Fox. It is red.", "Worn by Dr. Stone vs. Mr. Fox."),
        ("Written by J. R. R. Doe in 1954. It is red.", "Written by J. R. R. Doe in 1954."),
        ("It is 1.5 metres long. It is red.", "It is 1.5 metres long."),
        ("Hats, caps, etc. are worn. So are scarves.", "Hats, caps, etc. are worn."),
        ("Track No. 5 of Vol. 2 is red. It is.", "Track No. 5 of Vol. 2 is red."),
        ('She said "No. Never. Not I." and left. It is red.', 'She said "No. Never. Not I." and left.'),
        ('It is called "the end." It is red.', 'It is called "the end."'),
        ("A hat (of straw. Or felt.) for men. It is red.", "A hat (of straw. Or felt.) for men."),
        ("A sad face :( is drawn. It is red.", "A sad face :( is drawn."),
        ("Is it a hat? It is.", "Is it a hat?"),
        ("Yahoo! is a shout. It is.", "Yahoo! is a shout."),
        ("An ellipsis... is three dots. It is.", "An ellipsis... is three dots."),
        ("The game .flow by lol. It is.", "The game .flow by lol."),
        ("1. The first of all. It is.", "1. The first of all."),
        ("帽子です。赤いです。", "帽子です。"),
        ("Marla Quill\nShe keeps a light.", "Marla Quill"),
        ("no end", "no end"),
        ("", ""),
        (" \n\n ", ""),
    ],
)
def test_the_first_sentence_ends_where_a_reader_would_end_it(text: str, sentence: str) -> None:
    assert first_sentence(text) == sentence


def test_a_long_first_sentence_is_cut_at_a_comma() -> None:
    long = "A hat " + "of fine straw " * 8 + "from afar, " + "and of felt " * 20
    assert first_sentence(long) == "A hat " + "of fine straw " * 8 + "from afar …"


def test_a_long_first_sentence_without_a_comma_is_cut_after_forty_words() -> None:
    assert first_sentence("straw " * 100) == "straw " * 40 + "…"


@pytest.mark.parametrize(
    ("number", "said"),
    [(0, "0 captions"), (1, "1 caption"), (2, "2 captions"), (2000, "2,000 captions"), (0.7, "1 caption")],
)
def test_a_number_has_its_noun(number: float, said: str) -> None:
    assert amount(number, "caption") == said


@pytest.mark.parametrize(
    ("noun", "many"),
    [
        ("wolf", "wolves"),
        ("fox", "foxes"),
        ("pony", "ponies"),
        ("cat", "cats"),
        ("reindeer", "reindeer"),
        ("glass", "glasses"),
        ("iris", "irises"),
    ],
)
def test_a_noun_is_told_from_its_plural_by_endings_and_lists(noun: str, many: str) -> None:
    assert plural(noun) == many
    assert not is_plural(noun)
    assert may_be_plural(many)


def test_a_plural_need_not_end_in_s() -> None:
    assert is_plural("teeth")
    assert not is_plural("cactus")
