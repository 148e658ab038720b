"""`[Interpreter] language` decides in which language captions and descriptions are accepted."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.fakes.endpoint import FakeEndpoint, Reply
from tests.program.project import Project

GERMAN = "Ein Mädchen mit langen Haaren sitzt auf einer Bank und liest in einem Buch."
ENGLISH = "A girl with long hair sits on a bench and reads in a book."


@pytest.mark.parametrize(
    ("language", "text", "is_accepted"),
    [
        ("de", GERMAN, True),
        ("de-AT", GERMAN, True),
        ("", GERMAN, True),
        ("en", GERMAN, False),
        ("en", ENGLISH, True),
        ("de", ENGLISH, False),
    ],
)
def test_captions_and_descriptions_must_be_in_the_language_of_the_setting(
    tmp_path: Path, language: str, text: str, is_accepted: bool
) -> None:
    with FakeEndpoint(answer=lambda body: text) as endpoint:
        project = Project(
            tmp_path,
            url=endpoint.url,
            Endpoint__retries="0",
            Interrogator__skip="False",
            Interpreter__language=language,
        )
        project.add("a.png")
        result = project.run()
    written = [path for path in (project.captions, project.descriptions) if (path / "a.txt").exists()]
    if is_accepted:
        assert result.code == 0, result
        assert project.caption("a") == text
        assert (project.descriptions / "a.txt").read_text(encoding="utf-8") == text
    else:
        assert result.code == 1, result
        assert result.out.count("1 failed (1 wrong language)") == 2
        assert written == []


def test_variants_must_be_in_the_language_of_the_setting(tmp_path: Path) -> None:
    both = json.dumps({"long": GERMAN, "short": ENGLISH})
    with FakeEndpoint() as endpoint:
        project = Project(
            tmp_path, url=endpoint.url, Interpreter__language="de", Interpreter__variants="long, short"
        )
        project.add("a.png")
        endpoint.script(Reply(both), Reply("Ein Mädchen sitzt auf einer Bank."))
        result = project.run()
        asked = len(endpoint.requests)
    assert result.code == 0, result
    assert asked == 2, "the short variant is asked for again, as it was in English"


def test_a_caption_in_another_language_is_not_held_against_its_tags(tmp_path: Path) -> None:
    with FakeEndpoint(answer=lambda body: GERMAN) as endpoint:
        project = Project(tmp_path, url=endpoint.url, Interpreter__language="de", Interpreter__repairs="1")
        project.add("a.png", "1girl, hatsune miku, long hair, red eyes")
        result = project.run()
        assert len(endpoint.requests) == 1
    assert "to look at" not in result.out


def test_the_name_of_a_language_in_place_of_its_code_is_refused(tmp_path: Path) -> None:
    project = Project(tmp_path, Interpreter__language="german")
    project.add("a.png")
    result = project.run()
    assert result.code == 2
    assert "language=german: should be a code such as en, de or pt-BR, or be empty" in result.err
