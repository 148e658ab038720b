"""The command line: what goes together is heeded, and what does not is told in a sentence."""

from __future__ import annotations

from itertools import combinations
from pathlib import Path

import pytest

from commands.arguments import arguments
from errors import UserError
from tests.program.project import Project

COMMANDS = {
    "a run": [],
    "--check": ["--check"],
    "--dry-run": ["--dry-run"],
    "--compare": ["--compare", "other.ini"],
    "--report": ["--report"],
    "--apply": ["--apply", "corrections.json"],
    "--export": ["--export", "txt"],
    "--merge-cache": ["--merge-cache", "theirs.json"],
    "--settings": ["--settings"],
    "--version": ["--version"],
}
MANNERS = {
    "--config": ["--config", "my.ini"],
    "--set": ["--set", "Endpoint.retries=1"],
    "--limit": ["--limit", "3"],
    "--sample": ["--sample", "3"],
    "--log": ["--log", "log.jsonl"],
    "--verbose": ["-v"],
}
# x: is heeded. Each x stands for something that the program does with it.
HEEDED = """
                --config  --set  --limit  --sample  --log  --verbose
a_run           x         x      x        .         x      x
--check         x         x      .        .         .      x
--dry-run       x         x      x        .         .      x
--compare       x         x      .        x         x      x
--report        x         x      .        .         .      .
--apply         x         x      .        .         .      .
--export        x         x      .        .         .      .
--merge-cache   x         x      .        .         .      .
--settings      .         .      .        .         .      .
--version       .         .      .        .         .      .
"""


def table() -> list[tuple[str, str, bool]]:
    heading, *rows = (line.split() for line in HEEDED.strip().splitlines())
    return [
        (row[0].replace("_", " "), manner, mark == "x")
        for row in rows
        for manner, mark in zip(heading, row[1:], strict=True)
    ]


def test_the_table_is_whole() -> None:
    assert {(command, manner) for command, manner, _ in table()} == {
        (command, manner) for command in COMMANDS for manner in MANNERS
    }


@pytest.mark.parametrize(("command", "manner", "is_heeded"), table())
def test_what_would_not_be_heeded_is_refused(command: str, manner: str, is_heeded: bool) -> None:
    words = [*COMMANDS[command], *MANNERS[manner]]
    if is_heeded:
        assert arguments(words)
        return
    with pytest.raises(UserError) as caught:
        arguments(words)
    said = str(caught.value)
    assert said.startswith(f"{manner} goes with ")
    assert said.endswith(f", and not with {command}: leave it out")


@pytest.mark.parametrize(("one", "other"), list(combinations(list(COMMANDS)[1:], 2)))
def test_only_one_thing_is_done_at_a_time(one: str, other: str) -> None:
    for words in ([*COMMANDS[one], *COMMANDS[other]], [*COMMANDS[other], *COMMANDS[one]]):
        with pytest.raises(UserError) as caught:
            arguments(words)
        said = f"{one} and {other} are different things to do: leave all but one of them out"
        assert str(caught.value) == said


def test_the_sentence_names_all_that_it_goes_with() -> None:
    with pytest.raises(UserError) as caught:
        arguments(["--report", "-v"])
    assert str(caught.value) == (
        "--verbose goes with a run, --check, --dry-run or --compare, and not with --report: leave it out"
    )


def test_the_program_says_it_and_ends_with_2(tmp_path: Path) -> None:
    result = Project(tmp_path).run("--sample", "3")
    assert (result.code, result.out) == (2, "")
    assert result.err == "caption.py: --sample goes with --compare, and not with a run: leave it out\n"


@pytest.mark.parametrize("words", [["--limit", "0"], ["--sample", "x"], ["--dry-run", "-1"], ["--no-such"]])
def test_what_cannot_be_read_ends_the_program_with_2(words: list[str]) -> None:
    with pytest.raises(SystemExit) as caught:
        arguments(words)
    assert caught.value.code == 2
