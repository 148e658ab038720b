"""What the settings do to a caption before it is written: strip, limits, prefix, suffix, trigger word."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

import config
from dataset.finishing import Finishing, with_trigger
from dataset.trainers import TARGETS
from errors import ItemError, UserError
from settings import InterpreterSettings
from styling.forms import Forms
from styling.style import read_style
from styling.tag_line import Tagged
from styling.tokens import estimated_encoder_tokens
from tags.filters import HiddenTraits
from tests.fakes.endpoint import FakeEndpoint, Reply
from tests.program.project import Project
from tests.program.starts import ROOT

PROSE = Forms(read_style(ROOT / "styles" / "prose.ini"), ("caption",))
NO_TAGS = Tagged((), {})
THREE = "A girl reads a book. She sits on a bench, e.g. the one by No. 5. Mr. Smith walks his dog."


def finish(
    caption: str, trigger: str = "", hide: tuple[str, ...] = (), **settings: str
) -> tuple[str, list[str]]:
    """The text of a caption, and the reasons of what is reported."""
    chosen = InterpreterSettings.model_validate(settings)
    finishing = Finishing(chosen, trigger, HiddenTraits(hide), TARGETS["txt"], PROSE)
    text, notes = finishing.text({"caption": caption}, NO_TAGS)
    return text, [note.reason for note in notes]


def test_a_caption_stays_as_it_is_without_settings() -> None:
    assert finish("A girl (left) smiles, softly.") == ("A girl (left) smiles, softly.", [])


def test_line_breaks_of_every_kind_become_spaces() -> None:
    assert finish("One.\n\nTwo.\r\nThree.\u2028Four.\x0bFive.") == ("One. Two. Three. Four. Five.", [])


@pytest.mark.parametrize(
    ("caption", "text"),
    [
        ("A girl smiles.", "mychar, a girl smiles."),
        ("A girl, mychar, smiles.", "mychar, a girl, smiles."),
        ("mychar, a girl", "mychar, a girl"),
        ("MyChar: a girl and mychar", "mychar, a girl and the character"),
        ("A girl named mychar stands.", "mychar, a girl stands."),
        ("She hugs mychar and Rem.", "mychar, she hugs the character and Rem."),
        ("She smiles. Mychar smiles.", "mychar, she smiles. The character smiles."),
        ("Mychar's hair is red.", "mychar's hair is red."),
        ("mychar stands in a field.", "mychar stands in a field."),
        ("1girl, solo, mychar", "mychar, 1girl, solo"),
        ("mychars are many", "mychar, mychars are many"),
        ("mychar", "mychar"),
    ],
)
def test_the_trigger_word_is_at_the_start_and_nowhere_else(caption: str, text: str) -> None:
    assert with_trigger(caption, "mychar") == text


@given(st.text(alphabet="ab MC.,:'my", max_size=40))
def test_adding_the_trigger_word_twice_is_the_same_as_once(caption: str) -> None:
    once = with_trigger(caption.strip(), "my c")
    assert once.startswith("my c")
    assert with_trigger(once, "my c") == once


@pytest.mark.parametrize(
    ("prefix", "suffix", "text"),
    [
        ("An anime picture.", "", "mychar, an anime picture. A girl smiles."),
        ("", "In soft light.", "mychar, a girl smiles. In soft light."),
        ("", ", in the style of ink", "mychar, a girl smiles., in the style of ink"),
        ("photo of mychar:", "", "mychar, photo of the character: A girl smiles."),
    ],
)
def test_the_trigger_comes_before_prefix_caption_and_suffix(prefix: str, suffix: str, text: str) -> None:
    assert finish("A girl smiles.", "mychar", prefix=prefix, suffix=suffix) == (text, [])


@pytest.mark.parametrize(
    ("strip", "text"),
    [
        (r"\s*\([^)]*\)", "In this scene, a girl, who waves, smiles."),
        ("In this scene,", "A girl (left), who waves, smiles."),
        ("(?i)in this scene,\n, who waves,\n \\(left\\)", "A girl smiles."),
        (", who waves,", "In this scene, a girl (left) smiles."),
        ("smiles", "In this scene, a girl (left), who waves."),
    ],
)
def test_stripping_leaves_no_stray_punctuation_and_a_capital_at_the_start(strip: str, text: str) -> None:
    assert finish("In this scene, a girl (left), who waves, smiles.", strip=strip) == (text, [])


def test_a_caption_fails_if_stripping_leaves_nothing_of_it() -> None:
    with pytest.raises(ItemError) as raised:
        finish("A girl smiles.", "mychar", strip=r"\w+", prefix="Picture")
    assert raised.value.reason == "nothing left"


def test_a_wrong_pattern_ends_the_run_at_its_start_with_the_reason(tmp_path: Path) -> None:
    path = tmp_path / "config.ini"
    path.write_text("[Interpreter]\nstrip = a, b\n    [0-9\n", encoding="utf-8")
    with pytest.raises(UserError, match=r"one a line, and \[0-9 cannot be used \(unterminated character set"):
        config.load(path)
    path.write_text("[Interpreter]\nstrip = a{1,2}, b\n    [0-9]\n", encoding="utf-8")
    assert [each.text for each in config.load(path).interpreter.strip] == ["a{1,2}, b", "[0-9]"]


def test_a_caption_over_a_limit_is_reported_and_not_shortened() -> None:
    assert finish(THREE, max_words="20") == (THREE, ["over max_words"])
    assert finish(THREE, max_words="21") == (THREE, [])
    assert finish(THREE, max_tokens_clip="10") == (THREE, ["over max_tokens_clip"])


@pytest.mark.parametrize(
    ("most", "text", "notes"),
    [
        ("21", THREE, []),
        ("20", "A girl reads a book. She sits on a bench, e.g. the one by No. 5.", []),
        ("15", "A girl reads a book.", []),
        ("5", "A girl reads a book.", []),
        ("3", "A girl reads a book.", ["over max_words"]),
    ],
)
def test_a_caption_is_shortened_at_the_end_of_a_sentence_and_keeps_its_first(
    most: str, text: str, notes: list[str]
) -> None:
    assert finish(THREE, max_words=most, shorten="True") == (text, notes)


def test_a_caption_is_not_shortened_inside_a_quotation() -> None:
    caption = 'A sign says "Stop. Go away." She walks on by.'
    shortened, _ = finish(caption, max_words="8", shorten="True")
    assert shortened == 'A sign says "Stop. Go away."'


def test_prefix_and_suffix_count_toward_the_limit_and_are_never_cut_off() -> None:
    text, notes = finish("One two. Three four.", "mychar", max_words="5", shorten="True", suffix="The end.")
    assert (text, notes) == ("mychar, one two. The end.", [])


def test_a_hidden_trait_is_reported_but_not_if_it_is_in_the_prefix() -> None:
    assert finish("A silver-haired girl.", hide=("silver_hair",))[1] == ["hidden trait said"]
    assert finish("A girl.", hide=("silver_hair",), prefix="Silver hair.")[1] == []


@pytest.mark.parametrize(
    ("text", "tokens"),
    [
        # CLIP's own tokenizer gives the numbers in the comments.
        ("A girl sits on a bench.", 8),  # 7
        ("a photo of a cat, 1990", 11),  # 10
        ("Two girls in school uniforms with pleated skirts sit on a bench outdoors in the rain.", 18),  # 18
        ("", 0),
    ],
)
def test_the_estimate_of_tokens_is_close_to_what_clip_counts(text: str, tokens: int) -> None:
    assert estimated_encoder_tokens(text, "clip") == tokens


def test_every_variant_is_finished_and_named_in_what_is_reported() -> None:
    chosen = InterpreterSettings.model_validate({"max_words": "4", "prefix": "Art:"})
    finishing = Finishing(chosen, "mychar", HiddenTraits(()), TARGETS["txt"], PROSE)
    text, notes = finishing.text({"long": "A girl smiles at you.", "short": "A girl."}, NO_TAGS)
    assert text == "mychar, Art: A girl smiles at you.\nmychar, Art: A girl."
    assert [note.message for note in notes] == ["long: it has 7 words"]


def test_a_run_finishes_captions_and_reports_those_that_are_too_long(tmp_path: Path) -> None:
    with FakeEndpoint() as endpoint:
        project = Project(
            tmp_path,
            url=endpoint.url,
            Tags__trigger="mychar",
            Interpreter__prefix="An illustration.",
            Interpreter__strip=r" \(left, far\)",
            Interpreter__max_tokens_clip="12",
            Interpreter__repairs="0",
            Interpreter__min_coverage="0",
        )
        project.add("a.png")
        endpoint.script(Reply("A girl smiles (left, far) at the viewer while it rains outside."))
        result = project.run()
    expected = "mychar, an illustration. A girl smiles at the viewer while it rains outside."
    assert project.caption("a") == expected
    assert "to look at: 1 over max_tokens_clip" in result.out
    assert result.code == 0


def test_a_trigger_is_one_line_with_single_spaces(tmp_path: Path) -> None:
    project = Project(tmp_path, Tags__trigger="my  char,")
    project.add("a.png", "1girl, solo, smile")
    assert project.run().code == 0
    assert (project.captions / "a.txt").read_text(encoding="utf-8").startswith("my char, ")


def test_a_comment_behind_a_trigger_is_told(tmp_path: Path) -> None:
    project = Project(tmp_path, Tags__trigger="mychar  # my trigger")
    project.add("a.png", "1girl, solo, smile")
    result = project.run()
    assert result.code == 2
    assert "a comment needs a line of its own" in result.err
