"""What a prompt says of the meanings of tags."""

from __future__ import annotations

import json
from pathlib import Path

from tests.fakes.endpoint import FakeEndpoint
from tests.program.project import Project
from wiki.tag_meanings import load_glossary

CACHE = {
    "city": {"description": "A large town with many buildings.", "post_count": 300, "by": "tiny"},
    "mystery_saga": {"description": "A manga that runs since 2020.", "category": "copyright", "by": "tiny"},
    "nobody_knows": {
        "description": "The protagonist of Mystery Saga.",
        "category": "character",
        "by": "first sentence",
    },
    "nobody_in_armor": {"description": "", "category": "character", "implies": ["nobody_knows"]},
    "frieren": {"description": "The protagonist.", "category": "character", "by": "first sentence"},
    "hatsune_miku": {
        "description": "A girl with long aqua hair, aqua eyes and a tie.",
        "category": "character",
        "by": "tiny",
    },
}


def prompt(folder: Path, tags: str) -> str:
    """The last message about a picture with these tags."""
    with FakeEndpoint(answer=lambda _: "A girl is in a city.", models=("tiny",)) as endpoint:
        project = Project(folder, endpoint.url)
        project.add("a.png", tags)
        project.cache.write_text(json.dumps(CACHE), encoding="utf-8")
        project.run()
        return str(endpoint.requests[-1].body["messages"][-1]["content"])


def test_a_model_is_told_what_words_do_not_tell_and_nothing_that_no_picture_shows(tmp_path: Path) -> None:
    said = prompt(tmp_path, "1girl, nobody knows, mystery saga, city, night sky, cowboy shot, wariza")
    glossary = load_glossary()
    assert f"- cowboy shot: {glossary['cowboy_shot'].description}" in said
    assert f"- wariza: {glossary['wariza'].description}" in said
    assert "Series: mystery saga" in said
    for unseen in ("large town", "2020", "protagonist", "night sky:"):
        assert unseen not in said


def test_the_glossary_wins_over_a_stand_in_and_original_is_no_series(tmp_path: Path) -> None:
    said = prompt(tmp_path, "1girl, frieren, original, smile")
    assert f"- frieren: {load_glossary()['frieren'].description}" in said
    assert "original" not in said
    assert "Series: none named" in said


def test_of_a_character_nothing_is_told_that_the_tags_contradict(tmp_path: Path) -> None:
    said = prompt(tmp_path, "1girl, hatsune miku, short hair, black hair, aqua eyes")
    assert "- hatsune miku: A girl with aqua eyes and a tie." in said


def test_what_a_picture_is_made_with_is_said_though_wikis_count_it_as_meta(tmp_path: Path) -> None:
    said = prompt(tmp_path, "1girl, smile, meta:watercolor (medium), meta:commentary request")
    assert "Tags: 1girl, smile, watercolor\n" in said
    assert "Draft: A girl is smiling, painted in watercolor.\n" in said


def test_a_draft_names_a_character_in_another_form_once(tmp_path: Path) -> None:
    said = prompt(tmp_path, "1girl, nobody knows, nobody in armor, smile")
    assert "Draft: Nobody in Armor, a girl, is smiling.\n" in said
    assert said.startswith("Characters: nobody in armor\n")
    assert said.endswith("and name nobody in armor.")
