"""Character sheets, and the values that templates get of one picture."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import pytest

import config
from captioning.project import Project as Opened
from tests.fakes.endpoint import FakeEndpoint
from tests.program.project import Project, png
from wiki.cache import Cache, Entry
from writing import PICTURE_VARIABLES

REM, RAM = "rem_(re:zero)", "ram_(re:zero)"
ONI = "oni_rem"
SHEETS = ("character_sheets",)


def opened(folder: Path, pictures: Sequence[str], **settings: str) -> Opened:
    """A project with a picture for each list of tags; rem is known to the cache, and ram by her brackets."""
    project = Project(folder, **settings)
    for number, tags in enumerate(pictures):
        project.add(f"{number:03}.png", tags)
    cache = Cache()
    cache.add(REM, Entry("A maid with short blue hair.", "character", by="gemma"))
    cache.add(ONI, Entry("Rem with a horn.", "character", by="gemma", implies=(REM,)))
    cache.add("red_fox", Entry("A fox with red fur.", "species", by="gemma"))
    cache.add("voice_lender", Entry("", "contributor", by="gemma"))
    cache.add("brother_(lore)", Entry("", "lore", by="gemma"))
    project.cache.write_text(cache.dump(), encoding="utf-8")
    overrides = [f"{key}={value}" for key, value in project.set.items()]
    return Opened(config.load(folder / "config.ini", overrides))


def sheets(project: Opened, *characters: str) -> list[str]:
    return [sheet.line((), ()) for sheet in project.material.sheets.of(characters)]


def values(project: Opened, number: int, uses: Sequence[str] = SHEETS) -> dict[str, object]:
    picture = project.collection.pictures[number]
    return project.material.values(picture, project.collection.tags(picture), "", uses)


ALONE = [
    f"1girl, {REM}, re:zero, blue hair, short hair, blue eyes, maid headdress, hair ornament, standing",
    f"1girl, {REM}, re:zero, blue hair, short hair, blue eyes, maid headdress, sitting, outdoors",
    f"1girl, {REM}, re:zero, blue hair, short hair, swimsuit, sitting, outdoors",
]


def test_a_sheet_tells_looks_that_stand_beside_the_character_in_three_of_five_pictures(
    tmp_path: Path,
) -> None:
    project = opened(tmp_path, [*ALONE, f"1girl, {REM}, blue hair, blue eyes, dress, cat"])
    assert sheets(project, REM) == [
        "- rem: A maid with short blue hair. Usually blue hair, short hair, blue eyes."
    ]


def test_two_pictures_are_too_few_for_a_trait(tmp_path: Path) -> None:
    project = opened(tmp_path, ALONE[:2])
    assert sheets(project, REM) == ["- rem: A maid with short blue hair."]


def test_somebody_in_another_form_is_one_person_who_looks_as_that_form_does(tmp_path: Path) -> None:
    project = opened(tmp_path, [f"1girl, {REM}, {ONI}, white hair, red eyes"] * 3)
    assert sheets(project, ONI, REM) == [
        "- oni rem: Rem with a horn. Usually white hair, red eyes.",
        "- rem: A maid with short blue hair.",
    ]
    assert str(values(project, 0)["character_sheets"]).startswith("- oni rem: Rem with a horn.")
    assert "- rem:" not in str(values(project, 0)["character_sheets"])


def test_only_pictures_where_nobody_else_is_count(tmp_path: Path) -> None:
    both = f"2girls, {REM}, {RAM}, re:zero, pink hair, blue hair"
    crowd = f"multiple girls, {REM}, green hair"
    couple = f"1girl, 1boy, {REM}, black hair"
    project = opened(tmp_path, [*ALONE, *[both, crowd, couple] * 9])
    found = sheets(project, REM)[0]
    assert "blue hair" in found
    assert not any(colour in found for colour in ("pink", "green", "black"))


def test_a_character_of_whom_nothing_is_known_has_no_sheet(tmp_path: Path) -> None:
    assert sheets(opened(tmp_path, ALONE), RAM, "nobody") == []


def test_a_character_that_only_its_brackets_tell_of_has_a_sheet(tmp_path: Path) -> None:
    tags = f"1girl, {RAM}, re:zero, pink hair, maid apron"
    assert sheets(opened(tmp_path, [tags] * 3), RAM) == ["- ram: Usually pink hair, maid apron."]


def test_in_a_picture_of_two_the_sheets_say_whose_the_tags_of_the_picture_are(tmp_path: Path) -> None:
    tags = f"1girl, {RAM}, re:zero, pink hair, maid apron"
    both = f"2girls, {REM}, {RAM}, re:zero, pink hair, blue hair, short hair, smile, maid apron"
    found = values(opened(tmp_path, [*ALONE, *[tags] * 3, both]), 6)
    assert found["character_sheets"] == "- rem: blue hair, short hair\n- ram: pink hair, maid apron"


def test_where_no_tag_is_known_to_be_somebodys_the_sheet_says_the_usual_looks(tmp_path: Path) -> None:
    tags = f"1girl, {RAM}, re:zero, pink hair, maid apron"
    project = opened(tmp_path, [*ALONE, *[tags] * 3, f"2girls, {REM}, {RAM}, re:zero, green eyes"])
    found = values(project, 6)
    assert found["character_sheets"] == (
        "- rem: A maid with short blue hair. Usually blue hair, short hair, maid headdress.\n"
        "- ram: Usually pink hair, maid apron."
    )
    assert "rem" not in str(found["tag_descriptions"])


def test_of_a_character_nothing_is_told_that_the_tags_contradict(tmp_path: Path) -> None:
    project = opened(tmp_path, [f"1girl, {REM}, long hair, red eyes"])
    found = values(project, 0)
    assert found["character_sheets"] == "- rem: A maid."
    assert found["tag_descriptions"] == "- rem: A maid."


def test_of_one_character_the_sheet_says_the_usual_looks_and_the_meaning_is_told(tmp_path: Path) -> None:
    alone = values(opened(tmp_path, ALONE), 0)
    assert str(alone["character_sheets"]).startswith("- rem: A maid")
    assert "- rem: A maid with short blue hair." in str(alone["tag_descriptions"])


def test_where_no_template_uses_sheets_there_are_none(tmp_path: Path) -> None:
    project = opened(tmp_path, ALONE)
    assert values(project, 0, uses=("tags",))["character_sheets"] == ""
    assert set(values(project, 0)) == set(PICTURE_VARIABLES)


def test_characters_that_are_left_out_have_no_sheet(tmp_path: Path) -> None:
    project = opened(tmp_path, ALONE, Tags__exclude_categories="character")
    assert values(project, 0)["character_sheets"] == ""


def test_a_hidden_trait_is_in_no_sheet(tmp_path: Path) -> None:
    project = opened(tmp_path, ALONE, Tags__hide="blue hair")
    assert "blue hair" not in str(values(project, 0)["character_sheets"])


@pytest.mark.parametrize(
    ("variable", "expected"),
    [("general", "1girl, red fox"), ("artists", "voice lender"), ("meta", "highres, brother")],
)
def test_species_count_as_general_and_what_is_unseen_as_artists_and_meta(
    tmp_path: Path, variable: str, expected: str
) -> None:
    project = opened(tmp_path, ["1girl, red fox, highres, voice lender, brother (lore)"])
    found = values(project, 0)
    assert found[variable] == expected
    assert found["tags"] == "1girl, red fox"


def test_the_shipped_template_tells_a_model_who_is_who_where_there_are_several(tmp_path: Path) -> None:
    with FakeEndpoint() as endpoint:
        project = Project(
            tmp_path,
            endpoint.url,
            Interpreter__prompt_template_file="interpreter_prompt_template_short.txt",
            Endpoint__concurrency="1",
        )
        for number, tags in enumerate(ALONE):
            project.add(f"{number}.png", tags, png((number, 0, 0)))
        project.add("both.png", f"2girls, {REM}, {RAM}, re:zero")
        assert project.run().code == 0
        prompts = [request.body["messages"][-1]["content"] for request in endpoint.requests]
    several = [prompt for prompt in prompts if "Who is who" in prompt]
    assert len(several) == 1
    assert "Usually blue hair, short hair, blue eyes, maid headdress" in several[0]


def test_original_is_no_series_and_of_a_series_a_prompt_has_nothing_but_the_name(tmp_path: Path) -> None:
    project = opened(tmp_path, ["1girl, original, ahoge", "1girl, re:zero, city, wariza"])
    cache = Cache()
    cache.add("re:zero", Entry("A series of novels from 2014.", "copyright", by="gemma"))
    project.settings.tag_provider.cache.write_text(cache.dump(), encoding="utf-8")
    first, second = values(project, 0), values(project, 1)
    assert first["series"] == ""
    assert first["tags"] == "1girl, ahoge"
    assert second["series"] == "re:zero"
    assert str(second["tag_descriptions"]).startswith("- wariza: ")
    assert "\n" not in str(second["tag_descriptions"])
