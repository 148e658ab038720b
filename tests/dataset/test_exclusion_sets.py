"""The table of pictures that must be excluded and of pictures that must not, read from real tag files."""

from __future__ import annotations

from pathlib import Path

import config
from dataset.tagged_pictures import PictureFolder
from errors import ExcludedError, ItemError
from tests.program.exclusion_sets import TagSet, tag_sets
from tests.program.project import Project


def outcomes(folder: Path, sets: list[TagSet]) -> dict[str, str]:
    """What becomes of each picture of the table: "excluded", "let in", or why it cannot be read."""
    project = Project(folder)
    for each in sets:
        each.add_to(project.images)
    settings = config.load(folder / "config.ini")
    collection = PictureFolder(settings.dataset, settings.tags)
    found = {}
    for picture in collection.folder.pictures:
        try:
            collection.admit(picture)
            found[picture.stem_name] = "let in"
        except ExcludedError:
            found[picture.stem_name] = "excluded"
        except ItemError as error:
            found[picture.stem_name] = error.reason
    return found


def test_every_picture_of_the_table_that_must_be_excluded_is(tmp_path: Path) -> None:
    sets = tag_sets("exclude")
    found = outcomes(tmp_path, sets)
    assert len(sets) >= 150
    assert [each for each in sets if found[each.name] != "excluded"] == []


def test_every_harmless_picture_of_the_table_is_let_in(tmp_path: Path) -> None:
    sets = tag_sets("harmless")
    found = outcomes(tmp_path, sets)
    assert len(sets) >= 150
    assert [each for each in sets if found[each.name] != "let in"] == []
