"""Which tags a model is told: names, categories, hidden traits."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path

import pytest

from tags.filters import HiddenTraits, NameFilter
from tests.fakes.endpoint import FakeEndpoint, Reply
from tests.program.project import Project


def kept(tags: list[str], left_out: str = "", replace: Mapping[str, str] | None = None) -> tuple[str, ...]:
    return NameFilter.of(left_out.split(","), replace or {}).kept(tags)


def test_tags_are_left_out_and_written_otherwise_whatever_their_spelling_and_keep_their_order() -> None:
    tags = ["solo", "grey_hair", "signature", "hat", "smile"]
    found = kept(tags, "Signature, smile", {"Grey Hair": "gray hair", "hat": ""})
    assert found == ("solo", "gray_hair")


def test_a_tag_that_is_left_out_does_not_come_back_under_another_name() -> None:
    assert kept(["old", "cat"], "new", {"old": "new"}) == ("cat",)


def test_two_tags_that_become_one_are_one() -> None:
    assert kept(["jumper", "sweater"], replace={"jumper": "sweater"}) == ("sweater",)


@pytest.mark.parametrize(
    ("tag", "caption"),
    [
        ("silver hair", "A girl with silver hair."),
        ("silver hair", "A silver-haired girl."),
        ("silver hair", "Her SILVER, wavy hair falls down."),
        ("silver hair", "silver long hair"),
        ("blue eyes", "A blue-eyed boy."),
        ("blue eyes", "one blue eye is closed"),
        ("ahoge", "An ahoge stands up."),
        ("hatsune miku (vocaloid)", "Hatsune Miku's stage"),
        ("glasses", "She wears glasses."),
        ("dress", "two dresses"),
        ("cactus", "two cactuses"),
    ],
)
def test_a_hidden_trait_is_found_in_the_words_of_a_sentence(tag: str, caption: str) -> None:
    assert HiddenTraits.of([tag]).said_in(caption)


@pytest.mark.parametrize(
    ("tag", "caption"),
    [
        ("silver hair", "A girl with brown hair and a silver ring."),
        ("silver hair", "a silver dress and hair in a bun"),
        ("silver hair", "a silver brooch in her hair"),
        ("red hair", "a red scarf, hair in a bun"),
        ("hat", "What a hatch."),
        ("glasses", "grassland"),
        ("blue eyes", "a blue sky, eyes closed"),
    ],
)
def test_a_hidden_trait_is_not_found_where_its_words_mean_something_else(tag: str, caption: str) -> None:
    assert HiddenTraits.of([tag]).said_in(caption) == []


@pytest.mark.parametrize(
    ("text", "left"),
    [
        ("A girl with silver hair sits on a bench.", "A girl sits on a bench."),
        ("A girl with silver hair, red eyes and a hat.", "A girl and a hat."),
        ("A silver-haired girl waves.", "girl waves."),
        ("Two people: a silver-haired girl and a dog.", "Two people: girl and a dog."),
        ("Nothing to see here.", "Nothing to see here."),
        ("Silver hair.", ""),
    ],
)
def test_hidden_traits_are_cut_from_the_texts_of_a_prompt(text: str, left: str) -> None:
    traits = HiddenTraits.of(["silver hair", "red eyes"])
    assert traits.cut_from(text) == left
    assert traits.said_in(traits.cut_from(text)) == []


def test_a_hidden_trait_is_in_no_prompt_and_in_no_draft_and_a_caption_that_says_it_is_told(
    tmp_path: Path,
) -> None:
    own = tmp_path / "own.csv"
    own.write_text("tag,description,category\nmychar,A girl with silver hair and a hat.,character\n")
    hide = {"Tags__hide": "silver hair, red eyes", "Tags__descriptions_file": str(own)}
    with FakeEndpoint() as endpoint:
        project = Project(
            tmp_path,
            url=endpoint.url,
            Interpreter__prompt_template_file="interpreter_prompt_template_short.txt",
            Interpreter__repairs="0",
            Interpreter__min_coverage="0",
            **hide,
        )
        project.add("a.png", "1girl, solo, mychar, silver hair, red eyes, hat")
        project.descriptions.mkdir()
        (project.descriptions / "a.txt").write_text("A girl with silver hair stands.", encoding="utf-8")
        endpoint.script(Reply("Mychar, a silver-haired girl in a hat, stands."))
        result = project.run()
        asked = json.dumps(endpoint.requests[0].body["messages"][-1])
    assert "silver" not in asked.lower()
    assert "red eyes" not in asked
    assert "What another model saw: A girl stands." in asked
    assert result.code == 0
    assert "to look at: 1 hidden trait said" in result.out
    assert "a.png: it says silver hair" in result.out
    assert [line["notes"] for line in project.journal() if line.get("notes")] == [["it says silver hair"]]

    draft = Project(tmp_path / "draft", **hide)
    draft.add("a.png", "1girl, solo, silver hair, red eyes, hat")
    draft.run()
    assert "silver" not in draft.caption("a")
    assert "red" not in draft.caption("a")


def test_the_words_for_adult_pictures_are_in_a_prompt_where_tags_or_rating_call_for_them(
    tmp_path: Path,
) -> None:
    with FakeEndpoint() as endpoint:
        # An excluded tag still tells what the picture is.
        project = Project(
            tmp_path,
            url=endpoint.url,
            Interrogator__skip="False",
            Tags__exclude="lingerie",
            Tags__drop_implied="True",
        )
        project.add("plain.png", "1girl, solo, dress, white dress")
        project.add("tagged.png", "1girl, lingerie, solo")
        project.add("rated.png", "1girl, solo, rating:explicit")
        project.run()
        asked = [json.dumps(request.body["messages"]) for request in endpoint.requests]
    calls = [text for text in asked if "The tags of this picture are sexual" in text]
    assert len(asked) == 6
    assert len(calls) == 4
    assert all("white dress" not in text.rpartition("Tags: ")[2] for text in calls)
    assert all("lingerie" not in text for text in asked)
    assert any("Tags: 1girl, solo, white dress" in text for text in asked)
