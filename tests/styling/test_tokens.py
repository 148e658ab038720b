"""How many tokens a caption has for a text encoder, and what is told of one that is not read to its end."""

from __future__ import annotations

from pathlib import Path

import pytest
from tokenizers import Tokenizer
from tokenizers.models import WordLevel
from tokenizers.pre_tokenizers import Whitespace

from errors import UserError
from styling.tokens import ENCODERS, Limit
from tests.fakes.endpoint import FakeEndpoint
from tests.program.project import Project

SAID = "A girl walks along the river. She smiles and waves. A boat passes under the old stone bridge."


@pytest.fixture
def vocabulary(tmp_path: Path) -> Path:
    """A tokenizer.json that knows each word and each mark as one token."""
    tokenizer = Tokenizer(WordLevel({"[UNK]": 0}, unk_token="[UNK]"))
    tokenizer.pre_tokenizer = Whitespace()
    path = tmp_path / "tokenizer.json"
    tokenizer.save(str(path))
    return path


def test_with_a_vocabulary_tokens_are_counted_and_the_first_words_that_are_cut_are_told(
    vocabulary: Path,
) -> None:
    assert Limit("qwen", 21, 0, vocabulary).exceeded(SAID) == ""
    told = Limit("qwen", 20, 0, vocabulary).exceeded(SAID)
    assert told == 'it has 21 qwen tokens, and 20 are read: what is cut begins with "bridge."'
    told = Limit("qwen", 17, 4, vocabulary).exceeded(SAID)
    assert told == (
        "it has 25 qwen tokens with the 4 of the trainer's, and 17 are read: what is cut begins with "
        '"boat passes under the old stone"'
    )


@pytest.mark.parametrize("encoder", ENCODERS)
def test_near_its_limit_an_estimate_tells_that_the_end_may_be_cut(encoder: str) -> None:
    count = Limit(encoder, 1).count(SAID)
    assert Limit(encoder, 2 * count).exceeded(SAID) == ""
    assert Limit(encoder, count).exceeded(SAID).endswith(": its end may be cut")
    assert "what is cut begins with" in Limit(encoder, count - 3).exceeded(SAID)


@pytest.mark.parametrize(
    ("content", "said"),
    [(None, "there is no file"), ("", "is no tokenizer.json"), ("{}", "is no tokenizer.json")],
)
def test_a_file_that_is_no_vocabulary_is_refused(tmp_path: Path, content: str | None, said: str) -> None:
    path = tmp_path / "t.json"
    if content is not None:
        path.write_text(content, encoding="utf-8")
    with pytest.raises(UserError, match=f"{said}.*name the tokenizer.json"):
        Limit("qwen", 5, 0, path).count("A girl.")


def test_a_caption_that_the_encoder_does_not_read_to_its_end_is_told_or_shortened(
    tmp_path: Path, vocabulary: Path
) -> None:
    (tmp_path / "styles").mkdir()
    text = "[style]\nform = {tags}. {sentences}\nencoder = qwen\nlimit = 21\n[sections]\ntags = general"
    (tmp_path / "styles" / "mine.ini").write_text(text, encoding="utf-8")
    with FakeEndpoint(answer=lambda body: SAID) as endpoint:
        project = Project(
            tmp_path,
            endpoint.url,
            Interpreter__style="mine",
            Interpreter__tokenizer_file="tokenizer.json",
            Interpreter__min_coverage="0",
        )
        project.add("a.png", "smile, river")
        told = 'a.png: it has 25 qwen tokens, and 21 are read: what is cut begins with "old stone bridge."'
        assert told in project.run().out
        project.set |= {"Interpreter.shorten": "True", "Dataset.existing": "overwrite"}
        result = project.run()
    assert "qwen tokens" not in result.out
    assert project.caption("a") == "smile, river. A girl walks along the river. She smiles and waves."
