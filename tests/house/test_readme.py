"""README.md says what is so."""

from __future__ import annotations

import re

import config
from tests.program.project import ROOT
from writing.variables import OF_PICTURES

README = (ROOT / "README.md").read_text(encoding="utf-8")


def test_the_table_of_settings_is_what_the_program_prints() -> None:
    shown = README.partition("<!-- settings -->")[2].partition("<!-- /settings -->")[0]
    assert shown.strip() == config.manual()


def test_every_placeholder_of_templates_is_told() -> None:
    told = set(re.findall(r"\{\{ (\w+) \}\}", README))
    assert told == set(OF_PICTURES)


def test_every_file_that_is_named_is_there() -> None:
    named = set(re.findall(r"`([\w/]+\.(?:py|md|txt|ini|json))`", README))
    users_own = {"a.txt", "a.json", "captions/a/b.txt", "captions.json", "metadata.json"}
    users_own |= {"captions/metadata.json"}
    for name in named - users_own:
        places = (ROOT / name, ROOT / "templates" / name)
        assert any(place.exists() for place in places), name


def test_the_example_caption_is_what_the_composer_writes() -> None:
    from composer import compose
    from tags.spelling import canonical

    tags, caption = re.findall(r"^\| `(.+)` \| (.+) \|$", README, re.MULTILINE)[0]
    names = [canonical(tag) for tag in tags.split(",")]
    categories = {"hatsune_miku": "character", "vocaloid": "copyright"}
    assert compose(names, categories) == caption
