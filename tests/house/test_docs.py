"""README and docs/ agree with the program: their links, files, commands, settings and figures."""

from __future__ import annotations

import configparser
import importlib.util
import re
import shlex
from collections.abc import Iterator
from pathlib import Path

import pytest

import config
import limits
from commands.arguments import arguments
from commands.checkup import LARGEST_SAMPLE
from tests.program import bad_inputs, kill_scene, test_batch_files, test_kill
from tests.program.life import STEPS
from tests.program.starts import ROOT
from writing import PICTURE_VARIABLES

README = ROOT / "README.md"
PAGES = [README, *sorted((ROOT / "docs").glob("*.md")), ROOT / "CONTRIBUTING.md", ROOT / "ARCHITECTURE.md"]
FOR_USERS = [page for page in PAGES if page.name not in ("ARCHITECTURE.md", "BENCHMARKS.md")]
# Files that only a user has, or that a run writes.
_USERS_OWN = {
    *(
        "judges.json",
        "said_as.json",
        "a.txt",
        "a.png.txt",
        "a.json",
        "a.png.json",
        "captions/a/b.txt",
        "tags/a/b.txt",
        "captions.json",
        "metadata.json",
        "captions/metadata.json",
    ),
    *("captions/.survey.json", "data-0001.json"),
    *("corrections.json", "my_tags.csv", "theirs.json", "other.ini", "styles/mine.ini"),
}


def text_of(page: Path) -> str:
    return page.read_text(encoding="utf-8")


def blocks_of(page: Path, language: str) -> list[str]:
    """The fenced blocks of a page that are marked with this language."""
    return re.findall(rf"^ *```{language}\n(.*?)^ *```$", text_of(page), re.DOTALL | re.MULTILINE)


def anchors_of(page: Path) -> set[str]:
    """What a link may name behind the # of a page, as GitHub makes it from the headings."""
    headings = re.findall(r"^#+ (.+)$", text_of(page), re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-") for heading in headings}


def commands_of(page: Path) -> Iterator[str]:
    """The commands that a page tells a reader to type, in blocks and between backticks."""
    for block in blocks_of(page, ""):
        yield from (line.strip() for line in block.splitlines())
    yield from re.findall(r"`([^`\n]+)`", text_of(page))


def accepts(words: list[str]) -> None:
    """Have the program read a command line; --help ends it with 0, a word that it does not know with 2."""
    if ">" in words:
        words = words[: words.index(">")]
    try:
        arguments(words)
    except SystemExit as end:
        assert end.code == 0, words


def test_readme_is_short_enough_to_be_read_to_its_end() -> None:
    assert len(text_of(README).splitlines()) <= 200


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_every_link_leads_somewhere(page: Path) -> None:
    for target in re.findall(r"\]\(([^)\s]+)\)", text_of(page)):
        if target.startswith("https://"):
            continue
        name, _, anchor = target.partition("#")
        linked = page.parent / name if name else page
        assert linked.exists(), target
        assert not anchor or anchor in anchors_of(linked), target


def test_readme_links_to_every_page_of_docs() -> None:
    linked = set(re.findall(r"\(docs/([\w-]+\.md)", text_of(README)))
    assert linked == {page.name for page in (ROOT / "docs").glob("*.md")}


@pytest.mark.parametrize("page", FOR_USERS, ids=lambda page: page.name)
def test_every_file_that_is_named_is_there(page: Path) -> None:
    named = set(re.findall(r"`([\w./-]+\.(?:py|md|txt|ini|json|bat))`", text_of(page)))
    for name in named - _USERS_OWN:
        places = (ROOT / name, ROOT / "templates" / name, page.parent / name)
        assert any(place.exists() for place in places), name


@pytest.mark.parametrize("page", FOR_USERS, ids=lambda page: page.name)
def test_every_command_is_one_that_the_program_takes(page: Path) -> None:
    for command in commands_of(page):
        for part in command.split(" && "):
            words = shlex.split(part, posix=False) if part.startswith("python ") else []
            if words[:2] == ["python", "caption.py"]:
                accepts(words[2:])
            elif words[:2] == ["python", "-m"]:
                assert importlib.util.find_spec(words[2]), part


@pytest.mark.parametrize("page", FOR_USERS, ids=lambda page: page.name)
def test_every_line_for_config_ini_is_a_setting(page: Path) -> None:
    for block in blocks_of(page, "ini"):
        parser = configparser.ConfigParser(interpolation=None, delimiters=("=",))
        parser.read_string(block)
        for section in parser.sections():
            overrides = [f"{section}.{key}={value}" for key, value in parser[section].items()]
            config.load(ROOT / "config.ini", overrides)


def test_the_table_of_settings_is_what_the_program_prints() -> None:
    page = text_of(ROOT / "docs" / "settings.md")
    assert (
        page.partition("<!-- settings -->")[2].partition("<!-- /settings -->")[0].strip() == config.manual()
    )


def test_every_placeholder_of_templates_is_told() -> None:
    told = set(re.findall(r"\{\{ (\w+) \}\}", text_of(ROOT / "docs" / "templates.md")))
    assert told == set(PICTURE_VARIABLES)


def test_the_example_caption_is_what_the_composer_writes() -> None:
    from composer import compose
    from tags.spelling import canonical

    tags, caption = re.findall(r"^\| `(.+)` \| (.+) \|$", text_of(README), re.MULTILINE)[0]
    names = [canonical(tag) for tag in tags.split(",")]
    categories = {"hatsune_miku": "character", "vocaloid": "copyright"}
    assert compose(names, categories) == caption


def test_what_is_said_of_the_check_is_what_the_benchmark_measured() -> None:
    page = text_of(ROOT / "docs" / "checks.md")
    figures = text_of(ROOT / "docs" / "BENCHMARKS.md")
    held_out = "outside, held out"
    for kind, said in (("contradicted", held_out), ("missed", held_out), ("missed", "short")):
        found = re.search(rf"^{kind} +{said} +precision (\d\.\d+)", figures, re.MULTILINE)
        assert found is not None
        assert f"{float(found[1]):.0%}".replace("%", " %") in page


def test_the_table_of_limits_has_every_limit() -> None:
    table = text_of(ROOT / "docs" / "RELIABILITY.md").partition("### Limits")[2].partition("| exit code")[0]
    for name, value in vars(limits).items():
        if name.isupper() and not name.startswith("_"):
            assert f"{value:,}" in table, name


def test_the_page_on_reliability_says_how_much_the_tests_do() -> None:
    page = text_of(ROOT / "docs" / "RELIABILITY.md").partition("## How it is tested")[2]
    kills = [sum(number for _, number in runs) for runs in (test_kill.IN_CI, test_kill.SOAK)]
    for figure in (
        f"over {kill_scene.PICTURES} pictures in all three stages",
        f"with {kill_scene.IN_FLIGHT} requests in flight",
        f"CI: {kills[0]} kills; `pytest -m soak tests/program/test_kill.py`: {kills[1]}",
        f"{test_batch_files.PICTURES} pictures with ",
        f"CI: a kill of each of {len(STEPS)} commands",
        f"{len(bad_inputs.ALL)} bad inputs",
        f"opened of {2 * LARGEST_SAMPLE + 1:,} pictures",
    ):
        assert figure in page, figure
