"""The door that every picture goes through, and what stages need of a data set, from bytes alone."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

import pytest

import config
from dataset.admission import admitted, name_filter, said_always
from dataset.picture_file import PictureFile
from dataset.pictures import Survey, TagList
from dataset.preprocessing import describe, prepare
from dataset.tag_files import TagFile
from dataset.tagged_pictures import PictureFolder
from errors import ExcludedError, ItemError
from settings import TagsSettings
from tests.program.project import Project, png


def come_in(content: str, name: str = "a.txt", **settings: str) -> TagList:
    """The tags that are let in of a tag file, with these settings of [Tags]."""
    chosen = TagsSettings.model_validate(settings)
    return admitted([TagFile(name, content.encode("utf-8"))], (), name_filter(chosen), said_always(chosen))


@pytest.mark.parametrize("key", ["exclude", "hide", "trigger"])
def test_no_filter_hides_from_the_judgement_what_a_picture_is(key: str) -> None:
    with pytest.raises(ExcludedError, match='tags combine "loli" with "nude"'):
        come_in("1girl, loli, nude", **{key: "loli, nude"})
    with pytest.raises(ExcludedError):
        come_in("1girl, loli, nude", replace="loli=woman, nude=dressed")


def test_a_rating_counts_in_whatever_form_the_tag_file_has() -> None:
    for name, content in (("a.txt", "1girl, loli, rating:e"), ("a.json", '{"tags": "loli", "rating": "e"}')):
        with pytest.raises(ExcludedError):
            come_in(content, name)


def test_what_users_leave_out_hide_or_say_in_front_is_gone_and_the_rest_is_told_apart() -> None:
    found = come_in(
        "1girl, mychar, hat, red_eyes, lingerie", trigger="MyChar", exclude="hat", hide="red eyes"
    )
    assert (found.tags, found.explicit) == (("1girl", "lingerie"), True)
    assert come_in("1girl, lingerie", exclude="lingerie").explicit
    assert not come_in("1girl, solo").explicit


def test_a_tag_file_that_cannot_be_read_is_no_picture_that_is_never_sent() -> None:
    with pytest.raises(ItemError) as caught:
        come_in(" ")
    assert not isinstance(caught.value, ExcludedError)
    assert caught.value.reason == "empty tag file"


def test_the_surveys_of_two_data_sets_add_up_to_that_of_both() -> None:
    one, other, both = Survey(), Survey(), Survey()
    for survey in (one, both):
        survey.add(TagList(("hat", "alice"), {"alice": "character"}))
    for survey in (other, both):
        survey.add(TagList(("hat", "bow"), {"bow": "general"}))
    assert one + other == both
    assert both == Survey(Counter(hat=2, alice=1, bow=1), {"alice": "character", "bow": "general"})


def test_a_folder_of_pictures_is_a_data_set_for_the_stages(tmp_path: Path) -> None:
    project = Project(tmp_path)
    project.add("a.png", "1girl, hat")
    project.add("out.png", "1girl, loli, nude")
    settings = config.load(tmp_path / "config.ini")
    data_set = PictureFolder(settings.dataset, settings.tags)
    first, second = data_set.pictures
    assert data_set.tags(first).tags == ("1girl", "hat")
    assert data_set.file(first).read() == png()
    assert data_set.survey().counts == {"1girl": 1, "hat": 1}
    with pytest.raises(ExcludedError):
        data_set.tags(second)


def test_a_picture_is_read_from_bytes_and_a_name_as_from_a_file(tmp_path: Path) -> None:
    (tmp_path / "a.png").write_bytes(png())
    stored, packed = PictureFile.at(tmp_path / "a.png"), PictureFile.of("a.png", png())
    assert prepare(packed, 16) == prepare(stored, 16)
    assert describe(packed) == describe(stored)
    for broken, reason in (
        (b"", "empty picture file"),
        (b"text", "not a picture"),
        (png()[:60], "unreadable"),
    ):
        with pytest.raises(ItemError, match=r"b\.png") as caught:
            prepare(PictureFile.of("b.png", broken), 16)
        assert caught.value.reason.startswith(reason)
