"""Tags that no caption says."""

import pytest

from check import check
from tags.unsaid import is_unsaid

_OF_THE_FILE = (
    "signature hi_res 2024 artist_name english_commentary digital_media_(artwork) best_quality rating:general"
)


@pytest.mark.parametrize("tag", _OF_THE_FILE.split())
def test_what_is_about_the_file_is_neither_composed_nor_asked_for(tag: str) -> None:
    assert is_unsaid(tag)
    assert check("A girl.", ["1girl", tag], {}).missed == ()


@pytest.mark.parametrize("tag", ["watercolor_(medium)", "sketch", "year_of_the_rabbit", "name_tag", "1girl"])
def test_what_can_be_seen_is_said(tag: str) -> None:
    assert not is_unsaid(tag)
